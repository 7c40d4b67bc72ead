"""Triumvirate: motions that its members make and the Senate's hotkeys vote on.

Source: pallets/collective of subtensor at e2b8367b8, with who may close as in spec 218.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from taoctl.errors import BadDataError
from taoctl.localnet.frame import (
    OPERATIONAL,
    BadOrigin,
    Call,
    Identity,
    MemberOrigin,
    MembersOrigin,
    Origin,
    Outcome,
    Pallet,
    Post,
    StorageMap,
    StorageValue,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.governance import collective_types as types
from taoctl.localnet.pallets.governance.collective_types import (
    ERRORS,
    EVENTS,
    MAX_PROPOSALS,
    MAX_SENATORS,
    Votes,
)
from taoctl.localnet.types import (
    H256,
    AccountId32,
    Bounded,
    Compact,
    Option,
    RuntimeCall,
    Vec,
    Weight,
    bool_,
    u32,
)
from taoctl.scale.crypto import blake2_256

_PROPOSAL = ("proposal", RuntimeCall, "Box<<T as Config<I>>::Proposal>")
_LENGTH_BOUND = ("length_bound", Compact(u32), "u32")
_INDEX = ("index", Compact(u32), "ProposalIndex")
_HASH = ("proposal_hash", H256, "T::Hash")


class Triumvirate(Pallet):
    """Motions: proposed by a member, voted on by senators, decided when somebody closes them."""

    name = "Triumvirate"
    index = 8
    crate = "pallet_collective::pallet"
    instantiable = True
    motion_duration: ClassVar[int] = 50
    """Blocks that a motion must at least be open for; 12 hours on mainnet."""
    root_closes: ClassVar[bool] = False
    """Whether only root may close, as from git 15f8eb799 on; in spec 218 any account may."""

    Proposals = StorageValue(Bounded(H256, MAX_PROPOSALS))
    ProposalOf = StorageMap(RuntimeCall, [(Identity, H256)], optional=True, as_bytes=True)
    Voting = StorageMap(Votes, [(Identity, H256)], optional=True)
    ProposalCount = StorageValue(u32)
    Members = StorageValue(Vec(AccountId32))
    Prime = StorageValue(AccountId32, optional=True)

    events = EVENTS
    errors = ERRORS

    @call(
        0,
        args=[
            ("new_members", Vec(AccountId32), "Vec<T::AccountId>"),
            ("prime", Option(AccountId32), "Option<T::AccountId>"),
            ("old_count", u32, "MemberCount"),
        ],
        weight=types.weigh_set_members,
    )
    def set_members(
        self, origin: Origin, new_members: tuple[str, ...], prime: str | None, old_count: int
    ) -> None:
        """Refuse: nobody may, TriumvirateMembers decides who its members are."""
        raise BadOrigin

    @call(1, args=[_PROPOSAL, _LENGTH_BOUND], weight=types.weigh_execute)
    def execute(self, origin: Origin, proposal: Call, length_bound: int) -> Post:
        """Run a call as one member, which gives it no powers of root."""
        who = ensure_signed(origin)
        members = self._ensure_member(who)
        raw = self._measured(proposal, length_bound)
        outcome = self.rt.dispatch(proposal, MemberOrigin(who))
        self.deposit("MemberExecuted", _hash_of(raw), outcome.result)
        stated = outcome.stated_weight
        return Post(None if stated is None else types.execute(len(raw), members) + stated)

    @call(
        2,
        args=[_PROPOSAL, _LENGTH_BOUND, ("duration", u32, "BlockNumberFor<T>")],
        weight=types.weigh_propose,
        dispatch_class=OPERATIONAL,
    )
    def propose(self, origin: Origin, proposal: Call, length_bound: int, duration: int) -> Post:
        """Open a motion that the Senate decides on; it passes with a majority of its seats now."""
        who = ensure_signed(origin)
        members = self._ensure_member(who)
        if duration < self.motion_duration:
            raise self.error("DurationLowerThanConfiguredMotionDuration")
        raw = self._measured(proposal, length_bound)
        motion, open_now = _hash_of(raw), self.Proposals.get()
        if motion in self.ProposalOf:
            raise self.error("DuplicateProposal")
        if len(open_now) >= MAX_PROPOSALS:
            raise self.error("TooManyActiveProposals")
        index, threshold = self.ProposalCount.get(), self.seats // 2 + 1
        end = min(self.rt.block_number + duration, 2**32 - 1)
        self.Proposals.put((*open_now, motion))
        self.ProposalCount.put(index + 1)
        self.ProposalOf[motion] = raw
        votes = {"index": index, "threshold": threshold, "ayes": (), "nays": (), "end": end}
        self.Voting[motion] = votes
        self.deposit("Proposed", who, index, motion, threshold)
        return Post(types.propose(len(raw), members, len(open_now) + 1))

    @call(
        3,
        args=[("proposal", H256, "T::Hash"), _INDEX, ("approve", bool_)],
        weight=types.vote(MAX_SENATORS),
        dispatch_class=OPERATIONAL,
    )
    def vote(self, origin: Origin, proposal: str, index: int, approve: bool) -> None:
        """Refuse: senators vote through SubtensorModule."""
        ensure_signed(origin)
        raise self.error("NotMember")

    @call(5, args=[_HASH], weight=types.disapprove(MAX_PROPOSALS))
    def disapprove_proposal(self, origin: Origin, proposal_hash: str) -> Post:
        """Throw a motion out, whatever its votes, by root; one that is not there is no error."""
        ensure_root(origin)
        return Post(types.disapprove(self._disapprove(proposal_hash)))

    @call(
        6,
        args=[
            _HASH,
            _INDEX,
            ("proposal_weight_bound", Weight, "Weight"),
            _LENGTH_BOUND,
        ],
        weight=types.weigh_close,
    )
    def close(
        self,
        origin: Origin,
        proposal_hash: str,
        index: int,
        proposal_weight_bound: dict[str, int],
        length_bound: int,
    ) -> Post:
        """Decide a motion by its votes, or after its end by them and the abstentions."""
        (ensure_root if self.root_closes else ensure_signed)(origin)
        votes = self._votes(proposal_hash, index)
        ayes, nays, seats = len(votes["ayes"]), len(votes["nays"]), self.seats
        early = True
        if ayes < votes["threshold"] <= max(seats - nays, 0):
            if self.rt.block_number < votes["end"]:
                raise self.error("TooEarlyToCloseProposal")
            early = False
            abstentions = max(seats - ayes - nays, 0)
            if self.Prime.get() in votes["ayes"]:
                ayes += abstentions
            else:
                nays += abstentions
        if ayes < votes["threshold"]:
            return self._close_rejected(proposal_hash, ayes, nays, early=early)
        raw, proposal = self._bounded(proposal_hash, length_bound, proposal_weight_bound)
        self.deposit("Closed", proposal_hash, ayes, nays)
        weight, motions = self._approve(proposal_hash, proposal, ayes, seats)
        closing = types.close_early_approved if early else types.close_approved
        return Post(closing(len(raw), seats, motions) + weight)

    # what other pallets do here

    @property
    def seats(self) -> int:
        """How many senators there are now: whoever may vote."""
        return len(self.rt.senate_members.Members.get())

    def add_vote(self, hotkey: str, motion: str, index: int, *, approve: bool) -> bool:
        """Count a senator's vote, moved from the other side if it was there; True: its first.

        Raises ProposalNotExists, IndexMismatchProposalHash, DuplicateVote.
        """
        votes = self._votes(motion, index)
        side, other = ("ayes", "nays") if approve else ("nays", "ayes")
        if hotkey in votes[side]:
            raise self.error("DuplicateVote")
        first = hotkey not in votes[other]
        after = {
            **votes,
            side: (*votes[side], hotkey),
            other: _swap_removed(votes[other], hotkey),
        }
        self.Voting[motion] = after
        self.deposit("Voted", hotkey, motion, approve, len(after["ayes"]), len(after["nays"]))
        return first

    def remove_votes(self, accounts: Collection[str]) -> None:
        """Erase the votes of accounts on every open motion."""
        for motion in self.Proposals.get():
            votes = self.Voting[motion]
            kept = {
                side: tuple(v for v in votes[side] if v not in accounts)
                for side in ("ayes", "nays")
            }
            if any(kept[side] != votes[side] for side in kept):
                self.Voting[motion] = {**votes, **kept}

    def change_members(self, outgoing: Collection[str], members: tuple[str, ...]) -> None:
        """Take over TriumvirateMembers' new list; there is no prime until it sets one again."""
        self.remove_votes(outgoing)
        self.Members.put(members)
        self.Prime.kill()

    # parts

    def _ensure_member(self, who: str) -> int:
        members = self.Members.get()
        if who not in members:
            raise self.error("NotMember")
        return len(members)

    def _measured(self, proposal: Call, length_bound: int) -> bytes:
        raw = self.rt.encode_call(proposal)
        if len(raw) > length_bound:
            raise self.error("ProposalLengthBoundLessThanProposalLength")
        return raw

    def _votes(self, motion: str, index: int) -> dict[str, Any]:
        votes: dict[str, Any] | None = self.Voting[motion]
        if votes is None:
            raise self.error("ProposalNotExists")
        if votes["index"] != index:
            raise self.error("IndexMismatchProposalHash")
        return votes

    def _bounded(
        self, motion: str, length_bound: int, weight_bound: dict[str, int]
    ) -> tuple[bytes, Call]:
        raw = self.ProposalOf[motion]
        if raw is None:
            raise self.error("ProposalNotExists")
        if len(raw) > length_bound:
            raise self.error("ProposalLengthBoundLessThanProposalLength")
        try:
            proposal = self.rt.decode_call(raw)
        except BadDataError:
            raise self.error("ProposalNotExists") from None
        weight = self.rt.weight_of(proposal)
        fits = weight.ref_time <= weight_bound["ref_time"]
        if not fits or weight.proof_size > weight_bound["proof_size"]:
            raise self.error("ProposalWeightLessThanDispatchCallWeight")
        return raw, proposal

    def _close_rejected(self, motion: str, ayes: int, nays: int, *, early: bool) -> Post:
        self.deposit("Closed", motion, ayes, nays)
        motions = self._disapprove(motion)
        closing = types.close_early_disapproved if early else types.close_disapproved
        return Post(closing(self.seats, motions), pays=False)

    def _approve(self, motion: str, proposal: Call, ayes: int, seats: int) -> tuple[int, int]:
        """Run a motion that passed: its weight, and how many motions there were."""
        self.deposit("Approved", motion)
        declared = self.rt.weight_of(proposal).ref_time
        outcome: Outcome = self.rt.dispatch(proposal, MembersOrigin(ayes, seats))
        self.deposit("Executed", motion, outcome.result)
        stated = outcome.stated_weight
        return declared if stated is None else stated, self._remove(motion)

    def _disapprove(self, motion: str) -> int:
        self.deposit("Disapproved", motion)
        return self._remove(motion)

    def _remove(self, motion: str) -> int:
        """Forget a motion; how many there were as the weights count them."""
        self.ProposalOf.take(motion)
        self.Voting.take(motion)
        left = tuple(one for one in self.Proposals.get() if one != motion)
        self.Proposals.put(left)
        return len(left) + 1


def _hash_of(raw: bytes) -> str:
    return "0x" + blake2_256(raw).hex()


def _swap_removed(accounts: tuple[str, ...], who: str) -> tuple[str, ...]:
    """The accounts without one, whose place the last one takes, as the chain does it."""
    if who not in accounts:
        return accounts
    place, last = accounts.index(who), accounts[-1]
    return tuple(last if n == place else one for n, one in enumerate(accounts[:-1]))
