"""From what storage holds of a referendum to the proposal that people see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.economics.governance import (
    ReviewRule,
    Verdict,
    decision,
    needed_votes,
    review,
    review_delay,
)
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.bounded_calls import Found
from taoctl.reads.governance.proposal import WAITING, Proposal, Rule, Status, Tally
from taoctl.reads.governance.tracks import track_label

_STATUSES = {
    "Approved": Status.APPROVED,
    "Delegated": Status.DELEGATED,
    "Rejected": Status.REJECTED,
    "Expired": Status.EXPIRED,
    "FastTracked": Status.FAST_TRACKED,
    "Cancelled": Status.CANCELLED,
    "Enacted": Status.ENACTED,
    "Killed": Status.KILLED,
}
_VERDICTS = {
    Verdict.APPROVED: Status.APPROVED,
    Verdict.REJECTED: Status.REJECTED,
    Verdict.FAST_TRACKED: Status.FAST_TRACKED,
    Verdict.CANCELLED: Status.CANCELLED,
}
_ENDED = {
    Status.DELEGATED: "approved; it goes on as a review",
    Status.REJECTED: "rejected; nothing runs",
    Status.EXPIRED: "expired undecided; nothing runs",
    Status.CANCELLED: "cancelled in its review; nothing runs",
    Status.ENACTED: "its call has run; whether that succeeded is in its Enacted event",
    Status.KILLED: "ended by root; nothing runs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What storage holds beside the status of a referendum.

    Attributes:
        votes: by coldkey, True for aye.
        dispatch: block for which the scheduler has its call.
        alarm: block for which the scheduler has the next look at its votes.
    """

    index: int
    block: int
    call: Found
    voters: tuple[str, ...]
    votes: Mapping[str, bool]
    tally: Mapping[str, Any] | None
    dispatch: int | None
    alarm: int | None
    parent: str | None
    child: str | None


def rule_of(strategy: Mapping[str, Any]) -> Rule:
    """The rule that a referendum's decision strategy says."""
    if "PassOrFail" in strategy:
        fields = strategy["PassOrFail"]
        then = fields["on_approval"]
        return Rule(
            approve=int(fields["approve_threshold"]),
            reject=int(fields["reject_threshold"]),
            period_blocks=int(fields["decision_period"]),
            review_track=int(then["Review"]["track"]) if isinstance(then, Mapping) else None,
        )
    fields = strategy["Adjustable"]
    return Rule(
        fast_track=int(fields["fast_track_threshold"]),
        cancel=int(fields["cancel_threshold"]),
        initial_delay_blocks=int(fields["initial_delay"]),
        max_delay_blocks=int(fields["max_delay"]),
    )


def concluded(parts: Parts, word: str, block: int) -> Proposal:
    """A referendum whose votes no longer count; most of what it was is gone from storage."""
    status = _STATUSES[word]
    runs = parts.dispatch if status in WAITING else None
    if status not in WAITING:
        then = _ENDED[status]
    elif runs is None:
        then = "decided; when its call runs, the scheduler does not say"
    else:
        then = f"its call runs in block {runs}"
    return Proposal(
        backend=Backend.REFERENDA,
        id=str(parts.index),
        index=parts.index,
        status=status,
        call=parts.call.call,
        call_hash=parts.call.call_hash,
        no_call=parts.call.why,
        ended_block=int(block),
        dispatch_block=runs,
        parent=parts.parent,
        child=parts.child,
        next_step=then,
        next_block=runs,
    )


def ongoing(parts: Parts, info: Mapping[str, Any]) -> Proposal:
    """An open referendum."""
    rule = rule_of(info["decision_strategy"])
    tally = _tally(parts, info)
    approve, nay = (rule.approve, rule.reject) if rule.approve else (rule.fast_track, rule.cancel)
    total = tally.total or 0
    opened = int(info["submitted"])
    then = _next(parts, info, rule, opened)
    period = rule.period_blocks
    return Proposal(
        backend=Backend.REFERENDA,
        id=str(parts.index),
        index=parts.index,
        status=Status.ONGOING,
        track=track_label(int(info["track"])),
        track_id=int(info["track"]),
        call=parts.call.call,
        call_hash=parts.call.call_hash,
        no_call=parts.call.why,
        proposer=str(info["proposer"]),
        opened_block=opened,
        deadline_block=None if period is None else opened + period,
        dispatch_block=then.dispatch,
        tally=tally,
        ayes=tuple(who for who in parts.voters if parts.votes.get(who) is True),
        nays=tuple(who for who in parts.voters if parts.votes.get(who) is False),
        threshold=None if approve is None else needed_votes(approve, total),
        nay_threshold=None if nay is None else needed_votes(nay, total),
        seats=tally.total,
        voters=parts.voters,
        decided=then.decided,
        rule=rule,
        parent=parts.parent,
        child=parts.child,
        next_step=then.words,
        next_block=then.block,
    )


def _tally(parts: Parts, info: Mapping[str, Any]) -> Tally:
    if parts.tally is not None:
        return Tally(*(int(parts.tally[name]) for name in ("ayes", "nays", "total")))
    votes = list(parts.votes.values())
    return Tally(votes.count(True), votes.count(False), len(parts.voters) or None)


@dataclass(frozen=True, slots=True)
class _Next:
    """What happens next, when, and what the votes amount to."""

    words: str
    block: int | None
    decided: Status | None = None
    dispatch: int | None = None


def _next(parts: Parts, info: Mapping[str, Any], rule: Rule, opened: int) -> _Next:
    votes = info["tally"]
    approval, rejection = int(votes["approval"]), int(votes["rejection"])
    if rule.approve is not None and rule.reject is not None and rule.period_blocks is not None:
        return _next_decision(parts, rule, opened + rule.period_blocks, approval, rejection)
    return _next_of_review(parts, rule, opened, approval, rejection)


def _next_decision(parts: Parts, rule: Rule, deadline: int, approval: int, rejection: int) -> _Next:
    assert rule.approve is not None and rule.reject is not None
    ends = decision(approval, rejection, approve=rule.approve, reject=rule.reject, ended=False)
    looked = parts.alarm if parts.alarm is not None else deadline
    if ends is Verdict.REJECTED:
        return _Next(f"rejected in block {looked}", looked, Status.REJECTED)
    if ends is Verdict.APPROVED:
        then = "its call runs in the next" if rule.review_track is None else "its review begins"
        return _Next(f"approved in block {looked}: {then}", looked, Status.APPROVED)
    return _Next(f"expires in block {deadline} unless decided before", deadline)


def _next_of_review(parts: Parts, rule: Rule, opened: int, approval: int, rejection: int) -> _Next:
    assert rule.fast_track is not None and rule.cancel is not None
    assert rule.initial_delay_blocks is not None and rule.max_delay_blocks is not None
    delays = ReviewRule(
        rule.fast_track, rule.cancel, rule.initial_delay_blocks, rule.max_delay_blocks
    )
    planned = parts.dispatch
    if planned is None:
        planned = opened + review_delay(approval, rejection, delays)
    # Of one block the scheduler runs first what was scheduled first, which the call was.
    if parts.alarm is None or planned <= parts.alarm:
        words = f"its call runs in block {planned}"
        moved = "" if parts.alarm is not None else ", unless votes move it"
        return _Next(words + moved, planned, None, planned)
    ends, target = review(approval, rejection, delays, opened=opened, now=parts.alarm)
    if ends is Verdict.CANCELLED:
        words = f"cancelled in block {parts.alarm}: its call does not run"
        return _Next(words, parts.alarm, Status.CANCELLED, planned)
    if ends is Verdict.FAST_TRACKED:
        words = f"fast-tracked in block {parts.alarm}: its call runs in block {target}"
        return _Next(words, parts.alarm, Status.FAST_TRACKED, target)
    words = f"its call is moved to block {target} in block {parts.alarm}"
    return _Next(words, parts.alarm, None, target)
