"""A plan and its outcome in words: labelled lines that every face shows alike.

No markup and no colour; what comes from the chain or from files is made printable here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taoctl.calls.base import Effect, Quantity, Refusal
from taoctl.calls.stake.quoting import without_quote
from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS
from taoctl.journal.record import State
from taoctl.submit.call_words import MOST, call_lines, more, named
from taoctl.submit.quote_words import comparison_texts, quote_texts
from taoctl.text import printable
from taoctl.units import subnet_name

if TYPE_CHECKING:
    from taoctl.submit.comparison import Comparison
    from taoctl.submit.outcome import Outcome
    from taoctl.submit.plan import Plan

_LONGEST_VALUE = 400
_LONGEST = 2000
_LABEL_WIDTH = 9
"""Of the longest label."""

_NETWORKS = {FINNEY_GENESIS: "the main network, where TAO is real", TEST_GENESIS: "the testnet"}


_STATES = {
    State.PREPARED: "signed, and perhaps sent",
    State.SENT: "sent, not in a block yet",
    State.IN_BLOCK: "in a block, not final yet",
    State.FINALIZED: "in a block, final",
    State.FAILED: "refused in a block",
    State.EXPIRED: "expired, in no block",
    State.REPLACED: "replaced by another transaction",
    State.REJECTED: "not taken by any node",
    State.UNKNOWN: "nobody knows yet what became of it",
}
"""What is known of a transaction, before what it was to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan: what it is about, and the words.

    A line without a label is as wide as the screen: it belongs to the heading above it.
    """

    label: str
    text: str


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


def network_words(plan: Plan) -> str:
    """The network of a plan so that nobody takes one for another."""
    if plan.genesis in _NETWORKS:
        return f"{plan.network}: {_NETWORKS[plan.genesis]}"
    return f"{plan.network} SIM" if plan.simulated else plan.network


def plan_lines(
    plan: Plan, names: Mapping[str, str], blocks: Block, *, refusals: bool = True
) -> Iterator[Line]:
    """A plan for a person: words, the decoded call, signer, fee, balances, effects.

    Args:
        names: what addresses go by here.
        refusals: whether they are in it; not where the error that follows says them.
    """
    yield Line("network", network_words(plan))
    yield Line("what", printable(plan.intent, _LONGEST))
    yield from _nested("call", call_lines(plan.tree, names))
    if plan.tree_by_hash is not None:
        yield from _nested("approves", call_lines(plan.tree_by_hash, names))
    yield Line("signer", named(plan.signer_ss58, names))
    if plan.fee_payer_ss58 != plan.signer_ss58:
        yield Line("fee payer", named(plan.fee_payer_ss58, names))
    yield Line("fee", _fee_words(plan))
    era = f"{plan.era_blocks} blocks" if plan.era_blocks else "for ever"
    yield Line("valid", f"{era}, nonce {plan.nonce}")
    yield Line("balance", _balances(plan))
    yield from (Line("trade", text) for text in quote_texts(plan.quotes))
    if not plan.refusals:
        yield from (Line("effect", text) for text in _effects(plan.effects, names))
    warnings = [printable(text, _LONGEST) for text in plan.warnings[:MOST]]
    yield from (Line("warning", text) for text in (*warnings, *more(len(plan.warnings), MOST)))
    for one in plan.refusals if refusals else ():
        yield Line("refused", refusal_text(one, blocks))
        if one.hint:
            yield Line("hint", printable(one.hint, _LONGEST))


def in_columns(lines: Iterable[Line]) -> str:
    """Lines as plain text, a label only where it changes."""
    shown = []
    previous = ""
    for one in lines:
        head = "" if one.label == previous else one.label
        previous = one.label or previous
        shown.append(f"{head:<{_LABEL_WIDTH}}  {one.text}".rstrip() if one.label else one.text)
    return "\n".join(shown)


def _nested(label: str, texts: Iterable[str]) -> Iterator[Line]:
    yield Line(label, "")
    yield from (Line("", f"  {text}") for text in texts)


def _effects(effects: Sequence[Effect], names: Mapping[str, str]) -> Iterator[str]:
    """One line for each account and hotkey, and below it what changes there."""
    account, hotkey = None, None
    for one in sorted(effects, key=_places(effects))[:MOST]:
        if one.account is None:
            yield effect_text(one)
            continue
        if one.account != account:
            yield named(one.account, names)
            hotkey = None
        if one.hotkey is not None and one.hotkey != hotkey:
            # With `stake` before it, it would wrap on 80 columns; the amounts say that it is stake.
            what = "" if one.what == "stake" else f"{one.what} "
            yield f"  {what}at {named(one.hotkey, names)}"
        account, hotkey = one.account, one.hotkey
        yield f"  {effect_text(one)}" if hotkey is None else f"    {_change(one)}"
    yield from more(len(effects), MOST)


def _places(effects: Sequence[Effect]) -> Callable[[Effect], int]:
    """Where an effect is told: with the first of its account, and of its hotkey there."""
    keys = [(one.account, one.hotkey) for one in effects]
    accounts = [account for account, _ in keys]

    def place(one: Effect) -> int:
        first = accounts.index(one.account) * len(keys)
        return first + (0 if one.hotkey is None else 1 + keys.index((one.account, one.hotkey)))

    return place


def _fee_words(plan: Plan) -> str:
    fee = str(plan.fee or "not known") + (f", and a tip of {plan.tip}" if plan.tip.rao else "")
    if plan.fee_in_alpha is None:
        return fee
    return f"{plan.fee_in_alpha}, worth {fee}: there is too little free TAO"


def _balances(plan: Plan) -> str:
    if plan.refusals:
        return str(plan.balance_before)
    if plan.balance_after is None:
        return f"{plan.balance_before} → not known"
    paid = ", the fee paid" if plan.fee is not None and plan.fee_in_alpha is None else ""
    return f"{plan.balance_before} → {plan.balance_after}{paid}"


def effect_text(effect: Effect, names: Mapping[str, str] | None = None) -> str:
    """What changes of an account, in a line; of stake it says through which hotkey."""
    holder = "" if effect.hotkey is None else f" at {named(effect.hotkey, names or {})}"
    return f"{effect.what}{holder} {_change(effect)}"


def _change(effect: Effect) -> str:
    before, after = (_words(one) for one in (effect.before, effect.after))
    return f"{before} → {after}"


def refusal_text(refusal: Refusal, blocks: Block) -> str:
    """Why the chain would refuse, when it no longer would, and what to do."""
    text = f"{refusal.message} ({refusal.name})"
    if refusal.allowed_from_block is not None:
        text += f"; allowed again in {blocks.until(refusal.allowed_from_block)}"
    return printable(text, _LONGEST)


def outcome_lines(
    plan: Plan,
    outcome: Outcome,
    names: Mapping[str, str],
    compared: Sequence[Comparison] = (),
    changed: Sequence[Effect] = (),
) -> Iterator[Line]:
    """An outcome for a person; the first line is its heading, which leaves the quote out.

    Args:
        compared: what was quoted beside what it came to.
        changed: positions before its block and after it.
    """
    record = outcome.record
    wanted = without_quote(record.intent, plan.quotes)
    yield Line("", f"{_STATES[record.state]}: {printable(wanted, _LONGEST)}")
    if record.block is not None:
        yield Line("block", f"{record.block} {record.block_hash}, extrinsic {record.index}")
    yield Line("hash", record.extrinsic_hash)
    paid = outcome.fee_in_alpha or record.fee
    if paid is not None:
        yield Line("fee paid", str(paid))
    if record.block is not None:
        yield from (Line("traded", text) for text in comparison_texts(compared))
        yield from (Line("stake", text) for text in _effects(changed, names))
        yield from (Line("seat", text) for text in _seats(outcome, names))
        yield from _created(outcome)
    yield from (
        Line("account", named(str(event.values["pure"]), names))
        for event in outcome.events
        if str(event) == "Proxy.PureCreated"
    )
    yield from _approval_lines(plan, outcome, names)


def _seats(outcome: Outcome, names: Mapping[str, str]) -> Iterator[str]:
    """The UIDs that were registered: an epoch since the plan may have made them others."""
    seats = [
        event.values
        for event in outcome.events
        if str(event) == "SubtensorModule.NeuronRegistered" and len(event.values) == 3
    ]
    for netuid, uid, hotkey in seats[:MOST]:
        yield named(str(hotkey), names)
        yield f"  uid {uid} on {subnet_name(int(netuid))}"
    yield from more(len(seats), MOST)


def _created(outcome: Outcome) -> Iterator[Line]:
    """The number that a new subnet got, which another may have taken since the plan."""
    for event in outcome.events:
        if str(event) == "SubtensorModule.NetworkAdded" and len(event.values) == 2:
            netuid, _ = event.values
            start = f"start it with `taoctl subnet start {netuid}`"
            yield Line("subnet", f"subnet {netuid} is created; {start}")


def carried_out(plan: Plan, outcome: Outcome) -> bool | None:
    """Whether what is wanted is done and not only approved; None where that is not known."""
    if outcome.record.block is None:
        return None
    one = plan.approval
    return one is None or any(
        str(event) == "Multisig.MultisigExecuted" and event.values["call_hash"] == one.call_hash
        for event in outcome.events
    )


def _approval_lines(plan: Plan, outcome: Outcome, names: Mapping[str, str]) -> Iterator[Line]:
    """What an approval has come to, and what comes next."""
    one = plan.approval
    if one is None:
        return
    count = f"{one.number} of {one.threshold}"
    match carried_out(plan, outcome):
        case True:
            yield Line("approved", f"{count}, carried out")
            return
        case None:
            yield Line("approves", f"{count}, once it is in a block")
        case False:
            yield Line("approved", f"{count}, not carried out yet")
    yield from (Line("may next", named(ss58, names)) for ss58 in one.may_approve)
    again = "the same command with --wallet of one of them, or " if one.repeatable else ""
    yield Line("next", f"{again}`{one.resume}`")


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
