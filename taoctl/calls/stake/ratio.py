"""Swaps from one subnet to another: the ratio of two prices, and what its limit lets through."""

from __future__ import annotations

from taoctl.calls.base import Quote
from taoctl.calls.stake.desk import Desk, Fill, UnknownOutcome
from taoctl.calls.stake.limits import Limit, Tolerance, Unlimited, limit_price
from taoctl.calls.stake.quoting import missing_ppm, price_of_bits
from taoctl.economics.pool import RAO, WEIGHT_ONE, Pool, max_amount_moved
from taoctl.units import U64_MAX, Alpha, Tao

_ONE = 1 << 64


async def opening_ratio(desk: Desk, source: int, target: int) -> int:
    """Price on one subnet over the price on another before any order, U64F64 bits; 0 for none."""
    given = await desk.market.opening_bits(source)
    had = await desk.market.opening_bits(target)
    return _ratio(given, had)


async def reserve_ratio(desk: Desk, source: int, target: int) -> int | None:
    """The opening ratio as the chain reckons a swap's limit: by reserves, as if weights were even.

    None where it is the ratio of the prices, or not known. Trades do not change weights, so the
    two ratios move together.
    """
    if not (await desk.market.trades(source) and await desk.market.trades(target)):
        return None
    pools = await _pools(desk, source, target)
    if pools is None or all(_even(one) for one in pools):
        return None
    given, had = pools
    ratio = await opening_ratio(desk, source, target)
    above = given.quote_weight_perquintill * had.base_weight_perquintill
    below = given.base_weight_perquintill * had.quote_weight_perquintill
    return ratio * above // below


async def swap_limit(desk: Desk, limit: Limit, source: int, target: int) -> int | None:
    """The limit of a swap, in rao of the ratio of the two prices; None without one.

    The chain refuses a limit above the ratio of the prices, and one above that of the reserves;
    a tolerance is measured from the lower of the two.

    Raises:
        UsageError: a tolerance of 100 % or more.
    """
    if isinstance(limit, Unlimited):
        return None
    ratio = await _highest_ratio(desk, source, target)
    by_reserves = await reserve_ratio(desk, source, target)
    if isinstance(limit, Tolerance) and by_reserves is not None:
        ratio = min(ratio, by_reserves)
    return limit_price(limit, "sell", ratio)


async def _highest_ratio(desk: Desk, source: int, target: int) -> int:
    """The opening ratio, or the most that it may be where prices are known to a rao only."""
    if await desk.market.exact(source) and await desk.market.exact(target):
        return await opening_ratio(desk, source, target)
    given = await desk.market.opening_bits(source)
    if not await desk.market.exact(source):
        given += _ONE // RAO + 1
    return _ratio(given, await desk.market.opening_bits(target)) + 1


async def most_moved(desk: Desk, source: int, target: int, limit_rao: int) -> int | None:
    """The most alpha that swaps within a limit, rao, as the chain reckons it; None if unknown.

    Source: `get_max_amount_move`. It is exact for pools of even weights only, and the chain goes
    by it all the same.

    Raises:
        RefusedOrder: the price is past the limit already, or a pool is too small.
    """
    given, had = await desk.market.trades(source), await desk.market.trades(target)
    if not given and not had:
        return 0 if limit_rao > RAO else U64_MAX
    if not given:
        if not limit_rao:
            return U64_MAX
        price = ((RAO << 64) // limit_rao * RAO) >> 64
        return await desk.market.most(target, "buy", min(price, U64_MAX))
    if not had:
        return await desk.market.most(source, "sell", limit_rao)
    pools = await _pools(desk, source, target)
    return None if pools is None else max_amount_moved(*pools, limit_rao)


async def least_had(
    desk: Desk, source: int, target: int, net_rao: int, limit_rao: int
) -> int | None:
    """The least that a whole swap within its limit brings, rao; None where it guarantees nothing.

    The chain holds a swap between two pools against a formula for even weights; with others it
    may let through what brings less than the limit. A pool's rounding takes a rao at most.
    """
    if await desk.market.trades(source) and await desk.market.trades(target):
        pools = await _pools(desk, source, target)
        if pools is None or not all(_even(one) for one in pools):
            return None
    return max(net_rao * limit_rao // RAO - 1, 0)


def swap_quote(
    account: str,
    hotkey: str,
    netuids: tuple[int, int],
    sale: Fill,
    purchase: Fill,
    *,
    asked_rao: int,
    limit_rao: int | None,
) -> Quote:
    """The quote of alpha of one subnet, sold and bought again on another.

    Args:
        account: ss58 address of who trades.
        hotkey: ss58 address that holds what is had.
        netuids: of what is given and of what is had.
        asked_rao: what was to be given.
    """
    source, target = netuids
    before = _ratio(sale.price_bits, purchase.price_bits)
    after: int | None = None
    if sale.price_after_bits is not None and purchase.price_after_bits is not None:
        after = _ratio(sale.price_after_bits, purchase.price_after_bits)
    fee = Alpha(sale.fee, source) if sale.fee or not purchase.fee else Tao(purchase.fee)
    impact, cost = (
        missing_ppm(purchase.out << 64, one * before)
        for one in (net_of(sale, purchase), sale.paid_in)
    )
    return Quote(
        kind="swap",
        account=account,
        hotkey=hotkey,
        netuid=target,
        netuid_in=source,
        paid_in=Alpha(sale.paid_in, source),
        pool_fee=fee,
        out=Alpha(purchase.out, target),
        price_rao=price_of_bits(before),
        price_after_rao=price_of_bits(after),
        limit_price_rao=limit_rao,
        impact_ppm=impact,
        cost_ppm=cost,
        partial=sale.paid_in < asked_rao,
    )


def net_of(sale: Fill, purchase: Fill) -> int:
    """The alpha that is swapped once the pools' fee is taken, rao, wherever it is taken."""
    net = sale.paid_in - sale.fee
    if purchase.fee and purchase.paid_in:
        net = net * (purchase.paid_in - purchase.fee) // purchase.paid_in
    return net


async def _pools(desk: Desk, source: int, target: int) -> tuple[Pool, Pool] | None:
    try:
        given, had = await desk.pool(source), await desk.pool(target)
    except UnknownOutcome:
        return None
    return None if given is None or had is None else (given, had)


def _even(pool: Pool) -> bool:
    return pool.quote_weight_perquintill * 2 == WEIGHT_ONE


def _ratio(given_bits: int, had_bits: int) -> int:
    return (given_bits << 64) // had_bits if had_bits else 0
