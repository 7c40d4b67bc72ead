"""A plan and its outcome as the commands print them: text for people, data for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from taoctl.calls.base import Effect, Quantity, Quote
from taoctl.cli.output import Origin
from taoctl.reads.columns import Kind, json_value
from taoctl.submit.words import Block, carried_out, in_columns, outcome_lines, plan_lines
from taoctl.units import Alpha, Tao

if TYPE_CHECKING:
    from taoctl.submit.comparison import Comparison
    from taoctl.submit.outcome import Outcome
    from taoctl.submit.plan import Plan


def origin_of(plan: Plan) -> Origin:
    """Where a plan was worked out."""
    return Origin(
        network=plan.network,
        genesis=plan.genesis,
        block=plan.block,
        block_hash=plan.block_hash,
        spec_version=plan.spec_version,
        simulated=plan.simulated,
    )


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as the data of `taoctl.plan/1`."""
    return {
        "intent": plan.intent,
        "call": plain_json(plan.tree.as_dict()),
        "call_by_hash": plain_json(plan.tree_by_hash.as_dict()) if plan.tree_by_hash else None,
        "call_bytes": "0x" + plan.call_bytes.hex(),
        "signer_ss58": plan.signer_ss58,
        "fee_payer_ss58": plan.fee_payer_ss58,
        "fee": _tao(plan.fee),
        "tip": _tao(plan.tip),
        "nonce": plan.nonce,
        "era_blocks": plan.era_blocks,
        "balance_before": _tao(plan.balance_before),
        "balance_after": _tao(plan.balance_after),
        "effects": [
            {
                "account": one.account,
                "what": one.what,
                "hotkey": one.hotkey,
                "netuid": one.netuid,
                "before": _quantity(one.before),
                "after": _quantity(one.after),
            }
            for one in plan.effects
        ],
        "refusals": refusals_json(plan),
        "warnings": list(plan.warnings),
        "approval": _approval_json(plan),
        "fee_in_alpha": _quantity(plan.fee_in_alpha),
        "quotes": [_quote_json(one) for one in plan.quotes],
    }


def _quote_json(quote: Quote) -> dict[str, Any]:
    return {
        "kind": quote.kind,
        "account": quote.account,
        "hotkey": quote.hotkey,
        "netuid": quote.netuid,
        "netuid_in": quote.netuid_in,
        "paid_in": _quantity(quote.paid_in),
        "pool_fee": _quantity(quote.pool_fee),
        "out": _quantity(quote.out),
        "minimum_out": _quantity(quote.minimum_out),
        "spot_price": json_value(Kind.PRICE, quote.price_rao),
        "spot_price_after": json_value(Kind.PRICE, quote.price_after_rao),
        "limit_price": json_value(Kind.PRICE, quote.limit_price_rao),
        "impact_ppm": quote.impact_ppm,
        "cost_ppm": quote.cost_ppm,
        "partial": quote.partial,
    }


def comparison_json(one: Comparison) -> dict[str, Any]:
    """A quote and what became of it, as `quoted` and `actual`."""
    return {
        "quoted": _quote_json(one.quote),
        "actual": {
            "paid_in": _quantity(one.paid_in),
            "pool_fee": _quantity(one.pool_fee),
            "out": _quantity(one.out),
            "average_price": json_value(Kind.PRICE, one.average_price_rao),
            "spot_price": json_value(Kind.PRICE, one.spot_price_rao),
        },
    }


def failed_trade_json(compared: Sequence[Comparison]) -> dict[str, Any]:
    """The first trade that was not carried out, for an error's details; nothing where all were."""
    failed = [one for one in compared if not one.traded]
    return comparison_json(failed[0]) if failed else {}


def _approval_json(plan: Plan) -> dict[str, Any] | None:
    one = plan.approval
    if one is None:
        return None
    return {
        "multisig_ss58": one.multisig,
        "call_hash": one.call_hash,
        "number": one.number,
        "threshold": one.threshold,
        "carries_out": one.carries_out,
        "may_approve": list(one.may_approve),
    }


def refusals_json(plan: Plan) -> list[dict[str, Any]]:
    """Why the chain would refuse a plan."""
    return [
        {
            "name": one.name,
            "message": one.message,
            "hint": one.hint,
            "allowed_from_block": one.allowed_from_block,
        }
        for one in plan.refusals
    ]


def plan_text(plan: Plan, names: Mapping[str, str], blocks: Block, *, refusals: bool = True) -> str:
    """A plan for a person, as `plan_lines` has it."""
    return in_columns(plan_lines(plan, names, blocks, refusals=refusals))


def outcome_json(
    plan: Plan, outcome: Outcome, compared: Sequence[Comparison] = ()
) -> dict[str, Any]:
    """An outcome as the data of `taoctl.tx/1`."""
    record = outcome.record
    return {
        "id": record.id,
        "state": str(record.state),
        "final": record.final,
        "intent": record.intent,
        "call": record.call,
        "signer_ss58": record.signer_ss58,
        "nonce": record.nonce,
        "extrinsic_hash": record.extrinsic_hash,
        "block": record.block,
        "block_hash": record.block_hash,
        "index": record.index,
        "fee": _tao(record.fee),
        "fee_in_alpha": _quantity(outcome.fee_in_alpha),
        "events": [
            {"pallet": one.pallet, "name": one.name, "values": plain_json(one.values)}
            for one in outcome.events
        ],
        "approval": _approval_json(plan),
        "carried_out": carried_out(plan, outcome),
        "quotes": [comparison_json(one) for one in compared],
    }


def outcome_text(
    plan: Plan,
    outcome: Outcome,
    names: Mapping[str, str],
    compared: Sequence[Comparison] = (),
    changed: Sequence[Effect] = (),
) -> str:
    """An outcome for a person, as `outcome_lines` has it."""
    return in_columns(outcome_lines(plan, outcome, names, compared, changed))


def plain_json(value: Any) -> Any:
    """A decoded value as JSON: bytes as `0x`, integers beyond 2^53 as text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain_json(one) for one in value]
    return json_value(Kind.INT, value)


def _tao(amount: Tao | None) -> Any:
    return None if amount is None else json_value(Kind.TAO, amount.rao)


def _quantity(value: Quantity) -> Any:
    match value:
        case Tao(rao):
            return json_value(Kind.TAO, rao)
        case Alpha(rao, netuid):
            return {**json_value(Kind.ALPHA, rao), "netuid": netuid}
    return value
