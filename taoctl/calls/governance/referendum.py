"""A referendum as storage has it, for those who would act on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.calls.base import Refusal
from taoctl.chain.referendum_names import alarm_name, task_name
from taoctl.chain.view import Storage, View
from taoctl.economics.governance import ReviewRule, Verdict, decision, from_rational, review

PALLET = "Referenda"
VOTES = "SignedVoting"
STATUS = Storage(PALLET, "ReferendumStatusFor")
TALLY = Storage(VOTES, "TallyOf")
VOTERS = Storage(VOTES, "VoterSetOf")
VOTING = Storage(VOTES, "VotingFor")
_LOOKUP = Storage("Scheduler", "Lookup")


@dataclass(frozen=True, slots=True)
class Referendum:
    """One referendum.

    Attributes:
        index: its number.
        status: the chain's word: Ongoing, Approved, Delegated and so on; None for none at all.
        ended_block: block of that status, where it is concluded.
        info: what is stored of an open one.
        ayes, nays, total: votes so far, and how many may vote; None where there is no tally.
        voters: who may vote; None where that is not stored.
        alarm_block: block in which its votes are looked at.
        task_block: block in which its call is to run.
    """

    index: int
    status: str | None
    ended_block: int | None = None
    info: Mapping[str, Any] | None = None
    tally: tuple[int, int, int] | None = None
    voters: tuple[str, ...] | None = None
    alarm_block: int | None = None
    task_block: int | None = None

    def verdict(self, block: int, change: tuple[int, int] = (0, 0)) -> Verdict:
        """What its votes, and a change of ayes and nays, amount to when looked at in a block."""
        if self.info is None or self.tally is None:
            return Verdict.WAITS
        ayes, nays, total = self.tally
        approval, rejection = (
            from_rational(votes, total) for votes in (ayes + change[0], nays + change[1])
        )
        opened = int(self.info["submitted"])
        ((kind, rule),) = self.info["decision_strategy"].items()
        if kind == "PassOrFail":
            return decision(
                approval,
                rejection,
                approve=int(rule["approve_threshold"]),
                reject=int(rule["reject_threshold"]),
                ended=block >= opened + int(rule["decision_period"]),
            )
        delays = ReviewRule(
            fast_track=int(rule["fast_track_threshold"]),
            cancel=int(rule["cancel_threshold"]),
            initial_delay=int(rule["initial_delay"]),
            max_delay=int(rule["max_delay"]),
        )
        return review(approval, rejection, delays, opened=opened, now=block)[0]

    def ends_in(self, block: int) -> str | None:
        """How it ends at the start of a block, before any transaction of it; None: it goes on."""
        if self.task_block is not None and self.task_block <= block:
            return "its call runs"
        if self.alarm_block is None or self.alarm_block > block:
            return None
        verdict = self.verdict(block)
        return None if verdict is Verdict.WAITS else f"it is {verdict.value.replace('_', '-')}"


async def referendum(view: View, index: int) -> Referendum:
    """A referendum by its number, also one that is concluded, or that there is none of."""
    names = [(alarm_name(index),), (task_name(index),)]
    status, tally, voters, (alarm, task) = await asyncio.gather(
        view.value(STATUS.pallet, STATUS.item, index),
        view.value(TALLY.pallet, TALLY.item, index),
        view.value(VOTERS.pallet, VOTERS.item, index),
        view.values(_LOOKUP.pallet, _LOOKUP.item, names),
    )
    if status is None:
        return Referendum(index, None)
    ((word, value),) = status.items()
    ongoing = word == "Ongoing"
    counted = None if tally is None else tuple(int(tally[n]) for n in ("ayes", "nays", "total"))
    return Referendum(
        index=index,
        status=word,
        ended_block=None if ongoing else int(value),
        info=value if ongoing else None,
        tally=counted,  # type: ignore[arg-type]
        voters=None if voters is None else tuple(map(str, voters)),
        alarm_block=None if alarm is None else int(alarm[0]),
        task_block=None if task is None else int(task[0]),
    )


def cannot_vote(found: Referendum, who: str, block: int) -> tuple[Refusal, ...]:
    """Why an account has no vote on a referendum in a block; empty when it has."""
    index = found.index
    if found.status is None:
        said, hint = f"there is no referendum {index}", "see `taoctl gov list`"
        return (Refusal("PollNotOngoing", said, hint),)
    if found.status != "Ongoing":
        said = f"referendum {index} is over: {found.status} in block {found.ended_block}"
        return (Refusal("PollNotOngoing", said, _after(found)),)
    ends = found.ends_in(block)
    if ends is not None:
        said = f"referendum {index} ends with block {block}: {ends}"
        return (Refusal("PollNotOngoing", said, "no vote counts any more"),)
    if found.voters is None:
        said = f"who may vote on referendum {index} is not stored"
        return (Refusal("VoterSetMissing", said, "root may end it; nobody can vote on it"),)
    if who not in found.voters:
        said = f"{who} is not among the {len(found.voters)} who may vote on referendum {index}"
        hint = "who was in the collectives when it opened votes; see `taoctl gov show`"
        return (Refusal("NotInVoterSet", said, hint),)
    return ()


def no_tally(found: Referendum) -> tuple[Refusal, ...]:
    """The refusal of a referendum whose votes are not counted; empty when they are."""
    if found.tally is not None:
        return ()
    said = f"the tally of referendum {found.index} is not stored"
    return (Refusal("TallyMissing", said, "root may end it; nobody can vote on it"),)


def _after(found: Referendum) -> str:
    if found.status == "Delegated":
        return "it goes on as its review, on which others vote; see `taoctl gov list`"
    return "nothing can be voted on there any more"
