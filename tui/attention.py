"""What an operator should look at: warnings about own neurons, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from taoctl.reads.alarms import near_pruning, old_weights_blocks, tempos_text
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.neurons import MyNeuronRow
from tui.figures import fixed

_IMMUNITY_TEMPOS = 3


class Severity(IntEnum):
    """How soon it costs money."""

    NOTE = 0
    WARN = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to look at: which neuron, and what about it."""

    severity: Severity
    netuid: int
    uid: int
    name: str
    text: str


def warnings(neurons: Iterable[MyNeuronRow], block: int) -> tuple[Warning, ...]:
    """All warnings at a block, worst first, then by subnet and UID."""
    found = [
        Warning(severity, row.netuid, row.uid, row.hotkey_name or f"uid {row.uid}", text)
        for row in neurons
        for severity, text in _about(row, block)
    ]
    return tuple(sorted(found, key=lambda w: (-w.severity, w.netuid, w.uid)))


def prune_severity(rank: int | None, free_slots: int | None) -> Severity | None:
    """How soon a prune rank costs the UID; None for never, or while the subnet has free UIDs."""
    if not near_pruning(rank, free_slots):
        return None
    return Severity.BAD if rank == 1 else Severity.WARN


def _about(row: MyNeuronRow, block: int) -> Iterator[tuple[Severity, str]]:
    danger = prune_severity(row.prune_rank, row.free_slots)
    if danger is not None:
        if danger is Severity.BAD:
            yield danger, "first in line to be replaced"
        else:
            yield danger, f"number {row.prune_rank} to be replaced{_margin_text(row)}"
    old = old_weights_blocks(row, row.tempo, block)
    if old is not None:
        yield Severity.BAD, f"weights are {tempos_text(old, row.tempo or 1)} tempos old"
    left = row.immunity_left_blocks
    if left and row.tempo and left <= _IMMUNITY_TEMPOS * row.tempo:
        yield Severity.WARN, f"immunity ends in {left} blocks"
    if row.emission_rao == 0 and row.netuid != ROOT_NETUID:
        yield Severity.NOTE, "earned nothing last epoch"


def _margin_text(row: MyNeuronRow) -> str:
    """How far above the first in line it is; nothing where they are even, or it is not known."""
    return f", {fixed(row.margin_rao)} α above the first" if row.margin_rao else ""
