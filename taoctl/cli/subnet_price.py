"""`taoctl subnet price`: what alpha costs, and what orders of some sizes would get."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section

SCHEMA = "taoctl.subnet.price/1"


def price(
    netuids: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NETUID]...", help="Subnets; all without.", parser=context.netuid),
    ] = None,
) -> None:
    """Price of alpha: now, its slow average, the day's change, and what orders would get.

    `ema price` decides the share of emission, not the price of the moment. Orders are each alone
    and with the pool's fee; `slip` is what they lose of their value at the price. The day's change
    is over 7200 blocks, unknown where the node no longer has the state of that block.

    \b
    Examples:
      taoctl subnet price
      taoctl subnet price 1 2 -o wide
      taoctl subnet price 1 -n archive -o json | jq '.data[0].price_change_ppm'
    """
    from taoctl.reads.subnet_prices import PriceRow, subnet_prices

    rows, origin = context.run(lambda view: subnet_prices(view, netuids or ()))
    output.show(Result(SCHEMA, origin, (Section(rows, PriceRow),)))
