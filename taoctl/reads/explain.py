"""Why a neuron got its incentive or dividends in the last epoch: every part that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.explain import BondPart, WeightPart, earned
from taoctl.errors import RefusedError, UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET
from taoctl.reads.epoch_input import NEEDS as EPOCH_NEEDS
from taoctl.reads.last_epoch import LastEpoch, last_epoch
from taoctl.reads.pending import NEEDS as PENDING_NEEDS

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedRow:
    """What one mechanism of a subnet gave a neuron in its last epoch, and how it adds up.

    Figures of kind I96F32 are fixed point with 32 fraction bits; emission is alpha rao.
    """

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    mechid: Annotated[int, Column("mech", Kind.INT, "mechanism of the subnet")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that held the uid then")]
    coldkey: Annotated[str | None, Column("coldkey", Kind.SS58, "key that owns it")]
    epoch_block: Annotated[int, Column("epoch", Kind.BLOCK, "block of the epoch")]
    equals_chain: Annotated[
        bool, Column("equal", Kind.BOOL, "whether all that was computed is what the chain stored")
    ]
    differs_in: Annotated[
        str | None, Column("differs", Kind.TEXT, "values that the chain stored otherwise")
    ]
    active: Annotated[bool, Column("active", Kind.BOOL, "set weights recently")]
    validator_permit: Annotated[bool, Column("vali", Kind.BOOL, "permit after the epoch")]
    stake_share_bits: Annotated[
        int,
        Column("stake share", Kind.I96F32, "part of the stake of active validators with a permit"),
    ]
    incentive: Annotated[int, Column("incentive", Kind.U16, "rank / rank_total")]
    rank_bits: Annotated[
        int, Column("rank", Kind.I96F32, "sum of the contributions of weights on it")
    ]
    rank_total_bits: Annotated[int, Column("ranks", Kind.I96F32, "sum of all ranks")]
    consensus: Annotated[int, Column("consensus", Kind.U16, "weight backed by kappa of the stake")]
    dividends: Annotated[int, Column("dividends", Kind.U16, "dividend_raw / dividend_total")]
    owned_bits: Annotated[
        int, Column("owned", Kind.I96F32, "sum of the contributions of its bonds")
    ]
    dividend_raw_bits: Annotated[
        int, Column("raw", Kind.I96F32, "owned; with Yuma3 times its part of the active stake")
    ]
    dividend_total_bits: Annotated[int, Column("raws", Kind.I96F32, "sum over all validators")]
    validator_trust: Annotated[
        int, Column("vtrust", Kind.U16, "sum of its weights, clipped by consensus")
    ]
    yuma3: Annotated[bool, Column("yuma3", Kind.BOOL, "whether bonds follow Yuma3")]
    emission_rao: Annotated[
        int, Column("α", Kind.ALPHA, "its alpha of the epoch, gross, of this mechanism")
    ]
    shared_rao: Annotated[
        int, Column("α of all", Kind.ALPHA, "alpha that this mechanism shared out")
    ]

    @property
    def by_stake(self) -> bool:
        """Whether nobody got incentive or dividends, and the emission was shared by stake."""
        return not self.rank_total_bits and not self.dividend_total_bits


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightPartRow:
    """What one validator's weight on a neuron added to its rank; 32 fraction bits."""

    mechid: Annotated[int, Column("mech", Kind.INT, "mechanism of the subnet", wide=True)]
    validator: Annotated[int, Column("validator", Kind.UID, "uid of the validator")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of its hotkey", drop=3)]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "its hotkey", drop=2)]
    stake_bits: Annotated[
        int, Column("stake", Kind.I96F32, "its part of the stake of active validators")
    ]
    weight_bits: Annotated[
        int, Column("weight", Kind.I96F32, "its weight on the neuron, of all its weights")
    ]
    consensus_bits: Annotated[
        int, Column("consensus", Kind.I96F32, "the most that is backed by kappa of the stake")
    ]
    clipped_bits: Annotated[int, Column("clipped", Kind.I96F32, "the lower of the two")]
    contribution_bits: Annotated[int, Column("adds", Kind.I96F32, "clipped * stake")]
    share_ppm: Annotated[int | None, Column("of rank", Kind.PPM, "its part of the rank")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BondPartRow:
    """What one bond of a validator added to its dividends; 32 fraction bits."""

    mechid: Annotated[int, Column("mech", Kind.INT, "mechanism of the subnet", wide=True)]
    miner: Annotated[int, Column("miner", Kind.UID, "uid that the bond is in")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of its hotkey", drop=3)]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "its hotkey", drop=2)]
    weight_bits: Annotated[int, Column("weight", Kind.I96F32, "the validator's weight on it")]
    consensus_bits: Annotated[
        int,
        Column("consensus", Kind.I96F32, "the most that is backed by kappa of the stake", drop=1),
    ]
    clipped_bits: Annotated[int, Column("clipped", Kind.I96F32, "the lower of the two")]
    bond_bits: Annotated[
        int, Column("bond", Kind.I96F32, "the validator's part of all bonds in it")
    ]
    incentive_bits: Annotated[int, Column("incentive", Kind.I96F32, "its part of the incentive")]
    contribution_bits: Annotated[int, Column("adds", Kind.I96F32, "bond * incentive")]
    share_ppm: Annotated[int | None, Column("of owned", Kind.PPM, "its part of what is owned")]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A neuron's last epoch: a row for each mechanism, and its parts, the largest first."""

    earned: tuple[EarnedRow, ...]
    weights: tuple[WeightPartRow, ...]
    bonds: tuple[BondPartRow, ...]


async def explain(
    view: View, netuid: int, uid: int, names: Mapping[str, str] | None = None
) -> Explanation:
    """Why a neuron got what it got in its subnet's last epoch.

    The epoch is run again from the state of the block before it, and held against what the chain
    stored.

    Raises:
        NotInRuntimeError: the runtime stores too little to run its epochs here.
        UsageError: there is no such subnet or uid.
        RefusedError: no epoch has been run since the neuron came, or its state is gone.
    """
    await view.settle()
    view.require(*EPOCH_NEEDS, *PENDING_NEEDS)
    holder = await view.value(PALLET, "Keys", netuid, uid)
    count = await view.value(PALLET, "SubnetworkN", netuid)
    epoch = await last_epoch(view, netuid)
    if uid >= int(count):
        raise UsageError(
            f"subnet {netuid} has no uid {uid}", f"see `taoctl subnet metagraph {netuid}`"
        )
    if uid >= len(epoch.inputs.hotkeys) or epoch.inputs.hotkeys[uid] != holder:
        raise RefusedError(
            f"whoever holds uid {uid} came after the last epoch of subnet {netuid}, "
            f"which was in block {epoch.block}",
            "its first epoch is still to come; `taoctl subnet show` tells in which block",
        )
    coldkey = await view.value(PALLET, "Owner", holder)
    return explanation_of(epoch, uid, coldkey, names or {})


def explanation_of(
    epoch: LastEpoch, uid: int, coldkey: str | None, names: Mapping[str, str]
) -> Explanation:
    """Why whoever held a uid in an epoch got what it got."""
    rows, weights, bonds = [], list[WeightPartRow](), list[BondPartRow]()
    differs = epoch.differences(uid)
    keys = epoch.inputs.hotkeys
    for mechid, trace in enumerate(epoch.traces):
        found, output, (part, given) = earned(trace, uid), trace.output, epoch.inputs.parts[mechid]
        weights += [
            _weight_row(mechid, one, keys[one.validator], found.rank, names)
            for one in found.weights
        ]
        bonds += [_bond_row(mechid, one, keys[one.uid], found.owned, names) for one in found.bonds]
        rows.append(
            EarnedRow(
                netuid=epoch.inputs.netuid,
                mechid=mechid,
                uid=uid,
                hotkey=keys[uid],
                coldkey=coldkey,
                epoch_block=epoch.block,
                equals_chain=not differs,
                differs_in=", ".join(differs) or None,
                active=output.active[uid],
                validator_permit=output.validator_permit[uid],
                stake_share_bits=output.i32f32_bits.active_stake[uid],
                incentive=output.incentive[uid],
                rank_bits=found.rank,
                rank_total_bits=found.rank_total,
                consensus=output.consensus[uid],
                dividends=output.dividends[uid],
                owned_bits=found.owned,
                dividend_raw_bits=found.dividend_raw,
                dividend_total_bits=found.dividend_total,
                validator_trust=output.validator_trust[uid],
                yuma3=given.yuma3,
                emission_rao=output.emission[uid],
                shared_rao=part,
            )
        )
    return Explanation(
        tuple(rows),
        tuple(sorted(weights, key=lambda row: (row.mechid, -row.contribution_bits, row.validator))),
        tuple(sorted(bonds, key=lambda row: (row.mechid, -row.contribution_bits, row.miner))),
    )


def _weight_row(
    mechid: int, part: WeightPart, hotkey: str, rank: int, names: Mapping[str, str]
) -> WeightPartRow:
    return WeightPartRow(
        mechid=mechid,
        validator=part.validator,
        hotkey_name=names.get(hotkey),
        hotkey=hotkey,
        stake_bits=part.stake,
        weight_bits=part.weight,
        consensus_bits=part.consensus,
        clipped_bits=part.clipped,
        contribution_bits=part.contribution,
        share_ppm=part.contribution * _MILLION // rank if rank else None,
    )


def _bond_row(
    mechid: int, part: BondPart, hotkey: str, owned: int, names: Mapping[str, str]
) -> BondPartRow:
    return BondPartRow(
        mechid=mechid,
        miner=part.uid,
        hotkey_name=names.get(hotkey),
        hotkey=hotkey,
        weight_bits=part.weight,
        consensus_bits=part.consensus,
        clipped_bits=part.clipped,
        bond_bits=part.bond,
        incentive_bits=part.incentive,
        contribution_bits=part.contribution,
        share_ppm=part.contribution * _MILLION // owned if owned else None,
    )
