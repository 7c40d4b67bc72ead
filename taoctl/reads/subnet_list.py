"""All subnets side by side: what `subnets` tells of each, and what an order there would lose."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.pools import POOL_ENTRIES, markets
from taoctl.reads.registry import read
from taoctl.reads.subnets import SUBNET_NEEDS, SUBNET_WANTS, SubnetRow, subnets
from taoctl.units import RAO_PER_TAO

ORDER_RAO = 10 * RAO_PER_TAO
"""The order whose slippage is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSubnetRow(SubnetRow):
    """One subnet among all. Amounts are rao."""

    LEADING = (
        "netuid",
        "name",
        "symbol",
        "price_rao",
        "emission_share_ppm",
        "tao_in_rao",
        "slippage_ppm",
        "owner_coldkey",
        "burn_rao",
        "neurons",
        "max_neurons",
        "next_epoch_block",
    )

    slippage_ppm: Annotated[
        int | None,
        Column(
            "slip 10τ",
            Kind.PPM,
            "of the value at spot, lost to the fee and its own size by a buy for 10 TAO; unknown "
            "where alpha does not trade or the pool's curve is not known",
        ),
    ]
    owner_coldkey: Annotated[str | None, Column("owner", Kind.SS58, "coldkey of the owner", drop=2)]


@read(
    "subnet-list",
    row=ListedSubnetRow,
    needs=SUBNET_NEEDS,
    wants=(*SUBNET_WANTS, *POOL_ENTRIES),
    help="every subnet, root included, with what a buy for 10 TAO would lose",
)
async def listed_subnets(view: View) -> tuple[ListedSubnetRow, ...]:
    """Every subnet in netuid order, root included.

    Slippage comes from the reserves of one request, not from a simulation of each pool.
    """
    rows = await subnets(view)
    market = await markets(view, {row.netuid: row.price_rao for row in rows})
    return tuple(
        ListedSubnetRow(
            **{field.name: getattr(row, field.name) for field in fields(SubnetRow)},
            slippage_ppm=market[row.netuid].slippage_ppm(ORDER_RAO)
            if row.netuid in market
            else None,
        )
        for row in rows
    )
