"""Referenda: calls of root that proposers submit and collectives decide on."""

from __future__ import annotations

from contextlib import suppress

from taoctl.economics.governance import MAX_REFERENDA, MAX_REFERENDA_EACH
from taoctl.localnet.frame import (
    Call,
    DispatchError,
    Origin,
    Root,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.governance.referenda_decisions import ReferendaDecisions
from taoctl.localnet.pallets.governance.referenda_types import (
    ADVANCE,
    ERRORS,
    EVENTS,
    INDEX,
    KILL,
    SUBMIT,
    TRACK,
    alarm_name,
    task_name,
    weigh_enact,
)
from taoctl.localnet.pallets.governance.tracks import MAINNET_PACE, tracks_at
from taoctl.localnet.types import RuntimeCall, variant

_CALL = ("call", RuntimeCall, "Box<CallOf<T>>")
_NOT_DISPATCHED = frozenset({"Ongoing", "Approved", "FastTracked"})


class Referenda(ReferendaDecisions):
    """Referenda at the fast pace that the chain's source has for tests."""

    name = "Referenda"
    index = 35
    crate = "pallet_referenda::pallet"

    events = EVENTS
    errors = ERRORS

    @call(0, args=[TRACK, _CALL], weight=SUBMIT)
    def submit(self, origin: Origin, track: int, call: Call) -> None:
        """Put a call of root to the vote; any call may be."""
        proposer = ensure_signed(origin)
        self._check_submission(track, proposer)
        index = int(self.ReferendumCount.get())
        ((kind, rules),) = self.tracks[track].strategy.items()
        now = self.rt.block_number
        if kind == "PassOrFail":
            self._set_alarm(index, now + rules["decision_period"])
            self.open(track, variant("Action", self.rt.preimage.bound(call)), proposer, index)
        else:
            self._schedule_enactment(index, now + rules["initial_delay"], call)
            self.open(track, "Review", proposer, index)
        self.deposit("Submitted", index, track, proposer)

    @call(1, args=[INDEX], weight=KILL)
    def kill(self, origin: Origin, index: int) -> None:
        """End a referendum whose call has not run."""
        ensure_root(origin)
        if self._status(index) not in _NOT_DISPATCHED:
            raise self.error("ReferendumFinalized")
        for name in (task_name(index), alarm_name(index)):
            with suppress(DispatchError):
                self.rt.scheduler.cancel_task(name)
        self._drop_enactment(index)
        self.conclude(index, "Killed")

    @call(2, args=[INDEX], weight=ADVANCE)
    def advance_referendum(self, origin: Origin, index: int) -> None:
        """Decide what the tally of an open referendum decides; its alarm does so by itself."""
        ensure_root(origin)
        self._status(index)
        info = self.ongoing(index)
        if info is not None:
            self._advance(index, info)

    @call(3, args=[INDEX, _CALL], weight=weigh_enact)
    def enact(self, origin: Origin, index: int, call: Call) -> None:
        """Run the call of a referendum as root; nothing where that one has ended otherwise."""
        ensure_root(origin)
        status = self.ReferendumStatusFor[index]
        if status is None or next(iter(status)) not in _NOT_DISPATCHED:
            return
        outcome = self.rt.dispatch(call, Root())
        del self.EnactmentTask[index]
        error = None if outcome.error is None else outcome.error.value
        self.conclude(index, "Enacted", self.rt.block_number, error)

    def _check_submission(self, track_id: int, proposer: str) -> None:
        track = self.tracks.get(track_id)
        members_of = self.rt.multi_collective.members_of
        if track is None:
            raise self.error("BadTrack")
        if track.proposers is None:
            raise self.error("TrackNotSubmittable")
        if proposer not in members_of(track.proposers):
            raise self.error("NotProposer")
        if not members_of(*track.voters):
            raise self.error("EmptyVoterSet")
        if self.ActiveCount.get() >= MAX_REFERENDA:
            raise self.error("QueueFull")
        if self.ActivePerProposer[proposer] >= MAX_REFERENDA_EACH:
            raise self.error("ProposerQuotaExceeded")

    def _status(self, index: int) -> str:
        """The name of a referendum's status."""
        status = self.ReferendumStatusFor[index]
        if status is None:
            raise self.error("ReferendumNotFound")
        return str(next(iter(status)))


class ReferendaAtMainnetPace(Referenda):
    """Referenda that take as long as they would on mainnet."""

    tracks = tracks_at(MAINNET_PACE)
