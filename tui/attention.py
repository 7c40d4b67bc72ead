"""What an operator should look at: warnings about own neurons, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from taoctl.reads.neurons import MyNeuronRow

STALE_WEIGHTS_TEMPOS = 3
"""A validator whose last weights are older than so many tempos has probably stopped."""

_ROOT = 0
_LOW_RANK = 3
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


def weights_age_tempos(row: MyNeuronRow, block: int) -> int | None:
    """Whole tempos since a validator set weights; None for a miner or an unknown age."""
    if not row.validator_permit or row.last_update is None or not row.tempo:
        return None
    return max(0, block - row.last_update) // row.tempo


def _about(row: MyNeuronRow, block: int) -> Iterator[tuple[Severity, str]]:
    if row.prune_rank == 1 and row.netuid != _ROOT:
        yield Severity.BAD, "first in line to be replaced"
    elif row.prune_rank is not None and row.prune_rank <= _LOW_RANK and row.netuid != _ROOT:
        yield Severity.WARN, f"number {row.prune_rank} to be replaced"
    tempos = weights_age_tempos(row, block)
    if tempos is not None and tempos >= STALE_WEIGHTS_TEMPOS:
        yield Severity.BAD, f"weights are {tempos} tempos old"
    left = row.immunity_left_blocks
    if left and row.tempo and left <= _IMMUNITY_TEMPOS * row.tempo:
        yield Severity.WARN, f"immunity ends in {left} blocks"
    if row.emission_rao == 0 and row.netuid != _ROOT:
        yield Severity.NOTE, "earned nothing last epoch"
