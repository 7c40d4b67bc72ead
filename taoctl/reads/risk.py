"""The risk of neurons to be replaced: place, margin, immunity, and what is to be expected."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.pruning import PruneOrder, Slot
from taoctl.economics.risk import Arrivals, Risk, Standing, risk_of
from taoctl.errors import UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, item
from taoctl.reads.metagraph import Metagraph, NeuronRow, metagraph
from taoctl.reads.neurons import memberships
from taoctl.reads.registry import read

WINDOW_BLOCKS = 7_200
"""Registrations are counted over the last day of 12 s blocks, or since the subnet was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow:
    """How near one neuron is to losing its UID; a value that the runtime does not tell is None."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates", drop=4)]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owns the hotkey", wide=True)]
    standing: Annotated[
        str | None,
        Column(
            "standing",
            Kind.TEXT,
            "exposed: can be replaced; immune: only when no exposed one is left to go; sheltered: "
            "out of immunity, but among the last such that the subnet keeps; owner: never",
        ),
    ]
    prune_rank: Annotated[
        int | None, Column("place", Kind.INT, "1 is the next to be replaced; - is never")
    ]
    next_uid: Annotated[
        int | None,
        Column(
            "next",
            Kind.UID,
            "UID that the next registration takes from its neuron; - is none",
            drop=3,
        ),
    ]
    emission_rao: Annotated[
        int | None,
        Column("α/epoch", Kind.ALPHA, "alpha of the last epoch, by which they go", drop=1),
    ]
    margin_rao: Annotated[
        int | None,
        Column("margin", Kind.ALPHA, "its emission less that of the first in the order"),
    ]
    immunity_left_blocks: Annotated[
        int | None, Column("immune", Kind.BLOCKS, "blocks of immunity left, 0 when over")
    ]
    free_slots: Annotated[
        int | None,
        Column("free", Kind.INT, "UIDs not taken; while there are any, none is pruned", drop=2),
    ]
    registrations: Annotated[
        int | None,
        Column("arrivals", Kind.INT, "neurons there are that came in the window", wide=True),
    ]
    window_blocks: Annotated[
        int, Column("window", Kind.BLOCKS, "blocks over which arrivals are counted", wide=True)
    ]
    expected_blocks: Annotated[
        int | None,
        Column("in blocks", Kind.BLOCKS, "blocks to its end, were registrations to go on so"),
    ]
    expected_how: Annotated[
        str, Column("how", Kind.TEXT, "what the expectation was computed from", drop=5)
    ]
    rank_how: Annotated[
        str | None, Column("place how", Kind.TEXT, "what the place was computed from", wide=True)
    ]
    margin_how: Annotated[
        str | None, Column("margin how", Kind.TEXT, "what the margin was computed from", wide=True)
    ]
    immunity_how: Annotated[
        str | None, Column("immune how", Kind.TEXT, "what the rest was computed from", wide=True)
    ]


_NEEDS = (item("NetworksAdded"), item("Uids"), item("Keys"), item("SubnetworkN"))
_WANTS = (item("OwnedHotkeys"), item("MinNonImmuneUids"), item("ImmuneOwnerUidsLimit"))


@read("risk", row=RiskRow, needs=_NEEDS, wants=_WANTS, help="how near neurons are to pruning")
async def risks(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    only: int | None = None,
) -> tuple[RiskRow, ...]:
    """The risk of every UID of given keys, or of those on one subnet, the nearest to its end first.

    Registrations are counted from the blocks at which the neurons there are registered; of a
    neuron that came and went within the window nothing is left to count.

    Raises:
        UsageError: there is no such subnet.
    """
    if only is not None and not await view.value(PALLET, "NetworksAdded", only):
        raise UsageError(f"there is no subnet {only}", "`taoctl subnet list` shows all of them")
    found = await memberships(view, coldkeys, hotkeys)
    wanted = [netuid for netuid in sorted(found) if only in (None, netuid)]
    graphs = await asyncio.gather(*(metagraph(view, netuid) for netuid in wanted))
    rows = [
        row
        for netuid, graph in zip(wanted, graphs, strict=True)
        for row in risk_rows(graph, found[netuid], view.block, names or {})
    ]
    return tuple(sorted(rows, key=_nearness))


def risk_rows(
    graph: Metagraph, uids: Collection[int], block: int, names: Mapping[str, str]
) -> tuple[RiskRow, ...]:
    """The risk of some UIDs of a subnet, all of whose neurons the graph holds."""
    return tuple(_row(graph, one, block, names) for one in graph.neurons if one.uid in uids)


def _row(graph: Metagraph, one: NeuronRow, block: int, names: Mapping[str, str]) -> RiskRow:
    since = max(block - WINDOW_BLOCKS, graph.subnet.registered_at or 0)
    window = block - since
    starts = [neuron.registered_at for neuron in graph.neurons]
    recent = None if None in starts else sum((at or 0) > since for at in starts)
    subnet, known = graph.subnet, _risk(graph, one, window, recent)
    order = graph.prune
    full = subnet.free_slots == 0
    return RiskRow(
        netuid=one.netuid,
        hotkey_name=names.get(one.hotkey),
        uid=one.uid,
        hotkey=one.hotkey,
        coldkey=one.coldkey,
        standing=None if known is None else str(known.standing),
        prune_rank=one.prune_rank,
        next_uid=None if order is None or not full else order.next_uid,
        emission_rao=one.emission_rao,
        margin_rao=None if known is None else known.margin,
        immunity_left_blocks=one.immunity_left_blocks,
        free_slots=subnet.free_slots,
        registrations=recent,
        window_blocks=window,
        expected_blocks=None if known is None else known.blocks,
        expected_how=_unknown(one.netuid) if known is None else known.how,
        rank_how=None if order is None or known is None else _rank_how(known, order),
        margin_how=None if order is None or known is None else _margin_how(known, order),
        immunity_how=_immunity_how(graph, one, block),
    )


def _rank_how(known: Risk, order: PruneOrder) -> str:
    by = "by emission, then age, then uid"
    match known.standing:
        case Standing.EXPOSED:
            return f"{known.rank} of {len(order.exposed)} out of immunity that may go, {by}"
        case Standing.IMMUNE:
            later = (known.rank or 0) - len(order.exposed)
            first = f"after {len(order.exposed)} out of immunity that may go"
            return f"{first}, {later} of {len(order.immune)} immune, {by}"
        case _:
            return known.how


def _margin_how(known: Risk, order: PruneOrder) -> str | None:
    if known.margin is None:
        return None
    return f"emission of the last epoch, less that of uid {order.next_uid}"


def _immunity_how(graph: Metagraph, one: NeuronRow, block: int) -> str | None:
    period, start = graph.immunity_period_blocks, one.registered_at
    if period is None or start is None:
        return None
    return f"{period} blocks from block {start} on, {block - start} of them gone"


def _risk(graph: Metagraph, one: NeuronRow, window: int, recent: int | None) -> Risk | None:
    free, allowed = graph.subnet.free_slots, graph.subnet.registration_allowed
    left = one.immunity_left_blocks
    if graph.prune is None or recent is None or free is None or left is None or allowed is None:
        return None
    slots = {
        neuron.uid: Slot(neuron.uid, neuron.emission_rao or 0, neuron.registered_at or 0)
        for neuron in graph.neurons
    }
    arrivals = Arrivals(recent, window, free, allowed)
    return risk_of(one.uid, graph.prune, slots, immunity_left=left, arrivals=arrivals)


def _unknown(netuid: int) -> str:
    if netuid == 0:
        return "on root a newcomer with more stake takes the place of the member with the least"
    return "this runtime prunes by other rules, which it does not tell"


def _nearness(row: RiskRow) -> tuple[bool, int, bool, int, int, int]:
    blocks, rank = row.expected_blocks, row.prune_rank
    return blocks is None, blocks or 0, rank is None, rank or 0, row.netuid, row.uid
