"""The metagraph: every neuron of one subnet at one block."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from taoctl.chain.view import Api, View
from taoctl.economics.pruning import (
    PruneOrder,
    Slot,
    immortal_uids,
    immunity_left_blocks,
    prune_order,
)
from taoctl.endpoints import endpoint_of
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import all_prices, extras, extras_of, price_of
from taoctl.reads.entries import PALLET, ROOT_NETUID, column_of, item, typed_api, value_or_none
from taoctl.reads.registry import read
from taoctl.reads.subnets import SubnetRow, subnet, subnet_row


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronRow:
    """One neuron of a subnet. Stake and emission are rao, shares are u16 of 65535."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number", wide=True)]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owns the hotkey", wide=True)]
    active: Annotated[bool | None, Column("active", Kind.BOOL, "set weights recently", wide=True)]
    validator_permit: Annotated[bool | None, Column("vali", Kind.BOOL, "may set weights", drop=1)]
    stake_rao: Annotated[
        int | None,
        Column("stake", Kind.STAKE, "stake weight: alpha plus weighted root TAO; on root its TAO"),
    ]
    alpha_stake_rao: Annotated[
        int | None, Column("alpha", Kind.ALPHA, "inherited alpha stake", wide=True)
    ]
    tao_stake_rao: Annotated[
        int | None, Column("root τ", Kind.TAO, "inherited root stake before its weight", wide=True)
    ]
    incentive: Annotated[int | None, Column("incentive", Kind.U16, "miner share")]
    dividends: Annotated[int | None, Column("dividends", Kind.U16, "validator share")]
    consensus: Annotated[
        int | None, Column("consensus", Kind.U16, "weight backed by kappa", drop=4)
    ]
    validator_trust: Annotated[
        int | None, Column("vtrust", Kind.U16, "weights within consensus", drop=3)
    ]
    emission_rao: Annotated[
        int | None, Column("α/epoch", Kind.ALPHA, "alpha of the last epoch, gross")
    ]
    last_update: Annotated[
        int | None, Column("updated", Kind.BLOCK, "block of the last weights", drop=2)
    ]
    registered_at: Annotated[
        int | None, Column("registered", Kind.BLOCK, "block of the registration", wide=True)
    ]
    immunity_left_blocks: Annotated[
        int | None, Column("immune", Kind.BLOCKS, "blocks of immunity left, 0 when over")
    ]
    prune_rank: Annotated[
        int | None,
        Column("prune", Kind.INT, "1 is the first to be replaced in a full subnet; - is never"),
    ]
    margin_rao: Annotated[
        int | None,
        Column(
            "margin",
            Kind.ALPHA,
            "its emission less that of the first to be replaced; - is never",
            wide=True,
        ),
    ]
    axon: Annotated[str | None, Column("axon", Kind.TEXT, "address it serves at", wide=True)]


@dataclass(frozen=True, slots=True)
class Metagraph:
    """A subnet and its neurons (all, or those asked for) in UID order, read at one block.

    `prune` is the order in which all of the subnet's neurons give way, None where other rules hold.
    """

    subnet: SubnetRow
    immunity_period_blocks: int | None
    max_validators: int | None
    neurons: tuple[NeuronRow, ...]
    prune: PruneOrder | None = None


_SELECTIVE = Api("SubnetInfoRuntimeApi", "get_selective_metagraph")
WANTED_FIELDS = (
    *range(1, 22),  # identity, pool, emission and epoch figures of the subnet
    *(29, 30, 31, 32, 34, 36),  # slots, burn, registration, immunity
    *(52, 53, 55, 56, 57, 59, 60, 61, 62, 63, 66, 67, 68, 69),  # per UID
)
"""Field numbers of SelectiveMetagraph; they follow the field order of Metagraph."""

_STORED_VECTORS = {
    "active": "Active",
    "validator_permit": "ValidatorPermit",
    "incentive": "Incentive",
    "dividends": "Dividends",
    "consensus": "Consensus",
    "validator_trust": "ValidatorTrust",
    "emission_rao": "Emission",
    "last_update": "LastUpdate",
}
_NEEDS = (item("NetworksAdded"), item("Keys"), item("SubnetworkN"))
_WANTS = (
    _SELECTIVE,
    Api("SwapRuntimeApi", "current_alpha_price"),
    item("ValidatorTrust"),
    item("ImmunityPeriod"),
    item("MinNonImmuneUids"),
    item("ImmuneOwnerUidsLimit"),
    item("StakeWeight"),
)


async def metagraph(view: View, netuid: int) -> Metagraph:
    """A subnet and its neurons in UID order; raises UsageError for an unknown netuid."""
    answer, extra, price = await asyncio.gather(
        _selective(view, netuid), extras_of(view, netuid), price_of(view, netuid)
    )
    return await _graph(view, netuid, answer, extra, price)


async def metagraphs(view: View, wanted: Mapping[int, Collection[int]]) -> tuple[Metagraph, ...]:
    """Subnets with no neurons but the wanted UIDs of each, in the order of `wanted`.

    What the subnets share is asked for once.
    """
    extra, known, *answers = await asyncio.gather(
        extras(view, list(wanted)), all_prices(view), *(_selective(view, n) for n in wanted)
    )
    if known is None:
        graphs = await asyncio.gather(*(metagraph(view, netuid) for netuid in wanted))
        return tuple(_only(graph, wanted[graph.subnet.netuid]) for graph in graphs)
    return tuple(
        await asyncio.gather(
            *(
                _graph(view, netuid, answer, extra[netuid], known.get(netuid), wanted[netuid])
                for netuid, answer in zip(wanted, answers, strict=True)
            )
        )
    )


def _only(graph: Metagraph, uids: Collection[int]) -> Metagraph:
    return replace(graph, neurons=tuple(row for row in graph.neurons if row.uid in uids))


async def _selective(view: View, netuid: int) -> Any:
    return await typed_api(view, _SELECTIVE.api, _SELECTIVE.method, netuid, list(WANTED_FIELDS))


async def _graph(
    view: View,
    netuid: int,
    answer: Any,
    extra: Mapping[str, Any],
    price_rao: int | None,
    uids: Collection[int] | None = None,
) -> Metagraph:
    if answer is None or answer.get("hotkeys") is None:
        graph = await _metagraph_from_storage(view, netuid)
        return graph if uids is None else _only(graph, uids)
    everyone = range(len(answer["hotkeys"]))
    shown = everyone if uids is None else [uid for uid in everyone if uid in uids]
    info = {
        **answer,
        # The answer holds 0 here unless field 0 is asked for.
        "netuid": netuid,
        "subnet_name": answer.get("name"),
        "token_symbol": answer.get("symbol"),
        "subnet_identity": answer.get("identity"),
    }
    trust, protection = await asyncio.gather(
        value_or_none(view, "ValidatorTrust", netuid), _protection(view, netuid, answer)
    )
    columns = {
        "hotkey": answer["hotkeys"],
        "coldkey": answer["coldkeys"],
        "active": answer["active"],
        "validator_permit": answer["validator_permit"],
        "stake_rao": answer["total_stake"],
        "alpha_stake_rao": answer["alpha_stake"],
        "tao_stake_rao": answer["tao_stake"],
        "incentive": answer["incentives"],
        "dividends": answer["dividends"],
        "consensus": answer["consensus"],
        "validator_trust": trust,
        "emission_rao": answer["emission"],
        "last_update": answer["last_update"],
        "registered_at": answer["block_at_registration"],
        "axon": answer["axons"],
    }
    if netuid == ROOT_NETUID:
        columns |= {"stake_rao": answer["tao_stake"], "alpha_stake_rao": None}
    # Members of root give way by stake, whenever they came.
    immunity = None if netuid == ROOT_NETUID else answer.get("immunity_period")
    # The next registration comes in the next block, where immunity may be over.
    order = _order(view.block + 1, columns, immunity, protection)
    return Metagraph(
        subnet=subnet_row(view.block, info, extra, price_rao, None),
        immunity_period_blocks=immunity,
        max_validators=answer.get("max_validators"),
        neurons=_rows(view.block, netuid, columns, immunity, order, shown),
        prune=order,
    )


@read("metagraph", row=NeuronRow, needs=_NEEDS, wants=_WANTS, help="every neuron of a subnet")
async def neurons(view: View, netuid: int) -> tuple[NeuronRow, ...]:
    """The neurons of a subnet in UID order; raises UsageError for an unknown netuid."""
    return (await metagraph(view, netuid)).neurons


async def _metagraph_from_storage(view: View, netuid: int) -> Metagraph:
    """The same from storage items, for runtimes without the selective metagraph.

    Inherited stake is not stored, so the stake columns stay unknown.
    """
    row, keys, immunity, validators = await asyncio.gather(
        subnet(view, netuid),
        view.map(PALLET, "Keys", netuid),
        value_or_none(view, "ImmunityPeriod", netuid),
        value_or_none(view, "MaxAllowedValidators", netuid),
    )
    if netuid == ROOT_NETUID:
        immunity = None
    hotkeys = [keys[uid] for uid in sorted(keys)]
    coldkeys, registered, axons, *vectors = await asyncio.gather(
        column_of(view, "Owner", [(hotkey,) for hotkey in hotkeys]),
        column_of(view, "BlockAtRegistration", [(netuid, uid) for uid in range(len(hotkeys))]),
        column_of(view, "Axons", [(netuid, hotkey) for hotkey in hotkeys]),
        *(value_or_none(view, name, netuid) for name in _STORED_VECTORS.values()),
    )
    columns = {
        "hotkey": hotkeys,
        "coldkey": coldkeys,
        "stake_rao": None,
        "alpha_stake_rao": None,
        "tao_stake_rao": None,
        "registered_at": registered,
        "axon": axons,
        **dict(zip(_STORED_VECTORS, vectors, strict=True)),
    }
    neurons = _rows(view.block, netuid, columns, immunity, None, range(len(hotkeys)))
    return Metagraph(row, immunity, validators, neurons)


@dataclass(frozen=True, slots=True)
class _Protection:
    """What decides who is pruned, besides age and emission."""

    immortal: frozenset[int]
    min_non_immune: int


async def _protection(view: View, netuid: int, info: Mapping[str, Any]) -> _Protection | None:
    """The rules of pruning at this block, or None where other rules hold.

    Those are older runtimes, and root, whose members give way by stake.
    """
    if netuid == ROOT_NETUID:
        return None
    if view.has(item("PruningScores")) or not view.has(item("MinNonImmuneUids")):
        return None
    limit, minimum = await asyncio.gather(
        value_or_none(view, "ImmuneOwnerUidsLimit", netuid),
        value_or_none(view, "MinNonImmuneUids", netuid),
    )
    hotkeys: Sequence[str] = info["hotkeys"]
    owned = [
        Slot(uid, info["emission"][uid], info["block_at_registration"][uid])
        for uid, coldkey in enumerate(info["coldkeys"])
        if coldkey == info["owner_coldkey"]
    ]
    owner = hotkeys.index(info["owner_hotkey"]) if info["owner_hotkey"] in hotkeys else None
    return _Protection(frozenset(immortal_uids(owned, owner, int(limit or 0))), int(minimum))


def _order(
    block: int,
    columns: Mapping[str, Sequence[Any] | None],
    immunity_period: int | None,
    protection: _Protection | None,
) -> PruneOrder | None:
    emission, registered = columns["emission_rao"], columns["registered_at"]
    if protection is None or immunity_period is None or emission is None or registered is None:
        return None
    return prune_order(
        (Slot(uid, emission[uid], registered[uid]) for uid in range(len(registered))),
        block=block,
        immunity_period=immunity_period,
        min_non_immune=protection.min_non_immune,
        immortal=protection.immortal,
    )


def _rows(
    block: int,
    netuid: int,
    columns: Mapping[str, Sequence[Any] | None],
    immunity_period: int | None,
    order: PruneOrder | None,
    uids: Sequence[int],
) -> tuple[NeuronRow, ...]:
    """The rows of some UIDs; a value is None where its column is absent or too short."""
    ranks = {} if order is None else order.ranks()
    known = {name: column or () for name, column in columns.items()}
    first = None if order is None else order.next_uid
    least = 0 if first is None else known["emission_rao"][first]
    rows = []
    for uid in uids:
        values: dict[str, Any] = {
            name: column[uid] if uid < len(column) else None for name, column in known.items()
        }
        values["axon"] = axon_text(values["axon"])
        registered, left, rank = values["registered_at"], None, ranks.get(uid)
        if registered is not None and immunity_period is not None:
            left = immunity_left_blocks(registered, block, immunity_period)
        rows.append(
            NeuronRow(
                netuid=netuid,
                uid=uid,
                immunity_left_blocks=left,
                prune_rank=rank,
                margin_rao=None if rank is None else values["emission_rao"] - least,
                **values,
            )
        )
    return tuple(rows)


def axon_text(axon: Mapping[str, Any] | None) -> str | None:
    """`ip:port` of an axon, or None when it is not served."""
    found = endpoint_of(axon)
    return str(found) if found is not None and found.is_served else None
