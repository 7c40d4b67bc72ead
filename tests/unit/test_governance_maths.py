"""The arithmetic of governance against its definitions, worked out in fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.governance import (
    BILLION,
    MotionOutcome,
    ReviewRule,
    Verdict,
    decision,
    eased,
    from_rational,
    motion_nays,
    motion_outcome,
    motion_threshold,
    multisig_threshold,
    needed_votes,
    review,
    review_delay,
)

MAINNET = ReviewRule(BILLION * 3 // 4, BILLION * 51 // 100, 7_200, 14_400)
FAST = ReviewRule(BILLION * 3 // 4, BILLION * 51 // 100, 30, 60)
TWO_THIRDS = 666_666_666


def test_parts_are_rounded_down_and_all_of_nothing_is_the_whole() -> None:
    assert from_rational(2, 3) == TWO_THIRDS
    assert from_rational(1, 3) == 333_333_333
    assert (from_rational(3, 3), from_rational(4, 3), from_rational(0, 3)) == (BILLION, BILLION, 0)
    assert from_rational(0, 0) == BILLION


@given(st.integers(1, 64), st.integers(1, BILLION))
def test_so_many_votes_reach_a_threshold_and_one_less_does_not(total: int, threshold: int) -> None:
    votes = needed_votes(threshold, total)
    assert 1 <= votes <= total
    assert from_rational(votes, total) >= threshold
    assert from_rational(votes - 1, total) < threshold


def test_thresholds_of_both_tracks_are_the_known_numbers() -> None:
    assert needed_votes(TWO_THIRDS, 3) == 2
    assert [needed_votes(MAINNET.fast_track, total) for total in (32, 28, 3, 1)] == [24, 21, 3, 1]
    assert [needed_votes(MAINNET.cancel, total) for total in (32, 28, 3, 1)] == [17, 15, 2, 1]
    assert needed_votes(MAINNET.cancel, 0) == 1


@pytest.mark.parametrize(
    ("senators", "threshold"), [(0, 1), (1, 1), (2, 2), (3, 2), (11, 6), (12, 7)]
)
def test_a_motion_needs_a_majority_of_the_seats(senators: int, threshold: int) -> None:
    assert motion_threshold(senators) == threshold


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans())
def test_a_motion_is_certain_only_when_no_other_vote_can_change_it(
    seats: int, ayes: int, nays: int, ended: bool, prime_aye: bool
) -> None:
    threshold = motion_threshold(12)
    outcome = motion_outcome(
        ayes, nays, threshold=threshold, seats=seats, ended=ended, prime_aye=prime_aye
    )
    if ayes >= threshold:
        assert outcome is MotionOutcome.APPROVED
    elif nays >= motion_nays(threshold, seats):
        assert outcome is MotionOutcome.REJECTED
    else:
        most = max(seats - nays, ayes)
        late = most if prime_aye else ayes
        by_end = MotionOutcome.APPROVED if late >= threshold else MotionOutcome.REJECTED
        assert outcome is (by_end if ended else MotionOutcome.WAITS)


def test_seats_that_are_gone_reject_a_motion() -> None:
    # Twelve senators when it was proposed, six now: seven ayes can no longer come.
    found = motion_outcome(0, 0, threshold=7, seats=6, ended=False, prime_aye=False)
    assert found is MotionOutcome.REJECTED
    assert motion_nays(7, 6) == 0


def test_approval_is_looked_at_before_rejection_and_both_before_the_deadline() -> None:
    rule = {"approve": TWO_THIRDS, "reject": TWO_THIRDS}
    two, one = from_rational(2, 3), from_rational(1, 3)
    assert decision(two, two, ended=True, **rule) is Verdict.APPROVED
    assert decision(one, two, ended=True, **rule) is Verdict.REJECTED
    assert decision(one, one, ended=True, **rule) is Verdict.EXPIRED
    assert decision(one, one, ended=False, **rule) is Verdict.WAITS


def test_the_curve_is_the_cubic_complement() -> None:
    assert eased(0) == 0
    assert eased(BILLION // 2) == BILLION * 7 // 8
    assert eased(BILLION) == BILLION


@given(st.integers(0, 32), st.integers(0, 32), st.integers(1, 32), st.sampled_from([MAINNET, FAST]))
def test_the_delay_is_within_a_block_of_the_exact_curve(
    ayes: int, nays: int, total: int, rule: ReviewRule
) -> None:
    if ayes + nays > total:
        return
    approval, rejection = from_rational(ayes, total), from_rational(nays, total)
    found = review_delay(approval, rejection, rule)
    net = Fraction(ayes - nays, total)
    limit = Fraction(rule.fast_track if net >= 0 else rule.cancel, BILLION)
    progress = min(abs(net) / limit, Fraction(1))
    curve = 1 - (1 - progress) ** 3
    if net >= 0:
        exact = floor((1 - curve) * rule.initial_delay)
    else:
        exact = rule.initial_delay + floor(curve * (rule.max_delay - rule.initial_delay))
    assert abs(found - exact) <= 1
    assert 0 <= found <= rule.max_delay


def test_the_delay_at_its_ends() -> None:
    assert review_delay(0, 0, MAINNET) == 7_200
    assert review_delay(MAINNET.fast_track, 0, MAINNET) == 0
    assert review_delay(0, MAINNET.cancel, MAINNET) == 14_400
    # One aye of 32: progress 1/24, what is left of it (23/24)^3.
    assert review_delay(from_rational(1, 32), 0, MAINNET) == floor(Fraction(23, 24) ** 3 * 7_200)


def test_a_review_whose_block_has_passed_is_fast_tracked() -> None:
    approval = from_rational(10, 32)
    target = 100 + review_delay(approval, 0, FAST)
    assert review(approval, 0, FAST, opened=100, now=target - 1) == (Verdict.WAITS, target)
    assert review(approval, 0, FAST, opened=100, now=target) == (
        Verdict.FAST_TRACKED,
        target + 1,
    )
    assert review(FAST.fast_track, FAST.cancel, FAST, opened=100, now=101) == (
        Verdict.FAST_TRACKED,
        102,
    )
    assert review(0, FAST.cancel, FAST, opened=100, now=101) == (Verdict.CANCELLED, 160)


@pytest.mark.parametrize("threshold", [2, 3, 7, 100])
def test_a_deposit_tells_the_threshold(threshold: int) -> None:
    base, factor = 132_000_000, 32_000_000
    assert multisig_threshold(base + threshold * factor, base, factor) == threshold
    assert multisig_threshold(base + threshold * factor + 1, base, factor) is None


@pytest.mark.parametrize("deposit", [0, 132_000_000, 164_000_000])
def test_a_deposit_of_no_threshold_tells_none(deposit: int) -> None:
    assert multisig_threshold(deposit, 132_000_000, 32_000_000) is None
    assert multisig_threshold(deposit, 0, 0) is None
