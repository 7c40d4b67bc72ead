"""Quotes, and what became of them, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from taoctl.calls.base import Quote
from taoctl.reads.columns import Kind, format_value
from taoctl.submit.call_words import MOST, more
from taoctl.units import stake_unit

if TYPE_CHECKING:
    from taoctl.submit.comparison import Comparison

_UNKNOWN = "not known"
_LEAST_SHOWN_PPM = 100


def quote_texts(quotes: Sequence[Quote]) -> Iterator[str]:
    """Each trade in lines: what is given and had, what it costs, the prices."""
    for one in quotes[:MOST]:
        yield _given_and_had(one)
        if one.minimum_out is not None:
            yield f"  at least {one.minimum_out}"
        yield f"  {_costs(one)}"
        yield f"  {_prices(one)}"
    yield from more(len(quotes), MOST)


def _given_and_had(one: Quote) -> str:
    had = _UNKNOWN if one.out is None else str(one.out)
    part = ", which is only a part: the limit allows no more" if one.partial else ""
    return f"{one.paid_in} → {had}{part}"


def _costs(one: Quote) -> str:
    impact, cost = (_percent(ppm) for ppm in (one.impact_ppm, one.cost_ppm))
    return f"pool fee {one.pool_fee}, impact {impact}, both {cost}"


def _prices(one: Quote) -> str:
    limit = "no limit" if one.limit_price_rao is None else f"limit {_price(one.limit_price_rao)}"
    unit = "TAO per alpha" if one.kind != "swap" else f"{stake_unit(one.netuid)} for one given"
    return f"price {_price(one.price_rao)} → {_price(one.price_after_rao)}, {limit} ({unit})"


def comparison_texts(compared: Sequence[Comparison]) -> Iterator[str]:
    """Each trade in a line: what was had, beside what was quoted."""
    for one in compared[:MOST]:
        yield comparison_text(one)
    yield from more(len(compared), MOST)


def comparison_text(one: Comparison) -> str:
    """What a trade came to, beside what was quoted."""
    quoted = _UNKNOWN if one.quote.out is None else str(one.quote.out)
    if one.out is None:
        price = ""
        if one.spot_price_rao is not None:
            now, then = _price(one.spot_price_rao), _price(one.quote.price_rao)
            price = f"; the price is {now}, it was {then}{_bound(one.quote)}"
        return f"{one.quote.paid_in}: not traded; quoted {quoted}{price}"
    if one.out == one.quote.out:
        return f"{one.paid_in} → {one.out}, as quoted"
    gained = one.gained_ppm
    change = "" if gained is None else f" ({_gained(gained)})"
    return f"{one.paid_in} → {one.out}; quoted {quoted}{change}"


def _bound(quote: Quote) -> str:
    """The limit, so that of several trades one sees which went past it."""
    limit = quote.limit_price_rao
    return "" if limit is None else f", and the limit {_price(limit)}"


def _gained(ppm: int) -> str:
    """How much more or less was had than was quoted."""
    if abs(ppm) < _LEAST_SHOWN_PPM:
        return "within 0.01%"
    return f"{_percent(abs(ppm))} {'more' if ppm > 0 else 'less'}"


def _percent(ppm: int | None) -> str:
    return _UNKNOWN if ppm is None else format_value(Kind.PPM, ppm)


def _price(rao: int | None) -> str:
    return _UNKNOWN if rao is None else format_value(Kind.PRICE, rao, full=True)
