"""The tracks of the referenda: who submits, who votes, and what decides."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics.governance import from_rational
from taoctl.localnet.types import VariantValue, variant


@dataclass(frozen=True, slots=True)
class Track:
    """One track: the collective that submits (None: nobody), those that vote, and the rule.

    `strategy` is the plain value of a DecisionStrategy; each referendum keeps its own copy.
    """

    name: str
    proposers: str | None
    voters: tuple[str, ...]
    strategy: VariantValue


@dataclass(frozen=True, slots=True)
class Pace:
    """How many blocks the stages of a referendum take."""

    decision: int
    review: int
    longest_review: int


MAINNET_PACE = Pace(50_400, 7_200, 14_400)
"""7 days to decide; 24 hours of review, 2 days at most, with blocks of 12 s."""
FAST_PACE = Pace(50, 30, 60)
"""What the chain's source has for tests."""


def tracks_at(pace: Pace) -> dict[int, Track]:
    """Both tracks by their ids, at a pace."""
    two_thirds = from_rational(2, 3)
    decision = variant(
        "PassOrFail",
        {
            "decision_period": pace.decision,
            "approve_threshold": two_thirds,
            "reject_threshold": two_thirds,
            "on_approval": variant("Review", {"track": 1}),
        },
    )
    review = variant(
        "Adjustable",
        {
            "initial_delay": pace.review,
            "max_delay": pace.longest_review,
            "fast_track_threshold": from_rational(75, 100),
            "cancel_threshold": from_rational(51, 100),
        },
    )
    return {
        0: Track("triumvirate", "Proposers", ("Triumvirate",), decision),
        1: Track("review", None, ("Economic", "Building"), review),
    }
