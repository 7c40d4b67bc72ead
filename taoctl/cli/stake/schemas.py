"""What the JSON of the stake commands holds."""

from __future__ import annotations

from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.stake.quote import QUOTE
from taoctl.cli.stake.quote import SCHEMA as QUOTE_SCHEMA
from taoctl.reads.positions import PositionRow

SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.stake.list/1": Shape("taoctl stake list", PositionRow),
    QUOTE_SCHEMA: QUOTE,
}
