"""The calls that lock alpha, move a lock to another hotkey, and say what kind of lock it is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from taoctl.economics.conviction import Lock
from taoctl.localnet.frame import ModuleError, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID, alpha
from taoctl.localnet.pallets.subtensor.locks import ACCEPTS_LOCKED_ALPHA, Locks, drop
from taoctl.localnet.types import AccountId32, bool_


class LockCalls(Locks):
    """lock_stake, move_lock, set_perpetual_lock and set_reject_locked_alpha."""

    @call(136, args=[HOTKEY, NETUID, alpha("amount")], weight=840_995_000)
    def lock_stake(self, origin: Origin, hotkey: str, netuid: int, amount: int) -> None:
        """Lock alpha of the caller to a hotkey, or more of it to the same one."""
        self.lock_alpha(ensure_signed(origin), netuid, hotkey, amount)

    @call(
        137,
        args=[("destination_hotkey", AccountId32, "T::AccountId"), NETUID],
        weight=1_099_819_000,
    )
    def move_lock(self, origin: Origin, destination_hotkey: str, netuid: int) -> None:
        """Move the caller's lock to another hotkey; conviction stays only with the same owner."""
        coldkey = ensure_signed(origin)
        if not self.hotkey_exists(destination_hotkey):
            raise self.error("HotKeyAccountNotExists")
        held = self.held_lock(coldkey, netuid)
        if held is None:
            raise self.error("NoExistingLock")
        self.roll(held)
        left, start = held.lock, held.hotkey
        same_owner = self.Owner[start] == self.Owner[destination_hotkey]
        moved = left if same_owner else replace(left, conviction=0)
        to_owner = self.is_owner_hotkey(netuid, destination_hotkey)
        moved = self.rolled(moved, to_owner, held.perpetual)
        drop(self.Lock, (coldkey, netuid, start))
        drop(self.LockingColdkeys, (netuid, start, coldkey))
        self.put_lock(coldkey, netuid, destination_hotkey, moved)
        self.discount_lock(coldkey, netuid, start, left.locked_mass, left.conviction)
        self.count_lock(coldkey, netuid, destination_hotkey, moved)
        self.deposit("LockMoved", coldkey, start, destination_hotkey, netuid)

    @call(138, args=[NETUID, ("enabled", bool_)], weight=400_000_000)
    def set_perpetual_lock(self, origin: Origin, netuid: int, enabled: bool) -> None:
        """Keep the mass of the caller's lock on a subnet, or let it decay; also before it locks."""
        coldkey = ensure_signed(origin)
        changes = self.is_perpetual(coldkey, netuid) != enabled
        held = self.held_lock(coldkey, netuid)
        if held is not None:
            self.roll(held)
            self.put_held(held)
            if changes:
                lock = held.lock
                self.discount_lock(coldkey, netuid, held.hotkey, lock.locked_mass, lock.conviction)
        if enabled:
            self.DecayingLock[coldkey, netuid] = False
        else:
            drop(self.DecayingLock, (coldkey, netuid))
        held = self.held_lock(coldkey, netuid)
        if changes and held is not None:
            self.add_to_total(held, held.lock)
            self.put_total(held)
        self.deposit("PerpetualLockUpdated", coldkey, netuid, enabled)

    @call(142, args=[("enabled", bool_)], weight=125_000_000)
    def set_reject_locked_alpha(self, origin: Origin, enabled: bool) -> None:
        """Refuse locked alpha that others send to the caller, or accept it."""
        coldkey = ensure_signed(origin)
        flags = int(self.AccountFlags[coldkey])
        flags = flags & ~ACCEPTS_LOCKED_ALPHA if enabled else flags | ACCEPTS_LOCKED_ALPHA
        if flags:
            self.AccountFlags[coldkey] = flags
        else:
            drop(self.AccountFlags, coldkey)
        self.deposit("RejectLockedAlphaUpdated", coldkey, enabled)

    def lock_alpha(self, coldkey: str, netuid: int, hotkey: str, amount: int) -> None:
        """Lock `amount` rao of a coldkey's alpha on a subnet to a hotkey, on top of its lock."""
        if not amount:
            raise self.error("AmountTooLow")
        if not self.hotkey_exists(hotkey):
            raise self.error("HotKeyAccountNotExists")
        held = self.held_lock(coldkey, netuid) or self.lock_to(coldkey, netuid, hotkey)
        if held.hotkey != hotkey:
            raise self.error("LockHotkeyMismatch")
        self.roll(held)
        mass = held.lock.locked_mass + amount
        if self.coldkey_alpha(coldkey, netuid) < mass:
            raise self.error("InsufficientStakeForLock")
        now = self.rt.block_number
        lock = Lock(mass, held.lock.conviction, held.lock.last_update)
        held.lock = self.rolled(lock, held.to_owner, held.perpetual)
        self.add_to_total(held, Lock(amount, 0, now))
        self.put_held(held)
        self.deposit("StakeLocked", coldkey, hotkey, netuid, amount)

    def auto_lock_owner_cut(self, netuid: int, amount: int) -> None:
        """Lock the cut that an owner was just paid, where the subnet is set to do so.

        A lock that is refused is left out: every refusal comes before the first write.
        """
        if not amount or not self.OwnerCutAutoLockEnabled[netuid]:
            return
        owner = self.SubnetOwner[netuid]
        held = self.held_lock(owner, netuid)
        hotkey = held.hotkey if held else self.SubnetOwnerHotkey[netuid]
        with suppress(ModuleError):
            self.lock_alpha(owner, netuid, hotkey, amount)
