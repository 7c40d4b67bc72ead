"""The share of dividends that a hotkey keeps of what others staked to it, or lent it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import (
    OWNER,
    PALLET,
    is_stored,
    item,
    not_owned,
    read,
    read_or_none,
    too_soon,
    unknown_hotkey,
)
from taoctl.calls.stake.proportion import take_text
from taoctl.chain.view import Call, View

SET_CHILDKEY_TAKE = 1
"""Number of the kind of transaction under which the chain keeps when a childkey take was set."""


@dataclass(frozen=True, slots=True)
class SetTake(Intent):
    """Set the share that a hotkey keeps of its stakers' dividends: raise or lower it.

    Attributes:
        hotkey: ss58 address; the signer must own it.
        take: of 65535.
    """

    needs = (
        OWNER,
        item("Delegates"),
        item("MaxDelegateTake"),
        item("MinDelegateTake"),
        item("TxDelegateTakeRateLimit"),
        Call(PALLET, "increase_take"),
        Call(PALLET, "decrease_take"),
    )

    hotkey: str
    take: int

    def summary(self) -> str:
        """What it is set to."""
        return f"set the take of {self.hotkey} to {take_text(self.take)}"

    async def words(self, view: View, origin: str) -> str:
        """Which way it goes."""
        now = await self._now(view)
        way = "raise" if self.take > now else "lower"
        return f"{way} the take of {self.hotkey} from {take_text(now)} to {take_text(self.take)}"

    async def _now(self, view: View) -> int:
        return int(await read(view, "Delegates", self.hotkey))

    async def call(self, view: View, origin: str) -> ChainCall:
        """`increase_take` or `decrease_take`, after what it is now."""
        name = "increase_take" if self.take > await self._now(view) else "decrease_take"
        return ChainCall(PALLET, name, {"hotkey": self.hotkey, "take": self.take})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A hotkey that is not one's own, a take out of bounds or as it is, or too soon."""
        foreign = await unknown_hotkey(view, self.hotkey)
        foreign = foreign or await not_owned(view, origin, self.hotkey)
        return foreign or await self._out_of_bounds(view) or await self._raised_too_soon(view)

    async def _out_of_bounds(self, view: View) -> tuple[Refusal, ...]:
        now, least, most, chosen = await asyncio.gather(
            self._now(view),
            read(view, "MinDelegateTake"),
            read(view, "MaxDelegateTake"),
            is_stored(view, "Delegates", self.hotkey),
        )
        bounds = f"from {take_text(int(least))} to {take_text(int(most))}"
        if self.take > int(most):
            said = f"{take_text(self.take)} is more than the chain allows"
            return (Refusal("DelegateTakeTooHigh", said, f"choose {bounds}"),)
        if self.take < int(least):
            said = f"{take_text(self.take)} is less than the chain allows"
            return (Refusal("DelegateTakeTooLow", said, f"choose {bounds}"),)
        if self.take == now and chosen:
            said = f"the take of {self.hotkey} is {take_text(now)} already"
            return (Refusal("DelegateTakeTooLow", said, f"choose another, {bounds}"),)
        return ()

    async def _raised_too_soon(self, view: View) -> tuple[Refusal, ...]:
        """Only raising waits; lowering starts the wait anew too."""
        if self.take <= await self._now(view):
            return ()
        last, limit = await asyncio.gather(
            take_changed(view, self.hotkey), read(view, "TxDelegateTakeRateLimit")
        )
        if not last or not int(limit):
            return ()
        said = f"the take of {self.hotkey} was changed in block {last}, and is raised every {limit}"
        allowed = last + int(limit) + 1
        return too_soon(view, "DelegateTxRateLimitExceeded", f"{said} blocks at most", allowed)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The take."""
        now = await self._now(view)
        return (Effect(self.hotkey, "take", take_text(now), take_text(self.take)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """How long it then cannot be raised."""
        limit = int(await read(view, "TxDelegateTakeRateLimit"))
        if not limit:
            return ()
        return (f"it can be raised again {limit + 1} blocks after this change, not before",)


async def take_changed(view: View, hotkey: str) -> int:
    """The block in which a hotkey's take was last changed; 0 for never."""
    found = [
        await read_or_none(view, "LastTxBlockDelegateTake", hotkey),
        await _rate_limited(view, hotkey),
    ]
    return max(int(one or 0) for one in found)


async def _rate_limited(view: View, hotkey: str) -> int:
    """When by the item that took over from LastTxBlockDelegateTake; 0 where it is not there."""
    if not view.has(item("LastRateLimitedBlock")):
        return 0
    return int(await read(view, "LastRateLimitedBlock", {"LastTxBlockDelegateTake": hotkey}))


@dataclass(frozen=True, slots=True)
class SetChildkeyTake(Intent):
    """Set the share that a hotkey keeps, on a subnet, of dividends on stake that parents lend it.

    Attributes:
        hotkey: ss58 address; the signer must own it.
        netuid: the subnet.
        take: of 65535.
    """

    needs = (
        OWNER,
        item("ChildkeyTake"),
        item("MinChildkeyTake"),
        item("MaxChildkeyTake"),
        item("TransactionKeyLastBlock"),
        item("TxChildkeyTakeRateLimit"),
        item("NetworksAdded"),
        Call(PALLET, "set_childkey_take"),
    )

    hotkey: str
    netuid: int
    take: int

    def summary(self) -> str:
        """What it is set to."""
        set_to = take_text(self.take)
        return f"set the childkey take of {self.hotkey} on subnet {self.netuid} to {set_to}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_childkey_take`."""
        args = {"hotkey": self.hotkey, "netuid": self.netuid, "take": self.take}
        return ChainCall(PALLET, "set_childkey_take", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A hotkey that is not one's own, a take out of bounds, or raised too soon."""
        foreign = await not_owned(view, origin, self.hotkey)
        if foreign:
            return foreign
        least, most = await childkey_bounds(view, self.netuid)
        if not least <= self.take <= most:
            said = f"{take_text(self.take)} is not a childkey take that the chain allows here"
            hint = f"choose from {take_text(least)} to {take_text(most)}"
            return (Refusal("InvalidChildkeyTake", said, hint),)
        return await self._raised_too_soon(view)

    async def _raised_too_soon(self, view: View) -> tuple[Refusal, ...]:
        if self.take <= await childkey_take(view, self.hotkey, self.netuid):
            return ()
        last, limit = await asyncio.gather(
            read(view, "TransactionKeyLastBlock", self.hotkey, self.netuid, SET_CHILDKEY_TAKE),
            read(view, "TxChildkeyTakeRateLimit"),
        )
        if not int(last):
            return ()
        said = f"the childkey take of {self.hotkey} on subnet {self.netuid} was set in block {last}"
        what = f"{said}, and is raised every {limit} blocks at most"
        return too_soon(view, "TxChildkeyTakeRateLimitExceeded", what, int(last) + int(limit))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The take."""
        now = await childkey_take(view, self.hotkey, self.netuid)
        what = f"childkey take on subnet {self.netuid}"
        return (Effect(self.hotkey, what, take_text(now), take_text(self.take)),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """A subnet that is not there, and how long it then cannot be raised."""
        found = []
        if not await read(view, "NetworksAdded", self.netuid):
            found.append(f"there is no subnet {self.netuid} yet")
        limit = int(await read(view, "TxChildkeyTakeRateLimit"))
        if limit > 1:
            found.append(f"it can be raised again {limit} blocks after this, not before")
        return tuple(found)


async def childkey_bounds(view: View, netuid: int) -> tuple[int, int]:
    """The least and the most that a childkey take may be on a subnet."""
    least, here, most = await asyncio.gather(
        read(view, "MinChildkeyTake"),
        read_or_none(view, "MinChildkeyTakePerSubnet", netuid),
        read(view, "MaxChildkeyTake"),
    )
    return max(int(least), int(here or 0)), int(most)


async def childkey_take(view: View, hotkey: str, netuid: int) -> int:
    """The childkey take in force: the one that was set, or the least there is."""
    least, _ = await childkey_bounds(view, netuid)
    return max(int(await read(view, "ChildkeyTake", hotkey, netuid)), least)
