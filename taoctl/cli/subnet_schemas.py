"""What the JSON of `taoctl subnet list`, `price`, `emission`, `owner` and their kin holds."""

from __future__ import annotations

from typing import Any

from taoctl.cli.schema_parts import (
    INT,
    INT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Plain,
    Shape,
    array,
    obj,
    row_schema,
)
from taoctl.cli.subnet_emission import SCHEMA as EMISSION_SCHEMA
from taoctl.cli.subnet_list import SCHEMA as LIST_SCHEMA
from taoctl.cli.subnet_owner import SCHEMA as OWNER_SCHEMA
from taoctl.cli.subnet_price import SCHEMA as PRICE_SCHEMA
from taoctl.cli.subnet_prune_order import SUBNETS_SCHEMA
from taoctl.reads.epoch_gains import GainRow
from taoctl.reads.epoch_payout import PaymentRow
from taoctl.reads.owned_subnets import AttentionRow, OwnedSubnetRow
from taoctl.reads.subnet_emission import EmissionRow
from taoctl.reads.subnet_list import ListedSubnetRow
from taoctl.reads.subnet_prices import PriceRow
from taoctl.reads.subnet_prune_order import SubnetPruneRow


def _with_participants(**always: Any) -> dict[str, Any]:
    """An answer with more fields where the participants of the next epoch are asked for."""
    more = {
        "exact": {"type": "boolean"},
        "doubts": array(TEXT),
        "epoch_alpha_rao": TEXT,
        "nobody_rao": TEXT,
        "participants": array(row_schema(PaymentRow)),
        "positions": array(row_schema(GainRow)),
    }
    return {**obj(**always, **more), "required": list(always)}


SCHEMAS: dict[str, Shape | Plain] = {
    LIST_SCHEMA: Shape("taoctl subnet list", ListedSubnetRow),
    PRICE_SCHEMA: Shape("taoctl subnet price", PriceRow),
    SUBNETS_SCHEMA: Shape("taoctl subnet prune-order --subnets", SubnetPruneRow),
    EMISSION_SCHEMA: Plain(
        "taoctl subnet emission",
        _with_participants(
            netuid=INT,
            next_epoch_block=INT_OR_NULL,
            blocks_to_epoch=INT_OR_NULL,
            held_back=TEXT_OR_NULL,
            block_tao_rao=TEXT_OR_NULL,
            alpha_out_rao=TEXT_OR_NULL,
            parts=array(row_schema(EmissionRow)),
        ),
    ),
    OWNER_SCHEMA: Plain(
        "taoctl subnet owner",
        obj(
            attention=array(row_schema(AttentionRow)),
            subnets=array(row_schema(OwnedSubnetRow)),
        ),
    ),
}
