"""A seat on root: it costs nothing, and goes to those with the most root stake.

Source: `do_root_register` of pallet subtensor at spec 425. It asks not whose the hotkey is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.registration.seats import Seat, epoch_comes_first
from taoctl.calls.registration.words import lost_words, seat_effects, system_account
from taoctl.calls.stake.hotkeys import (
    NETWORKS,
    OWNER,
    PALLET,
    is_stored,
    item,
    read,
    read_or_none,
)
from taoctl.calls.stake.proportion import take_text
from taoctl.chain.view import Call, View
from taoctl.economics.schedule import next_epoch_block
from taoctl.units import ROOT_NETUID as ROOT
from taoctl.units import Tao

FIRST_TAKE = 11_796
"""The take of 65535 that a member starts with unless it has chosen one."""
_TARGETS = 3
"""How many times its target of registrations an interval allows."""


@dataclass(frozen=True, slots=True)
class RootRegister(Intent):
    """Seat a hotkey on root.

    Attributes:
        hotkey: ss58 address; a new one becomes the signer's.
    """

    needs = (
        OWNER,
        NETWORKS,
        item("Uids"),
        item("Keys"),
        item("Delegates"),
        item("TotalHotkeyAlpha"),
        item("RegistrationsThisInterval"),
        item("TargetRegistrationsPerInterval"),
        item("MaxRegistrationsPerBlock"),
        Call(PALLET, "root_register"),
    )

    hotkey: str

    def summary(self) -> str:
        """Which hotkey."""
        return f"register {self.hotkey} on root"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`root_register`."""
        return ChainCall(PALLET, "root_register", {"hotkey": self.hotkey})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No root, too many registrations, a hotkey that is there, or too little root stake."""
        if not await read(view, NETWORKS.item, ROOT):
            said = "this chain has no root network"
            return (Refusal("RootNetworkDoesNotExist", said, "name a subnet"),)
        full = await self._too_many(view)
        if full:
            return full
        if await is_stored(view, "Uids", ROOT, self.hotkey):
            uid = await read(view, "Uids", ROOT, self.hotkey)
            said = f"{self.hotkey} is on root already, as uid {uid}"
            return (Refusal("HotKeyAlreadyRegisteredInSubNet", said, "name another hotkey"),)
        return system_account(self.hotkey) or await self._too_little(view)

    async def _too_many(self, view: View) -> tuple[Refusal, ...]:
        per_block, done, target = await asyncio.gather(
            read(view, "MaxRegistrationsPerBlock", ROOT),
            read(view, "RegistrationsThisInterval", ROOT),
            read(view, "TargetRegistrationsPerInterval", ROOT),
        )
        if not int(per_block):
            said = "root takes no registrations: none in a block"
            return (Refusal("TooManyRegistrationsThisBlock", said, "wait until that is changed"),)
        most = int(target) * _TARGETS
        # The chain sets its count back at the start of the block that an epoch of root is due in.
        if int(done) < most or (most and await epoch_comes_first(view, ROOT)):
            return ()
        said = f"root takes {most} registrations between its epochs, and has taken {int(done)}"
        due = await _next_epoch(view) if most else None
        hint = "wait for root's next epoch" if due is None else f"wait until block {due}"
        return (Refusal("TooManyRegistrationsThisInterval", said, hint, due),)

    async def _too_little(self, view: View) -> tuple[Refusal, ...]:
        seat = await self._seat(view)
        if seat.uid is None:
            said = "root has no seats on this chain"
            return (Refusal("HotKeyNotRegisteredInSubNet", said, "name a subnet"),)
        if seat.stake_rao is None:
            return ()
        own = int(await read(view, "TotalHotkeyAlpha", self.hotkey, ROOT))
        if own > seat.stake_rao:
            return ()
        least = Tao(seat.stake_rao)
        said = f"root is full, and {self.hotkey} has {Tao(own)} of root stake"
        hint = f"the member with the least has {least}: stake more than that to it on root"
        return (Refusal("StakeTooLowForRoot", said, hint),)

    async def _seat(self, view: View) -> Seat:
        return await view.derived("root seat", lambda: _next_seat(view))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Who has which UID then, who has none, and the take that it starts with."""
        found = await seat_effects(view, origin, ROOT, self.hotkey, await self._seat(view))
        if not await is_stored(view, "Delegates", self.hotkey):
            found.append(Effect(self.hotkey, "take", "not set", take_text(FIRST_TAKE)))
        return tuple(found)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Who loses a seat."""
        seat = await self._seat(view)
        return (lost_words(seat, origin),) if seat.whose == "other" else ()


async def _next_epoch(view: View) -> int | None:
    tempo, last, pending = await asyncio.gather(
        read_or_none(view, "Tempo", ROOT),
        read_or_none(view, "LastEpochBlock", ROOT),
        read_or_none(view, "PendingEpochAt", ROOT),
    )
    if tempo is None or last is None:
        return None
    return next_epoch_block(int(tempo), int(last), int(pending or 0))


async def _next_seat(view: View) -> Seat:
    """A free seat, or that of the member with the least root stake; the first of equals."""
    count, limit = await asyncio.gather(
        read(view, "SubnetworkN", ROOT), read(view, "MaxAllowedUids", ROOT)
    )
    if int(count) < int(limit):
        return Seat(int(count))
    keys = await view.map(PALLET, "Keys", ROOT)
    if not keys:
        return Seat(None)
    # The chain walks them by the bytes of their storage keys, which are little-endian.
    uids = sorted((int(uid) for uid in keys), key=lambda uid: uid.to_bytes(2, "little"))
    places = [(keys[uid], ROOT) for uid in uids]
    stakes = [int(rao) for rao in await view.values(PALLET, "TotalHotkeyAlpha", places)]
    least = min(stakes)
    uid = uids[stakes.index(least)]
    hotkey = str(keys[uid])
    coldkey = str(await read(view, OWNER.item, hotkey))
    return Seat(uid, "other", hotkey, coldkey, stake_rao=least)
