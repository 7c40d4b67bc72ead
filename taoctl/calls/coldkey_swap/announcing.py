"""Announcing the swap of a coldkey, disputing it, and calling it off.

Source: dispatches.rs of pallet subtensor at spec 425.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, holdings
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.coldkey_swap.fitness import FITNESS, cannot_take_over, unready_words
from taoctl.calls.coldkey_swap.state import (
    DELAY,
    ENTRIES,
    LAST_BLOCK,
    Announcement,
    announcement,
)
from taoctl.calls.proxied import PROXIES, delegations
from taoctl.calls.stake.hotkeys import PALLET, read, too_soon
from taoctl.chain.view import Call, Constant, View
from taoctl.scale.crypto import account_hash
from taoctl.units import Tao

_COST = Constant(PALLET, "KeySwapCost")
_DAY_BLOCKS = 7_200

NONE = "none"
SWAP = "coldkey swap"
FROM = "swap possible from block"
"""What effects are of: the announced coldkey, and when it may take over."""


@dataclass(frozen=True, slots=True)
class AnnounceColdkeySwap(Intent):
    """Announce that the signing coldkey is to be swapped for another.

    Attributes:
        new_hash: of the coldkey to swap to, `0x` text.
        new_coldkey: its ss58 address, which the chain is not told yet; None where it is kept back.
    """

    needs = (
        *ENTRIES,
        *FITNESS,
        ACCOUNT,
        EXISTENTIAL_DEPOSIT,
        _COST,
        Call(PALLET, "announce_coldkey_swap"),
        Call(PALLET, "swap_coldkey_announced"),
    )

    new_hash: str
    new_coldkey: str | None = None

    @classmethod
    def of(cls, new_coldkey: str) -> AnnounceColdkeySwap:
        """The announcement of a coldkey by its ss58 address."""
        return cls(account_hash(new_coldkey), new_coldkey)

    @property
    def _new(self) -> str:
        return self.new_coldkey or f"the coldkey of hash {self.new_hash}"

    def summary(self) -> str:
        """To whom."""
        return f"announce to swap the coldkey for {self._new}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`announce_coldkey_swap`."""
        return ChainCall(PALLET, "announce_coldkey_swap", {"new_coldkey_hash": self.new_hash})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Announced lately, too little TAO, or a coldkey that could not take over in the end."""
        now = await announcement(view, origin)
        if now is not None:
            said = f"a swap of {origin} is announced already, and may be carried out from block "
            said += f"{now.due} on; another may take its place {_later(now)}"
            soon = too_soon(view, "ColdkeySwapReannouncedTooEarly", said, now.changeable)
            if soon:
                return soon
        elif (most := (await holdings(view, origin)).spendable()) < (cost := _cost(view)):
            said = f"a first announcement costs {cost}, and {origin} can spend {most}"
            hint = "send it some TAO first"
            return (Refusal("NotEnoughBalanceToPaySwapColdKey", said, hint),)
        if self.new_coldkey is None:
            return ()
        if self.new_coldkey == origin:
            said = f"{origin} is the coldkey that signs"
            return (Refusal("SameColdkey", said, "name the coldkey to swap to"),)
        return await cannot_take_over(view, self.new_coldkey, announcing=True)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What is announced, from when it may be carried out, and what it costs."""
        now, delay = await asyncio.gather(announcement(view, origin), read(view, DELAY.item))
        due = min(view.block + 1 + int(delay), LAST_BLOCK)
        hash_then, due_then = announced_texts(now)
        found = (
            Effect(origin, SWAP, hash_then, self.new_hash),
            Effect(origin, FROM, due_then, str(due)),
        )
        if now is not None:
            return found
        free = (await holdings(view, origin)).free
        return (*found, Effect(origin, "free", free, free - _cost(view)))

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The cost of a first announcement."""
        return Tao(0) if await announcement(view, origin) is not None else _cost(view)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What it stops and for how long, what cannot be undone, and what will not follow."""
        delay, wait = await asyncio.gather(
            read(view, DELAY.item), read(view, "ColdkeySwapReannouncementDelay")
        )
        stopped, kept = int(delay), int(delay) + int(wait)
        return (
            f"for {_span(stopped)}, until the swap is carried out, the chain takes nothing else "
            "from this coldkey: no transfer, no stake, no registration, neither signed by it nor "
            "by a proxy for it. Its hotkeys go on",
            f"it cannot be undone before {_span(kept)} have passed",
            "whoever has the key of the coldkey that it is swapped for has everything then: be "
            "sure that you have it, and its words; nothing checks that anybody does",
            "leave that coldkey unused until then, but for TAO: with stake, a hotkey or a lock of "
            "its own the swap is refused",
            "whoever has the old key can dispute the swap until then: that freezes the coldkey "
            "until root decides",
            await stays_words(view, origin),
            *(await unready_words(view, origin, self.new_coldkey) if self.new_coldkey else ()),
        )


@dataclass(frozen=True, slots=True)
class ClearColdkeySwap(Intent):
    """Call off the announced swap of the signing coldkey."""

    needs = (*ENTRIES, Call(PALLET, "clear_coldkey_swap_announcement"))

    def summary(self) -> str:
        """What is called off."""
        return "call off the swap of the coldkey"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`clear_coldkey_swap_announcement`."""
        return ChainCall(PALLET, "clear_coldkey_swap_announcement")

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Nothing announced, or too early."""
        now = await announcement(view, origin)
        if now is None:
            return not_announced(origin)
        said = f"the swap of {origin} may be called off {_later(now)}"
        return too_soon(view, "ColdkeySwapClearTooEarly", said, now.changeable)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The announcement is gone."""
        hash_then, due_then = announced_texts(await announcement(view, origin))
        return Effect(origin, SWAP, hash_then, NONE), Effect(origin, FROM, due_then, NONE)


@dataclass(frozen=True, slots=True)
class DisputeColdkeySwap(Intent):
    """Freeze the announced swap of the signing coldkey, and the coldkey with it."""

    needs = (*ENTRIES, Call(PALLET, "dispute_coldkey_swap"))

    def summary(self) -> str:
        """What is frozen."""
        return "dispute the swap of the coldkey, which freezes it until root decides"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`dispute_coldkey_swap`."""
        return ChainCall(PALLET, "dispute_coldkey_swap")

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Nothing announced, or disputed already."""
        now = await announcement(view, origin)
        if now is None:
            return not_announced(origin)
        if now.disputed is None:
            return ()
        said = f"the swap of {origin} was disputed in block {now.disputed} already"
        return (Refusal("ColdkeySwapAlreadyDisputed", said, "only root can decide it now"),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """That it is disputed."""
        now = await announcement(view, origin)
        before = "no" if now is None or now.disputed is None else "yes"
        return (Effect(origin, "swap disputed", before, "yes"),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That there is no way back."""
        return (
            "from then on the chain takes nothing at all from this coldkey, and no swap, until "
            "root resets it: there is no call of yours that ends a dispute, and no time limit",
            "use it when the swap was not announced by you: it keeps what the coldkey holds where "
            "it is, from a thief and from you",
        )


def announced_texts(now: Announcement | None) -> tuple[str, str]:
    """The announced hash and the block from which it may be carried out, as effects show them."""
    return (NONE, NONE) if now is None else (now.new_hash, str(now.due))


def not_announced(coldkey: str) -> tuple[Refusal, ...]:
    """The refusal of what needs an announcement."""
    hint = "`taoctl wallet swap-coldkey announce NEW` begins one"
    said = f"no swap of {coldkey} is announced"
    return (Refusal("ColdkeySwapAnnouncementNotFound", said, hint),)


async def stays_words(view: View, origin: str) -> str:
    """What a swap leaves with the old coldkey."""
    text = (
        "what does not follow: places in multisig accounts, rights as a proxy of others (of pure "
        "accounts too), deposits, and what root claims become. The old key can still use those"
    )
    proxies, deposit = await delegations(view, origin) if view.has(PROXIES) else ((), Tao(0))
    if not proxies:
        return text
    return f"{text}. Its own proxies ({len(proxies)}, with a deposit of {deposit}) stay with it"


def _cost(view: View) -> Tao:
    return Tao(int(view.constant(_COST.pallet, _COST.name)))


def _later(now: Announcement) -> str:
    return f"from block {now.changeable} on"


def _span(blocks: int) -> str:
    days = blocks / _DAY_BLOCKS
    return f"{blocks} blocks ({days:.1f} days of 12 s blocks)" if days >= 1 else f"{blocks} blocks"
