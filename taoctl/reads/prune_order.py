"""The order in which a subnet's neurons are replaced, and what parts each from the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.prune_gaps import Apart, Gap, lined_up
from taoctl.economics.pruning import Slot
from taoctl.economics.risk import Standing
from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.reads.columns import Column, Kind, amount_text
from taoctl.reads.entries import ROOT_NETUID, item
from taoctl.reads.metagraph import Metagraph, NeuronRow, metagraph
from taoctl.reads.registry import read


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRow:
    """One neuron in the order in which a full subnet's are replaced."""

    prune_rank: Annotated[
        int | None, Column("place", Kind.INT, "1 is the next to be replaced; - is never")
    ]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates", drop=4)]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owns the hotkey", wide=True)]
    standing: Annotated[
        str,
        Column(
            "standing",
            Kind.TEXT,
            "exposed: can be replaced; immune: only when no exposed one is left to go; sheltered: "
            "out of immunity, but among the last such that the subnet keeps; owner: never",
        ),
    ]
    emission_rao: Annotated[
        int, Column("α/epoch", Kind.ALPHA, "alpha of the last epoch, by which they go")
    ]
    registered_at: Annotated[
        int, Column("registered", Kind.BLOCK, "block of its registration; of equal ones the oldest")
    ]
    immunity_left_blocks: Annotated[
        int | None, Column("immune", Kind.BLOCKS, "blocks of immunity left, 0 when over", drop=3)
    ]
    apart: Annotated[
        str | None,
        Column(
            "after by",
            Kind.TEXT,
            "why it goes after the one before: emission, registration, uid, or its standing",
            drop=1,
        ),
    ]
    gap_rao: Annotated[
        int | None,
        Column("more α", Kind.ALPHA, "emission that it has more than the one before", drop=2),
    ]
    gap_blocks: Annotated[
        int | None,
        Column(
            "later",
            Kind.BLOCKS,
            "blocks by which it was registered later than the one before",
            wide=True,
        ),
    ]
    apart_how: Annotated[str, Column("how", Kind.TEXT, "the same in words", drop=5)]


@dataclass(frozen=True, slots=True)
class PruneLine:
    """A subnet and its neurons in the order in which they are replaced."""

    graph: Metagraph
    rows: tuple[PruneRow, ...]


_NEEDS = (
    item("NetworksAdded"),
    item("MinNonImmuneUids"),
    item("ImmuneOwnerUidsLimit"),
    item("ImmunityPeriod"),
    item("BlockAtRegistration"),
)


@read(
    "prune-order",
    row=PruneRow,
    needs=_NEEDS,
    help="the neurons of a subnet in the order in which they are replaced",
)
async def prune_rows(
    view: View, netuid: int, names: Mapping[str, str] | None = None
) -> tuple[PruneRow, ...]:
    """Every neuron of a subnet, the next to be replaced first, those that never are last.

    Raises:
        UsageError: there is no such subnet, or it is root.
        NotInRuntimeError: the runtime prunes by scores of its own.
    """
    return (await prune_line(view, netuid, names)).rows


async def prune_line(view: View, netuid: int, names: Mapping[str, str] | None = None) -> PruneLine:
    """The same with the subnet; raises as `prune_rows`."""
    if netuid == ROOT_NETUID:
        raise UsageError(
            "root has no order of pruning",
            "a newcomer with more stake takes the place of the member with the least",
        )
    if view.has(item("PruningScores")):
        raise NotInRuntimeError(
            f"the runtime of this chain (spec {view.spec_version}) prunes by scores of its own",
            "ask a chain with a newer runtime, or a newer block with --at-block",
        )
    graph = await metagraph(view, netuid)
    if graph.prune is None:
        raise NotInRuntimeError(
            f"the runtime of this chain (spec {view.spec_version}) does not tell all that its "
            "order of pruning depends on"
        )
    neurons = {one.uid: one for one in graph.neurons}
    slots = [Slot(one.uid, one.emission_rao or 0, one.registered_at or 0) for one in graph.neurons]
    rows, before = [], None
    for gap in lined_up(graph.prune, slots):
        rows.append(_row(neurons[gap.uid], gap, before, names or {}))
        before = gap.uid
    return PruneLine(graph, tuple(rows))


def _row(one: NeuronRow, gap: Gap, before: int | None, names: Mapping[str, str]) -> PruneRow:
    return PruneRow(
        prune_rank=one.prune_rank,
        uid=one.uid,
        hotkey_name=names.get(one.hotkey),
        hotkey=one.hotkey,
        coldkey=one.coldkey,
        standing=str(gap.standing),
        emission_rao=one.emission_rao or 0,
        registered_at=one.registered_at or 0,
        immunity_left_blocks=one.immunity_left_blocks,
        apart=None if gap.apart is None else str(gap.apart),
        gap_rao=gap.emission,
        gap_blocks=gap.blocks,
        apart_how=_how(gap, before),
    )


_GROUPS = {
    Standing.IMMUNE: "immune: once no more exposed ones may go",
    Standing.SHELTERED: "kept: the subnet's last ones out of immunity",
    Standing.OWNER: "the subnet owner's: never",
}


def _how(gap: Gap, before: int | None) -> str:
    if gap.apart is None or gap.apart is Apart.STANDING:
        # The first of all is exposed as a rule, and then nothing is before it.
        return _GROUPS.get(gap.standing, "the next to go")
    if gap.apart is Apart.EMISSION:
        return f"{amount_text(gap.emission or 0)} α more than uid {before}"
    if gap.apart is Apart.REGISTRATION:
        blocks = gap.blocks or 0
        return f"as much, {blocks} block{'' if blocks == 1 else 's'} younger than uid {before}"
    return f"as much, as old, a higher uid than {before}"
