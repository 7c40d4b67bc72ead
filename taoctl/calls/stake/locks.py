"""Locks on alpha: adding to one, moving it, whether it decays, and taking locked alpha."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.holdings import POSITIONS
from taoctl.calls.stake.hotkeys import PALLET, item, owner_of, read, unknown_hotkey
from taoctl.calls.stake.lock_state import (
    LOCK_ENTRIES,
    Held,
    alpha_on,
    is_perpetual,
    lock_on,
    mode_text,
    rejects_locked_alpha,
)
from taoctl.chain.view import Call, View
from taoctl.economics.conviction import LEAST_LOCK, ONE, half_life
from taoctl.units import Alpha

_DAY_BLOCKS = 7_200


@dataclass(frozen=True, slots=True)
class LockStake(Intent):
    """Lock alpha that a coldkey has on a subnet, so that a hotkey gains conviction.

    Attributes:
        hotkey: ss58 address that it backs.
        netuid: the subnet.
        amount: of alpha; a share, or all, is of what is not locked yet.
    """

    needs = (*LOCK_ENTRIES, POSITIONS, Call(PALLET, "lock_stake"))

    hotkey: str
    netuid: int
    amount: Amount

    @property
    def varies(self) -> bool:
        """Whether it locks a share of what there is."""
        return self.amount.relative

    def summary(self) -> str:
        """What is locked to whom."""
        return f"lock {self.amount} on subnet {self.netuid} to {self.hotkey}"

    async def words(self, view: View, origin: str) -> str:
        """The same with the amount that it comes to."""
        return f"lock {await self._alpha(view, origin)} to {self.hotkey}"

    async def _alpha(self, view: View, origin: str) -> Alpha:
        if not self.amount.relative:
            return Alpha(self.amount.rao, self.netuid)
        total, held = await self._now(view, origin)
        locked = held.lock.locked_mass if held is not None else 0
        return Alpha(self.amount.of(max(total - locked, 0)), self.netuid)

    async def _now(self, view: View, origin: str) -> tuple[int, Held | None]:
        """Alpha of the coldkey on the subnet, and its lock in the block that will hold the call."""
        return await asyncio.gather(
            alpha_on(view, origin, self.netuid), lock_on(view, origin, self.netuid, view.block + 1)
        )

    async def call(self, view: View, origin: str) -> ChainCall:
        """`lock_stake`."""
        amount = await self._alpha(view, origin)
        args = {"hotkey": self.hotkey, "netuid": self.netuid, "amount": amount.rao}
        return ChainCall(PALLET, "lock_stake", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Nothing to lock, an unknown hotkey, another one than locked to, or too little stake."""
        amount = await self._alpha(view, origin)
        total, held = await self._now(view, origin)
        if not amount.rao:
            said = f"{origin} has no alpha on subnet {self.netuid} that is not locked"
            return (Refusal("AmountTooLow", said, "stake some there first"),)
        unknown = await unknown_hotkey(view, self.hotkey)
        if unknown:
            return unknown
        if held is not None and held.hotkey != self.hotkey:
            said = f"the lock of {origin} on subnet {self.netuid} backs {held.hotkey}"
            hint = "lock to that hotkey, or take the lock along first with `taoctl stake lock move`"
            return (Refusal("LockHotkeyMismatch", said, hint),)
        locked = held.lock.locked_mass if held is not None else 0
        if locked + amount.rao <= total:
            return ()
        most = Alpha(max(total - locked, 0), self.netuid)
        said = f"{origin} has {most} that is not locked, less than {amount}"
        return (Refusal("InsufficientStakeForLock", said, "lock less, or stake more first"),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What is locked, and what may leave; as of the next block."""
        amount = await self._alpha(view, origin)
        total, held = await self._now(view, origin)
        locked = Alpha(held.lock.locked_mass if held is not None else 0, self.netuid)
        after = locked + amount
        if after.rao < LEAST_LOCK and (held is None or held.lock.conviction < LEAST_LOCK * ONE):
            after = Alpha(0, self.netuid)
        free, left = (Alpha(max(total - one.rao, 0), self.netuid) for one in (locked, after))
        return (
            Effect(origin, f"locked on subnet {self.netuid}", locked, after),
            Effect(origin, f"not locked on subnet {self.netuid}", free, left),
        )

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That nobody can undo it, and how long it holds."""
        perpetual, rate = await asyncio.gather(
            is_perpetual(view, origin, self.netuid), read(view, "UnlockRate")
        )
        if perpetual:
            kept = "the lock is perpetual: nothing of it comes free until it is set to decay"
        else:
            half = half_life(int(rate))
            time = f"{half} blocks, {round(half / _DAY_BLOCKS)} days of 12 s blocks"
            kept = f"half of it comes free in {time}, and three quarters in twice that"
        amount = await self._alpha(view, origin)
        small = ("a lock of less than 100 rao is dropped at once",)
        return (
            f"a lock cannot be undone; {kept}",
            *(small if amount.rao < LEAST_LOCK else ()),
            *_root_words(self.netuid),
        )


@dataclass(frozen=True, slots=True)
class MoveLock(Intent):
    """Have a coldkey's lock on a subnet back another hotkey.

    Attributes:
        hotkey: ss58 address that it shall back.
        netuid: the subnet.
    """

    needs = (*LOCK_ENTRIES, Call(PALLET, "move_lock"))

    hotkey: str
    netuid: int

    def summary(self) -> str:
        """Whither."""
        return f"move the lock on subnet {self.netuid} to {self.hotkey}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`move_lock`."""
        args = {"destination_hotkey": self.hotkey, "netuid": self.netuid}
        return ChainCall(PALLET, "move_lock", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """An unknown hotkey, or no lock."""
        unknown = await unknown_hotkey(view, self.hotkey)
        if unknown:
            return unknown
        if await lock_on(view, origin, self.netuid, view.block + 1) is not None:
            return ()
        said = f"{origin} has no lock on subnet {self.netuid}"
        hint = "see `taoctl stake lock list` for the locks there are"
        return (Refusal("NoExistingLock", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The hotkey and the conviction, which another owner's hotkey does not inherit."""
        held = await lock_on(view, origin, self.netuid, view.block + 1)
        if held is None:
            return ()
        there = f"on subnet {self.netuid}"
        now = Alpha(held.lock.conviction // ONE, self.netuid)
        after = Alpha(await self._conviction(view, held), self.netuid)
        return (
            Effect(origin, f"lock {there} backs", held.hotkey, self.hotkey),
            Effect(origin, f"conviction {there}", now, after),
        )

    async def _conviction(self, view: View, held: Held) -> int:
        if self.hotkey == await read(view, "SubnetOwnerHotkey", self.netuid):
            return held.lock.locked_mass
        return held.lock.conviction // ONE if await self._same_owner(view, held) else 0

    async def _same_owner(self, view: View, held: Held) -> bool:
        before, after = await asyncio.gather(
            owner_of(view, held.hotkey), owner_of(view, self.hotkey)
        )
        return before == after

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That conviction begins anew, or that nothing changes."""
        held = await lock_on(view, origin, self.netuid, view.block + 1)
        if held is None:
            return ()
        if held.hotkey == self.hotkey:
            return (f"the lock backs {self.hotkey} already",)
        owners = await read(view, "SubnetOwnerHotkey", self.netuid)
        if self.hotkey == owners or await self._same_owner(view, held):
            return ()
        return ("the hotkeys have different owners, so that conviction begins anew at 0",)


@dataclass(frozen=True, slots=True)
class SetPerpetualLock(Intent):
    """Have a coldkey's lock on a subnet stay whole, or decay.

    Attributes:
        netuid: the subnet.
        enabled: whether it stays.
    """

    needs = (*LOCK_ENTRIES, Call(PALLET, "set_perpetual_lock"))

    netuid: int
    enabled: bool

    def summary(self) -> str:
        """Which way."""
        way = "stay whole" if self.enabled else "decay"
        return f"let what is locked on subnet {self.netuid} {way}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_perpetual_lock`."""
        args = {"netuid": self.netuid, "enabled": self.enabled}
        return ChainCall(PALLET, "set_perpetual_lock", args)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The mode."""
        now = await is_perpetual(view, origin, self.netuid)
        what = f"lock mode on subnet {self.netuid}"
        return (Effect(origin, what, mode_text(now), mode_text(self.enabled)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What it means for the alpha, that nothing changes, or that there is no lock."""
        now, held = await asyncio.gather(
            is_perpetual(view, origin, self.netuid),
            lock_on(view, origin, self.netuid, view.block + 1),
        )
        found = []
        if now == self.enabled:
            found.append(f"the mode is {mode_text(now)} already")
        elif self.enabled:
            found.append("nothing of the lock comes free while it is perpetual")
        if held is None:
            found.append("there is no lock yet: the mode holds for one that comes")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class SetRejectLockedAlpha(Intent):
    """Refuse, or take, locked alpha that other coldkeys transfer to this one.

    Attributes:
        enabled: whether to refuse it, as every account does at first.
    """

    needs = (item("AccountFlags"), Call(PALLET, "set_reject_locked_alpha"))

    enabled: bool

    def summary(self) -> str:
        """Which way."""
        return f"{'refuse' if self.enabled else 'take'} locked alpha that others transfer"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_reject_locked_alpha`."""
        return ChainCall(PALLET, "set_reject_locked_alpha", {"enabled": self.enabled})

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What becomes of locked alpha that is sent."""
        now = await rejects_locked_alpha(view, origin)
        words = {True: "refused", False: "taken"}
        return (Effect(origin, "locked alpha", words[now], words[self.enabled]),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What taking it brings, or that nothing changes."""
        if await rejects_locked_alpha(view, origin) == self.enabled:
            return ("it is so already",)
        if self.enabled:
            return ()
        return ("with locked alpha comes its lock, which holds this account's stake there too",)


def _root_words(netuid: int) -> tuple[str, ...]:
    return () if netuid else ("a lock of root stake brings nothing: subnets alone have conviction",)
