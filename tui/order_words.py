"""The plan and the outcome of an order as the form shows them: the words of every face."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from taoctl.calls.remedies import remedy
from taoctl.submit.words import Block, Line, outcome_lines, plan_lines
from taoctl.text import printable
from tui.form_hints import in_form
from tui.orders import Draft
from tui.widgets.told import Told

if TYPE_CHECKING:
    from taoctl.submit.plan import Plan
    from tui.submission import Submission

_FIRST = ("network", "refused", "hint", "warning", "trade", "fee", "balance", "effect")
"""What of a plan is seen without scrolling on a small terminal, in this order."""

_LAST = ("call", "approves")

_ADVISING = ("refused", "hint", "warning", "effect")
"""Labels of texts that may name options of commands."""


def plan_told(
    plan: Plan, draft: Draft, names: Mapping[str, str], block_s: float | None
) -> Iterator[Told]:
    """A plan: what it comes to first, the decoded call last."""
    millis = None if block_s is None else round(block_s * 1000)
    placed: list[tuple[int, Told]] = []
    place = 0
    for line in plan_lines(plan, names, Block(plan.block, millis)):
        if line.label:
            place = _place(line.label)
        text = in_form(line.text, draft) if line.label in _ADVISING else line.text
        placed.append((place, Told(line.label, text)))
    yield from (told for _, told in sorted(placed, key=lambda one: one[0]))


def _place(label: str) -> int:
    if label in ("refused", "hint"):
        return _FIRST.index("refused")  # each hint stays with its refusal
    if label in _FIRST:
        return _FIRST.index(label)
    return len(_FIRST) + (label in _LAST)


def outcome_told(going: Submission, names: Mapping[str, str]) -> Iterator[Told]:
    """The steps while it is on its way; then what became of it, and what to do."""
    record = going.record_id
    if going.error is not None:
        yield Told("failed", printable(going.error.message, 2000), "bad")
        if going.error.hint:
            yield Told("hint", printable(in_form(going.error.hint, going.draft), 2000))
    if going.outcome is not None:
        record = going.outcome.record.id
        yield from _outcome(going, names)
    if record is not None:
        yield Told("journal", f"transaction {record}: `taoctl tx show {record}`")
    if going.outcome is None:
        steps = going.steps or ["asking the chain once more before it is signed"]
        yield from (Told("sending", printable(text, 2000)) for text in steps)


def _outcome(going: Submission, names: Mapping[str, str]) -> Iterator[Told]:
    outcome = going.outcome
    assert outcome is not None
    record, error = outcome.record, outcome.error
    where = "" if record.block is None else f" in block {record.block}"
    if record.succeeded:
        yield Told("outcome", f"done{where}", "good")
    elif record.unresolved:
        yield Told("outcome", f"not known yet{where}", "warn")
    else:
        yield Told("outcome", f"failed{where}", "bad")
    if error is not None:
        inside = f" in {error.where}" if error.where else ""
        docs = f": {error.docs}" if error.docs else ""
        yield Told("error", printable(f"{error.name}{inside}{docs}", 2000), "bad")
        advice = remedy(error.name)
        if advice:
            yield Told("hint", printable(in_form(advice, going.draft), 2000))
    elif not record.succeeded and record.reason:
        yield Told("error", printable(record.reason, 2000), "bad")
    _, *lines = outcome_lines(going.plan, outcome, names, going.compared)
    yield from sorted((Told(*_pair(line)) for line in lines), key=lambda one: one.label == "hash")
    yield Told("what", printable(record.intent, 2000))


def _pair(line: Line) -> tuple[str, str]:
    return line.label, line.text
