"""The price past which a trade does not go on, and what that guarantees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from taoctl.economics.pool import RAO, Side
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U64_MAX, decimal_to_rao, rao_to_decimal

PPM = 1_000_000
"""Millionths in a whole."""

_ONE = 1 << 64
_PERCENT = re.compile(r"^\s*(?P<whole>[0-9]{1,4})(?:\.(?P<fraction>[0-9]{1,4}))?\s*%\s*$")
_PRICE = re.compile(r"^\s*(?P<figure>[0-9.]+)\s*(?:tao|τ)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unlimited:
    """Trade at whatever the pool gives, by the calls that have no limit."""

    def __str__(self) -> str:
        return "at any price"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Go no further than this many millionths from the spot price."""

    ppm: int

    def __str__(self) -> str:
        whole, fraction = divmod(self.ppm, PPM // 100)
        figure = f"{whole}.{fraction:04d}".rstrip("0").rstrip(".")
        return f"within {figure}% of the spot price"


@dataclass(frozen=True, slots=True)
class Price:
    """Go no further than this price, rao of TAO per alpha (of a swap: the ratio times 10^9)."""

    rao: int

    def __str__(self) -> str:
        return f"no further than a price of {rao_to_decimal(self.rao)}"


Limit: TypeAlias = Unlimited | Tolerance | Price


def parse_tolerance(text: str) -> Tolerance:
    """Read a tolerance such as `1%` or `0.5%`; raises UsageError for anything else, and for 0."""
    match = _PERCENT.match(text)
    ppm = 0
    if match is not None:
        ppm = int(match["whole"]) * (PPM // 100) + int((match["fraction"] or "").ljust(4, "0"))
    if not ppm:
        raise UsageError(
            f"{printable(text.strip(), 40)!r} is no tolerance",
            "write a share of the price that is more than nothing, such as 1% or 0.5%",
        )
    return Tolerance(ppm)


def parse_price(text: str) -> Price:
    """Read a price in TAO per alpha such as `0.05` or `0.05tao`; raises UsageError otherwise."""
    match = _PRICE.match(text)
    hint = "write TAO per alpha, with at most nine digits after the point, such as 0.05"
    if match is None:
        raise UsageError(f"{printable(text.strip(), 40)!r} is no price", hint)
    try:
        rao = decimal_to_rao(match["figure"])
    except UsageError:
        raise UsageError(f"{printable(text.strip(), 40)!r} is no price", hint) from None
    if not 0 < rao <= U64_MAX:
        raise UsageError(f"a price limit of {match['figure']} lets nothing be traded", hint)
    return Price(rao)


def limit_price(limit: Limit, side: Side, price_bits: int, *, exact: bool = True) -> int | None:
    """The limit in rao per alpha at a spot price (bits with 64 fraction bits); None for none.

    A tolerance is rounded towards the price, so that it is never looser than what was asked.
    A swap between subnets is a sale by the ratio of its two prices.

    Args:
        exact: whether the price is known to its last bit, and not only rounded down to a rao.

    Raises:
        UsageError: a sale's tolerance of 100 % or more.
    """
    match limit:
        case Unlimited():
            return None
        case Price(rao):
            return rao
        case Tolerance(ppm):
            pass
    if side == "buy":
        return min(price_bits * RAO * (PPM + ppm) // (PPM * _ONE), U64_MAX)
    if ppm >= PPM:
        raise UsageError(
            "a tolerance of 100% or more of the price is no limit to a sale",
            "allow less than 100%, or sell at any price with --unsafe",
        )
    highest = price_bits if exact else price_bits + _ONE // RAO
    return min(-(-highest * RAO * (PPM - ppm) // (PPM * _ONE)), U64_MAX)


def minimum_out(side: Side, net_in_rao: int, limit_price_rao: int) -> int:
    """The least that a whole order within its limit pays out, rao; `net_in_rao` has no fee in it.

    No alpha of a purchase costs more than the limit, and none of a sale brings less. The pool's
    own rounding takes a rao at most.
    """
    if side == "buy":
        least = net_in_rao * RAO // limit_price_rao if limit_price_rao else 0
    else:
        least = net_in_rao * limit_price_rao // RAO
    return max(least - 1, 0)
