"""TriumvirateMembers and SenateMembers: who is in, kept by root, sorted by key.

Source: pallet_membership of polkadot-sdk stable2409, and the runtime's use of it at e2b8367b8.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import (
    Event,
    Origin,
    Pallet,
    Post,
    StorageValue,
    call,
    ensure_root,
    ensure_signed,
    lookup,
)
from taoctl.localnet.pallets.governance.collective_types import MAX_SENATORS, MAX_TRIUMVIRATE
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import AccountId32, Bounded, MultiAddress, Vec

_LOOKUP = "AccountIdLookupOf<T>"
_WHO = ("who", MultiAddress, _LOOKUP)


def _weight(base: int, each: int, reads: int, writes: int) -> Any:
    """Ref time as a function of the number of members."""
    fixed = base + reads * DB_READ + writes * DB_WRITE

    def of(members: int) -> int:
        return fixed + each * members

    return of


_ADD = _weight(18_344_571, 50_842, 2, 3)
_REMOVE = _weight(21_271_384, 44_806, 3, 3)
_SWAP = _weight(21_469_843, 56_893, 3, 3)
_RESET = _weight(21_223_702, 165_438, 3, 3)
_CHANGE_KEY = _weight(22_551_007, 52_397, 3, 4)
_SET_PRIME = _weight(7_959_053, 18_653, 1, 2)
_CLEAR_PRIME = 3_750_452 + 2 * DB_WRITE


def _at_most(weight: Any) -> Any:
    return lambda pallet, args: weight(pallet.max_members)


def by_key(accounts: Collection[str]) -> tuple[str, ...]:
    """Accounts in the order of their keys."""
    return tuple(sorted(accounts, key=decode_ss58))


class Membership(Pallet):
    """A sorted list of members, and one of them who may be the prime."""

    crate = "pallet_membership::pallet"
    instantiable = True
    max_members: ClassVar[int]

    Members = StorageValue(Bounded(AccountId32))
    Prime = StorageValue(AccountId32, optional=True)

    events = [
        Event(0, "MemberAdded"),
        Event(1, "MemberRemoved"),
        Event(2, "MembersSwapped"),
        Event(3, "MembersReset"),
        Event(4, "KeyChanged"),
        Event(5, "Dummy"),
    ]
    errors = ["AlreadyMember", "NotMember", "TooManyMembers"]

    @call(0, args=[_WHO], weight=_at_most(_ADD))
    def add_member(self, origin: Origin, who: Any) -> Post:
        """Add a member, by root."""
        ensure_root(origin)
        before = len(self.Members.get())
        self.add(lookup(who))
        return Post(_ADD(before))

    @call(1, args=[_WHO], weight=_at_most(_REMOVE))
    def remove_member(self, origin: Origin, who: Any) -> Post:
        """Remove a member, by root."""
        ensure_root(origin)
        account, members = lookup(who), self.Members.get()
        if account not in members:
            raise self.error("NotMember")
        place = members.index(account)
        left = (*members[:place], *members[place + 1 :])
        self._put(left, [account])
        self._keep_prime(left)
        self.deposit("MemberRemoved")
        return Post(_REMOVE(len(members)))

    @call(
        2,
        args=[("remove", MultiAddress, _LOOKUP), ("add", MultiAddress, _LOOKUP)],
        weight=_at_most(_SWAP),
    )
    def swap_member(self, origin: Origin, remove: Any, add: Any) -> Post | None:
        """Put another in a member's place, by root; a prime's office ends with that."""
        ensure_root(origin)
        gone, new = lookup(remove), lookup(add)
        if gone == new:
            return None
        self.swap(gone, new)
        return Post(_SWAP(len(self.Members.get())))

    @call(
        3,
        args=[("members", Vec(AccountId32), "Vec<T::AccountId>")],
        weight=lambda pallet, args: _RESET(len(args["members"])),
    )
    def reset_members(self, origin: Origin, members: tuple[str, ...]) -> None:
        """Replace all members, by root; one may be named twice, as on the chain."""
        ensure_root(origin)
        if len(members) > self.max_members:
            raise self.error("TooManyMembers")
        new = by_key(members)
        self._put(new, [m for m in self.Members.get() if m not in new])
        self._keep_prime(new)
        self.deposit("MembersReset")

    @call(4, args=[("new", MultiAddress, _LOOKUP)], weight=_at_most(_CHANGE_KEY))
    def change_key(self, origin: Origin, new: Any) -> Post | None:
        """Put another key in the place of the signer's own, the prime's office included."""
        who, account = ensure_signed(origin), lookup(new)
        if who == account:
            return None
        members = self._replace(who, account)
        if self.Prime.get() == who:
            self.Prime.put(account)
            self.prime_changed(account)
        self.deposit("KeyChanged")
        return Post(_CHANGE_KEY(len(members)))

    @call(5, args=[_WHO], weight=_at_most(_SET_PRIME))
    def set_prime(self, origin: Origin, who: Any) -> Post:
        """Make a member the prime, by root."""
        ensure_root(origin)
        account, members = lookup(who), self.Members.get()
        if account not in members:
            raise self.error("NotMember")
        self.Prime.put(account)
        self.prime_changed(account)
        return Post(_SET_PRIME(len(members)))

    @call(6, weight=_CLEAR_PRIME)
    def clear_prime(self, origin: Origin) -> None:
        """Have no prime any more, by root."""
        ensure_root(origin)
        self.Prime.kill()
        self.prime_changed(None)

    # what other pallets and scenarios do here

    def start_with(self, members: Sequence[str]) -> None:
        """Be the members of a new chain."""
        self._put(by_key(members), [])

    def add(self, account: str) -> None:
        """Add a member; raises AlreadyMember, TooManyMembers."""
        members = self.Members.get()
        if account in members:
            raise self.error("AlreadyMember")
        if len(members) >= self.max_members:
            raise self.error("TooManyMembers")
        self._put(by_key((*members, account)), [])
        self.deposit("MemberAdded")

    def swap(self, gone: str, new: str) -> None:
        """Put another in a member's place; raises NotMember, AlreadyMember."""
        self._keep_prime(self._replace(gone, new))
        self.deposit("MembersSwapped")

    # parts

    def members_changed(self, outgoing: Collection[str], members: tuple[str, ...]) -> None:
        """Tell whoever follows this list that it has changed."""

    def prime_changed(self, prime: str | None) -> None:
        """Tell whoever follows this list who its prime is."""

    def _put(self, members: tuple[str, ...], outgoing: Collection[str]) -> None:
        self.Members.put(members)
        self.members_changed(outgoing, members)

    def _replace(self, gone: str, new: str) -> tuple[str, ...]:
        members = self.Members.get()
        if gone not in members:
            raise self.error("NotMember")
        if new in members:
            raise self.error("AlreadyMember")
        place = members.index(gone)
        after = by_key((*members[:place], new, *members[place + 1 :]))
        self._put(after, [gone])
        return after

    def _keep_prime(self, members: tuple[str, ...]) -> None:
        prime = self.Prime.get()
        if prime is None:
            return
        if prime in members:
            self.prime_changed(prime)
        else:
            self.Prime.kill()


class TriumvirateMembers(Membership):
    """The coldkeys that may propose; the Triumvirate follows every change.

    Adding one leaves the Triumvirate without its prime until root sets it again, as on the chain.
    """

    name = "TriumvirateMembers"
    index = 9
    attr = "triumvirate_members"
    max_members = MAX_TRIUMVIRATE

    def members_changed(self, outgoing: Collection[str], members: tuple[str, ...]) -> None:
        """Hand the new list to the Triumvirate, which drops the votes of those who left."""
        self.rt.triumvirate.change_members(outgoing, members)

    def prime_changed(self, prime: str | None) -> None:
        """Hand the prime to the Triumvirate."""
        if prime is None:
            self.rt.triumvirate.Prime.kill()
        else:
            self.rt.triumvirate.Prime.put(prime)


class SenateMembers(Membership):
    """The hotkeys that may vote; nobody follows this list, so votes of those who left stay."""

    name = "SenateMembers"
    index = 10
    attr = "senate_members"
    max_members = MAX_SENATORS
