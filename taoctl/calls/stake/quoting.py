"""Quotes of fills, and what they are in words."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.calls.base import Quote
from taoctl.calls.stake.limits import PPM, minimum_out
from taoctl.calls.stake.market import Fill
from taoctl.calls.stake.refusals import price_words
from taoctl.economics.pool import RAO
from taoctl.units import Alpha, Tao

_ONE = 1 << 64


def price_of_bits(bits: int | None) -> int | None:
    """A price in rao per alpha, rounded down; None for None."""
    return None if bits is None else bits * RAO >> 64


def missing_ppm(had: int, could_have: int) -> int | None:
    """How much less is had than could have been, in millionths; None where that was nothing."""
    if could_have <= 0:
        return None
    return max((could_have - had) * PPM // could_have, 0)


def fill_quote(fill: Fill, account: str, hotkey: str, netuid: int, *, whole: bool = True) -> Quote:
    """The quote of a purchase or sale on one pool.

    Args:
        whole: whether it is done whole or not at all, so that its limit guarantees an outcome.
    """
    net = fill.paid_in - fill.fee
    least = None
    # A pool that an order empties has no price, and the chain then sees no limit passed.
    emptied = fill.price_after_bits == 0
    if fill.limit_price_rao is not None and whole and not emptied:
        least = fill.out if fill.fixed else minimum_out(fill.side, net, fill.limit_price_rao)
    bits = fill.price_bits
    if fill.side == "buy":
        impact, cost = (missing_ppm(fill.out * bits, one << 64) for one in (net, fill.paid_in))
    else:
        impact, cost = (missing_ppm(fill.out << 64, one * bits) for one in (net, fill.paid_in))

    def given(rao: int) -> Tao | Alpha:
        return Tao(rao) if fill.side == "buy" else Alpha(rao, netuid)

    def had(rao: int) -> Tao | Alpha:
        return Alpha(rao, netuid) if fill.side == "buy" else Tao(rao)

    return Quote(
        kind=fill.side,
        account=account,
        hotkey=hotkey,
        netuid=netuid,
        paid_in=given(fill.paid_in),
        pool_fee=given(fill.fee),
        out=had(fill.out),
        minimum_out=None if least is None else had(least),
        price_rao=price_of_bits(bits),
        price_after_rao=price_of_bits(fill.price_after_bits),
        limit_price_rao=fill.limit_price_rao,
        impact_ppm=impact,
        cost_ppm=cost,
        partial=fill.partial,
    )


def with_quote(summary: str, quote: Quote) -> str:
    """What is wanted, and what is given for what."""
    return f"{summary}: {quote_words(quote)}"


def without_quote(text: str, quotes: Sequence[Quote]) -> str:
    """The summary in what `with_quote` made, also of a trade that another intent wraps."""
    return text.removesuffix(with_quote("", quotes[0])) if len(quotes) == 1 else text


def quote_words(quote: Quote) -> str:
    """A quote in words: what is given and had, and the limit."""
    had = "what nobody can tell" if quote.out is None else f"about {quote.out}"
    text = f"{quote.paid_in} for {had}"
    if quote.limit_price_rao is None:
        return f"{text}, at any price"
    bound = "at most" if quote.kind == "buy" else "at least"
    unit = "alpha per alpha" if quote.kind == "swap" else "TAO per alpha"
    return f"{text}, at {price_words(quote.limit_price_rao)} {unit} {bound}"
