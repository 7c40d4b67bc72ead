"""When a subnet's epoch runs and how long a weight-setter counts as active; all in blocks.

Source: coinbase/run_coinbase.rs and tempo_control.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

MAX_TEMPO_BLOCKS = 50_400
"""An epoch runs at the latest this many blocks after the last one."""


def epoch_due(
    block: int,
    *,
    tempo: int,
    last_epoch_block: int,
    pending_epoch_at: int,
    blocks_since_last_step: int,
) -> bool:
    """Whether the epoch may run in `block`; the per-block limit can still defer it.

    `pending_epoch_at` 0 means that none is pending. `blocks_since_last_step` counts this block.
    """
    if tempo == 0:
        return False
    if 0 < pending_epoch_at <= block or blocks_since_last_step > MAX_TEMPO_BLOCKS:
        return True
    return block - last_epoch_block >= tempo


def next_epoch_block(tempo: int, last_epoch_block: int, pending_epoch_at: int) -> int | None:
    """Block in which the next epoch is expected, None for a subnet that never runs one.

    Does not foresee deferral by the per-block limit. Same as get_next_epoch_start_block.
    """
    if tempo == 0:
        return None
    regular = last_epoch_block + tempo
    return min(regular, pending_epoch_at) if pending_epoch_at else regular


def activity_cutoff_blocks(factor_milli: int, tempo: int) -> int:
    """Blocks after which a neuron that set no weights counts as inactive."""
    return max(factor_milli * tempo // 1_000, 1)


@dataclass(frozen=True, slots=True)
class Clock:
    """When epochs of one subnet come.

    Attributes:
        netuid: the subnet.
        tempo: Tempo.
        last_epoch_block: LastEpochBlock.
        pending_epoch_at: PendingEpochAt, 0 for none.
        blocks_since_last_step: BlocksSinceLastStep.
    """

    netuid: int
    tempo: int
    last_epoch_block: int
    pending_epoch_at: int
    blocks_since_last_step: int

    def due_from(self, block: int) -> int | None:
        """The first block after one in which its epoch is due; None where none ever is."""
        planned = next_epoch_block(self.tempo, self.last_epoch_block, self.pending_epoch_at)
        if planned is None:
            return None
        latest = block + MAX_TEMPO_BLOCKS + 1 - self.blocks_since_last_step
        return max(min(planned, latest), block + 1)


def epoch_runs_in(clocks: Sequence[Clock], netuid: int, block: int, limit: int) -> int | None:
    """The block after `block` in which a subnet's epoch runs, if nobody changes a schedule.

    No more than `limit` run in a block; the others wait for the next one, where all that are due
    are taken in the same order again.

    Args:
        clocks: of all subnets but root, at `block`.
        netuid: the subnet.
        block: whose state the clocks are.
        limit: MaxEpochsPerBlock.

    Returns:
        None for a subnet that never runs one, and where others come before it all the time.
    """
    # The chain walks subnets by their storage keys: a u16 with its low byte first.
    order = sorted(clocks, key=lambda one: one.netuid.to_bytes(2, "little"))
    due = [
        (at, place) for place, one in enumerate(order) if (at := one.due_from(block)) is not None
    ]
    wanted = next((place for _, place in due if order[place].netuid == netuid), None)
    if wanted is None or limit <= 0:
        return None
    heapify(due)
    while (now := due[0][0]) <= block + 2 * MAX_TEMPO_BLOCKS:
        ready = []
        while due and due[0][0] == now:
            ready.append(heappop(due)[1])
        if wanted in ready[:limit]:
            return now
        for turn, place in enumerate(ready):
            heappush(due, (now + order[place].tempo if turn < limit else now + 1, place))
    return None
