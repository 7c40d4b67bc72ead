"""The subnets that coldkeys own: what they earn their owner, and what needs attention."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Api, Entry, View
from taoctl.economics.earnings import subnet_day
from taoctl.economics.subnet_attention import YEAR_BLOCKS, Attention, OwnedState, attention
from taoctl.errors import NotInRuntimeError
from taoctl.reads.columns import Column, Kind, ratio_text
from taoctl.reads.entries import PALLET, ROOT_NETUID, bits_of, column_of, item, value_or_none
from taoctl.reads.registry import read
from taoctl.reads.subnet_identities import subnet_identities
from taoctl.reads.subnet_prune_order import SubnetPruneRow, subnet_prune_line
from taoctl.reads.subnets import SUBNET_NEEDS, SUBNET_WANTS, SubnetRow, subnets

_CONVICTED = Api("StakeInfoRuntimeApi", "get_most_convicted_hotkey_on_subnet")
_ONE_32 = 1 << 32
_STORED = (
    "FirstEmissionBlockNumber",
    "SubnetEmissionEnabled",
    "MinerBurned",
    "OwnerCutEnabled",
    "PendingOwnerCut",
)


_ORDER: tuple[Entry, ...] = (
    Api("SubnetInfoRuntimeApi", "get_subnet_to_prune"),
    item("SubnetLimit"),
    item("NetworkImmunityPeriod"),
    item("SubnetMovingPrice"),
)
"""What the order of replacing subnets depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedSubnetRow:
    """One subnet of an owner. Amounts are rao."""

    owner_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the owner's coldkey")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    name: Annotated[str, Column("name", Kind.TEXT, "the subnet's own name")]
    attention: Annotated[
        str,
        Column("attention", Kind.TEXT, "what needs it, the most pressing first; empty is well"),
    ]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha", drop=1)]
    emission_share_ppm: Annotated[
        int | None, Column("emission", Kind.PPM, "share of the TAO emitted in this block")
    ]
    owner_day_rao: Annotated[
        int | None, Column("cut α/day", Kind.ALPHA, "owner's cut of a day of 7200 such blocks")
    ]
    pending_owner_rao: Annotated[
        int | None,
        Column("waiting α", Kind.ALPHA, "owner's cut that waits for the next epoch", drop=3),
    ]
    neurons: Annotated[int | None, Column("uids", Kind.INT, "registered neurons", drop=4)]
    max_neurons: Annotated[int | None, Column("max", Kind.INT, "slots for neurons", drop=4)]
    prune_rank: Annotated[
        int | None, Column("place", Kind.INT, "1 is the next subnet to be replaced", drop=2)
    ]
    immunity_left_blocks: Annotated[
        int | None, Column("immune", Kind.BLOCKS, "blocks of immunity left, 0 when over", drop=2)
    ]
    next_epoch_block: Annotated[
        int | None, Column("next epoch", Kind.BLOCK, "block of the next epoch", drop=5)
    ]
    owner_hotkey: Annotated[
        str | None, Column("owner hotkey", Kind.SS58, "who is paid the cut", wide=True)
    ]
    owner_coldkey: Annotated[
        str | None, Column("owner coldkey", Kind.SS58, "whose the subnet is", wide=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRow:
    """One thing that needs an owner's attention."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    what: Annotated[str, Column("what", Kind.TEXT, "a word for it")]
    why: Annotated[str, Column("why", Kind.TEXT, "what it is, and what to do")]


@dataclass(frozen=True, slots=True)
class Owned:
    """The subnets of owners, and what of them needs attention."""

    rows: tuple[OwnedSubnetRow, ...]
    attention: tuple[AttentionRow, ...]


@read(
    "owned-subnets",
    row=OwnedSubnetRow,
    needs=SUBNET_NEEDS,
    wants=(*SUBNET_WANTS, _CONVICTED, *map(item, (*_STORED, "SubnetIdentitiesV3"))),
    help="the subnets that accounts own, what they earn them and what needs attention",
)
async def owned_subnet_rows(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[OwnedSubnetRow, ...]:
    """Every subnet that one of the coldkeys owns, by netuid."""
    return (await owned_subnets(view, coldkeys, names)).rows


async def owned_subnets(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> Owned:
    """The same with what needs attention, by netuid, the most pressing of each first."""
    await view.settle()
    every, places = await asyncio.gather(subnets(view), _places(view))
    ranks, full = places
    mine = [r for r in every if r.owner_coldkey in coldkeys and r.netuid != ROOT_NETUID]
    keys = [(row.netuid,) for row in mine]
    columns, seats, kings, named, cut, delay = await asyncio.gather(
        asyncio.gather(*(column_of(view, name, keys) for name in _STORED)),
        column_of(view, "Uids", [(r.netuid, r.owner_hotkey or r.owner_coldkey) for r in mine]),
        asyncio.gather(*(_king(view, row) for row in mine)),
        _named(view, [row.netuid for row in mine]),
        value_or_none(view, "SubnetOwnerCut"),
        value_or_none(view, "StartCallDelay"),
    )
    rows: list[OwnedSubnetRow] = []
    matters: list[AttentionRow] = []
    for at, row in enumerate(mine):
        stored = {name: column[at] for name, column in zip(_STORED, columns, strict=True)}
        place = ranks.get(row.netuid)
        seated = None if row.owner_hotkey is None else seats[at] is not None
        state = _state(
            *(view, row, stored, place),
            full=full,
            seated=seated,
            king=kings[at],
            named=row.netuid in named,
        )
        found = attention(state)
        words = {
            Attention.CONVICTION: f"hotkey {kings[at]}",
            Attention.NOT_STARTED: _start(row, delay, view.block + 1),
        }
        matters.extend(
            AttentionRow(netuid=row.netuid, what=str(one), why=_why(one, row, state, words))
            for one in found
        )
        rows.append(
            _row(row, stored, place, found, cut, (names or {}).get(row.owner_coldkey or ""))
        )
    return Owned(tuple(rows), tuple(matters))


async def _places(view: View) -> tuple[dict[int, SubnetPruneRow], bool | None]:
    """The places of subnets to be replaced, and whether one must go; nothing where unknown."""
    try:
        # Runtimes that lack what the order depends on say so before they are asked for it.
        view.require(*_ORDER)
        line = await subnet_prune_line(view)
    except NotInRuntimeError:
        return {}, None
    return {row.netuid: row for row in line.rows}, line.room == 0


async def _king(view: View, row: SubnetRow) -> str | None:
    """The most convicted hotkey of a subnet, if it is of another coldkey than the subnet."""
    if not view.has(_CONVICTED):
        return None
    hotkey = await view.api(_CONVICTED.api, _CONVICTED.method, row.netuid)
    if hotkey is None or str(hotkey) == row.owner_hotkey:
        return None
    owner = await view.value(PALLET, "Owner", hotkey)
    return None if str(owner) == row.owner_coldkey else str(hotkey)


async def _named(view: View, netuids: Sequence[int]) -> set[int]:
    """Those that say anything of themselves; all where the runtime keeps nothing of it.

    The runtime's own list has a name of its own making for those that say none.
    """
    try:
        found = await subnet_identities(view, netuids)
    except NotInRuntimeError:
        return set(netuids)
    return {row.netuid for row in found if any(row.words())}


def _state(
    view: View,
    row: SubnetRow,
    stored: Mapping[str, Any],
    place: SubnetPruneRow | None,
    *,
    full: bool | None,
    seated: bool | None,
    king: str | None,
    named: bool,
) -> OwnedState:
    first = stored["FirstEmissionBlockNumber"]
    enabled, burned = stored["SubnetEmissionEnabled"], stored["MinerBurned"]
    return OwnedState(
        started=row.trading_enabled is not False and (first is not None or not _starts(view)),
        open=row.registration_allowed,
        emission_enabled=None if enabled is None else bool(enabled),
        tempo=row.tempo,
        since_step=row.blocks_since_last_step,
        started_for=None if first is None else max(view.block - int(first), 0),
        burned_bits=bits_of(burned),
        seated=seated,
        rank=None if place is None else place.prune_rank,
        full=full,
        immunity_left=None if place is None else place.immunity_left_blocks,
        contested=None if not view.has(_CONVICTED) else king is not None,
        named=named,
    )


def _starts(view: View) -> bool:
    return view.has(item("FirstEmissionBlockNumber"))


def _start(row: SubnetRow, delay: Any, following: int) -> str:
    """From when it may be started, where the next block is too early."""
    if row.registered_at is None or delay is None:
        return ""
    first = row.registered_at + int(delay)
    return f", from block {first}" if first > following else ""


def _why(one: Attention, row: SubnetRow, state: OwnedState, words: Mapping[Attention, str]) -> str:
    more = words.get(one, "")
    match one:
        case Attention.PRUNING:
            return f"at place {state.rank} to go: `taoctl subnet prune-order --subnets`"
        case Attention.CONVICTION:
            from_block = (row.registered_at or 0) + YEAR_BLOCKS
            return (
                f"{more} of another coldkey is the most convicted: from block {from_block} the "
                "subnet goes to that coldkey at an epoch, if a tenth of the alpha is convicted "
                "(`taoctl stake lock list`)"
            )
        case Attention.NOT_STARTED:
            start = f"`taoctl subnet start {row.netuid}`"
            return f"nothing trades or is emitted: {start}{more}"
        case Attention.CLOSED:
            return "closed to registration, so no emission; root opens it"
        case Attention.NO_EPOCH:
            return f"no epoch for {state.since_step} blocks, of a tempo of {state.tempo}"
        case Attention.NO_TAO:
            return "root has not enabled its TAO: it emits alpha only"
        case Attention.WITHHELD:
            part = ratio_text(min(state.burned_bits or 0, _ONE_32) * 100, _ONE_32, 2)
            return (
                f"{part}% of the miners' alpha was withheld from your own hotkeys by the last "
                "epoch, which lowers the subnet's share of TAO by as much"
            )
        case Attention.NO_SEAT:
            return "the owner's hotkey has no UID"
        case Attention.IMMUNITY:
            return f"{state.immunity_left} blocks until a new subnet can replace it"
        case Attention.NO_IDENTITY:
            return "it says nothing of itself, not even a name"


def _row(
    row: SubnetRow,
    stored: Mapping[str, Any],
    place: SubnetPruneRow | None,
    found: Sequence[Attention],
    cut: Any,
    owner_name: str | None,
) -> OwnedSubnetRow:
    taken = stored["OwnerCutEnabled"]
    emits = row.trading_enabled is not False and row.registration_allowed is not False
    out = row.alpha_out_emission_rao if emits else 0
    known = out is not None and cut is not None
    waiting = stored["PendingOwnerCut"]
    return OwnedSubnetRow(
        owner_name=owner_name,
        netuid=row.netuid,
        name=row.name,
        attention=", ".join(found),
        price_rao=row.price_rao,
        emission_share_ppm=row.emission_share_ppm,
        owner_day_rao=subnet_day(out or 0, int(cut) if taken is not False else 0).owner
        if known
        else None,
        pending_owner_rao=None if waiting is None else int(waiting),
        neurons=row.neurons,
        max_neurons=row.max_neurons,
        prune_rank=None if place is None else place.prune_rank,
        immunity_left_blocks=None if place is None else place.immunity_left_blocks,
        next_epoch_block=row.next_epoch_block,
        owner_hotkey=row.owner_hotkey,
        owner_coldkey=row.owner_coldkey,
    )
