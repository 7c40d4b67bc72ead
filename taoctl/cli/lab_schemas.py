"""What the JSON of the lab's commands holds."""

from __future__ import annotations

from taoctl.cli.lab import STAKE_SCHEMA, SWAP_SCHEMA
from taoctl.cli.lab_epoch import EPOCH_SCHEMA, WHAT_IF_SCHEMA
from taoctl.cli.schema_parts import (
    DECIMAL,
    INT,
    RAO,
    TAO_OR_NULL,
    TEXT,
    Plain,
    Shape,
    array,
    obj,
    row_schema,
)
from taoctl.reads.curve import CurveRow
from taoctl.reads.what_if import ChangeRow

ALPHA = obj(rao=RAO, alpha=DECIMAL)
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

_INTS = array(INT)
_FLAGS = array({"type": "boolean"})
_PAIR = {"type": "array", "items": INT, "minItems": 2, "maxItems": 2}
_BITS = ("stake", "active_stake", "consensus", "incentive", "dividends", "validator_trust")
_EPOCH = obj(
    stake_weight=_INTS,
    active=_FLAGS,
    validator_permit=_FLAGS,
    consensus=_INTS,
    incentive=_INTS,
    dividends=_INTS,
    validator_trust=_INTS,
    rank_raw_u16=_INTS,
    emission=_INTS,
    server_emission=_INTS,
    validator_emission=_INTS,
    bonds=array({"anyOf": [array(_PAIR), {"type": "null"}]}),
    i32f32_bits=obj(**dict.fromkeys(_BITS, _INTS)),
)

SCHEMAS: dict[str, Shape | Plain] = {
    SWAP_SCHEMA: Plain(
        "taoctl lab swap",
        {"oneOf": [*_SWAPPED["oneOf"], array(obj(name=TEXT, output=_SWAPPED))]},
    ),
    EPOCH_SCHEMA: Plain(
        "taoctl lab epoch",
        {"oneOf": [_EPOCH, array(obj(name=TEXT, output=_EPOCH))]},
    ),
    WHAT_IF_SCHEMA: Plain(
        "taoctl lab epoch --netuid",
        obj(
            netuid=INT,
            epoch_block=INT,
            emission=ALPHA,
            equals_chain={"type": ["boolean", "null"]},
            neurons=array(row_schema(ChangeRow)),
        ),
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
