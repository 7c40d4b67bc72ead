"""A motion of the Triumvirate as storage has it, for those who would act on it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import Refusal
from taoctl.chain.view import Storage, View
from taoctl.economics.governance import MotionOutcome, motion_outcome

PALLET = "Triumvirate"
VOTING = Storage(PALLET, "Voting")
SENATE = Storage("SenateMembers", "Members")
PRIME = Storage(PALLET, "Prime")


@dataclass(frozen=True, slots=True)
class Motion:
    """One open motion, and who votes on it.

    Attributes:
        index: its number.
        threshold: ayes it needs.
        end: block from which it may be closed whoever has voted.
        ayes, nays: hotkeys of senators.
        senators: all of them, today.
        prime: the account whose vote counts for those who did not vote; None without one.
    """

    index: int
    threshold: int
    end: int
    ayes: tuple[str, ...]
    nays: tuple[str, ...]
    senators: tuple[str, ...]
    prime: str | None

    def vote_of(self, hotkey: str) -> bool | None:
        """Whether a hotkey has voted aye; None where it has not voted."""
        if hotkey in self.ayes:
            return True
        return False if hotkey in self.nays else None

    def outcome(self, block: int, *, more_ayes: int = 0, more_nays: int = 0) -> MotionOutcome:
        """What closing it in a block would do, votes added to those there are."""
        return motion_outcome(
            len(self.ayes) + more_ayes,
            len(self.nays) + more_nays,
            threshold=self.threshold,
            seats=len(self.senators),
            ended=block >= self.end,
            prime_aye=self.prime in self.ayes,
        )


async def motion(view: View, motion_hash: str) -> Motion | None:
    """An open motion by its hash; None where none is open under it."""
    voting, senators, prime = await asyncio.gather(
        view.value(VOTING.pallet, VOTING.item, motion_hash),
        view.value(SENATE.pallet, SENATE.item),
        view.value(PRIME.pallet, PRIME.item),
    )
    if voting is None:
        return None
    return Motion(
        index=int(voting["index"]),
        threshold=int(voting["threshold"]),
        end=int(voting["end"]),
        ayes=tuple(map(str, voting["ayes"])),
        nays=tuple(map(str, voting["nays"])),
        senators=tuple(map(str, senators)),
        prime=None if prime is None else str(prime),
    )


def not_that_motion(found: Motion | None, motion_hash: str, index: int) -> tuple[Refusal, ...]:
    """The refusal of a motion that is not open, or has another index; empty when it is right."""
    if found is None:
        said = f"no motion {motion_hash} is open"
        hint = "it was closed, or never proposed; see `taoctl gov list`"
        return (Refusal("ProposalNotExists", said, hint),)
    if found.index != index:
        said = f"the motion {motion_hash} has the index {found.index}, not {index}"
        return (Refusal("IndexMismatchProposalHash", said, f"name it by {found.index}"),)
    return ()
