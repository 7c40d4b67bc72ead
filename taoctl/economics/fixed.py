"""Exact I32F32 arithmetic on numpy arrays: one int64 lane holds the raw bits of one number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.int64]
"""I32F32 bits: the value times 2^32."""

Wide = npt.NDArray[np.uint64]
"""Bits of values that need the sign bit too."""

ONE = 1 << 32
"""1.0 as I32F32 bits."""

U16_MAX = 65_535
E_BITS = 22_802_600 << 9
"""The chain's e: a constant of 23 fraction bits widened to 32."""

_EXP_LIMIT = 20 << 32
_EXP_TERMS = 32


def mul(a: Bits, b: Bits | int) -> Bits:
    """Floor of a*b, elementwise; exact while |a| < 2^46 and |b| <= 2^33."""
    return ((a >> 16) * b + (((a & 0xFFFF) * b) >> 16)) >> 16


def div(a: Bits, b: Bits) -> Bits:
    """Floor of a/b, elementwise, 0 where b is 0; exact while 0 <= a < 2^46 and 0 <= b < 2^46."""
    divisor = np.where(b == 0, 1, b)
    high = (a << 16) // divisor
    rest = (a << 16) - high * divisor
    quotient = (high << 16) + (rest << 16) // divisor
    return np.where(b == 0, 0, quotient)


def ratio(numerator: Bits, denominator: Bits) -> Bits:
    """Bits of a ratio of small integers (below 2^31), 0 where the denominator is 0."""
    quotient: Bits = (numerator << 32) // np.where(denominator == 0, 1, denominator)
    return quotient


def to_u16(bits: Bits) -> Bits:
    """A proportion as u16 (65535 = 1.0), floored and saturated."""
    rounded: Bits = np.minimum((bits * U16_MAX) >> 32, U16_MAX)
    return rounded


def reciprocal(bits: Wide) -> Wide:
    """Floor of 1/x for x >= 1.0, elementwise."""
    quotient = np.uint64(0xFFFF_FFFF_FFFF_FFFF) // bits
    # 2^64 does not fit a lane; the quotient is one short exactly where x divides 2^64.
    exact = (quotient + np.uint64(1)) * bits == 0
    rounded: Wide = quotient + exact.astype(np.uint64)
    return rounded


def exp(bits: Bits) -> Bits:
    """e^x as the chain computes it: a 31-term Taylor series, input clamped to +-20.

    Shapes: any. Negative inputs are the reciprocal of the positive result.
    """
    clamped = np.clip(bits, -_EXP_LIMIT, _EXP_LIMIT)
    x = np.abs(clamped).astype(np.uint64)
    whole, fraction = x >> np.uint64(32), x & np.uint64(0xFFFF_FFFF)
    term, total = x, x + np.uint64(ONE)
    for i in range(2, _EXP_TERMS):
        term = _mul_wide(term, whole, fraction) // np.uint64(i)
        total = total + term
    result = np.where(clamped < 0, reciprocal(total), total)
    result = np.where(clamped == 0, np.uint64(ONE), result)
    return np.where(clamped == ONE, np.uint64(E_BITS), result).astype(np.int64)


def _mul_wide(term: Wide, whole: Wide, fraction: Wide) -> Wide:
    """Floor of term * (whole + fraction) where the product needs more than 64 bits."""
    low_mask, shift = np.uint64(0xFFFF_FFFF), np.uint64(32)
    low = ((term & low_mask) * fraction) >> shift
    product: Wide = term * whole + (term >> shift) * fraction + low
    return product


def normalised(values: list[int]) -> list[int]:
    """Divide each bits value by the sum of all; unchanged when the sum is 0."""
    return over_sum(values, sum(values))


def over_sum(values: list[int], total: int) -> list[int]:
    """Divide each bits value by a total; unchanged when the total is 0."""
    if total == 0:
        return list(values)
    return [(value << 32) // total for value in values]
