"""Which epoch a subnet is in, as the windows of committed weights are counted."""

from __future__ import annotations

from taoctl.economics.schedule import epoch_due
from taoctl.localnet.pallets.subtensor.neurons import Neurons


class EpochClock(Neurons):
    """The schedule of epochs, and the numbers that they have."""

    def should_run_epoch(self, netuid: int, block: int) -> bool:
        """Whether a subnet's epoch is due at a block."""
        return epoch_due(
            block,
            tempo=self.Tempo[netuid],
            last_epoch_block=self.LastEpochBlock[netuid],
            pending_epoch_at=self.PendingEpochAt[netuid],
            blocks_since_last_step=self.BlocksSinceLastStep[netuid],
        )

    def epoch_with_lookahead(self, netuid: int) -> int:
        """The epoch that this block belongs to: one that is due counts before it has run."""
        due = self.should_run_epoch(netuid, self.rt.block_number)
        return int(self.SubnetEpochIndex[netuid]) + due

    def commit_expired(self, netuid: int, commit_epoch: int) -> bool:
        """Whether the epoch to reveal a commit in is over."""
        return self.epoch_with_lookahead(netuid) > self._reveal_epoch(netuid, commit_epoch)

    def in_reveal_epoch(self, netuid: int, commit_epoch: int) -> bool:
        """Whether this is the epoch to reveal a commit in."""
        return self.epoch_with_lookahead(netuid) == self._reveal_epoch(netuid, commit_epoch)

    def _reveal_epoch(self, netuid: int, commit_epoch: int) -> int:
        return int(commit_epoch + self.RevealPeriodEpochs[netuid])
