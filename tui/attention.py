"""What an operator should look at: warnings about own neurons, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow

STALE_WEIGHTS_TEMPOS = 3
"""A validator whose last weights are older than so many tempos has probably stopped."""

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


def stale_weights_tempos(row: NeuronRow, tempo: int | None, block: int) -> int | None:
    """Whole tempos since the last weights of a validator that has probably stopped, else None.

    A neuron that never set weights since its registration is no validator, whatever its permit
    says; on root nobody sets weights.
    """
    if row.netuid == ROOT_NETUID or not row.validator_permit or not tempo:
        return None
    if row.last_update is None or row.last_update <= (row.registered_at or 0):
        return None
    tempos = max(0, block - row.last_update) // tempo
    return tempos if tempos >= STALE_WEIGHTS_TEMPOS else None


def prune_severity(rank: int | None, free_slots: int | None) -> Severity | None:
    """How soon a prune rank costs the UID; None for never, or while the subnet has free UIDs."""
    if rank is None or rank > _LOW_RANK or free_slots:
        return None
    return Severity.BAD if rank == 1 else Severity.WARN


def _about(row: MyNeuronRow, block: int) -> Iterator[tuple[Severity, str]]:
    danger = prune_severity(row.prune_rank, row.free_slots)
    if danger is not None:
        first = danger is Severity.BAD
        place = "first in line" if first else f"number {row.prune_rank}"
        yield danger, f"{place} to be replaced"
    tempos = stale_weights_tempos(row, row.tempo, block)
    if tempos is not None:
        yield Severity.BAD, f"weights are {tempos} tempos old"
    left = row.immunity_left_blocks
    if left and row.tempo and left <= _IMMUNITY_TEMPOS * row.tempo:
        yield Severity.WARN, f"immunity ends in {left} blocks"
    if row.emission_rao == 0 and row.netuid != ROOT_NETUID:
        yield Severity.NOTE, "earned nothing last epoch"
