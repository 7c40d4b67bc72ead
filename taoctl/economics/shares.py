"""The share pool of one hotkey on one subnet: how stake is divided among its coldkeys.

Shares are decimal floats with a 21-digit mantissa, exactly as the chain keeps them, so that a
position computed here equals the chain's to the last rao.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

U64_MAX = 2**64 - 1

_MAX_DIGITS = 21
_MAX_MANTISSA = 10**_MAX_DIGITS
_SHRINK = [(_MAX_MANTISSA + 1) * 10**k for k in range(60)]
_GROW = [10**k for k in range(_MAX_DIGITS)]


class SafeFloat(NamedTuple):
    """mantissa * 10**exponent with 10**20 < mantissa <= 10**21, or 0 and 0."""

    mantissa: int
    exponent: int


ZERO = SafeFloat(0, 0)


def normalised(mantissa: int, exponent: int) -> SafeFloat:
    """The SafeFloat of mantissa * 10**exponent; digits beyond the mantissa are cut off."""
    if mantissa == 0:
        return ZERO
    if mantissa > _MAX_MANTISSA:
        cut = bisect_right(_SHRINK, mantissa)
        mantissa, exponent = mantissa // 10**cut, exponent + cut
    grow = _MAX_DIGITS - bisect_left(_GROW, mantissa)
    return (
        SafeFloat(mantissa * 10**grow, exponent - grow)
        if grow > 0
        else SafeFloat(mantissa, exponent)
    )


def from_int(value: int) -> SafeFloat:
    """The SafeFloat of a whole number of rao."""
    return normalised(value, 0)


def from_u64f64(bits: int) -> SafeFloat:
    """The SafeFloat of a U64F64 share as older runtimes stored it (bits = value * 2**64)."""
    if bits == 0:
        return ZERO
    two64 = from_int(2**64)
    fraction = bits & U64_MAX
    return add(from_int(bits >> 64), _div(from_int(fraction), two64) if fraction else ZERO)


def to_int(value: SafeFloat) -> int:
    """The whole rao of a SafeFloat, floored and capped at the largest u64."""
    mantissa, exponent = value
    if exponent >= 0:
        return min(mantissa * _power(exponent), U64_MAX)
    return min(mantissa // _power(-exponent), U64_MAX)


def add(left: SafeFloat, right: SafeFloat) -> SafeFloat:
    """left + right, the smaller operand cut to the larger one's exponent."""
    if left.mantissa == 0:
        return right
    if right.mantissa == 0:
        return left
    if left.exponent < right.exponent:
        left, right = right, left
    aligned = right.mantissa // _power(left.exponent - right.exponent)
    return normalised(left.mantissa + aligned, left.exponent)


def sub(left: SafeFloat, right: SafeFloat) -> SafeFloat:
    """left - right, never below zero; zero minus something stays zero."""
    if left.mantissa == 0 or right.mantissa == 0:
        return left
    if left.exponent >= right.exponent:
        rest = left.mantissa - right.mantissa // _power(left.exponent - right.exponent)
        return normalised(max(rest, 0), left.exponent)
    rest = left.mantissa // _power(right.exponent - left.exponent) - right.mantissa
    return normalised(max(rest, 0), right.exponent)


def mul_div(value: SafeFloat, factor: SafeFloat, divisor: SafeFloat) -> SafeFloat:
    """value * factor / divisor with one rounding (down); zero when the divisor is zero."""
    if divisor.mantissa == 0:
        return ZERO
    return normalised(
        value.mantissa * factor.mantissa // divisor.mantissa,
        value.exponent + factor.exponent - divisor.exponent,
    )


def position_value(pool_value: int, share: SafeFloat, total_shares: SafeFloat) -> int:
    """Rao of alpha that a coldkey's share is worth: floor(pool_value * share / total_shares)."""
    if share.mantissa == 0:
        return 0
    return to_int(mul_div(from_int(pool_value), share, total_shares))


def accepts(pool_value: int, total_shares: SafeFloat, amount: int) -> bool:
    """Whether a deposit of `amount` rao would get any share at all."""
    return total_shares.mantissa == 0 or _shares_of(pool_value, total_shares, amount).mantissa != 0


def change(
    pool_value: int, total_shares: SafeFloat, share: SafeFloat, delta: int
) -> tuple[int, SafeFloat, SafeFloat]:
    """Deposit (delta > 0) or withdraw (delta < 0) rao for one coldkey.

    Returns:
        The pool's value, its total shares and the coldkey's share afterwards. The first
        depositor of an empty pool gets as many shares as rao.
    """
    after = min(max(pool_value + delta, 0), U64_MAX)
    if total_shares.mantissa == 0:
        first = from_int(abs(delta))
        return after, first, first
    moved = _shares_of(pool_value, total_shares, abs(delta))
    step = add if delta > 0 else sub
    return after, step(total_shares, moved), step(share, moved)


def _shares_of(pool_value: int, total_shares: SafeFloat, amount: int) -> SafeFloat:
    return mul_div(from_int(amount), total_shares, from_int(pool_value))


def _div(left: SafeFloat, right: SafeFloat) -> SafeFloat:
    return normalised(
        left.mantissa * _MAX_MANTISSA // right.mantissa,
        left.exponent - right.exponent - _MAX_DIGITS,
    )


def _power(exponent: int) -> int:
    # The chain caps its power of ten at 10**22: nothing larger than a mantissa is ever needed.
    return int(10 ** min(exponent, _MAX_DIGITS + 1))
