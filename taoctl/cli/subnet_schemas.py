"""What the JSON of `taoctl subnet list`, `price`, `emission`, `owner` and their kin holds."""

from __future__ import annotations

from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.subnet_list import SCHEMA as LIST_SCHEMA
from taoctl.cli.subnet_price import SCHEMA as PRICE_SCHEMA
from taoctl.cli.subnet_prune_order import SUBNETS_SCHEMA
from taoctl.reads.subnet_list import ListedSubnetRow
from taoctl.reads.subnet_prices import PriceRow
from taoctl.reads.subnet_prune_order import SubnetPruneRow

SCHEMAS: dict[str, Shape | Plain] = {
    LIST_SCHEMA: Shape("taoctl subnet list", ListedSubnetRow),
    PRICE_SCHEMA: Shape("taoctl subnet price", PriceRow),
    SUBNETS_SCHEMA: Shape("taoctl subnet prune-order --subnets", SubnetPruneRow),
}
