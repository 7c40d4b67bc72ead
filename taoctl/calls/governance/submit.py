"""Submitting a referendum.

Source: `submit` of pallet-referenda, and the tracks of the runtime, of subtensor at d0910bde9.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.generic import Generic
from taoctl.calls.governance.referendum import PALLET
from taoctl.chain.view import Call, Storage, View
from taoctl.economics.governance import MAX_REFERENDA, MAX_REFERENDA_EACH

_MEMBERS = Storage("MultiCollective", "Members")
_COUNT = Storage(PALLET, "ReferendumCount")
_ACTIVE = Storage(PALLET, "ActiveCount")
_OF_PROPOSER = Storage(PALLET, "ActivePerProposer")

_PROPOSERS: dict[int, str | None] = {0: "Proposers", 1: None}
"""Which collective submits on a track; None: referenda only come there from another one."""
_VOTERS = {0: ("Triumvirate",), 1: ("Economic", "Building")}


@dataclass(frozen=True, slots=True)
class SubmitReferendum(Intent):
    """Put a call of root to the vote.

    Attributes:
        proposed: what root shall do; it needs no wrapper.
        track: where it is voted on.
    """

    needs = (_MEMBERS, _COUNT, _ACTIVE, _OF_PROPOSER, Call(PALLET, "submit"))

    proposed: ChainCall
    track: int = 0

    def summary(self) -> str:
        """What is submitted, and where."""
        return f"submit to track {self.track}: {Generic(self.proposed).summary()}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Referenda.submit`."""
        return ChainCall(PALLET, "submit", {"track": self.track, "call": self.proposed})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No such track, nobody submits there, no proposer, no voters, or too many open ones."""
        if self.track not in _PROPOSERS:
            said = f"there is no track {self.track}"
            return (Refusal("BadTrack", said, "see `taoctl gov status` for the tracks"),)
        collective = _PROPOSERS[self.track]
        if collective is None:
            said = f"nobody submits on track {self.track}: it takes what track 0 approves"
            return (Refusal("TrackNotSubmittable", said, "submit on track 0"),)
        proposers = await _members(view, collective)
        if origin not in proposers:
            said = f"{origin} is not in the collective {collective}"
            hint = f"its {len(proposers)} members submit; see `taoctl gov members`"
            return (Refusal("NotProposer", said, hint),)
        voters = await asyncio.gather(*(_members(view, one) for one in _VOTERS[self.track]))
        if not any(voters):
            said = f"nobody could vote on track {self.track}: its collectives are empty"
            return (Refusal("EmptyVoterSet", said, "root names their members first"),)
        return await self._full(view, origin)

    async def _full(self, view: View, origin: str) -> tuple[Refusal, ...]:
        active, own = await asyncio.gather(
            view.value(_ACTIVE.pallet, _ACTIVE.item),
            view.value(_OF_PROPOSER.pallet, _OF_PROPOSER.item, origin),
        )
        wait = "wait until one ends; see `taoctl gov list`"
        if int(active) >= MAX_REFERENDA:
            said = f"{int(active)} referenda are open, and no more than {MAX_REFERENDA} can be"
            return (Refusal("QueueFull", said, wait),)
        if int(own) >= MAX_REFERENDA_EACH:
            said = f"{int(own)} referenda of {origin} are open; each has {MAX_REFERENDA_EACH}"
            return (Refusal("ProposerQuotaExceeded", said, wait),)
        return ()

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The referendum that it becomes."""
        count = await view.value(_COUNT.pallet, _COUNT.item)
        return (Effect(None, f"referendum {int(count)}", "none", f"ongoing on track {self.track}"),)


async def _members(view: View, collective: str) -> list[str]:
    found = await view.value(_MEMBERS.pallet, _MEMBERS.item, collective)
    return [str(one) for one in found]
