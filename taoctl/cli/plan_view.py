"""A plan and its outcome as people and as machines read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from taoctl.calls.base import Effect, Quantity, Refusal
from taoctl.cli.call_view import MOST, call_lines, more, named
from taoctl.cli.output import Origin
from taoctl.reads.columns import Kind, json_value
from taoctl.text import printable
from taoctl.units import Alpha, Tao

if TYPE_CHECKING:
    from taoctl.submit.outcome import Outcome
    from taoctl.submit.plan import Plan

_LONGEST_VALUE = 400


class Block:
    """What a chain's blocks tell about time.

    Args:
        number: of the newest block.
        millis: how long a block takes, measured; None where it could not be.
    """

    def __init__(self, number: int, millis: int | None) -> None:
        self.number = number
        self.millis = millis

    def until(self, block: int) -> str:
        """How long it is until a block, in blocks and, if it is known, in time."""
        left = max(block - self.number, 0)
        if self.millis is None:
            return f"{left} blocks"
        return f"{left} blocks ({_span(left * self.millis // 1000)})"


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
                "before": _quantity(one.before),
                "after": _quantity(one.after),
            }
            for one in plan.effects
        ],
        "refusals": refusals_json(plan),
        "warnings": list(plan.warnings),
        "approval": _approval_json(plan),
    }


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


def network_words(plan: Plan) -> str:
    """The network of a plan so that nobody takes one for another."""
    from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS

    public = {FINNEY_GENESIS: "the main network, where TAO is real", TEST_GENESIS: "the testnet"}
    if plan.genesis in public:
        return f"{plan.network}: {public[plan.genesis]}"
    return f"{plan.network} SIM" if plan.simulated else plan.network


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
    """A plan for a person: words, the decoded call, signer, fee, balances, effects.

    Args:
        refusals: whether they are in it; not where the error that follows says them.
    """
    lines = [
        ("network", network_words(plan)),
        ("what", printable(plan.intent, 2000)),
        ("call", None),
        *(("", f"  {line}") for line in call_lines(plan.tree, names)),
    ]
    if plan.tree_by_hash is not None:
        lines.append(("approves", None))
        lines.extend(("", f"  {line}") for line in call_lines(plan.tree_by_hash, names))
    lines.append(("signer", named(plan.signer_ss58, names)))
    if plan.fee_payer_ss58 != plan.signer_ss58:
        lines.append(("fee payer", named(plan.fee_payer_ss58, names)))
    tip = f", and a tip of {plan.tip}" if plan.tip.rao else ""
    lines.append(("fee", f"{plan.fee or 'not known'}{tip}"))
    era = f"{plan.era_blocks} blocks" if plan.era_blocks else "for ever"
    lines.append(("valid", f"{era}, nonce {plan.nonce}"))
    lines.append(("balance", _balances(plan)))
    if not plan.refusals:
        lines.extend(("effect", text) for text in _effects(plan.effects, names))
    warnings = [printable(text, 2000) for text in plan.warnings[:MOST]]
    lines.extend(("warning", text) for text in (*warnings, *more(len(plan.warnings), MOST)))
    for one in plan.refusals if refusals else ():
        lines.append(("refused", refusal_text(one, blocks)))
        if one.hint:
            lines.append(("hint", printable(one.hint, 2000)))
    shown = []
    previous = None
    for label, text in lines:
        head = "" if label == previous else label
        previous = label or previous
        shown.append(text if text is not None and not label else f"{head:<9}  {text or ''}")
    return "\n".join(line.rstrip() for line in shown)


def _effects(effects: Sequence[Effect], names: Mapping[str, str]) -> Iterator[str]:
    """One line for each account, and below it what changes there."""
    account: str | None = None
    for one in effects[:MOST]:
        if one.account is None:
            yield effect_text(one)
            continue
        if one.account != account:
            yield named(one.account, names)
        account = one.account
        yield f"  {effect_text(one)}"
    yield from more(len(effects), MOST)


def _balances(plan: Plan) -> str:
    if plan.refusals:
        return str(plan.balance_before)
    return f"{plan.balance_before} → {plan.balance_after or 'not known'}"


def effect_text(effect: Effect) -> str:
    """What changes of an account, in a line."""
    before, after = (_words(one) for one in (effect.before, effect.after))
    return f"{effect.what} {before} → {after}"


def refusal_text(refusal: Refusal, blocks: Block) -> str:
    """Why the chain would refuse, when it no longer would, and what to do."""
    text = f"{refusal.message} ({refusal.name})"
    if refusal.allowed_from_block is not None:
        text += f"; allowed again in {blocks.until(refusal.allowed_from_block)}"
    return printable(text, 2000)


def outcome_json(plan: Plan, outcome: Outcome) -> dict[str, Any]:
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
        "events": [
            {"pallet": one.pallet, "name": one.name, "values": plain_json(one.values)}
            for one in outcome.events
        ],
        "approval": _approval_json(plan),
        "carried_out": _carried_out(plan, outcome),
    }


def _carried_out(plan: Plan, outcome: Outcome) -> bool | None:
    """Whether what is wanted is done and not only approved; None where that is not known."""
    if outcome.record.block is None:
        return None
    one = plan.approval
    return one is None or any(
        str(event) == "Multisig.MultisigExecuted" and event.values["call_hash"] == one.call_hash
        for event in outcome.events
    )


def _approval_lines(plan: Plan, outcome: Outcome, names: Mapping[str, str]) -> Iterator[str]:
    """What an approval has come to, and what comes next."""
    one = plan.approval
    if one is None:
        return
    count = f"{one.number} of {one.threshold}"
    match _carried_out(plan, outcome):
        case True:
            yield f"approved   {count}, carried out"
            return
        case None:
            yield f"approves   {count}, once it is in a block"
        case False:
            yield f"approved   {count}, not carried out yet"
    yield from (f"may next   {named(ss58, names)}" for ss58 in one.may_approve)
    yield f"next       the same command with --wallet of one of them, or `{one.resume}`"


def outcome_text(plan: Plan, outcome: Outcome, names: Mapping[str, str]) -> str:
    """An outcome for a person."""
    record = outcome.record
    lines = [f"{record.state}: {printable(record.intent, 2000)}"]
    if record.block is not None:
        lines.append(f"block      {record.block} {record.block_hash}, extrinsic {record.index}")
    lines.append(f"hash       {record.extrinsic_hash}")
    if record.fee is not None:
        lines.append(f"fee paid   {record.fee}")
    lines.extend(_approval_lines(plan, outcome, names))
    return "\n".join(lines)


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


def _words(value: Quantity) -> str:
    return "not known" if value is None else printable(str(value), _LONGEST_VALUE)


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"
