"""The epochs of a subnet as committed weights count them, read from the chain."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.stake.hotkeys import item, read, read_or_none
from taoctl.chain.view import Storage, View
from taoctl.economics.reveal import EpochClock

CLOCK: tuple[Storage, ...] = tuple(
    item(name)
    for name in (
        "SubnetEpochIndex",
        "Tempo",
        "LastEpochBlock",
        "PendingEpochAt",
        "BlocksSinceLastStep",
        "RevealPeriodEpochs",
    )
)
"""What tells the epoch; older runtimes count epochs in another way, and lack some of it."""


@dataclass(frozen=True, slots=True)
class OpenCommit:
    """A commit that the chain holds.

    Attributes:
        hash: `0x` text.
        epoch: in which it was made.
        block: in which it was made.
    """

    hash: str
    epoch: int
    block: int


@dataclass(frozen=True, slots=True)
class Reveals:
    """When the commits of a subnet may be revealed."""

    clock: EpochClock
    period: int

    def opens(self, commit: OpenCommit) -> int | None:
        """The first block in which it may be revealed; None once that is over, or unknown."""
        return self.clock.first_block(commit.epoch + self.period)

    def closes(self, commit: OpenCommit) -> int | None:
        """The last block in which it may be revealed; None once that is over, or unknown."""
        return self.clock.last_block(commit.epoch + self.period)

    def is_early(self, commit: OpenCommit) -> bool:
        """Whether the next block is too early for it."""
        return self.clock.coming < commit.epoch + self.period

    def is_late(self, commit: OpenCommit) -> bool:
        """Whether the next block is too late for it."""
        return self.clock.coming > commit.epoch + self.period


async def reveals_of(view: View, netuid: int) -> Reveals:
    """When the commits of a subnet may be revealed."""
    names = (entry.item for entry in CLOCK)
    found = await asyncio.gather(*(read(view, name, netuid) for name in names))
    epoch, tempo, last, pending, since, period = map(int, found)
    return Reveals(EpochClock(view.block, epoch, tempo, last, pending, since), period)


async def commits_of(view: View, index: int, hotkey: str) -> tuple[OpenCommit, ...]:
    """The commits of a hotkey that the chain holds, oldest first, expired ones too."""
    found = await read_or_none(view, "WeightCommits", index, hotkey)
    return tuple(OpenCommit(str(hash_), int(epoch), int(at)) for hash_, epoch, at, _ in found or ())
