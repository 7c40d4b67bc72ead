"""Schemas of what the commands print that change a chain, and of those that look after them."""

from __future__ import annotations

from typing import Any

from taoctl.cli.schema_parts import (
    DECIMAL,
    INT,
    INT_OR_NULL,
    RAO,
    TAO,
    TAO_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Plain,
    Shape,
    array,
    obj,
)
from taoctl.reads.delegations import PendingRow, ProxyRow

_ALPHA: dict[str, Any] = obj(rao=RAO, alpha=DECIMAL, netuid=INT)
_QUANTITY: dict[str, Any] = {"anyOf": [TAO, _ALPHA, TEXT_OR_NULL]}
_HEX: dict[str, Any] = {"type": "string", "pattern": "^0x[0-9a-f]*$"}
_CALL: dict[str, Any] = {
    "description": "arguments by name as the chain has them, integers from 2^53 on as text; "
    "a nested call is an object of this form",
    **obj(pallet=TEXT, call=TEXT, args={"type": "object"}),
}
_EFFECT = {
    "description": "hotkey and netuid are those of stake, and null of anything else",
    **obj(
        account=TEXT_OR_NULL,
        what=TEXT,
        hotkey=TEXT_OR_NULL,
        netuid=INT_OR_NULL,
        before=_QUANTITY,
        after=_QUANTITY,
    ),
}
_REFUSAL = obj(name=TEXT, message=TEXT, hint=TEXT_OR_NULL, allowed_from_block=INT_OR_NULL)
_EVENT = obj(pallet=TEXT, name=TEXT, values={})

_MONEY: dict[str, Any] = {"anyOf": [TAO, _ALPHA]}
_MONEY_OR_NULL: dict[str, Any] = {"anyOf": [TAO, _ALPHA, {"type": "null"}]}
_ALPHA_OR_NULL: dict[str, Any] = {"anyOf": [_ALPHA, {"type": "null"}]}
_PRICE: dict[str, Any] = {
    "description": "TAO per alpha; of a swap what is given over what is had, in alpha per alpha",
    **TAO_OR_NULL,
}
_QUOTE: dict[str, Any] = {
    "description": "a trade on a pool as it was quoted; paid_in has pool_fee in it, minimum_out is "
    "what the limit guarantees",
    **obj(
        kind={"enum": ["buy", "sell", "swap"]},
        account=TEXT,
        hotkey=TEXT,
        netuid=INT,
        netuid_in=INT_OR_NULL,
        paid_in=_MONEY,
        pool_fee=_MONEY,
        out=_MONEY_OR_NULL,
        minimum_out=_MONEY_OR_NULL,
        spot_price=_PRICE,
        spot_price_after=_PRICE,
        limit_price=_PRICE,
        impact_ppm=INT_OR_NULL,
        cost_ppm=INT_OR_NULL,
        partial={"type": "boolean"},
    ),
}
_ACTUAL: dict[str, Any] = {
    "description": "what the chain did; out is null where it was not traded, and spot_price is "
    "then the price at the end of the block that refused it",
    **obj(
        paid_in=_MONEY_OR_NULL,
        pool_fee=_MONEY_OR_NULL,
        out=_MONEY_OR_NULL,
        average_price=_PRICE,
        spot_price=_PRICE,
    ),
}

REFERENCE = obj(
    id=INT,
    state=TEXT,
    extrinsic_hash=_HEX,
    nonce=INT,
    block=INT_OR_NULL,
    block_hash=TEXT_OR_NULL,
    index=INT_OR_NULL,
    error=TEXT_OR_NULL,
)

_SEAT_QUOTED: dict[str, Any] = {
    "description": "what a registration was quoted to cost",
    **obj(price=TAO),
}
_SEAT_ACTUAL: dict[str, Any] = {
    "description": "what one costs at the end of the block that refused it; null where not known",
    **obj(price=TAO_OR_NULL, block=INT_OR_NULL),
}
ERROR_DETAILS: dict[str, Any] = {
    "description": "why a plan was refused, or the transaction that an error is about",
    "type": "object",
    "properties": {
        "refusals": array(_REFUSAL),
        "transaction": REFERENCE,
        "done": {"description": "what was sent before it, of several", **array(REFERENCE)},
        "not_sent": {"description": "addresses of who was to sign after it", **array(TEXT)},
        "quoted": {"anyOf": [_QUOTE, _SEAT_QUOTED]},
        "actual": {"anyOf": [_ACTUAL, _SEAT_ACTUAL]},
    },
    "additionalProperties": False,
}
_APPROVAL: dict[str, Any] = {
    "description": "of a call that several must approve; null where it is none",
    "anyOf": [
        obj(
            multisig_ss58=TEXT,
            call_hash=_HEX,
            number=INT,
            threshold=INT,
            carries_out={"type": "boolean"},
            may_approve=array(TEXT),
        ),
        {"type": "null"},
    ],
}
PLAN = Plain(
    "any command that changes a chain, with --dry-run",
    obj(
        intent=TEXT,
        call=_CALL,
        call_by_hash={"anyOf": [_CALL, {"type": "null"}]},
        call_bytes=_HEX,
        signer_ss58=TEXT,
        fee_payer_ss58=TEXT,
        fee=TAO_OR_NULL,
        tip=TAO,
        nonce=INT,
        era_blocks=INT,
        balance_before=TAO,
        balance_after=TAO_OR_NULL,
        effects=array(_EFFECT),
        refusals=array(_REFUSAL),
        warnings=array(TEXT),
        approval=_APPROVAL,
        fee_in_alpha={
            "description": "taken in place of fee and tip where there is too little TAO",
            **_ALPHA_OR_NULL,
        },
        quotes=array(_QUOTE),
    ),
)
TX = Plain(
    "any command that changes a chain",
    obj(
        id=INT,
        state={"enum": ["prepared", "sent", "in_block", "finalized", "unknown"]},
        final={"type": "boolean"},
        intent=TEXT,
        call=TEXT,
        signer_ss58=TEXT,
        nonce=INT,
        extrinsic_hash=_HEX,
        block=INT_OR_NULL,
        block_hash=TEXT_OR_NULL,
        index=INT_OR_NULL,
        fee=TAO_OR_NULL,
        fee_in_alpha={"description": "taken in place of TAO; fee is then 0", **_ALPHA_OR_NULL},
        events=array(_EVENT),
        approval=_APPROVAL,
        carried_out={
            "description": "false where it was only approved; null where it is in no block yet",
            "anyOf": [{"type": "boolean"}, {"type": "null"}],
        },
        quotes=array(obj(quoted=_QUOTE, actual=_ACTUAL)),
    ),
)

PLANS = Plain(
    "a command that changes a chain for several wallets, with --dry-run",
    obj(plans=array(PLAN.data)),
)
TXS = Plain("a command that changes a chain for several wallets", obj(transactions=array(TX.data)))

SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.plan/1": PLAN,
    "taoctl.plans/1": PLANS,
    "taoctl.tx/1": TX,
    "taoctl.txs/1": TXS,
    "taoctl.proxy.list/1": Shape("taoctl proxy list", ProxyRow),
    "taoctl.multisig.list/1": Shape("taoctl multisig list", PendingRow),
    "taoctl.multisig.address/1": Plain(
        "taoctl multisig address",
        obj(ss58=TEXT, threshold=INT, signatories=array(TEXT)),
    ),
}
