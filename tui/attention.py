"""What an operator should look at: warnings about own neurons and coldkeys, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from taoctl.addresses import short_ss58
from taoctl.reads.alarms import (
    inactive_blocks,
    near_pruning,
    old_weights_blocks,
    tempos_text,
)
from taoctl.reads.coldkey_swaps import ColdkeySwapRow
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.neurons import MyNeuronRow
from tui.figures import fixed, grouped

_IMMUNITY_TEMPOS = 3


class Severity(IntEnum):
    """How soon it costs money."""

    NOTE = 0
    WARN = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to look at: which neuron, or which coldkey (no subnet, no UID), and what of it."""

    severity: Severity
    netuid: int | None
    uid: int | None
    name: str
    text: str

    @property
    def where(self) -> str:
        """Subnet and name, or the name alone."""
        return self.name if self.netuid is None else f"sn{self.netuid} {self.name}"


def warnings(
    neurons: Iterable[MyNeuronRow], block: int, swaps: Iterable[ColdkeySwapRow] = ()
) -> tuple[Warning, ...]:
    """All warnings at a block, worst first; swaps of coldkeys, then by subnet and UID."""
    about_keys = [
        Warning(Severity.BAD, None, None, row.wallet_name or short_ss58(row.coldkey), text)
        for row in swaps
        if (text := _swap_text(row)) is not None
    ]
    found = [
        Warning(severity, row.netuid, row.uid, row.hotkey_name or f"uid {row.uid}", text)
        for row in neurons
        for severity, text in _about(row, block)
    ]
    found.sort(key=lambda w: (-w.severity, w.netuid, w.uid))
    return (*about_keys, *found)


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
    if inactive_blocks(row, block) is not None:
        yield Severity.BAD, "inactive: weights too old, its stake does not count"
    elif old is not None:
        yield Severity.BAD, f"weights are {tempos_text(old, row.tempo or 1)} tempos old"
    left = row.immunity_left_blocks
    if left and row.tempo and left <= _IMMUNITY_TEMPOS * row.tempo:
        yield Severity.WARN, f"immunity ends in {left} blocks"
    if row.emission_rao == 0 and row.netuid != ROOT_NETUID and _was_in_an_epoch(row):
        yield Severity.NOTE, "earned nothing last epoch"


def _was_in_an_epoch(row: MyNeuronRow) -> bool:
    """Whether it had its UID in the last epoch, which comes before the calls of its block."""
    last, registered = row.last_epoch_block, row.registered_at
    return last is None or registered is None or last > registered


def _swap_text(row: ColdkeySwapRow) -> str | None:
    """What is announced of a coldkey; nothing where nothing is."""
    if not row.announced:
        return None
    if row.disputed_block is not None:
        return "coldkey swap disputed, the key is frozen"
    left = row.execute_in_blocks
    when = f"in {grouped(left)} blocks" if left else "due now"
    return f"coldkey swap {when}; not yours? dispute it"


def _margin_text(row: MyNeuronRow) -> str:
    """How far above the first in line it is; nothing where they are even, or it is not known."""
    return f", {fixed(row.margin_rao)} α above the first" if row.margin_rao else ""
