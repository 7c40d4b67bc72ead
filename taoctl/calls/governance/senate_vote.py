"""A senator's vote on a motion.

Source: `do_vote_root` of subtensor at e2b8367b8, and `do_vote` of its pallet_collective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.batch import one_or_batch
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.governance.motion import PRIME, SENATE, VOTING, Motion, motion, not_that_motion
from taoctl.calls.stake.hotkeys import OWNER, PALLET, not_owned
from taoctl.chain.view import Call, View
from taoctl.economics.governance import MotionOutcome

_CALL = Call(PALLET, "vote")
_WORDS = {True: "aye", False: "nay", None: "none"}


@dataclass(frozen=True, slots=True)
class SenateVote(Intent):
    """Vote on a motion as a senator, or change that vote.

    Attributes:
        motion_hash: `0x` hash of the motion.
        index: its number, which the chain wants beside the hash.
        hotkey: ss58 address of the senator; the coldkey that owns it signs.
        approve: aye, else nay.
    """

    needs = (OWNER, VOTING, SENATE, PRIME, _CALL)

    motion_hash: str
    index: int
    hotkey: str
    approve: bool

    def summary(self) -> str:
        """How, on what, and as which senator."""
        return f"vote {_WORDS[self.approve]} on motion {self.index} as the senator {self.hotkey}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`SubtensorModule.vote`."""
        args = {
            "hotkey": self.hotkey,
            "proposal": self.motion_hash,
            "index": self.index,
            "approve": self.approve,
        }
        return ChainCall(PALLET, _CALL.name, args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A foreign hotkey, no senator, no such motion, or the same vote again."""
        foreign = await not_owned(view, origin, self.hotkey)
        if foreign:
            return foreign
        senators = await view.value(SENATE.pallet, SENATE.item)
        if self.hotkey not in map(str, senators):
            said = f"{self.hotkey} is no senator"
            hint = "see `taoctl gov members`; a seat comes with `taoctl gov join`"
            return (Refusal("NotSenateMember", said, hint),)
        found = await motion(view, self.motion_hash)
        wrong = not_that_motion(found, self.motion_hash, self.index)
        if wrong or found is None:
            return wrong
        if found.vote_of(self.hotkey) is not self.approve:
            return ()
        word, other = _WORDS[self.approve], _WORDS[not self.approve]
        said = f"{self.hotkey} has voted {word} on motion {self.index} already"
        return (Refusal("DuplicateVote", said, f"its vote may only be changed, to {other}"),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The vote, before and after."""
        found = await motion(view, self.motion_hash)
        if found is None:
            return ()
        before = _WORDS[found.vote_of(self.hotkey)]
        after = _WORDS[self.approve]
        return (Effect(self.hotkey, f"vote on motion {self.index}", before, after),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What it decides, and that a first vote costs nothing."""
        found = await motion(view, self.motion_hash)
        if found is None:
            return ()
        free = "the first vote of a hotkey on a motion is free, unless it is inside another call"
        return (
            *((free,) if found.vote_of(self.hotkey) is None else ()),
            *_decides(found, self.hotkey, view.block + 1, approve=self.approve),
        )


def _decides(found: Motion, hotkey: str, block: int, *, approve: bool) -> tuple[str, ...]:
    """What a vote makes of a motion that was open before it."""
    if found.outcome(block) is not MotionOutcome.WAITS:
        return ()
    moved = found.vote_of(hotkey) is not None
    change = 1 if approve else -1
    more_ayes = change if approve or moved else 0
    more_nays = -change if not approve or moved else 0
    after = found.outcome(block, more_ayes=more_ayes, more_nays=more_nays)
    if after is MotionOutcome.WAITS:
        return ()
    return (f"with it the motion is {after.value}: it may be closed, with `taoctl gov close`",)


def senate_votes(motion_hash: str, index: int, hotkeys: Sequence[str], *, approve: bool) -> Intent:
    """The same vote of several senators of one coldkey, all or none of them."""
    votes = [SenateVote(motion_hash, index, one, approve) for one in hotkeys]
    return one_or_batch(votes, BatchMode.ALL)
