"""A second, slow swap that keeps to the chain's own steps, to hold the pool against.

Every U64F64 operation saturates where the chain's does; powers are searched and summed step by
step, with the chain's stopping rules written out.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

ONE = 1 << 64
TOP = 2**128 - 1
U64 = 2**64 - 1
SCALE = 10**18
U16 = 65_535
BILLION = 10**9


@dataclass
class Swap:
    """What a swap paid: net input, output, fee, and whether its limit stopped it."""

    paid_in: int
    paid_out: int
    fee: int
    partial: bool


class Refused(Exception):
    """The swap fails with the error of this name."""


def fixed(value: int) -> int:
    return min(value, U64) << 64


def times(a: int, b: int) -> int:
    return min((a * b) >> 64, TOP)


def over(a: int, b: int) -> int:
    """Division that gives 0 where it cannot be done."""
    quotient = int(Fraction(a, b) * ONE) if b else 0
    return quotient if quotient <= TOP else 0


def rounded(value: int, unit: int) -> int:
    """Nearest whole number of units, halves away from zero."""
    whole, rest = divmod(abs(value), unit)
    whole += 2 * rest >= unit
    return whole if value >= 0 else -whole


def log_series(x: int, one: int, unit: int, most: int) -> int:
    """ln(1 + x): stops where rounding shows no change or the term is lost."""
    power = total = x
    shown = rounded(total, unit)
    for n in range(2, most + 1):
        power = power * x // one
        if power == 0:
            break
        term = power // n
        if term == 0:
            break
        total = total + term if n % 2 else total - term
        now = rounded(total, unit)
        if abs(term) < unit or now == shown:
            break
        shown = now
    return total


def exp_series(x: int, one: int, unit: int, most: int) -> int:
    """e^x: stops where rounding shows no change or the term is lost."""
    term = total = one
    shown = rounded(total, unit)
    for n in range(1, most + 1):
        term = term * x // (one * n)
        if term == 0:
            break
        total += term
        now = rounded(total, unit)
        if abs(term) < unit or now == shown:
            break
        shown = now
    return total


def log(value: int, bits: int, unit: int, ln2: int, most: int) -> int:
    one = 1 << bits
    halvings = value.bit_length() - 1
    mantissa = (value << bits) >> halvings
    if 2 * mantissa >= 3 * one:
        mantissa, halvings = mantissa >> 1, halvings + 1
    return log_series(mantissa - one, one, unit, most) + ln2 * halvings


def power(base: tuple[int, int], exponent: tuple[int, int], precision: int) -> int | None:
    """SCALE * base^exponent, None where the chain finds no value."""
    (top, bottom), (p, q) = base, exponent
    if bottom == 0 or q == 0:
        return None
    if top == 0:
        return 0
    if p == 0:
        return SCALE
    p, q = p // gcd(p, q), q // gcd(p, q)
    if p <= 1_024 and q <= 1_024:
        target, step, root = Fraction(top, bottom) ** p * SCALE**q, 1, 0
        while Fraction(2 * step) ** q <= target:
            step *= 2
        while step:
            root += step if (root + step) ** q <= target else 0
            step >>= 1
        return root
    digits = max(precision, 32, SCALE.bit_length() + 8)
    bits, unit = digits + 24, 1 << 24
    most = min(4_096, bits + 128)
    one = 1 << bits
    ln2 = -log_series(-(one >> 1), one, unit, most)
    logarithm = log(top, bits, unit, ln2, most) - log(bottom, bits, unit, ln2, most)
    total = exp_series(logarithm * p // q, one, unit, most)
    return rounded(total, unit) * SCALE // (1 << digits)


def price(x: int, y: int, w_base: int, w_quote: int) -> int:
    return times(over(fixed(w_base), fixed(w_quote)), over(fixed(y), fixed(x)))


def fee_of(amount: int, rate: int) -> int:
    return times(fixed(amount), over(fixed(rate), fixed(U16))) >> 64


def out_of(reserve_in: int, reserve_out: int, d: int, exponent: tuple[int, int]) -> int:
    """Output for a net input: the reserve times 1 - e."""
    grown = min(reserve_in + d, U64)
    kept = power((reserve_in, grown), exponent, 256) if grown else None
    e = 0 if kept is None or not 0 <= kept <= U64 else min(over(fixed(kept), fixed(SCALE)), ONE)
    return times(fixed(reserve_out), ONE - e) >> 64


def to_limit(reserve: int, ratio: tuple[int, int], weight: int) -> int:
    """Net input that brings the price to its limit."""
    grown = power(ratio, (weight, SCALE), 1_024)
    if grown is None:
        return 0
    grown = 0 if grown < 0 else min(grown, U64)
    return times(fixed(reserve), max(over(fixed(grown), fixed(SCALE)) - ONE, 0)) >> 64


def swap(
    side: str, x: int, y: int, w_quote: int, amount: int, limit_rao: int, rate: int
) -> tuple[Swap, int, int]:
    """Run a swap in the chain's order; returns it with the alpha and TAO reserves afterwards."""
    buy, w_base = side == "buy", SCALE - w_quote
    reserve_in, reserve_out = (y, x) if buy else (x, y)
    exponent = (w_quote, w_base) if buy else (w_base, w_quote)
    fee = fee_of(amount, rate)
    net = amount - fee
    if net > min(reserve_in * 1_000, U64):
        raise Refused("SwapInputTooLarge")
    if reserve_out < 1_000_000:
        raise Refused("ReservesTooLow")
    now, limit = price(x, y, w_base, w_quote), over(fixed(limit_rao), fixed(BILLION))
    if not (now < limit if buy else now > limit):
        raise Refused("PriceLimitExceeded")
    out = out_of(reserve_in, reserve_out, net, exponent)
    after_in, after_out = min(reserve_in + net, U64), max(reserve_out - out, 0)
    reached = price(*((after_out, after_in) if buy else (after_in, after_out)), w_base, w_quote)
    partial = reached > limit if buy else reached < limit
    if partial:
        ratio = (limit, now) if buy else (now, limit)
        net = to_limit(reserve_in, ratio, w_base if buy else w_quote)
        fee = times(fixed(net), over(fixed(rate), fixed(U16 - rate))) >> 64
        out = out_of(reserve_in, reserve_out, net, exponent)
        after_in, after_out = min(reserve_in + net, U64), max(reserve_out - out, 0)
    if net and not out:
        raise Refused("ReservesTooLow")
    alpha, tao = (after_out, after_in) if buy else (after_in, after_out)
    return Swap(net, out, fee, partial), alpha, tao
