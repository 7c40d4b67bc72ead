"""SignedVoting: who voted how on the open referenda, and the tallies of that."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import (
    Constant,
    Event,
    Origin,
    Pallet,
    StorageMap,
    StorageValue,
    Twox64Concat,
    call,
    ensure_signed,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import AccountId32, Bounded, Option, Struct, Tup, bool_, u8, u32

MAX_VOTERS = 64
MAX_PENDING_CLEANUP = 40
CLEANUP_CURSOR = 128

SignedVoteTally = Struct(
    "pallet_signed_voting::SignedVoteTally", [("ayes", u32), ("nays", u32), ("total", u32)]
)
_POLL = (Twox64Concat, u32)
_POLL_FIELD = ("poll_index", u32, "PollIndexOf<T>")
_WHO, _TALLY = ("who", AccountId32, "T::AccountId"), ("tally", SignedVoteTally)
_TALLY_UPDATED = 36_468_000 + 4 * DB_READ + 4 * DB_WRITE


class SignedVoting(Pallet):
    """Votes of the accounts that were in a referendum's voter set when it opened."""

    name = "SignedVoting"
    index = 34
    attr = "signed_voting"
    crate = "pallet_signed_voting::pallet"

    VotingFor = StorageMap(bool_, [_POLL, (Twox64Concat, AccountId32)], optional=True)
    TallyOf = StorageMap(SignedVoteTally, [_POLL], optional=True)
    VoterSetOf = StorageMap(Bounded(AccountId32, MAX_VOTERS), [_POLL], optional=True)
    PendingCleanup = StorageValue(
        Bounded(Tup(u32, Option(Bounded(u8, CLEANUP_CURSOR))), MAX_PENDING_CLEANUP)
    )

    events = [
        Event(0, "Voted", [_WHO, _POLL_FIELD, ("approve", bool_), _TALLY]),
        Event(1, "VoteRemoved", [_WHO, _POLL_FIELD, _TALLY]),
        Event(2, "CleanupQueueFull", [_POLL_FIELD]),
    ]
    errors = [
        "PollNotOngoing",
        "PollNotFound",
        "InvalidVotingScheme",
        "NotInVoterSet",
        "DuplicateVote",
        "VoteNotFound",
        "VoterSetMissing",
        "TallyMissing",
    ]
    constants = [
        Constant("MaxVoterSetSize", u32, MAX_VOTERS),
        Constant("MaxPendingCleanup", u32, MAX_PENDING_CLEANUP),
        Constant("CleanupChunkSize", u32, 16),
        Constant("CleanupCursorMaxLen", u32, CLEANUP_CURSOR),
    ]

    @call(
        0,
        args=[_POLL_FIELD, ("approve", bool_)],
        weight=57_373_252 + 17_612 * MAX_VOTERS + 6 * DB_READ + 5 * DB_WRITE + _TALLY_UPDATED,
    )
    def vote(self, origin: Origin, poll_index: int, approve: bool) -> None:
        """Vote, or change one's vote, while the referendum is open."""
        who = ensure_signed(origin)
        tally = self._voter(poll_index, who)
        before = self.VotingFor[poll_index, who]
        if before == approve:
            raise self.error("DuplicateVote")
        if before is not None:
            tally = _counted(tally, before, -1)
        tally = _counted(tally, approve, 1)
        self.VotingFor[poll_index, who] = approve
        self._tally(poll_index, tally)
        self.deposit("Voted", who, poll_index, approve, tally)

    @call(
        1,
        args=[_POLL_FIELD],
        weight=69_657_975 + 21_501 * MAX_VOTERS + 7 * DB_READ + 6 * DB_WRITE + _TALLY_UPDATED,
    )
    def remove_vote(self, origin: Origin, poll_index: int) -> None:
        """Take one's vote back, as if it had never been given."""
        who = ensure_signed(origin)
        tally = self._voter(poll_index, who)
        before = self.VotingFor[poll_index, who]
        if before is None:
            raise self.error("VoteNotFound")
        tally = _counted(tally, before, -1)
        del self.VotingFor[poll_index, who]
        self._tally(poll_index, tally)
        self.deposit("VoteRemoved", who, poll_index, tally)

    def on_finalize(self, number: int) -> None:
        """Clear the votes of what ended.

        The chain does so with the weight that a block leaves over; that is enough for all that
        can end in one block, unless the block is full, which is not modelled.
        """
        pending = self.PendingCleanup.get()
        if not pending:
            return
        for poll, _ in pending:
            self.VotingFor.clear(poll)
        self.PendingCleanup.kill()

    # for Referenda

    def open_poll(self, poll: int, voters: tuple[str, ...]) -> None:
        """Fix who may vote, and start a tally; the accounts are sorted and each there once."""
        self.VoterSetOf[poll] = voters
        self.TallyOf[poll] = {"ayes": 0, "nays": 0, "total": len(voters)}

    def close_poll(self, poll: int) -> None:
        """Forget the tally and who may vote; the votes themselves go when there is time."""
        if poll not in self.TallyOf:
            return
        del self.TallyOf[poll]
        del self.VoterSetOf[poll]
        pending = self.PendingCleanup.get()
        if len(pending) >= MAX_PENDING_CLEANUP:
            self.deposit("CleanupQueueFull", poll)
        else:
            self.PendingCleanup.put((*pending, (poll, None)))

    def _voter(self, poll: int, who: str) -> dict[str, int]:
        """The tally of an open poll that the account may vote on."""
        if not self.rt.referenda.is_ongoing(poll):
            raise self.error("PollNotOngoing")
        voters = self.VoterSetOf[poll]
        if voters is None:
            raise self.error("VoterSetMissing")
        if who not in voters:
            raise self.error("NotInVoterSet")
        tally: dict[str, int] | None = self.TallyOf[poll]
        if tally is None:
            raise self.error("TallyMissing")
        return tally

    def _tally(self, poll: int, tally: dict[str, int]) -> None:
        self.TallyOf[poll] = tally
        self.rt.referenda.tally_updated(poll, tally)


def _counted(tally: dict[str, int], approve: bool, by: int) -> dict[str, Any]:
    side = "ayes" if approve else "nays"
    return {**tally, side: tally[side] + by}
