"""The plan and the outcome of an order as the form shows them: the words of every face."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from taoctl.calls.remedies import remedy
from taoctl.submit.words import Block, Line, outcome_lines, plan_lines
from taoctl.text import printable
from tui.widgets.told import Told

if TYPE_CHECKING:
    from taoctl.submit.plan import Plan
    from tui.submission import Submission

_CALL = ("call", "approves")


def plan_told(plan: Plan, names: Mapping[str, str], block_s: float | None) -> Iterator[Told]:
    """A plan; the decoded call last, so that what it comes to is seen first."""
    millis = None if block_s is None else round(block_s * 1000)
    called: list[Line] = []
    under_call = False
    for line in plan_lines(plan, names, Block(plan.block, millis)):
        under_call = line.label in _CALL or (under_call and not line.label)
        if under_call:
            called.append(line)
        else:
            yield Told(line.label, line.text)
    yield from (Told(line.label, line.text) for line in called)


def outcome_told(going: Submission, names: Mapping[str, str]) -> Iterator[Told]:
    """The steps on the way, then what became of it and what to do."""
    yield from (Told("sending", printable(text, 2000)) for text in going.steps)
    record = going.record_id
    if going.error is not None:
        yield Told("failed", printable(going.error.message, 2000), "bad")
        if going.error.hint:
            yield Told("hint", printable(going.error.hint, 2000))
    if going.outcome is not None:
        record = going.outcome.record.id
        yield from _outcome(going, names)
    if record is not None:
        yield Told("journal", f"transaction {record}: `taoctl tx show {record}`")


def _outcome(going: Submission, names: Mapping[str, str]) -> Iterable[Told]:
    outcome = going.outcome
    assert outcome is not None
    error = outcome.error
    good = outcome.record.succeeded
    lines = outcome_lines(going.plan, outcome, names)
    yield Told("outcome", next(lines).text, "good" if good else "bad")
    if error is not None:
        where = f" in {error.where}" if error.where else ""
        docs = f": {error.docs}" if error.docs else ""
        yield Told("error", printable(f"{error.name}{where}{docs}", 2000), "bad")
        advice = remedy(error.name)
        if advice:
            yield Told("hint", printable(advice, 2000))
    elif not good and outcome.record.reason:
        yield Told("error", printable(outcome.record.reason, 2000), "bad")
    yield from (Told(line.label, line.text) for line in lines)
