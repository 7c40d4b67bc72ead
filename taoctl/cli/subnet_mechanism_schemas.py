"""What the JSON of `taoctl subnet mechanisms` holds."""

from __future__ import annotations

from taoctl.cli.schema_parts import INT, INT_OR_NULL, Plain, Shape, array, obj, row_schema
from taoctl.cli.subnet_mechanisms import SCHEMA
from taoctl.reads.mechanisms import MechanismRow

SCHEMAS: dict[str, Shape | Plain] = {
    SCHEMA: Plain(
        "taoctl subnet mechanisms",
        obj(
            netuid=INT,
            most=INT_OR_NULL,
            max_uids=INT,
            split={"anyOf": [array(INT), {"type": "null"}]},
            count_from_block=INT_OR_NULL,
            split_from_block=INT_OR_NULL,
            mechanisms=array(row_schema(MechanismRow)),
        ),
    )
}
