"""What somebody's own keys have said of a proposal, and what they may do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Proposal, Status

Mine = Sequence[tuple[str, Sequence[str]]]
"""Coldkeys, each with the hotkeys it owns."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One voice of mine in a proposal.

    Attributes:
        voter: the account that counts: the hotkey of a senator, else the coldkey itself.
        coldkey: the key that signs.
        vote: aye, nay, approved, or None where it has not spoken.
    """

    voter: str
    coldkey: str
    vote: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """My seats in a proposal, and the verbs of `taoctl gov` that are open to me.

    Attributes:
        actions: of vote, unvote, approve, close, cancel.
    """

    seats: tuple[Seat, ...]
    actions: tuple[str, ...]

    @property
    def vote(self) -> str | None:
        """What my seats said, by commas where they differ; None where none has spoken."""
        said = dict.fromkeys(one.vote for one in self.seats if one.vote is not None)
        return ", ".join(said) or None


def my_standing(proposal: Proposal, mine: Mine) -> Standing:
    """My seats in a proposal and what I may do.

    Of a pending call whose members nobody tells, those of mine that have approved it are seats.
    """
    seats = tuple(_seats(proposal, mine))
    return Standing(seats, tuple(_actions(proposal, seats, bool(mine))))


def _seats(proposal: Proposal, mine: Mine) -> Iterator[Seat]:
    known = dict.fromkeys((*proposal.voters, *proposal.ayes, *proposal.nays))
    ayes, nays = frozenset(proposal.ayes), frozenset(proposal.nays)
    for coldkey, hotkeys in mine:
        voters = hotkeys if proposal.backend is Backend.TRIUMVIRATE else (coldkey,)
        for voter in voters:
            if voter in known:
                yield Seat(voter, coldkey, _vote(proposal, voter, ayes, nays))


def _vote(proposal: Proposal, voter: str, ayes: frozenset[str], nays: frozenset[str]) -> str | None:
    if voter in ayes:
        return "approved" if proposal.backend is Backend.SUDO else "aye"
    return "nay" if voter in nays else None


def _actions(proposal: Proposal, seats: Sequence[Seat], any_key: bool) -> Iterator[str]:
    if not proposal.open:
        return
    voting = [seat for seat in seats if seat.voter in proposal.voters]
    if proposal.backend is Backend.SUDO:
        yield from _of_multisig(proposal, seats, voting)
        return
    if voting:
        yield "vote"
    if proposal.backend is Backend.REFERENDA and any(one.vote for one in voting):
        yield "unvote"
    if proposal.backend is Backend.TRIUMVIRATE and proposal.decided is not None and any_key:
        yield "close"


def _of_multisig(
    proposal: Proposal, seats: Sequence[Seat], members: Sequence[Seat]
) -> Iterator[str]:
    enough = proposal.decided is Status.APPROVED
    if any(enough or one.vote is None for one in members):
        yield "approve"
    if any(one.coldkey == proposal.proposer for one in seats):
        yield "cancel"
