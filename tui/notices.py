"""What no screen may hide: UIDs of mine that are gone, neurons to be next, swaps of coldkeys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taoctl.addresses import short_ss58
from taoctl.reads.alarms import near_pruning, old_weights_blocks
from taoctl.reads.coldkey_swaps import ColdkeySwapRow
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.seats import LostSeatRow
from taoctl.text import printable


@dataclass(frozen=True, slots=True)
class Alarms:
    """What the header of every screen says about own neurons and coldkeys.

    Attributes:
        lost: seats that are gone and not yet dismissed, the oldest notice first.
        near: how many neurons are among the next to be replaced.
        old: how many validators have old weights.
        swaps: how many coldkeys are announced to be swapped for others.
    """

    lost: tuple[LostSeatRow, ...] = ()
    near: int = 0
    old: int = 0
    swaps: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return len(self.lost) + self.near + self.old + self.swaps

    def words(self) -> tuple[str, ...]:
        """A few words for each kind that there is."""
        counted = (
            ("KEY SWAP", self.swaps),
            ("LOST", len(self.lost)),
            ("PRUNING", self.near),
            ("OLD WEIGHTS", self.old),
        )
        return tuple(f"{what} {count}" for what, count in counted if count)


class LostSeats:
    """The seats that were lost and that nobody has dismissed yet; a seat is told of once."""

    def __init__(self) -> None:
        self._told: set[tuple[int, str, int | None]] = set()
        self._open: tuple[LostSeatRow, ...] = ()

    @property
    def open(self) -> tuple[LostSeatRow, ...]:
        """Those that are not dismissed, the oldest first."""
        return self._open

    def tell(self, lost: Iterable[LostSeatRow]) -> bool:
        """Take note of lost seats; returns whether any of them is new."""
        new = [row for row in lost if row.place not in self._told]
        self._told.update(row.place for row in new)
        self._open += tuple(new)
        return bool(new)

    def withdraw(self, neurons: Iterable[MyNeuronRow]) -> None:
        """Drop the notices of seats that are held again: a reorg undid their loss."""
        held = {(row.netuid, row.hotkey, row.registered_at) for row in neurons}
        self._told -= held
        self._open = tuple(row for row in self._open if row.place not in held)

    def dismiss(self) -> LostSeatRow | None:
        """Drop the oldest notice and return it; None when there is none."""
        if not self._open:
            return None
        first, *rest = self._open
        self._open = tuple(rest)
        return first


def is_alarming(row: NeuronRow, block: int, tempo: int | None, free_slots: int | None) -> bool:
    """Whether a neuron of mine is among the next to go, or its weights are old."""
    old = old_weights_blocks(row, tempo, block)
    return old is not None or near_pruning(row.prune_rank, free_slots)


def alarms(
    neurons: Sequence[MyNeuronRow],
    block: int,
    lost: tuple[LostSeatRow, ...] = (),
    swaps: Iterable[ColdkeySwapRow] = (),
) -> Alarms:
    """What there is to say of own neurons and coldkeys at a block."""
    return Alarms(
        lost,
        sum(near_pruning(row.prune_rank, row.free_slots) for row in neurons),
        sum(old_weights_blocks(row, row.tempo, block) is not None for row in neurons),
        sum(row.announced for row in swaps),
    )


def lost_text(row: LostSeatRow) -> str:
    """What became of a lost seat: `SN 2 rig-3 lost uid 7 in block 1,234 to 5Abcd…wxyz`."""
    name = printable(row.hotkey_name) if row.hotkey_name else short_ss58(row.hotkey)
    return f"SN {row.netuid} {name} {row.what}"
