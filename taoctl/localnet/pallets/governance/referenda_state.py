"""What Referenda stores, and how referenda open and end."""

from __future__ import annotations

from typing import Any, ClassVar

from taoctl.economics.governance import BILLION, from_rational
from taoctl.localnet.frame import (
    Blake2_128Concat,
    Call,
    DispatchError,
    Pallet,
    StorageMap,
    StorageValue,
)
from taoctl.localnet.pallets.governance.call_bounds import BoundedCall
from taoctl.localnet.pallets.governance.referenda_types import (
    ReferendumStatus,
    alarm_name,
    task_name,
)
from taoctl.localnet.pallets.governance.tracks import FAST_PACE, Track, tracks_at
from taoctl.localnet.types import AccountId32, u32, variant

_NO_VOTES = {"approval": 0, "rejection": 0, "abstention": BILLION}
_UNDECIDED = frozenset({"Rejected", "Expired", "Killed"})
"""Ends after which the call itself is let go of, having gone nowhere."""


class ReferendaState(Pallet):
    """The storage of Referenda, and the ways in which it changes."""

    tracks: ClassVar[dict[int, Track]] = tracks_at(FAST_PACE)

    ReferendumCount = StorageValue(u32)
    ActiveCount = StorageValue(u32)
    ActivePerProposer = StorageMap(u32, [(Blake2_128Concat, AccountId32)])
    ReferendumStatusFor = StorageMap(ReferendumStatus, [(Blake2_128Concat, u32)], optional=True)
    EnactmentTask = StorageMap(BoundedCall, [(Blake2_128Concat, u32)], optional=True)

    def ongoing(self, index: int) -> dict[str, Any] | None:
        """The info of an open referendum, or None."""
        status = self.ReferendumStatusFor[index]
        info: dict[str, Any] | None = None if status is None else status.get("Ongoing")
        return info

    def is_ongoing(self, index: int) -> bool:
        """Whether a referendum is open for votes."""
        return self.ongoing(index) is not None

    def tally_updated(self, index: int, tally: dict[str, int]) -> None:
        """Take over a new tally of votes; what follows from it is decided in the next block."""
        info = self.ongoing(index)
        if info is None:
            return
        approval = from_rational(tally["ayes"], tally["total"])
        rejection = from_rational(tally["nays"], tally["total"])
        shares = {
            "approval": approval,
            "rejection": rejection,
            "abstention": max(BILLION - approval - rejection, 0),
        }
        self.ReferendumStatusFor[index] = variant("Ongoing", {**info, "tally": shares})
        self._rearm(index, self.rt.block_number + 1)

    def open(self, track_id: int, proposal: Any, proposer: str, index: int) -> None:
        """Store a new referendum with the next index, and open its poll."""
        track = self.tracks[track_id]
        self.ReferendumCount.put(index + 1)
        self.ActiveCount.put(self.ActiveCount.get() + 1)
        self.ActivePerProposer[proposer] = self.ActivePerProposer[proposer] + 1
        info = {
            "track": track_id,
            "proposal": proposal,
            "proposer": proposer,
            "submitted": self.rt.block_number,
            "tally": _NO_VOTES,
            "decision_strategy": track.strategy,
        }
        self.ReferendumStatusFor[index] = variant("Ongoing", info)
        self.rt.signed_voting.open_poll(index, self.rt.multi_collective.members_of(*track.voters))

    def open_review(self, call: Call, proposer: str, track_id: int) -> int | None:
        """Schedule a call and open a referendum on when it runs; its index, or None on failure."""
        track = self.tracks.get(track_id)
        if track is None or "Adjustable" not in track.strategy:
            return None
        if not self.rt.multi_collective.members_of(*track.voters):
            return None
        index = int(self.ReferendumCount.get())
        when = self.rt.block_number + track.strategy["Adjustable"]["initial_delay"]
        try:
            self._schedule_enactment(index, when, call)
        except DispatchError:
            self._scheduler_failed(index)
            return None
        self.open(track_id, "Review", proposer, index)
        return index

    def conclude(self, index: int, end: str, *event_values: Any) -> None:
        """End a referendum, or move an ended one on, with the event of that name."""
        info = self.ongoing(index)
        self.ReferendumStatusFor[index] = variant(end, self.rt.block_number)
        if info is not None:
            self.ActiveCount.put(max(self.ActiveCount.get() - 1, 0))
            proposer = info["proposer"]
            self.ActivePerProposer[proposer] = max(self.ActivePerProposer[proposer] - 1, 0)
            self.rt.signed_voting.close_poll(index)
            if end in _UNDECIDED and info["proposal"] != "Review":
                self.rt.preimage.drop(info["proposal"]["Action"])
        self.deposit(end, index, *event_values)

    def _schedule_enactment(self, index: int, when: int, call: Call) -> None:
        """Have a call enacted in a block; raises DispatchError where that cannot be arranged."""
        wrapper = self.rt.preimage.bound(Call("Referenda", "enact", {"index": index, "call": call}))
        try:
            self.rt.scheduler.schedule_task(when, wrapper, name=task_name(index))
        finally:
            self.rt.preimage.drop(wrapper)
        self.EnactmentTask[index] = wrapper

    def _drop_enactment(self, index: int) -> None:
        wrapper = self.EnactmentTask.take(index)
        if wrapper is not None:
            self.rt.preimage.drop(wrapper)

    def _set_alarm(self, index: int, when: int) -> None:
        """Have the tally looked at in a block, and in no other; raises DispatchError."""
        name = alarm_name(index)
        known = self.rt.scheduler.task_block(name)
        if known == when:
            return
        if known is not None:
            self.rt.scheduler.move_task(name, when)
            return
        call = self.rt.preimage.bound(Call("Referenda", "advance_referendum", {"index": index}))
        self.rt.scheduler.schedule_task(when, call, name=name)

    def _rearm(self, index: int, when: int) -> None:
        try:
            self._set_alarm(index, when)
        except DispatchError:
            self._scheduler_failed(index)

    def _scheduler_failed(self, index: int) -> None:
        self.deposit("SchedulerOperationFailed", index)
