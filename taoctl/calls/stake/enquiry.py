"""What a trade would come to for whoever makes it: the pools alone, without an account."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taoctl.calls.base import Quote
from taoctl.calls.stake.ahead import Reach, read_ahead
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.desk import ROOT, Desk, RefusedOrder, UnknownOutcome
from taoctl.calls.stake.limits import Limit
from taoctl.calls.stake.quoting import fill_quote
from taoctl.calls.stake.ratio import least_had, most_moved, net_of, swap_limit, swap_quote
from taoctl.chain.view import View
from taoctl.economics.pool import Side
from taoctl.errors import RefusedError, UsageError
from taoctl.units import U64_MAX, Alpha, Tao

NOBODY = ""
"""Stands where a quote names an account or a hotkey."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A quote for nobody in particular.

    Attributes:
        quote: of the whole amount at any price, with the limit that would go into the call.
        most: the largest amount that the limit lets through; None without a limit, where any
            amount fits, and where nobody can tell.
        fits: whether the limit lets the whole amount through; None where nobody can tell.
    """

    quote: Quote
    most: Tao | Alpha | None
    fits: bool | None


async def enquire(
    view: View, netuid: int, amount: Amount, limit: Limit, to_netuid: int | None = None
) -> Enquiry:
    """What an amount would buy or sell for on a subnet, or bring on another.

    Args:
        view: of the block.
        netuid: the subnet; of what is given where there are two.
        amount: TAO to buy with, or alpha to sell or swap; no share.
        limit: how far it may go.
        to_netuid: the subnet to swap to.

    Raises:
        UsageError: TAO cannot be swapped from a subnet, or an amount is a share of nothing.
        RefusedError: there is no such subnet, or the pool refuses the order, or what comes of it
            cannot be told on this runtime.
    """
    if amount.relative:
        raise UsageError(f"{amount} is a share of nothing here", "write 10tao or 10alpha")
    netuids = (netuid,) if to_netuid is None else (netuid, to_netuid)
    side: Side = "buy" if amount.kind == "tao" and to_netuid is None else "sell"
    orders = frozenset(((netuid, side, amount.rao),))
    await read_ahead(view, Reach(netuids=frozenset(netuids), orders=orders))
    desk = Desk(view)
    try:
        for one in netuids:
            await desk.check_subnet(one)
        if to_netuid is None:
            return await _trade(desk, netuid, amount, limit)
        return await _swap(desk, netuid, to_netuid, amount, limit)
    except RefusedOrder as problem:
        raise RefusedError(problem.refusal.message, problem.refusal.hint) from None
    except UnknownOutcome as problem:
        raise RefusedError(str(problem)) from None


async def _trade(desk: Desk, netuid: int, amount: Amount, limit: Limit) -> Enquiry:
    side: Side = "buy" if amount.kind == "tao" else "sell"
    fill = await desk.market.preview(netuid, side, amount.rao)
    price = await desk.limit_price(limit, side, netuid)
    most = None if price is None else await _most(desk, netuid, side, price)
    fits = _fits(amount.rao, most, limited=price is not None)
    quote = fill_quote(
        replace(fill, limit_price_rao=price), NOBODY, NOBODY, netuid, whole=fits is not False
    )
    return Enquiry(quote, _money(most, None if side == "buy" else netuid), fits)


async def _most(desk: Desk, netuid: int, side: Side, price: int) -> int | None:
    """The largest order within a limit; nothing where the price is past it already."""
    try:
        return await desk.market.most(netuid, side, price)
    except RefusedOrder:
        return 0


async def _swap(desk: Desk, netuid: int, to_netuid: int, amount: Amount, limit: Limit) -> Enquiry:
    if amount.kind == "tao" and netuid != ROOT:
        raise UsageError(f"{amount} is not alpha of subnet {netuid}", "write 10alpha")
    if netuid == to_netuid:
        raise UsageError("a swap needs two subnets", "name another with --to-netuid")
    bound = await swap_limit(desk, limit, netuid, to_netuid)
    most = None if bound is None else await _most_moved(desk, netuid, to_netuid, bound)
    fits = _fits(amount.rao, most, limited=bound is not None)
    from_root = netuid == ROOT
    sale = await desk.market.trade(netuid, "sell", amount.rao, drop_fee=from_root)
    purchase = await desk.market.trade(to_netuid, "buy", sale.out, drop_fee=not from_root)
    quote = swap_quote(
        NOBODY,
        NOBODY,
        (netuid, to_netuid),
        sale,
        purchase,
        asked_rao=amount.rao,
        limit_rao=bound,
    )
    if bound is not None and fits is not False:
        net = net_of(sale, purchase)
        least = await least_had(desk, netuid, to_netuid, net, bound)
        quote = replace(quote, minimum_out=None if least is None else Alpha(least, to_netuid))
    return Enquiry(quote, _money(most, netuid), fits)


async def _most_moved(desk: Desk, netuid: int, to_netuid: int, bound: int) -> int | None:
    try:
        return await most_moved(desk, netuid, to_netuid, bound)
    except RefusedOrder:
        return 0
    except UnknownOutcome:
        return None


def _fits(rao: int, most: int | None, *, limited: bool) -> bool | None:
    if most is None:
        return None if limited else True
    return rao <= most


def _money(rao: int | None, netuid: int | None) -> Tao | Alpha | None:
    if rao is None or rao >= U64_MAX:
        return None
    return Tao(rao) if netuid is None else Alpha(rao, netuid)
