"""What the JSON of `taoctl network` and `taoctl subnet prune-order` holds."""

from __future__ import annotations

from taoctl.cli.network import HEALTH_SCHEMA
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.subnet_prune_order import SCHEMA as PRUNE_ORDER_SCHEMA
from taoctl.reads.concentration import ConcentrationRow
from taoctl.reads.prune_order import PruneRow

SCHEMAS: dict[str, Shape | Plain] = {
    HEALTH_SCHEMA: Shape("taoctl network health", ConcentrationRow),
    PRUNE_ORDER_SCHEMA: Shape("taoctl subnet prune-order", PruneRow),
}
