"""`taoctl subnet list`: every subnet, ordered and filtered as asked."""

from __future__ import annotations

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.row_choice import Containing, Reverse, SortBy, chosen, named_column

SCHEMA = "taoctl.subnet.list/1"


def list_(sort: SortBy = None, reverse: Reverse = False, containing: Containing = None) -> None:
    """Every subnet: price, emission, pool, slippage, owner, registration and next epoch.

    `slip 10τ` is what a buy for 10 TAO would lose of its value at the price: the pool's fee, and
    how far the order itself moves the price. It is worked out here, for all pools at once.

    \b
    Examples:
      taoctl subnet list
      taoctl subnet list --sort emission
      taoctl subnet list --sort burn --reverse --filter vision
      taoctl subnet list --at-block 5000000 -n archive -o csv
    """
    from taoctl.reads.columns import columns_of
    from taoctl.reads.subnet_list import ListedSubnetRow, listed_subnets

    if sort is not None:
        named_column(columns_of(ListedSubnetRow), sort)
    rows, origin = context.run(listed_subnets)
    left = chosen(rows, ListedSubnetRow, containing, sort, reverse=reverse)
    output.show(Result(SCHEMA, origin, (Section(left, ListedSubnetRow),)))
