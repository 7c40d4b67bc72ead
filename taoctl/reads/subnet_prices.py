"""Prices of subnets: now, their slow average, the day's change, and what orders would get."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.pools import POOL_ENTRIES, Market, markets
from taoctl.reads.positions import change_ppm, prices_a_day_ago
from taoctl.reads.registry import read
from taoctl.reads.subnets import (
    SUBNET_NEEDS,
    SUBNET_WANTS,
    SubnetRow,
    subnets,
    unknown_netuid,
)
from taoctl.units import RAO_PER_TAO, ROOT_NETUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """The price of one subnet's alpha. Amounts are rao; what is not known is None."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number, 0 is root")]
    name: Annotated[str, Column("name", Kind.TEXT, "the subnet's own name")]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha, at the margin")]
    moving_price_bits: Annotated[
        int | None, Column("ema price", Kind.I96F32, "moving price, the base of emission")
    ]
    price_change_ppm: Annotated[
        int | None, Column("24h", Kind.PPM, "change of the price over 7200 blocks")
    ]
    tao_in_rao: Annotated[int | None, Column("pool τ", Kind.TAO, "TAO reserve of the pool", drop=4)]
    alpha_in_rao: Annotated[
        int | None, Column("pool α", Kind.ALPHA, "alpha reserve of the pool", wide=True)
    ]
    alpha_for_1_rao: Annotated[
        int | None, Column("1τ buys α", Kind.ALPHA, "alpha that 1 TAO buys", drop=2)
    ]
    alpha_for_10_rao: Annotated[
        int | None, Column("10τ buys α", Kind.ALPHA, "alpha that 10 TAO buy", drop=1)
    ]
    alpha_for_100_rao: Annotated[
        int | None, Column("100τ buys α", Kind.ALPHA, "alpha that 100 TAO buy", drop=3)
    ]
    slippage_1_ppm: Annotated[
        int | None,
        Column("slip 1τ", Kind.PPM, "of the value at spot, lost by a buy for 1 TAO", wide=True),
    ]
    slippage_10_ppm: Annotated[
        int | None, Column("slip 10τ", Kind.PPM, "of the value at spot, lost by a buy for 10 TAO")
    ]
    slippage_100_ppm: Annotated[
        int | None,
        Column("slip 100τ", Kind.PPM, "of the value at spot, lost by a buy for 100 TAO"),
    ]


@read(
    "prices",
    row=PriceRow,
    needs=SUBNET_NEEDS,
    wants=(*SUBNET_WANTS, *POOL_ENTRIES),
    help="price of subnets' alpha: now, moving, the day's change, and what orders would get",
)
async def subnet_prices(view: View, netuids: Sequence[int] | None = None) -> tuple[PriceRow, ...]:
    """The subnets in the order in which they are named, or all of them by netuid.

    Orders are worked out from the reserves, each alone, with the pool's fee. The change is unknown
    where the node has no state of a day ago, and on a chain younger than that.

    Args:
        view: the block to read.
        netuids: which subnets; all when left out or empty.

    Raises:
        UsageError: a subnet that does not exist.
    """
    rows, before = await asyncio.gather(subnets(view), prices_a_day_ago(view))
    known = {row.netuid: row for row in rows}
    for netuid in netuids or ():
        if netuid not in known:
            raise unknown_netuid(netuid, list(known))
    wanted = [known[netuid] for netuid in dict.fromkeys(netuids or known)]
    market = await markets(view, {row.netuid: row.price_rao for row in wanted})
    return tuple(_row(row, market.get(row.netuid), before.get(row.netuid)) for row in wanted)


def _row(row: SubnetRow, market: Market | None, before: int | None) -> PriceRow:
    alpha: list[int | None] = [None] * 3
    lost: list[int | None] = [None] * 3
    if market is not None:
        orders = [tao * RAO_PER_TAO for tao in (1, 10, 100)]
        alpha = [market.alpha_for(tao) for tao in orders]
        lost = [market.slippage_ppm(tao) for tao in orders]
    return PriceRow(
        netuid=row.netuid,
        name=row.name,
        price_rao=row.price_rao,
        # Root's is not kept.
        moving_price_bits=row.moving_price_bits if row.netuid != ROOT_NETUID else None,
        price_change_ppm=change_ppm(before, row.price_rao, row.netuid),
        tao_in_rao=row.tao_in_rao,
        alpha_in_rao=row.alpha_in_rao,
        alpha_for_1_rao=alpha[0],
        alpha_for_10_rao=alpha[1],
        alpha_for_100_rao=alpha[2],
        slippage_1_ppm=lost[0],
        slippage_10_ppm=lost[1],
        slippage_100_ppm=lost[2],
    )
