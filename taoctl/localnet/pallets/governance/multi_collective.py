"""MultiCollective: the member lists of the collectives that propose and vote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import (
    Blake2_128Concat,
    Constant,
    Event,
    Origin,
    Pallet,
    StorageMap,
    call,
    ensure_root,
)
from taoctl.localnet.pallets.governance.collectives import (
    COLLECTIVES,
    STORED_MEMBERS,
    CollectiveId,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import AccountId32, Bounded, Vec, u32

_ID = ("collective_id", CollectiveId, "T::CollectiveId")
_ELIGIBLE = "EconomicEligible"
_MANY = (Vec(AccountId32), "Vec<T::AccountId>")
_ONE_ITEM = DB_READ + DB_WRITE


def _account(name: str) -> tuple[Any, ...]:
    return (name, AccountId32, "T::AccountId")


class MultiCollective(Pallet):
    """Who is in each collective; only root changes it.

    Collectives that rotate keep their members for ever here: what a localnet has is too young for
    the averages by which the chain chooses new ones, and then it keeps the old list.
    """

    name = "MultiCollective"
    index = 33
    attr = "multi_collective"
    crate = "pallet_multi_collective::pallet"

    Members = StorageMap(
        Bounded(AccountId32, STORED_MEMBERS), [(Blake2_128Concat, CollectiveId)], default=()
    )

    events = [
        Event(0, "MemberAdded", [_ID, _account("who")]),
        Event(1, "MemberRemoved", [_ID, _account("who")]),
        Event(2, "MemberSwapped", [_ID, _account("removed"), _account("added")]),
        Event(3, "MembersSet", [_ID, ("incoming", *_MANY), ("outgoing", *_MANY)]),
    ]
    errors = [
        "AlreadyMember",
        "NotMember",
        "TooManyMembers",
        "TooFewMembers",
        "CollectiveNotFound",
        "DuplicateAccounts",
        "CollectiveDoesNotRotate",
    ]
    constants = [Constant("MaxMembers", u32, STORED_MEMBERS)]

    @call(0, args=[_ID, _account("who")], weight=14_247_000 + _ONE_ITEM)
    def add_member(self, origin: Origin, collective_id: str, who: str) -> None:
        """Add a member."""
        ensure_root(origin)
        members = self.Members[collective_id]
        if who in members:
            raise self.error("AlreadyMember")
        if len(members) >= COLLECTIVES[collective_id].most:
            raise self.error("TooManyMembers")
        self.Members[collective_id] = _sorted((*members, who))
        self.deposit("MemberAdded", collective_id, who)

    @call(1, args=[_ID, _account("who")], weight=13_976_000 + _ONE_ITEM)
    def remove_member(self, origin: Origin, collective_id: str, who: str) -> None:
        """Remove a member."""
        ensure_root(origin)
        members = self.Members[collective_id]
        if who not in members:
            raise self.error("NotMember")
        if len(members) <= COLLECTIVES[collective_id].least:
            raise self.error("TooFewMembers")
        self.Members[collective_id] = tuple(m for m in members if m != who)
        self.deposit("MemberRemoved", collective_id, who)

    @call(2, args=[_ID, _account("remove"), _account("add")], weight=14_497_000 + _ONE_ITEM)
    def swap_member(self, origin: Origin, collective_id: str, remove: str, add: str) -> None:
        """Put one account in the place of another, however many members there are."""
        ensure_root(origin)
        members = self.Members[collective_id]
        if remove not in members:
            raise self.error("NotMember")
        if add in members:
            raise self.error("AlreadyMember")
        self.Members[collective_id] = _sorted((*(m for m in members if m != remove), add))
        self.deposit("MemberSwapped", collective_id, remove, add)

    @call(3, args=[_ID, ("members", *_MANY)], weight=22_663_000 + _ONE_ITEM)
    def set_members(self, origin: Origin, collective_id: str, members: tuple[str, ...]) -> None:
        """Replace the whole list."""
        ensure_root(origin)
        rules = COLLECTIVES[collective_id]
        if len(members) < rules.least:
            raise self.error("TooFewMembers")
        if len(members) > rules.most:
            raise self.error("TooManyMembers")
        if len(set(members)) != len(members):
            raise self.error("DuplicateAccounts")
        before, after = self.Members[collective_id], _sorted(members)
        self.Members[collective_id] = after
        incoming = tuple(m for m in after if m not in before)
        outgoing = tuple(m for m in before if m not in after)
        self.deposit("MembersSet", collective_id, incoming, outgoing)

    @call(4, args=[_ID], weight=22_632_000 + DB_READ)
    def force_rotate(self, origin: Origin, collective_id: str) -> None:
        """Choose the members of a collective anew; with too few candidates the old ones stay."""
        ensure_root(origin)
        if not COLLECTIVES[collective_id].rotates:
            raise self.error("CollectiveDoesNotRotate")

    def on_root_seats(self, coldkeys: Sequence[str]) -> None:
        """Let who has a hotkey on root be eligible, while there is room, and nobody else.

        The chain counts the seats of whoever registered a hotkey; here they are its owner's, which
        differs only for hotkeys that somebody else registered.
        """
        for who in coldkeys:
            held = any((0, hotkey) in self.rt.subtensor.Uids for hotkey in self._hotkeys(who))
            members = self.Members[_ELIGIBLE]
            if held and who not in members and len(members) < COLLECTIVES[_ELIGIBLE].most:
                self.Members[_ELIGIBLE] = _sorted((*members, who))
                self.deposit("MemberAdded", _ELIGIBLE, who)
            elif not held and who in members:
                self.Members[_ELIGIBLE] = tuple(m for m in members if m != who)
                self.deposit("MemberRemoved", _ELIGIBLE, who)

    def _hotkeys(self, coldkey: str) -> Sequence[str]:
        owned: Sequence[str] = self.rt.subtensor.OwnedHotkeys[coldkey]
        return owned

    def members_of(self, *collectives: str) -> tuple[str, ...]:
        """The members of some collectives together, each once, sorted by their bytes."""
        return _sorted({m for one in collectives for m in self.Members[one]})


def _sorted(accounts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(accounts, key=decode_ss58))
