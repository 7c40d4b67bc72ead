"""Where the TAO and the new alpha of a block go on a subnet, and what its next epoch shares out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Entry, View
from taoctl.economics.block_flow import BlockFlow, EmissionState, EmittingSubnet, next_block
from taoctl.economics.emission import MAX_SUPPLY_RAO
from taoctl.economics.payout import PendingAlpha
from taoctl.errors import BadDataError, UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, bits_of, item
from taoctl.reads.epoch_block import EPOCH_BLOCK_NEEDS, epoch_block
from taoctl.reads.pools import POOL_ENTRIES, stored_pools
from taoctl.reads.registry import read
from taoctl.reads.subnets import SUBNET_NEEDS, SUBNET_WANTS, SubnetRow, subnet

_PENDING = (
    "PendingOwnerCut",
    "PendingServerEmission",
    "PendingValidatorEmission",
    "PendingRootAlphaDivs",
)
_ELIGIBLE = ("FirstEmissionBlockNumber", "SubtokenEnabled", "NetworkRegistrationAllowed")
_PER_SUBNET = (
    "SubnetMechanism",
    "SubnetAlphaOut",
    "SubnetMovingPrice",
    "MinerBurned",
    "SubnetEmissionEnabled",
    "OwnerCutEnabled",
)
_PLAIN = ("TotalIssuance", "TaoWeight", "SubnetOwnerCut")
_DYNAMIC = 1
_ONE_32 = 1 << 32
_PPM = 1_000_000
EMISSION_NEEDS: tuple[Entry, ...] = (
    *SUBNET_NEEDS,
    *POOL_ENTRIES,
    *EPOCH_BLOCK_NEEDS,
    *(item(name) for name in (*_PENDING, *_ELIGIBLE, *_PER_SUBNET, *_PLAIN, "RecycleOrBurn")),
)
"""Entries without which none of it can be told; runtimes before spec 424 lack some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionRow:
    """One place where TAO or alpha of a subnet's blocks goes. Amounts are rao."""

    part: Annotated[
        str,
        Column(
            "part",
            Kind.TEXT,
            "pool, protocol, owner, miners, withheld, validators, root or recycled",
        ),
    ]
    tao_rao: Annotated[int | None, Column("τ/block", Kind.TAO, "TAO of the next block")]
    alpha_rao: Annotated[int | None, Column("α/block", Kind.ALPHA, "alpha of the next block")]
    share_ppm: Annotated[
        int | None, Column("of new α", Kind.PPM, "of the alpha that is paid out, in millionths")
    ]
    pending_rao: Annotated[
        int | None, Column("waiting α", Kind.ALPHA, "alpha that waits for the next epoch", drop=2)
    ]
    epoch_rao: Annotated[
        int | None,
        Column(
            "next epoch α",
            Kind.ALPHA,
            "alpha of the next epoch, were each block until it to add as much as the next one",
            drop=1,
        ),
    ]
    goes_to: Annotated[str, Column("goes to", Kind.TEXT, "who gets it", drop=3)]


@dataclass(frozen=True, slots=True)
class SubnetEmission:
    """A subnet, its next block, and the rows of both.

    Attributes:
        subnet: the subnet.
        flow: its next block; None where it has no part in emission.
        epoch_block: block in which its next epoch runs; None where none is due.
        blocks: blocks until its next epoch runs, that block counted; None where none is due.
        pending: what the epoch will share out, were each block until it to add as much as the next
            one; exact where that is the epoch's; None where none is due.
        held_back: why it has no part in emission, or gets no TAO; empty where it does.
        rows: where everything goes.
    """

    subnet: SubnetRow
    flow: BlockFlow | None
    epoch_block: int | None
    blocks: int | None
    pending: PendingAlpha | None
    held_back: str
    rows: tuple[EmissionRow, ...]


@read(
    "emission",
    row=EmissionRow,
    needs=EMISSION_NEEDS,
    wants=SUBNET_WANTS,
    help="where TAO and alpha of a subnet's blocks go, and what its next epoch shares out",
)
async def emission_rows(view: View, netuid: int) -> tuple[EmissionRow, ...]:
    """The parts of the next block of a subnet, and what waits for its next epoch.

    Figures of the next block are what the runtime will do, to the rao. Those of the epoch suppose
    that each block until then adds as much.

    Raises:
        UsageError: there is no such subnet, or it is root.
    """
    return (await subnet_emission(view, netuid)).rows


async def subnet_emission(view: View, netuid: int) -> SubnetEmission:
    """The same with the subnet; raises as `emission_rows`."""
    await view.settle()
    view.require(*EMISSION_NEEDS)
    if netuid == ROOT_NETUID:
        raise UsageError("root emits nothing", "its stakers have a part of each subnet's alpha")
    row, state, due, enabled = await asyncio.gather(
        subnet(view, netuid),
        emission_state(view),
        epoch_block(view, netuid),
        asyncio.gather(*(view.value(PALLET, one, netuid) for one in _ELIGIBLE)),
    )
    *pending, burned, how = await asyncio.gather(
        *(view.value(PALLET, name, netuid) for name in _PENDING),
        view.value(PALLET, "MinerBurned", netuid),
        view.value(PALLET, "RecycleOrBurn", netuid),
    )
    flow = next_block(state, netuid)
    blocks = None if due is None else due - view.block
    waiting = [int(one) for one in pending]
    rows = _rows(flow, waiting, blocks, min(bits_of(burned) or 0, _ONE_32), str(how) == "Recycle")
    then = None if blocks is None else _pending(flow, waiting, blocks)
    return SubnetEmission(row, flow, due, blocks, then, _held_back(enabled, state, netuid), rows)


async def emission_state(view: View) -> EmissionState:
    """What the next block's emission depends on, over all subnets."""
    started = [int(one) for one in await view.map(PALLET, "FirstEmissionBlockNumber")]
    netuids = sorted(netuid for netuid in started if netuid != ROOT_NETUID)
    names = (*_PER_SUBNET, *_ELIGIBLE[1:])
    plain, root_tao, pools, columns = await asyncio.gather(
        asyncio.gather(*(view.value(PALLET, name) for name in _PLAIN)),
        view.value(PALLET, "SubnetTAO", ROOT_NETUID),
        stored_pools(view, netuids),
        asyncio.gather(*(view.values(PALLET, name, [(n,) for n in netuids]) for name in names)),
    )
    found = []
    for place, netuid in enumerate(netuids):
        one = {name: column[place] for name, column in zip(names, columns, strict=True)}
        if not (one["SubtokenEnabled"] and one["NetworkRegistrationAllowed"]):
            continue
        if netuid not in pools:
            raise BadDataError(f"the chain tells no reserves of subnet {netuid}")
        found.append(
            EmittingSubnet(
                netuid=netuid,
                pool=pools[netuid],
                dynamic=int(one["SubnetMechanism"]) == _DYNAMIC,
                alpha_out_rao=int(one["SubnetAlphaOut"]),
                moving_price_bits=bits_of(one["SubnetMovingPrice"]) or 0,
                miner_burned_bits=bits_of(one["MinerBurned"]) or 0,
                emission_enabled=bool(one["SubnetEmissionEnabled"]),
                owner_cut_enabled=bool(one["OwnerCutEnabled"]),
            )
        )
    issuance, weight, cut = (int(one) for one in plain)
    return EmissionState(issuance, int(root_tao), weight, cut, found)


def _pending(flow: BlockFlow | None, waiting: list[int], blocks: int) -> PendingAlpha:
    each = (0, 0, 0, 0) if flow is None else (flow.owner, flow.server, flow.validator, flow.root)
    return PendingAlpha(*(one + blocks * more for one, more in zip(waiting, each, strict=True)))


def _held_back(eligible: Any, state: EmissionState, netuid: int) -> str:
    started, trading, opened = eligible
    if started is None or not trading:
        return "it is not started"
    if not opened:
        return "registration is closed"
    enabled = next(one.emission_enabled for one in state.subnets if one.netuid == netuid)
    if not enabled:
        return "root has not enabled its TAO"
    return "" if state.issuance_rao < MAX_SUPPLY_RAO else "all TAO is emitted"


def _rows(
    flow: BlockFlow | None,
    waiting: list[int],
    blocks: int | None,
    burned_bits: int,
    recycles: bool,
) -> tuple[EmissionRow, ...]:
    nothing = BlockFlow(*[0] * 10)
    now = flow or nothing

    def paid(part: str, each: int, pending: int, goes_to: str) -> EmissionRow:
        return EmissionRow(
            part=part,
            tao_rao=None,
            alpha_rao=each,
            share_ppm=each * _PPM // now.alpha_out if now.alpha_out else None,
            pending_rao=pending,
            epoch_rao=None if blocks is None else pending + blocks * each,
            goes_to=goes_to,
        )

    def other(part: str, tao: int | None, alpha: int | None, goes_to: str) -> EmissionRow:
        share = None
        if part == "recycled" and now.alpha_out and alpha is not None:
            share = alpha * _PPM // now.alpha_out
        return EmissionRow(
            part=part,
            tao_rao=tao,
            alpha_rao=alpha,
            share_ppm=share,
            pending_rao=None,
            epoch_rao=None,
            goes_to=goes_to,
        )

    owner, server, validator, root = waiting
    held_each, held_pending = (one * burned_bits >> 32 for one in (now.server, server))
    fate = "recycled" if recycles else "burned"
    return (
        other("pool", now.tao_in, now.alpha_in, "the pool's reserves, at an unchanged price"),
        other("protocol", now.tao_buys, None, "buys alpha from the pool that is nobody's"),
        paid("owner", now.owner, owner, "the owner's hotkey, as stake"),
        paid("miners", now.server - held_each, server - held_pending, "miners, by incentive"),
        paid("withheld", held_each, held_pending, f"{fate}: part of the owner's own hotkeys"),
        paid("validators", now.validator, validator, "validators and their alpha stakers"),
        paid("root", now.root, root, "TAO staked on root with the validators"),
        other("recycled", None, now.recycled, "nobody: emitted again later"),
    )
