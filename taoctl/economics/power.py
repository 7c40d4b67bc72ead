"""The chain's fractional power of a ratio, digit for digit: exact roots, else a log/exp series."""

from __future__ import annotations

from functools import lru_cache
from math import exp, gcd, isqrt, log

_EXACT_EXPONENT_MAX = 1_024
_GUARD_BITS = 24
_GUARD = 1 << _GUARD_BITS
_SERIES_TERMS_MAX = 4_096


def ratio_power(
    base: tuple[int, int], exponent: tuple[int, int], scale: int, precision_bits: int
) -> int | None:
    """`scale * (b0/b1)^(e0/e1)`; None where it has no value (b1 or e1 is 0).

    Exponents that reduce to terms of at most 1024 give the exact floor. Others go through
    ln and exp series of `precision_bits`, whose stopping rules decide the digits (and fail in
    the chain's own way far from 1). Source: safe-bigmath 0.4.1, pow_ratio_scaled.
    """
    numerator, denominator = base
    if denominator == 0 or exponent[1] == 0:
        return None
    if numerator == 0:
        return 0
    if exponent[0] == 0:
        return scale
    divisor = gcd(*exponent)
    power, root = exponent[0] // divisor, exponent[1] // divisor
    if power <= _EXACT_EXPONENT_MAX and root <= _EXACT_EXPONENT_MAX:
        return integer_root(numerator**power * scale**root // denominator**power, root)
    digits = max(precision_bits, 32, scale.bit_length() + 8)
    series = _Series(digits)
    logarithm = series.ln(numerator) - series.ln(denominator)
    return (series.rounded(series.exp(logarithm * power // root)) * scale) >> digits


def integer_root(value: int, degree: int) -> int:
    """Floor of the `degree`-th root of a non-negative integer."""
    if degree == 1 or value < 2:
        return value
    if degree == 2:
        return isqrt(value)
    # Newton's steps fall towards the root from any start above it.
    guess = int(exp(log(value) / degree) * (1 + 1e-9)) + 1
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


class _Series:
    """Fixed-point ln and exp with `digits` fraction bits and guard bits below them."""

    def __init__(self, digits: int) -> None:
        self.bits = digits + _GUARD_BITS
        self.one = 1 << self.bits
        self.terms = max(min(_SERIES_TERMS_MAX, self.bits + 128), 1)

    def ln(self, value: int) -> int:
        """ln of a positive integer, from a mantissa brought into [0.5, 1.5)."""
        shift = value.bit_length() - 1
        mantissa = (value << self.bits) >> shift
        if mantissa >= self.one + (self.one >> 1):
            mantissa >>= 1
            shift += 1
        return self._ln_near_one(mantissa - self.one) + _ln_two(self.bits) * shift

    def exp(self, x: int) -> int:
        """e^x, summed until a term is lost in the guard bits."""
        term = total = self.one
        for n in range(1, self.terms + 1):
            term = term * x // (self.one * n)
            total += term
            if -_GUARD < term < _GUARD:
                break
        return total

    def _ln_near_one(self, x: int) -> int:
        """ln(1 + x), summed until a term is lost in the guard bits.

        The chain also stops where a term leaves the rounded sum as it is: only such a term can.
        """
        bits, power, total = self.bits, x, x
        for n in range(2, self.terms + 1):
            power = power * x >> bits
            term = power // n
            total += term if n & 1 else -term
            if -_GUARD < term < _GUARD:
                break
        return total

    def ln_half(self) -> int:
        """ln(1/2) by the same series."""
        return self._ln_near_one(-(self.one >> 1))

    @staticmethod
    def rounded(value: int) -> int:
        """Drop the guard bits, to nearest, halves away from zero."""
        magnitude = (abs(value) + (_GUARD >> 1)) >> _GUARD_BITS
        return magnitude if value >= 0 else -magnitude


@lru_cache(maxsize=8)
def _ln_two(bits: int) -> int:
    return -_Series(bits - _GUARD_BITS).ln_half()
