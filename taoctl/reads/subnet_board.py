"""All subnets with what their owners and stakers watch, and what one more subnet would cost.

Everything is read for all subnets at once: how many requests it takes does not depend on how many
subnets there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, TypeVar

from taoctl.chain.view import View
from taoctl.economics.seat_price import SeatPrice
from taoctl.errors import NotInRuntimeError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.network_cost import NetworkCostRow, network_cost
from taoctl.reads.positions import change_ppm
from taoctl.reads.seat_prices import seat_prices
from taoctl.reads.subnet_list import ListedSubnetRow, listed_subnets
from taoctl.reads.subnet_prune_order import SubnetPruneLine, subnet_prune_line
from taoctl.reads.subnets import subnets

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow(ListedSubnetRow):
    """One subnet among all, as it moves. Amounts are rao; what is not known is None."""

    price_change_ppm: Annotated[
        int | None, Column("24h", Kind.PPM, "change of the price over 7200 blocks")
    ]
    next_burn_rao: Annotated[
        int | None,
        Column("next τ", Kind.TAO, "price of a registration in the next block", wide=True),
    ]
    risen_burn_rao: Annotated[
        int | None,
        Column("then τ", Kind.TAO, "its price in that block after one registration", wide=True),
    ]
    prune_rank: Annotated[
        int | None,
        Column("prune", Kind.INT, "place among those that a new subnet replaces; - is immune"),
    ]


@dataclass(frozen=True, slots=True)
class SubnetBoard:
    """Every subnet, and a new one.

    Attributes:
        rows: in netuid order, root included.
        cost: of a new subnet; None where the runtime does not tell.
        line: which subnets it would replace; None where that is not known.
    """

    rows: tuple[BoardRow, ...]
    cost: NetworkCostRow | None
    line: SubnetPruneLine | None


async def subnet_board(view: View, day_ago: Awaitable[Mapping[int, int]]) -> SubnetBoard:
    """Every subnet at a block, and what a new one would cost and replace.

    Args:
        view: the block.
        day_ago: gives prices per netuid of a day before, rao of TAO per alpha.
    """
    rows, seats, cost, line, before = await asyncio.gather(
        listed_subnets(view),
        _all_seats(view),
        where_told(network_cost(view)),
        where_told(subnet_prune_line(view)),
        day_ago,
    )
    ranks = {} if line is None else {row.netuid: row.prune_rank for row in line.rows}
    return SubnetBoard(
        tuple(
            _row(row, before.get(row.netuid), seats.get(row.netuid), ranks.get(row.netuid))
            for row in rows
        ),
        cost,
        line,
    )


async def where_told(reading: Awaitable[T]) -> T | None:
    """What a read says; None where the runtime has no such thing, or another rule."""
    try:
        return await reading
    except NotInRuntimeError:
        return None


def next_seats(seat: SeatPrice | None) -> tuple[int | None, int | None]:
    """Rao that a seat costs in the next block, and there after one registration."""
    # Runtimes without a half life adjust the price by what was registered in a while.
    if seat is None or seat.half_life_blocks is None:
        return None, None
    first, then = seat.sequence(1)
    return first, then


async def _all_seats(view: View) -> dict[int, SeatPrice]:
    return await seat_prices(view, [row.netuid for row in await subnets(view)])


def _row(
    row: ListedSubnetRow, before: int | None, seat: SeatPrice | None, rank: int | None
) -> BoardRow:
    following = next_seats(seat)
    return BoardRow(
        **{field.name: getattr(row, field.name) for field in fields(ListedSubnetRow)},
        price_change_ppm=change_ppm(before, row.price_rao, row.netuid),
        next_burn_rao=following[0],
        risen_burn_rao=following[1],
        prune_rank=rank,
    )
