"""Which drand round opens timelocked weights, and when: rounds, their times, and blocks.

Clients of the chain reckon so too: three blocks after the epoch to reveal in begins, for the chain
tries in every block of that epoch. Their round is made up to six seconds earlier than that, which
with faster blocks can be before the epoch; here it is never.
"""

from __future__ import annotations

from dataclasses import dataclass

NOMINAL_BLOCK_MS = 12_000
"""Milliseconds between blocks that the chain aims at."""
SAFETY_BLOCKS = 3
"""Blocks of the epoch to reveal in that pass before the pulse is made."""

STALLED_MS = 600_000
"""A chain whose newest pulse is so old gets none at present."""

_FIRST_ROUND = 1


@dataclass(frozen=True, slots=True)
class Beacon:
    """When the rounds of a drand beacon are.

    Attributes:
        genesis_seconds: time of the first round, seconds since 1970.
        period_seconds: from one round to the next.
    """

    genesis_seconds: int
    period_seconds: int

    def made_at_ms(self, drand_round: int) -> int:
        """When the pulse of a round is made, milliseconds since 1970."""
        return (self.genesis_seconds + (drand_round - 1) * self.period_seconds) * 1000

    def round_for(self, at_ms: int) -> int:
        """The round that clients choose for a time: the one whose pulse is made just before it."""
        elapsed_ms = at_ms - self.genesis_seconds * 1000
        return max(elapsed_ms // (self.period_seconds * 1000), _FIRST_ROUND)

    def first_after(self, at_ms: int) -> int:
        """The first round whose pulse is made at a time or after it."""
        elapsed_ms = at_ms - self.genesis_seconds * 1000
        return max(-(-elapsed_ms // (self.period_seconds * 1000)) + 1, _FIRST_ROUND)


QUICKNET = Beacon(1_692_803_367, 3)
"""The beacon that the chain follows."""


@dataclass(frozen=True, slots=True)
class BlockTimes:
    """When blocks are expected, from one whose time is known.

    Attributes:
        block: its number.
        at_ms: its time, milliseconds since 1970.
        block_ms: from one block to the next.
    """

    block: int
    at_ms: int
    block_ms: int

    def at(self, block: int) -> int:
        """When a block is expected, milliseconds since 1970."""
        return self.at_ms + (block - self.block) * self.block_ms

    def first_after(self, at_ms: int) -> int:
        """The first block that is expected to be made after a time, and after the known one."""
        ahead = max(at_ms - self.at_ms, 0) // self.block_ms
        return self.block + ahead + 1


def pace_ms(measured_ms: int | None) -> int:
    """Milliseconds to reckon with between blocks.

    The nominal 12 s, unless blocks were measured to take more than a tenth longer or shorter; a
    mean above a minute tells of a halt or a moved clock, and not of the blocks to come.
    """
    if measured_ms is None or not 0 < measured_ms <= 5 * NOMINAL_BLOCK_MS:
        return NOMINAL_BLOCK_MS
    usual = abs(measured_ms - NOMINAL_BLOCK_MS) <= NOMINAL_BLOCK_MS // 10
    return NOMINAL_BLOCK_MS if usual else measured_ms


def reveal_round(beacon: Beacon, times: BlockTimes, reveal_block: int) -> int:
    """The round to encrypt weights to that are revealed from a block on."""
    usual = beacon.round_for(times.at(reveal_block + SAFETY_BLOCKS))
    return max(usual, beacon.first_after(times.at(reveal_block)))


def is_stalled(beacon: Beacon, times: BlockTimes, newest_round: int) -> bool:
    """Whether a chain whose newest pulse is of this round, 0 for none, gets none at present."""
    return not newest_round or beacon.made_at_ms(newest_round) < times.at_ms - STALLED_MS


def expected_reveal(beacon: Beacon, times: BlockTimes, drand_round: int, reveal_block: int) -> int:
    """The block in which weights are expected to be revealed, were their pulse not there yet.

    The pulse is written into the first block after it is made, and opens them in the one after.
    """
    written = times.first_after(beacon.made_at_ms(drand_round))
    return max(written + 1, reveal_block)
