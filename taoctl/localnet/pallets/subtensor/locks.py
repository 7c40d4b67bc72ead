"""Locks on alpha: a coldkey's lock on a subnet, and the totals per hotkey that it counts in.

State is stored as of its last change and rolled forward when it is read. A lock counts in one of
four totals: to the subnet owner's hotkey or to another, each for masses that stay (perpetual) and
masses that decay.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from taoctl.economics.conviction import ONE, Lock, rolled
from taoctl.localnet.pallets.subtensor.positions import Positions
from taoctl.localnet.store import MapStore
from taoctl.units import U64_MAX

ACCEPTS_LOCKED_ALPHA = 1
"""The bit of AccountFlags by which a coldkey takes locked alpha from others."""

ZERO_BELOW = 100
"""Mass in rao, and conviction, below which a lock counts as none."""

U128_MAX = 2**128 - 1


@dataclass(slots=True)
class Held:
    """A lock being changed, with the keys it stands under and the total that it counts in."""

    coldkey: str
    netuid: int
    hotkey: str
    to_owner: bool
    perpetual: bool
    lock: Lock
    total: Lock


class Locks(Positions):
    """What locks hold and convince, and how they follow the stake under them."""

    def lock_of(self, coldkey: str, netuid: int) -> Lock | None:
        """The lock of a coldkey on a subnet as it is in this block."""
        held = self.held_lock(coldkey, netuid)
        return None if held is None else self.rolled(held.lock, held.to_owner, held.perpetual)

    def locked_alpha(self, coldkey: str, netuid: int) -> int:
        """Alpha of a coldkey that a lock holds on a subnet now."""
        lock = self.lock_of(coldkey, netuid)
        return 0 if lock is None else lock.locked_mass

    def ensure_available(self, coldkey: str, netuid: int, amount: int) -> None:
        """Raise StakeUnavailable when a lock holds part of what is to be withdrawn."""
        free = max(self.coldkey_alpha(coldkey, netuid) - self.locked_alpha(coldkey, netuid), 0)
        if free < amount:
            raise self.error("StakeUnavailable")

    def rejects_locked_alpha(self, coldkey: str) -> bool:
        """Whether others may not send locked alpha to the coldkey, as none may to a new one."""
        return not self.AccountFlags[coldkey] & ACCEPTS_LOCKED_ALPHA

    def is_perpetual(self, coldkey: str, netuid: int) -> bool:
        """Whether the coldkey's lock on the subnet keeps its mass."""
        return self.DecayingLock[coldkey, netuid] is False

    def held_lock(self, coldkey: str, netuid: int) -> Held | None:
        """The stored lock of a coldkey on a subnet, to be changed and put back."""
        for hotkey, _ in self.Lock.prefix(coldkey, netuid):
            return self.lock_to(coldkey, netuid, hotkey)
        return None

    def lock_to(self, coldkey: str, netuid: int, hotkey: str) -> Held:
        """The stored lock of a coldkey to one hotkey; an empty one where there is none."""
        to_owner = self.is_owner_hotkey(netuid, hotkey)
        perpetual = self.is_perpetual(coldkey, netuid)
        store, key = self.bucket(netuid, hotkey, to_owner, perpetual)
        lock = self.lock_from(self.Lock[coldkey, netuid, hotkey])
        total = self.lock_from(store[key])
        return Held(coldkey, netuid, hotkey, to_owner, perpetual, lock, total)

    def is_owner_hotkey(self, netuid: int, hotkey: str) -> bool:
        """Whether locks to the hotkey convince at once, as those to the subnet's owner do."""
        return bool(hotkey == self.SubnetOwnerHotkey[netuid])

    def bucket(
        self, netuid: int, hotkey: str, to_owner: bool, perpetual: bool
    ) -> tuple[MapStore, Any]:
        """Where the total is stored that a lock of one kind to a hotkey counts in."""
        if to_owner:
            return (self.OwnerLock if perpetual else self.DecayingOwnerLock), netuid
        return (self.HotkeyLock if perpetual else self.DecayingHotkeyLock), (netuid, hotkey)

    def lock_from(self, stored: dict[str, int] | None) -> Lock:
        """A stored lock; an empty one of this block where nothing is stored."""
        return Lock(0, 0, self.rt.block_number) if stored is None else Lock(**stored)

    def rolled(self, lock: Lock, to_owner: bool, perpetual: bool) -> Lock:
        """A lock as it is in this block."""
        return rolled(
            lock,
            self.rt.block_number,
            unlock_rate=self.UnlockRate.get(),
            maturity_rate=self.MaturityRate.get(),
            to_owner=to_owner,
            perpetual=perpetual,
        )

    def roll(self, held: Held) -> None:
        """Bring a lock to this block, and its total with it.

        Where the lock lost mass or conviction the chain takes just that from the total, which
        then counts as brought to this block too.
        """
        before, held.lock = held.lock, self.rolled(held.lock, held.to_owner, held.perpetual)
        mass = max(before.locked_mass - held.lock.locked_mass, 0)
        conviction = max(before.conviction - held.lock.conviction, 0)
        if mass or conviction:
            held.total = replace(
                reduced(held.total, mass, conviction), last_update=self.rt.block_number
            )
        else:
            self.roll_total(held)

    def roll_total(self, held: Held) -> None:
        """Bring the total that a lock counts in to this block."""
        held.total = self.rolled(held.total, held.to_owner, held.perpetual)

    def put_lock(self, coldkey: str, netuid: int, hotkey: str, lock: Lock) -> None:
        """Store a coldkey's lock; one with next to nothing in it is removed."""
        index = (netuid, hotkey, coldkey)
        if next_to_nothing(lock):
            drop(self.LockingColdkeys, index)
            drop(self.Lock, (coldkey, netuid, hotkey))
            return
        self.LockingColdkeys[index] = ()
        self.Lock[coldkey, netuid, hotkey] = asdict(lock)

    def put_total(self, held: Held) -> None:
        """Store the total that a lock counts in."""
        store, key = self.bucket(held.netuid, held.hotkey, held.to_owner, held.perpetual)
        store_total(store, key, held.total)

    def put_held(self, held: Held) -> None:
        """Store a lock and its total."""
        self.put_lock(held.coldkey, held.netuid, held.hotkey, held.lock)
        self.put_total(held)

    def add_to_total(self, held: Held, added: Lock) -> None:
        """Count a lock in its total, both as they are in this block."""
        self.roll_total(held)
        held.total = merged(held.total, added)
        self.roll_total(held)

    def count_lock(self, coldkey: str, netuid: int, hotkey: str, added: Lock) -> None:
        """Count a lock that came from elsewhere in the total of its hotkey."""
        held = self.lock_to(coldkey, netuid, hotkey)
        self.add_to_total(held, added)
        self.put_total(held)

    def discount_lock(
        self, coldkey: str, netuid: int, hotkey: str, mass: int, conviction: int
    ) -> None:
        """Take what leaves a lock out of the total of its hotkey."""
        held = self.lock_to(coldkey, netuid, hotkey)
        self.roll_total(held)
        held.total = reduced(held.total, mass, conviction)
        self.put_total(held)

    def cleanup_lock_if_zero(self, coldkey: str, netuid: int) -> None:
        """Store a coldkey's lock as it is now, or drop it; every stake and unstake does so."""
        held = self.held_lock(coldkey, netuid)
        if held is not None:
            self.roll(held)
            self.put_held(held)

    def force_reduce_lock(self, coldkey: str, netuid: int, amount: int) -> None:
        """Take `amount` rao of alpha out of a coldkey's lock, and conviction in proportion."""
        held = self.held_lock(coldkey, netuid)
        if held is None:
            return
        self.roll(held)
        self.roll_total(held)
        before = held.lock
        mass = max(before.locked_mass - amount, 0)
        kept = ONE - _share(amount, before.locked_mass) if mass else 0
        conviction = min(before.conviction * kept >> 64, U128_MAX)
        held.lock = Lock(mass, conviction, self.rt.block_number)
        held.total = reduced(
            held.total, before.locked_mass - mass, max(before.conviction - conviction, 0)
        )
        self.put_held(held)

    def transfer_lock(self, origin: str, destination: str, netuid: int, amount: int) -> None:
        """Let the lock follow `amount` rao of alpha that one coldkey is about to give another.

        Alpha that is not locked goes first. Raises LockHotkeyMismatch when the receiver's lock is
        to another hotkey, AccountRejectsLockedAlpha when it takes none.
        """
        source = None if origin == destination or not amount else self.held_lock(origin, netuid)
        if source is None:
            return
        self.roll(source)
        target = self.held_lock(destination, netuid)
        if target is None:
            target = self.lock_to(destination, netuid, source.hotkey)
        else:
            self.roll(target)
        lock = source.lock
        free = max(self.coldkey_alpha(origin, netuid) - lock.locked_mass, 0)
        wanted = max(amount - free, 0)
        if wanted and target.hotkey != source.hotkey:
            raise self.error("LockHotkeyMismatch")
        mass = min(wanted, lock.locked_mass)
        if mass and self.rejects_locked_alpha(destination):
            raise self.error("AccountRejectsLockedAlpha")
        conviction = lock.conviction * _share(mass, lock.locked_mass) >> 64
        self._move_part(source, target, Lock(mass, conviction, self.rt.block_number))

    def _move_part(self, source: Held, target: Held, part: Lock) -> None:
        left = reduced(source.lock, part.locked_mass, part.conviction)
        left = self.rolled(left, source.to_owner, source.perpetual)
        self.put_lock(source.coldkey, source.netuid, source.hotkey, left)
        grown = self.rolled(merged(target.lock, part), target.to_owner, target.perpetual)
        self.put_lock(target.coldkey, target.netuid, target.hotkey, grown)
        if part.locked_mass:
            self.discount_lock(
                source.coldkey, source.netuid, source.hotkey, part.locked_mass, part.conviction
            )
            self.count_lock(target.coldkey, target.netuid, target.hotkey, part)


def store_total(store: MapStore, key: Any, total: Lock) -> None:
    """Store a total; an empty one is removed."""
    if total.locked_mass or total.conviction:
        store[key] = asdict(total)
    else:
        drop(store, key)


def drop(store: MapStore, key: Any) -> None:
    """Remove an entry that may be missing."""
    if key in store:
        del store[key]


def next_to_nothing(lock: Lock) -> bool:
    """Whether the chain takes a lock for none: under 100 rao and a conviction under 100."""
    return lock.locked_mass < ZERO_BELOW and lock.conviction < ZERO_BELOW * ONE


def merged(lock: Lock, other: Lock) -> Lock:
    """Two locks as one, as of the later of their blocks."""
    return Lock(
        min(lock.locked_mass + other.locked_mass, U64_MAX),
        min(lock.conviction + other.conviction, U128_MAX),
        max(lock.last_update, other.last_update),
    )


def reduced(lock: Lock, mass: int, conviction: int) -> Lock:
    """A lock less a mass and a conviction, as of the same block."""
    return Lock(
        max(lock.locked_mass - mass, 0), max(lock.conviction - conviction, 0), lock.last_update
    )


def _share(part: int, whole: int) -> int:
    """part / whole as bits; 0 of nothing."""
    return (part << 64) // whole if whole else 0
