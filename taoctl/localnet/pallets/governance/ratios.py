"""Shares of a whole as the chain counts them, in parts per billion, always rounded down."""

from __future__ import annotations

BILLION = 1_000_000_000


def from_rational(part: int, whole: int) -> int:
    """`part / whole` in parts per billion; all of it when the whole is nothing or less."""
    if whole == 0 or part > whole:
        return BILLION
    return part * BILLION // whole


def mul_floor(ratio: int, value: int) -> int:
    """That share of a whole number, rounded down."""
    return ratio * value // BILLION


def ease_out(progress: int) -> int:
    """`1 - (1 - p)^3` in parts per billion: quick at first, slower towards the end."""
    left = BILLION - progress
    return BILLION - left * left * left // BILLION // BILLION


def review_delay(
    approval: int,
    rejection: int,
    *,
    initial: int,
    longest: int,
    fast_track: int,
    cancel: int,
) -> int:
    """Blocks between the start of a review and its call, for shares of its voters.

    Net approval brings the call forward, to nothing at `fast_track`; net rejection puts it off,
    to `longest` at `cancel`.
    """
    if approval >= rejection:
        curved = ease_out(from_rational(approval - rejection, fast_track))
        return mul_floor(BILLION - curved, initial)
    curved = ease_out(from_rational(rejection - approval, cancel))
    return initial + mul_floor(curved, longest - initial)
