"""What no screen may hide: UIDs and commits that are lost, neurons to be next, coldkey swaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from taoctl.addresses import short_ss58
from taoctl.reads.alarms import inactive_blocks, near_pruning, old_weights_blocks
from taoctl.reads.coldkey_swaps import ColdkeySwapRow
from taoctl.reads.lost_commits import LostCommit
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.seats import LostSeatRow
from taoctl.text import printable

Loss: TypeAlias = LostSeatRow | LostCommit
"""What is gone: a UID, or weights that were committed and never revealed."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What the header of every screen says about own neurons and coldkeys.

    Attributes:
        lost: losses that are not yet dismissed, the oldest notice first.
        near: how many neurons are among the next to be replaced.
        old: how many validators have old weights that still count.
        inactive: how many have older ones, so that their stake does not count.
        swaps: how many coldkeys are announced to be swapped for others.
    """

    lost: tuple[Loss, ...] = ()
    near: int = 0
    old: int = 0
    inactive: int = 0
    swaps: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return len(self.lost) + self.near + self.old + self.inactive + self.swaps

    def words(self) -> tuple[str, ...]:
        """A few words for each kind that there is."""
        commits = sum(isinstance(row, LostCommit) for row in self.lost)
        counted = (
            ("KEY SWAP", self.swaps),
            ("LOST", len(self.lost) - commits),
            ("COMMIT LOST", commits),
            ("INACTIVE", self.inactive),
            ("PRUNING", self.near),
            ("OLD WEIGHTS", self.old),
        )
        return tuple(f"{what} {count}" for what, count in counted if count)


class Losses:
    """What was lost and nobody has dismissed yet; each loss is told of once."""

    def __init__(self) -> None:
        self._told: set[tuple[object, ...]] = set()
        self._open: tuple[Loss, ...] = ()

    @property
    def open(self) -> tuple[Loss, ...]:
        """Those that are not dismissed, the oldest first."""
        return self._open

    def tell(self, lost: Iterable[Loss]) -> bool:
        """Take note of losses; returns whether any of them is new."""
        new = [row for row in lost if row.place not in self._told]
        self._told.update(row.place for row in new)
        self._open += tuple(new)
        return bool(new)

    def withdraw(self, neurons: Iterable[MyNeuronRow]) -> None:
        """Drop the notices of seats that are held again: a reorg undid their loss."""
        held: set[tuple[object, ...]] = {
            (row.netuid, row.hotkey, row.registered_at) for row in neurons
        }
        self._told -= held
        self._open = tuple(row for row in self._open if row.place not in held)

    def dismiss(self) -> Loss | None:
        """Drop the oldest notice and return it; None when there is none."""
        if not self._open:
            return None
        first, *rest = self._open
        self._open = tuple(rest)
        return first


def is_alarming(row: NeuronRow, block: int, tempo: int | None, free_slots: int | None) -> bool:
    """Whether a neuron of mine is among the next to go, or its weights are old."""
    return (
        _is_inactive(row, block)
        or _has_old_weights(row, tempo, block)
        or near_pruning(row.prune_rank, free_slots)
    )


def _is_inactive(row: NeuronRow, block: int) -> bool:
    return isinstance(row, MyNeuronRow) and inactive_blocks(row, block) is not None


def _has_old_weights(row: NeuronRow, tempo: int | None, block: int) -> bool:
    return old_weights_blocks(row, tempo, block) is not None


def alarms(
    neurons: Sequence[MyNeuronRow],
    block: int,
    lost: tuple[Loss, ...] = (),
    swaps: Iterable[ColdkeySwapRow] = (),
) -> Alarms:
    """What there is to say of own neurons and coldkeys at a block."""
    return Alarms(
        lost,
        sum(near_pruning(row.prune_rank, row.free_slots) for row in neurons),
        sum(
            _has_old_weights(row, row.tempo, block) and not _is_inactive(row, block)
            for row in neurons
        ),
        sum(_is_inactive(row, block) for row in neurons),
        sum(row.announced for row in swaps),
    )


def lost_text(row: Loss) -> str:
    """What became of a seat or a commit: `SN 2 rig-3 lost uid 7 in block 1,234 to 5Abcd…wxyz`."""
    name = printable(row.hotkey_name) if row.hotkey_name else short_ss58(row.hotkey)
    return f"SN {row.netuid} {name} {row.what}"
