"""What the JSON of the lab's commands holds."""

from __future__ import annotations

from taoctl.cli.lab import STAKE_SCHEMA, SWAP_SCHEMA
from taoctl.cli.schema_parts import INT, TAO_OR_NULL, TEXT, Plain, Shape, array, obj, row_schema
from taoctl.reads.curve import CurveRow

_NUMBER = {"type": "number"}
_SWAPPED = {
    "oneOf": [
        obj(
            amount_paid_in=INT,
            amount_paid_out=INT,
            fee_paid=INT,
            refund=INT,
            partial={"type": "boolean"},
            alpha_after=INT,
            tao_after=INT,
            price_before_bits=INT,
            price_after_bits=INT,
            price_before=_NUMBER,
            price_after=_NUMBER,
        ),
        obj(error=TEXT),
    ]
}

SCHEMAS: dict[str, Shape | Plain] = {
    SWAP_SCHEMA: Plain(
        "taoctl lab swap",
        {"oneOf": [*_SWAPPED["oneOf"], array(obj(name=TEXT, output=_SWAPPED))]},
    ),
    STAKE_SCHEMA: Plain(
        "taoctl lab stake",
        obj(
            netuid=INT,
            side={"enum": ["buy", "sell"]},
            spot_price=TAO_OR_NULL,
            points=array(row_schema(CurveRow)),
        ),
    ),
}
