"""When a neuron of mine needs looking after: it is near to pruning, or its weights grow old."""

from __future__ import annotations

from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.metagraph import NeuronRow

NEAR_PLACES = 3
"""A neuron at one of so many places in the order of pruning is near to its end."""

OLD_WEIGHTS_TEMPOS = 2
"""A validator whose last weights are older than so many tempos has probably stopped."""


def near_pruning(rank: int | None, free_slots: int | None) -> bool:
    """Whether a place in the order of pruning is among the next to go.

    None is never pruned; while a subnet has free UIDs a registration takes none from anybody.
    """
    return rank is not None and rank <= NEAR_PLACES and not free_slots


def old_weights_blocks(row: NeuronRow, tempo: int | None, block: int) -> int | None:
    """Blocks since the last weights of a validator that has probably stopped, else None.

    A neuron that never set weights since its registration is no validator, whatever its permit
    says; on root nobody sets weights.
    """
    if row.netuid == ROOT_NETUID or not row.validator_permit or not tempo:
        return None
    if row.last_update is None or row.last_update <= (row.registered_at or 0):
        return None
    age = block - row.last_update
    return age if age > OLD_WEIGHTS_TEMPOS * tempo else None


def tempos_text(blocks: int, tempo: int) -> str:
    """So many blocks in tempos with one digit, cut off: `2.4`."""
    tenths = blocks * 10 // tempo
    return f"{tenths // 10}.{tenths % 10}"
