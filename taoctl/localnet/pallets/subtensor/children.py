"""Childkeys: hotkeys that a hotkey lends parts of its stake to, per subnet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from taoctl.localnet.frame import ModuleError, Origin, call, ensure_root, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID
from taoctl.localnet.pallets.subtensor.locks import drop
from taoctl.localnet.pallets.subtensor.rate_limits import Kind
from taoctl.localnet.pallets.subtensor.staking import Staking
from taoctl.localnet.pallets.subtensor.subnets import ROOT, account_bytes
from taoctl.localnet.pallets.subtensor.takes import Takes
from taoctl.localnet.store import MapStore
from taoctl.localnet.types import AccountId32, Tup, Vec, bool_, u64
from taoctl.units import U64_MAX

SET_CHILDREN_LIMIT = 150
"""Blocks between two settings of the children of a hotkey on a subnet."""
MAX_CHILDREN = 5

Family = Sequence[tuple[int, str]]
"""(u64 proportion, hotkey) of children or parents."""


class Children(Staking, Takes):
    """set_children, and the day on which what it asked for comes about."""

    @call(
        67,
        args=[
            HOTKEY,
            NETUID,
            ("children", Vec(Tup(u64, AccountId32)), "Vec<(u64, T::AccountId)>"),
        ],
        weight=3_369_000_000,
    )
    def set_children(self, origin: Origin, hotkey: str, netuid: int, children: Family) -> None:
        """Ask that a hotkey of the caller lends these parts of its stake; none takes all back.

        It comes about at the first epoch after a cooldown; at once before the subnet has started.
        """
        self.ask_for_children(ensure_signed(origin), hotkey, netuid, children)

    def ask_for_children(self, coldkey: str, hotkey: str, netuid: int, children: Family) -> None:
        """As set_children, in the name of a coldkey."""
        self._ensure_may_set(coldkey, hotkey, netuid, children)
        self.note_transaction(Kind.SET_CHILDREN, hotkey, netuid)
        if not self.SubtokenEnabled[netuid]:
            self._apply(netuid, hotkey, children)
            return
        after = self.rt.block_number + self.PendingChildKeyCooldown.get()
        self.PendingChildKeys[netuid, hotkey] = (tuple(children), min(after, U64_MAX))
        self.deposit("SetChildrenScheduled", hotkey, netuid, min(after, U64_MAX), tuple(children))

    @call(109, args=[("cooldown", u64)], weight=103_000_000)
    def set_pending_childkey_cooldown(self, origin: Origin, cooldown: int) -> None:
        """Set the blocks after which asked-for children may come about."""
        ensure_root(origin)
        self.PendingChildKeyCooldown.put(cooldown)

    @call(135, args=[HOTKEY, ("enabled", bool_)], weight=178_023_000)
    def set_auto_parent_delegation_enabled(
        self, origin: Origin, hotkey: str, enabled: bool
    ) -> None:
        """Say whether a root validator of the caller lends its stake to new subnets' owners."""
        if not self.owns_hotkey(ensure_signed(origin), hotkey):
            raise self.error("NonAssociatedColdKey")
        if (ROOT, hotkey) not in self.Uids:
            raise self.error("HotKeyNotRegisteredInSubNet")
        self.AutoParentDelegationEnabled[hotkey] = enabled
        self.deposit("AutoParentDelegationEnabledSet", hotkey, enabled)

    def apply_pending_children(self, netuid: int) -> None:
        """Let the children come about whose cooldown is over; what no longer fits is dropped."""
        started = self.SubtokenEnabled[netuid]
        due = [
            (hotkey, children)
            for hotkey, (children, after) in self.PendingChildKeys.prefix(netuid)
            if after < self.rt.block_number or not started
        ]
        for hotkey, children in sorted(due, key=lambda row: _storage_order(row[0])):
            self._apply(netuid, hotkey, children)
        for hotkey, _ in due:
            del self.PendingChildKeys[netuid, hotkey]

    def _ensure_may_set(self, coldkey: str, hotkey: str, netuid: int, children: Family) -> None:
        if not self.passes_limit(Kind.SET_CHILDREN, hotkey, netuid, SET_CHILDREN_LIMIT):
            raise self.error("TxRateLimitExceeded")
        if netuid == ROOT:
            raise self.error("RegistrationNotPermittedOnRootSubnet")
        self.ensure_subnet_exists(netuid)
        if not self.owns_hotkey(coldkey, hotkey):
            raise self.error("NonAssociatedColdKey")
        wanted = {child: share for share, child in children}
        if len(wanted) < len(children):
            raise self.error("DuplicateChild")
        parents = self.others(hotkey, self.ParentKeys[hotkey, netuid])
        self.ensure_sound(self.others(hotkey, self.ChildKeys[hotkey, netuid]), parents)
        if hotkey in wanted:
            raise self.error("InvalidChild")
        if len(wanted) > MAX_CHILDREN:
            raise self.error("TooManyChildren")
        self.ensure_sound(wanted, parents)
        if children and not self._may_lend(hotkey, netuid):
            raise self.error("NotEnoughStakeToSetChildkeys")

    def _may_lend(self, hotkey: str, netuid: int) -> bool:
        owns = netuid in self.SubnetOwnerHotkey and self.SubnetOwnerHotkey[netuid] == hotkey
        return bool(owns or self.hotkey_value(hotkey) >= self.StakeThreshold.get())

    def ensure_sound(self, children: dict[str, int], parents: Iterable[str]) -> None:
        """Raise unless children take no more than all, and none of them is a parent too."""
        if sum(children.values()) > U64_MAX:
            raise self.error("ProportionOverflow")
        if not children.keys().isdisjoint(parents):
            raise self.error("ChildParentInconsistency")

    def _apply(self, netuid: int, hotkey: str, children: Family) -> None:
        wanted = self.others(hotkey, children)
        parents = self.others(hotkey, self.ParentKeys[hotkey, netuid])
        try:
            self.ensure_sound(wanted, parents)
        except ModuleError:
            return
        old = {child for _, child in self.ChildKeys[hotkey, netuid]}
        put_family(self.ChildKeys, (hotkey, netuid), by_key(wanted))
        for child in old - wanted.keys():
            family = self.ParentKeys[child, netuid]
            kept = [row for row in family if row[1] != hotkey]
            put_family(self.ParentKeys, (child, netuid), kept)
        for child, share in wanted.items():
            family = with_member(self.ParentKeys[child, netuid], share, hotkey)
            put_family(self.ParentKeys, (child, netuid), family)
        self._settle_parents(netuid, hotkey, parents)
        self.deposit("SetChildren", hotkey, netuid, tuple(children))

    def _settle_parents(self, netuid: int, hotkey: str, parents: dict[str, int]) -> None:
        """Write the parents back, by public key, and their side with them, as the chain does."""
        put_family(self.ParentKeys, (hotkey, netuid), by_key(parents))
        for parent, share in parents.items():
            family = with_member(self.ChildKeys[parent, netuid], share, hotkey)
            put_family(self.ChildKeys, (parent, netuid), family)

    def others(self, hotkey: str, family: Family) -> dict[str, int]:
        """The shares of a family by member, without the hotkey itself."""
        return {other: share for share, other in family if other != hotkey}


def by_key(family: dict[str, int]) -> Family:
    """A family in the order of the public keys, in which the chain stores it."""
    return [(family[hotkey], hotkey) for hotkey in sorted(family, key=account_bytes)]


def with_member(family: Family, share: int, hotkey: str) -> Family:
    """A family with one member's share set, in its place or at the end."""
    if any(member == hotkey for _, member in family):
        return [(share if member == hotkey else old, member) for old, member in family]
    return [*family, (share, hotkey)]


def put_family(store: MapStore, key: tuple[str, int], family: Family) -> None:
    """Store a family; nobody is nothing stored."""
    if family:
        store[key] = tuple(tuple(row) for row in family)
    else:
        drop(store, key)


def _storage_order(hotkey: str) -> bytes:
    return blake2b(account_bytes(hotkey), digest_size=16).digest()
