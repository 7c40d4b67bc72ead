"""One subnet with what orders there would lose, what a seat costs next, and what was locked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import value_or_none
from taoctl.reads.network_cost import network_cost
from taoctl.reads.pools import markets
from taoctl.reads.seat_prices import seat_prices
from taoctl.reads.subnet_board import next_seats, where_told
from taoctl.reads.subnets import SubnetRow, subnet
from taoctl.units import RAO_PER_TAO


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetDetailRow(SubnetRow):
    """One subnet. Amounts are rao; a value that the runtime does not have is None."""

    LEADING = (
        "netuid",
        "name",
        "symbol",
        "price_rao",
        "slippage_1_ppm",
        "slippage_10_ppm",
        "slippage_100_ppm",
        "moving_price_bits",
        "emission_share_ppm",
        "tao_in_emission_rao",
        "alpha_in_emission_rao",
        "alpha_out_emission_rao",
        "tao_in_rao",
        "alpha_in_rao",
        "alpha_out_rao",
        "volume_rao",
        "neurons",
        "max_neurons",
        "burn_rao",
        "next_burn_rao",
        "risen_burn_rao",
        "registration_allowed",
        "trading_enabled",
        "tempo",
        "last_epoch_block",
        "blocks_since_last_step",
        "next_epoch_block",
        "registered_at",
        "locked_rao",
        "new_subnet_rao",
    )

    slippage_1_ppm: Annotated[
        int | None,
        Column("slip 1τ", Kind.PPM, "of the value at spot, lost by a buy for 1 TAO, the fee too"),
    ]
    slippage_10_ppm: Annotated[
        int | None, Column("slip 10τ", Kind.PPM, "the same of a buy for 10 TAO")
    ]
    slippage_100_ppm: Annotated[
        int | None, Column("slip 100τ", Kind.PPM, "the same of a buy for 100 TAO")
    ]
    next_burn_rao: Annotated[
        int | None, Column("next τ", Kind.TAO, "price of a registration in the next block")
    ]
    risen_burn_rao: Annotated[
        int | None, Column("then τ", Kind.TAO, "its price in that block after one registration")
    ]
    locked_rao: Annotated[
        int | None, Column("locked τ", Kind.TAO, "TAO that was locked when the subnet was created")
    ]
    new_subnet_rao: Annotated[
        int | None,
        Column("new subnet τ", Kind.TAO, "what creating another one costs in this block"),
    ]


async def subnet_detail(view: View, netuid: int) -> SubnetDetailRow:
    """One subnet; raises UsageError for a netuid that does not exist, naming what does."""
    row = await subnet(view, netuid)
    market, seats, locked, cost = await asyncio.gather(
        markets(view, {netuid: row.price_rao}),
        seat_prices(view, (netuid,)),
        value_or_none(view, "SubnetLocked", netuid),
        where_told(network_cost(view)),
    )
    here = market.get(netuid)
    lost = [None if here is None else here.slippage_ppm(n * RAO_PER_TAO) for n in (1, 10, 100)]
    following = next_seats(seats.get(netuid))
    return SubnetDetailRow(
        **{field.name: getattr(row, field.name) for field in fields(SubnetRow)},
        slippage_1_ppm=lost[0],
        slippage_10_ppm=lost[1],
        slippage_100_ppm=lost[2],
        next_burn_rao=following[0],
        risen_burn_rao=following[1],
        locked_rao=None if locked is None else int(locked),
        new_subnet_rao=None if cost is None else cost.cost_rao,
    )
