"""When a subnet's epoch runs and how long a weight-setter counts as active; all in blocks.

Source: coinbase/run_coinbase.rs and tempo_control.rs of subtensor at spec 425.
"""

from __future__ import annotations

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
