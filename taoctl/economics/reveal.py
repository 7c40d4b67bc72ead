"""In which blocks committed weights may be revealed: one epoch, some periods after their own.

Source: subnets/weights.rs of subtensor at spec 425.
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics.schedule import epoch_due, next_epoch_block

MAX_REVEAL_PERIOD = 100
"""Epochs that weights stay hidden at most."""


@dataclass(frozen=True, slots=True)
class EpochClock:
    """Where a subnet stands in its epochs after a block.

    Attributes:
        block: the block.
        epoch: number of epochs that the chain has counted.
        tempo: blocks from one epoch to the next; 0 for a subnet that has none.
        last_epoch_block: block of the last one.
        pending_epoch_at: block that an owner's trigger or a deferral set; 0 for none.
        blocks_since_last_step: counts up to this block.
    """

    block: int
    epoch: int
    tempo: int
    last_epoch_block: int
    pending_epoch_at: int
    blocks_since_last_step: int

    @property
    def _due(self) -> bool:
        return epoch_due(
            self.block + 1,
            tempo=self.tempo,
            last_epoch_block=self.last_epoch_block,
            pending_epoch_at=self.pending_epoch_at,
            blocks_since_last_step=self.blocks_since_last_step + 1,
        )

    @property
    def coming(self) -> int:
        """The epoch that calls in the next block belong to."""
        return self.epoch + self._due

    def kept(self, period: int) -> range:
        """Epochs of which the chain may hold timelocked commits, the oldest first.

        Those of the first it drops with the next block.

        Args:
            period: epochs from a commit to its reveal.
        """
        oldest = self.coming - min(period, MAX_REVEAL_PERIOD) - 1
        return range(max(oldest, 0), self.coming + 1)

    def first_block(self, epoch: int) -> int | None:
        """The block with which an epoch begins, this one or a later; None where nobody knows.

        An owner who triggers an epoch, or the limit of epochs in one block, can still move it.
        """
        ahead = epoch - self.coming
        if ahead < 0 or not self.tempo:
            return None
        if ahead == 0:
            return self.block + 1 if self._due else self.last_epoch_block
        begun = self.block + 1 + self.tempo if self._due else self._next
        return begun + (ahead - 1) * self.tempo

    def last_block(self, epoch: int) -> int | None:
        """The last block of an epoch, this one or a later; None where nobody knows."""
        following = self.first_block(epoch + 1)
        return None if following is None or epoch < self.coming else following - 1

    @property
    def _next(self) -> int:
        found = next_epoch_block(self.tempo, self.last_epoch_block, self.pending_epoch_at)
        return max(found or 0, self.block + 2)
