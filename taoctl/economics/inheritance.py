"""Stake weight of a hotkey: what it keeps, what it gives to children, what parents lend it.

Fixed point as on the chain: U96F32 for proportions, I64F64 for the combined weight.
"""

from __future__ import annotations

from collections.abc import Iterable

U64_MAX = 2**64 - 1
_ONE_32 = 1 << 32


def proportion_bits(value: int, scale: int = U64_MAX) -> int:
    """value / scale as U96F32 bits, floored (child proportions, TaoWeight, takes)."""
    return (value << 32) // scale


def inherited(own: int, children: Iterable[int], parents: Iterable[tuple[int, int]]) -> int:
    """Stake in rao after delegation between hotkeys of one subnet.

    Args:
        own: the hotkey's own stake.
        children: u64 proportions given to children.
        parents: (u64 proportion, stake of the parent) per parent.
    """
    given = sum(own * proportion_bits(share) for share in children)
    received = sum(stake * proportion_bits(share) for share, stake in parents)
    return (max((own << 32) - given, 0) + received) >> 32


def combined_weight_bits(alpha: int, tao: int, tao_weight: int) -> int:
    """alpha + tao * TaoWeight as I64F64 bits; compare with `threshold << 64`."""
    return (alpha << 64) + tao * (proportion_bits(tao_weight) << 32)


def combined_weight(alpha: int, tao: int, tao_weight: int) -> int:
    """alpha + tao * TaoWeight in whole rao (floored)."""
    return combined_weight_bits(alpha, tao, tao_weight) >> 64
