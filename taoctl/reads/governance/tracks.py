"""The tracks of referenda: who submits, who votes, and under which rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taoctl.economics.governance import BILLION
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Proposal, Rule

COLLECTIVES = ("Proposers", "Triumvirate", "Economic", "Building", "EconomicEligible")
"""Collectives by the index of their variant."""

_TWO_THIRDS = 2 * BILLION // 3


@dataclass(frozen=True, slots=True)
class Track:
    """One track.

    Attributes:
        submits: the collectives that may submit; empty where referenda only come from another.
        votes: the collectives whose members vote.
        rule: its rule.
        seen_in: the open referendum the rule was read from; None where it is the one that the
            runtime was written with, since no runtime tells its tracks.
    """

    id: int
    name: str
    submits: tuple[str, ...]
    votes: tuple[str, ...]
    rule: Rule
    seen_in: int | None = None


TRACKS = (
    Track(
        0,
        "triumvirate",
        ("Proposers",),
        ("Triumvirate",),
        Rule(approve=_TWO_THIRDS, reject=_TWO_THIRDS, period_blocks=50_400, review_track=1),
    ),
    Track(
        1,
        "review",
        (),
        ("Economic", "Building"),
        Rule(
            fast_track=BILLION * 3 // 4,
            cancel=BILLION * 51 // 100,
            initial_delay_blocks=7_200,
            max_delay_blocks=14_400,
        ),
    ),
)
"""The table of the runtime; source: governance/tracks.rs of subtensor at d0910bde9."""


def track_label(track_id: int) -> str:
    """Number and name of a track; the number alone where its name is not known."""
    name = next((one.name for one in TRACKS if one.id == track_id), None)
    return str(track_id) if name is None else f"{track_id} {name}"


def tracks(proposals: Iterable[Proposal]) -> tuple[Track, ...]:
    """The tracks, with the rules of the newest open referendum on each where there is one."""
    newest: dict[int, Proposal] = {}
    for one in proposals:
        if one.backend is Backend.REFERENDA and one.track_id is not None and one.rule is not None:
            newest[one.track_id] = one
    found = [_seen(track, newest.get(track.id)) for track in TRACKS]
    unknown = (id_ for id_ in sorted(newest) if all(id_ != one.id for one in TRACKS))
    found += [_seen(Track(id_, "", (), (), Rule()), newest[id_]) for id_ in unknown]
    return tuple(found)


def _seen(track: Track, proposal: Proposal | None) -> Track:
    if proposal is None or proposal.rule is None:
        return track
    return Track(track.id, track.name, track.submits, track.votes, proposal.rule, proposal.index)


def rule_text(rule: Rule) -> str:
    """A rule in one sentence for people."""
    if rule.approve is not None:
        then = "runs" if rule.review_track is None else f"goes to track {rule.review_track}"
        return (
            f"{part_text(rule.approve)} ayes: {then}; {part_text(rule.reject)} nays: rejected; "
            f"expires after {rule.period_blocks} blocks"
        )
    return (
        f"runs after {rule.initial_delay_blocks} blocks; {part_text(rule.fast_track)} ayes: at "
        f"once; {part_text(rule.cancel)} nays: cancelled; at most {rule.max_delay_blocks} blocks"
    )


def part_text(part: int | None) -> str:
    """A part of a billion in per cent, thirds as fractions: `2/3`, `75%`."""
    if part is None:
        return "?"
    if part in (_TWO_THIRDS, _TWO_THIRDS + 1):
        return "2/3"
    whole, rest = divmod(part, BILLION // 100)
    return f"{whole}%" if not rest else f"{part * 100 / BILLION:.4f}%".replace("0000%", "%")
