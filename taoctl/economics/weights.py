"""Weights as the chain stores them: scaled up so that the largest is 65535."""

from __future__ import annotations

from collections.abc import Sequence

_HALF = 1 << 31
_U16_MAX = 65_535


def max_upscale(values: Sequence[int]) -> tuple[int, ...]:
    """u16 weights scaled so that the largest becomes 65535, rounded to nearest (I32F32)."""
    largest = max(values, default=0)
    if largest == 0:
        return tuple(values)
    if largest > 32768:
        ratio = (65535 << 32) // largest
        return tuple(min((value * ratio + _HALF) >> 32, 65535) for value in values)
    return tuple(min((((value * 65535) << 32) // largest + _HALF) >> 32, 65535) for value in values)


def within_limit(values: Sequence[int], limit_u16: int) -> bool:
    """Whether the largest share of the sum is at most a u16 proportion, compared as I32F32.

    A limit of 65535 allows everything. Source: check_vec_max_limited.
    """
    total = sum(values)
    if limit_u16 == _U16_MAX or total == 0:
        return True
    return (max(values) << 32) // total <= (limit_u16 << 32) // _U16_MAX
