"""Votes on referenda, and taking them back.

Source: pallet-signed-voting of subtensor at d0910bde9.
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.governance.referendum import (
    STATUS,
    TALLY,
    VOTERS,
    VOTES,
    VOTING,
    Referendum,
    cannot_vote,
    no_tally,
    referendum,
)
from taoctl.chain.view import Call, View
from taoctl.economics.governance import Verdict

_NEEDS = (STATUS, TALLY, VOTERS, VOTING)
_WORDS = {True: "aye", False: "nay", None: "none"}
_COMES = {
    Verdict.APPROVED: "approved",
    Verdict.REJECTED: "rejected",
    Verdict.FAST_TRACKED: "fast-tracked: its call runs in the block after that",
    Verdict.CANCELLED: "cancelled",
    Verdict.EXPIRED: "expired",
}


@dataclass(frozen=True, slots=True)
class ReferendumVote(Intent):
    """Vote on a referendum, or change that vote.

    Attributes:
        index: the referendum.
        approve: aye, else nay.
    """

    needs = (*_NEEDS, Call(VOTES, "vote"))

    index: int
    approve: bool

    def summary(self) -> str:
        """How and on what."""
        return f"vote {_WORDS[self.approve]} on referendum {self.index}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`SignedVoting.vote`."""
        return ChainCall(VOTES, "vote", {"poll_index": self.index, "approve": self.approve})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """It is over, the account has no vote there, or has voted so already."""
        found = await referendum(view, self.index)
        refused = cannot_vote(found, origin, view.block + 1)
        if refused:
            return refused
        if await vote_of(view, self.index, origin) is self.approve:
            word, other = _WORDS[self.approve], _WORDS[not self.approve]
            said = f"{origin} has voted {word} on referendum {self.index} already"
            hint = f"vote {other} to change it, or take it back with `taoctl gov unvote`"
            return (Refusal("DuplicateVote", said, hint),)
        return no_tally(found)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The vote and the tally."""
        found = await referendum(view, self.index)
        before = await vote_of(view, self.index, origin)
        return _effects(found, origin, before, self.approve)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What it decides."""
        found = await referendum(view, self.index)
        before = await vote_of(view, self.index, origin)
        return _decided(found, origin, view.block, _change(before, self.approve))


@dataclass(frozen=True, slots=True)
class RemoveVote(Intent):
    """Take one's vote on a referendum back, as if it had not been given.

    Attributes:
        index: the referendum.
    """

    needs = (*_NEEDS, Call(VOTES, "remove_vote"))

    index: int

    def summary(self) -> str:
        """Of what."""
        return f"take the vote on referendum {self.index} back"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`SignedVoting.remove_vote`."""
        return ChainCall(VOTES, "remove_vote", {"poll_index": self.index})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """It is over, the account has no vote there, or has not voted."""
        found = await referendum(view, self.index)
        refused = cannot_vote(found, origin, view.block + 1)
        if refused:
            return refused
        if await vote_of(view, self.index, origin) is None:
            said = f"{origin} has not voted on referendum {self.index}"
            return (Refusal("VoteNotFound", said, "there is nothing to take back"),)
        return no_tally(found)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The vote and the tally."""
        found = await referendum(view, self.index)
        before = await vote_of(view, self.index, origin)
        return _effects(found, origin, before, None)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What it decides: of a review, whose call it moves, also taking a vote back may."""
        found = await referendum(view, self.index)
        before = await vote_of(view, self.index, origin)
        return _decided(found, origin, view.block, _change(before, None))


async def vote_of(view: View, index: int, who: str) -> bool | None:
    """Whether an account has voted aye; None where it has not voted."""
    found = await view.value(VOTING.pallet, VOTING.item, index, who)
    return None if found is None else bool(found)


def _change(before: bool | None, after: bool | None) -> tuple[int, int]:
    """How ayes and nays change."""
    ayes = int(after is True) - int(before is True)
    return ayes, int(after is False) - int(before is False)


def _effects(
    found: Referendum, who: str, before: bool | None, after: bool | None
) -> tuple[Effect, ...]:
    voted = Effect(who, f"vote on referendum {found.index}", _WORDS[before], _WORDS[after])
    if found.tally is None:
        return (voted,)
    ayes, nays, total = found.tally
    more_ayes, more_nays = _change(before, after)
    was = f"{ayes} aye, {nays} nay of {total}"
    then = f"{ayes + more_ayes} aye, {nays + more_nays} nay of {total}"
    return (voted, Effect(None, f"tally of referendum {found.index}", was, then))


def _decided(found: Referendum, who: str, block: int, change: tuple[int, int]) -> tuple[str, ...]:
    """What becomes of it with a vote of the next block, looked at in the block after that."""
    if cannot_vote(found, who, block + 1):
        return ()
    verdict = found.verdict(block + 2, change)
    if verdict is Verdict.WAITS:
        return ()
    return (f"with it the referendum is {_COMES[verdict]}, one block after the vote",)
