"""Arithmetic of governance: thresholds, what votes amount to, and when a review runs its call.

All integers, parts of a billion where a runtime holds `Perbill`. Sources: pallet_collective of
subtensor at e2b8367b8 (do_close), pallet-referenda and the runtime's tracks at d0910bde9
(advance_ongoing, do_adjust_delay, EaseOutAdjustmentCurve).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BILLION = 1_000_000_000
"""The whole, as `Perbill` counts."""
MAX_MOTIONS = 10
"""Motions open at once."""
MAX_SENATORS = 12
MAX_REFERENDA = 20
"""Referenda open at once."""
MAX_REFERENDA_EACH = 5
"""Referenda open at once of one proposer."""


class MotionOutcome(Enum):
    """What closing a motion would do."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WAITS = "waits"
    """Neither is certain and the end has not come: it cannot be closed."""


class Verdict(Enum):
    """What the alarm of a referendum does with its votes."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAST_TRACKED = "fast_tracked"
    CANCELLED = "cancelled"
    WAITS = "waits"


def from_rational(part: int, whole: int) -> int:
    """`part` of `whole` in parts of a billion, rounded down; everything of nothing is the whole."""
    if whole <= 0 or part >= whole:
        return BILLION
    return part * BILLION // whole


def needed_votes(threshold: int, total: int) -> int:
    """The fewest of `total` votes whose part reaches a threshold in parts of a billion.

    Where nobody may vote no number reaches it, which one more than all says.
    """
    if total <= 0:
        return total + 1
    # A part is rounded down, so that a vote less than the exact part may reach it.
    votes = min(threshold * total // BILLION, total)
    while from_rational(votes, total) < threshold:
        votes += 1
    return votes


def motion_threshold(senators: int) -> int:
    """The ayes a motion needs: a majority of the seats taken when it was proposed."""
    return senators // 2 + 1


def motion_outcome(
    ayes: int, nays: int, *, threshold: int, seats: int, ended: bool, prime_aye: bool
) -> MotionOutcome:
    """What closing a motion would do now.

    Args:
        seats: senators now, not when it was proposed.
        ended: whether its end has come.
        prime_aye: whether the prime is among the ayes; abstentions then count as ayes at the end.
    """
    if ayes >= threshold:
        return MotionOutcome.APPROVED
    if max(seats - nays, 0) < threshold:
        return MotionOutcome.REJECTED
    if not ended:
        return MotionOutcome.WAITS
    abstaining = max(seats - ayes - nays, 0)
    reached = ayes + (abstaining if prime_aye else 0) >= threshold
    return MotionOutcome.APPROVED if reached else MotionOutcome.REJECTED


def motion_nays(threshold: int, seats: int) -> int:
    """The nays with which a motion can no longer be approved; 0 where it never could."""
    return max(seats - threshold + 1, 0)


def decision(approval: int, rejection: int, *, approve: int, reject: int, ended: bool) -> Verdict:
    """What becomes of a referendum that passes or fails, by the parts that voted each way."""
    if approval >= approve:
        return Verdict.APPROVED
    if rejection >= reject:
        return Verdict.REJECTED
    return Verdict.EXPIRED if ended else Verdict.WAITS


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """How votes move the call of a review; thresholds in parts of a billion, delays in blocks."""

    fast_track: int
    cancel: int
    initial_delay: int
    max_delay: int


def eased(progress: int) -> int:
    """The ease-out curve 1 - (1 - p)^3, in and out in parts of a billion."""
    left = max(BILLION - progress, 0)
    return BILLION - left * left * left // BILLION // BILLION


def review_delay(approval: int, rejection: int, rule: ReviewRule) -> int:
    """Blocks after its opening in which a review's call runs, votes being parts of a billion."""
    if approval >= rejection:
        curved = eased(from_rational(approval - rejection, rule.fast_track))
        return (BILLION - curved) * rule.initial_delay // BILLION
    curved = eased(from_rational(rejection - approval, rule.cancel))
    return rule.initial_delay + curved * max(rule.max_delay - rule.initial_delay, 0) // BILLION


def review(
    approval: int, rejection: int, rule: ReviewRule, *, opened: int, now: int
) -> tuple[Verdict, int]:
    """What the alarm of a review does in block `now`, and the block its call runs in.

    The block is that of the delay where it waits; a fast-tracked call runs in the next one, and
    that of a cancelled one is where it would have been.
    """
    target = opened + review_delay(approval, rejection, rule)
    if approval >= rule.fast_track:
        return Verdict.FAST_TRACKED, now + 1
    if rejection >= rule.cancel:
        return Verdict.CANCELLED, target
    if target <= now:
        return Verdict.FAST_TRACKED, now + 1
    return Verdict.WAITS, target


def multisig_threshold(deposit: int, base: int, factor: int) -> int | None:
    """The approvals a pending call needs, told by what was reserved for it.

    What is reserved is `base + threshold * factor` rao; None where it is no such amount, as where
    the runtime has changed its deposits since.
    """
    if factor <= 0 or deposit <= base or (deposit - base) % factor:
        return None
    threshold = (deposit - base) // factor
    return threshold if threshold >= 2 else None
