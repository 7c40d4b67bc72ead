"""Giving, taking back and using the right to act for an account."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, cannot_spend, reserving
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.proxied import (
    ANNOUNCEMENTS,
    PROXIES,
    Delegation,
    delegations,
    proxy_type_name,
)
from taoctl.chain.view import Call, View
from taoctl.units import Tao

_NEEDS = (ACCOUNT, EXISTENTIAL_DEPOSIT, PROXIES)
DEPRECATED = frozenset({"Senate", "Triumvirate", "Governance", "RootWeights"})
"""Types that the runtime keeps and that allow no call."""


def _deposit(view: View, count: int) -> Tao:
    if not count:
        return Tao(0)
    base, factor = (
        int(view.constant("Proxy", name)) for name in ("ProxyDepositBase", "ProxyDepositFactor")
    )
    return Tao(base + factor * count)


async def _after(view: View, origin: str, change: int) -> Tao:
    """What is reserved more (or, negative, less) once the number of proxies has changed."""
    held, deposit = await delegations(view, origin)
    return _deposit(view, len(held) + change) - deposit


def _named(held: tuple[Delegation, ...]) -> str:
    return ", ".join(f"{one.delegate} {one.proxy_type}" for one in held) or "none"


@dataclass(frozen=True, slots=True)
class AddProxy(Intent):
    """Let another account act for this one."""

    needs = (*_NEEDS, Call("Proxy", "add_proxy"))

    delegate: str
    proxy_type: str
    delay_blocks: int = 0

    def summary(self) -> str:
        """Who may do what."""
        delay = f", {self.delay_blocks} blocks after announcing it" if self.delay_blocks else ""
        return f"let {self.delegate} act as {self.proxy_type} proxy{delay}"

    def _right(self, view: View) -> Delegation:
        return _right(view, self.delegate, self.proxy_type, self.delay_blocks)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.add_proxy`."""
        return ChainCall("Proxy", "add_proxy", _right_args(self._right(view)))

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Oneself, a right that is there already, too many, or no deposit."""
        held, _ = await delegations(view, origin)
        most = int(view.constant("Proxy", "MaxProxies"))
        if self.delegate == origin:
            return (Refusal("NoSelfProxy", "an account cannot be its own proxy"),)
        if self._right(view) in held:
            return (Refusal("Duplicate", f"{self.delegate} has this right already"),)
        if len(held) >= most:
            hint = "take one back first, with `taoctl proxy remove`"
            return (Refusal("TooMany", f"{origin} has {most} proxies, the most allowed", hint),)
        return await cannot_spend(view, origin, await _after(view, origin, 1))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The list of proxies and the deposit for it."""
        held, _ = await delegations(view, origin)
        change = Effect(origin, "proxies", _named(held), _named((*held, self._right(view))))
        return (change, *await reserving(view, origin, await _after(view, origin, 1)))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What an unlimited right is, and types that allow nothing."""
        right = self._right(view)
        if right.proxy_type == "Any" and not right.delay_blocks:
            return (f"{self.delegate} will be able to do everything {origin} can, at once",)
        if right.proxy_type in DEPRECATED:
            return (f"the type {right.proxy_type} allows no call on today's runtimes",)
        return ()

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The deposit, which comes back when the right is taken back."""
        return await _after(view, origin, 1)


@dataclass(frozen=True, slots=True)
class RemoveProxy(Intent):
    """Take the right to act back from an account."""

    needs = (*_NEEDS, Call("Proxy", "remove_proxy"))

    delegate: str
    proxy_type: str
    delay_blocks: int = 0

    def summary(self) -> str:
        """Whose right ends."""
        return f"take back the {self.proxy_type} proxy of {self.delegate}"

    def _right(self, view: View) -> Delegation:
        return _right(view, self.delegate, self.proxy_type, self.delay_blocks)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.remove_proxy`."""
        return ChainCall("Proxy", "remove_proxy", _right_args(self._right(view)))

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A right that is not there."""
        held, _ = await delegations(view, origin)
        if self._right(view) in held:
            return ()
        message = f"{origin} has no proxy {self.delegate} of type {self.proxy_type} and this delay"
        return (Refusal("NotFound", message, f"its proxies: {_named(held)}"),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The list of proxies and the deposit that comes back."""
        held, _ = await delegations(view, origin)
        gone = self._right(view)
        left = tuple(one for one in held if one != gone)
        change = Effect(origin, "proxies", _named(held), _named(left))
        return (change, *await reserving(view, origin, await _after(view, origin, -1)))

    async def spends(self, view: View, origin: str) -> Tao | None:
        """Less than nothing: part of the deposit comes back."""
        return await _after(view, origin, -1)


@dataclass(frozen=True, slots=True)
class RemoveProxies(Intent):
    """Take back every right that others have to act for this account."""

    needs = (*_NEEDS, Call("Proxy", "remove_proxies"))

    def summary(self) -> str:
        """All of them."""
        return "take back every proxy"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.remove_proxies`."""
        return ChainCall("Proxy", "remove_proxies")

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The list of proxies and the deposit that comes back."""
        held, deposit = await delegations(view, origin)
        back = await reserving(view, origin, Tao(-deposit.rao))
        return (Effect(origin, "proxies", _named(held), "none"), *back)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That nothing is there, or that a pure account would be lost."""
        held, _ = await delegations(view, origin)
        if not held:
            return (f"{origin} has no proxies",)
        return ("an account made by create-pure is out of reach for ever once its proxies go",)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """Less than nothing: the deposit comes back."""
        _, deposit = await delegations(view, origin)
        return Tao(-deposit.rao)


@dataclass(frozen=True, slots=True)
class CreatePure(Intent):
    """Make an account without a key, for which the signer is the proxy."""

    needs = (*_NEEDS, Call("Proxy", "create_pure"))

    proxy_type: str = "Any"
    delay_blocks: int = 0
    index: int = 0

    def summary(self) -> str:
        """What is made."""
        return f"make a keyless account, whose proxy of type {self.proxy_type} the signer is"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.create_pure`; the address is in the event `PureCreated`."""
        args = {
            "proxy_type": proxy_type_name(view, self.proxy_type),
            "delay": self.delay_blocks,
            "index": self.index,
        }
        return ChainCall("Proxy", "create_pure", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No deposit."""
        return await cannot_spend(view, origin, _deposit(view, 1))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The deposit, which the maker gives."""
        return await reserving(view, origin, _deposit(view, 1))

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What to keep, since only these numbers lead back to the deposit."""
        return ("keep the block and extrinsic number: removing the account again needs them",)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The deposit."""
        return _deposit(view, 1)


@dataclass(frozen=True, slots=True)
class Announce(Intent):
    """Announce a call that the signer will make as a proxy with a delay."""

    needs = (*_NEEDS, ANNOUNCEMENTS, Call("Proxy", "announce"))

    real: str
    call_hash: str

    def summary(self) -> str:
        """What is announced."""
        return f"announce the call {self.call_hash} for {self.real}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.announce`."""
        return ChainCall("Proxy", "announce", {"real": self.real, "call_hash": self.call_hash})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No proxy, too many announcements, or no deposit."""
        held, _ = await delegations(view, self.real)
        if not any(one.delegate == origin for one in held):
            return (Refusal("NotProxy", f"{origin} is no proxy of {self.real}"),)
        listed, _ = await view.value(ANNOUNCEMENTS.pallet, ANNOUNCEMENTS.item, origin)
        most = int(view.constant("Proxy", "MaxPending"))
        if len(listed) >= most:
            return (Refusal("TooMany", f"{origin} has {most} announcements pending, the most"),)
        return await cannot_spend(view, origin, await self._more(view, origin))

    async def _more(self, view: View, origin: str) -> Tao:
        listed, deposit = await view.value(ANNOUNCEMENTS.pallet, ANNOUNCEMENTS.item, origin)
        base = int(view.constant("Proxy", "AnnouncementDepositBase"))
        factor = int(view.constant("Proxy", "AnnouncementDepositFactor"))
        return Tao(base + factor * (len(listed) + 1) - int(deposit))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The deposit, until the call is made or the announcement taken back."""
        return await reserving(view, origin, await self._more(view, origin))

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The deposit."""
        return await self._more(view, origin)


@dataclass(frozen=True, slots=True)
class RealPays(Intent):
    """Have this account pay the fees of what a proxy does for it, or no longer."""

    needs = (PROXIES, Call("Proxy", "set_real_pays_fee"))

    delegate: str
    pays: bool = True

    def summary(self) -> str:
        """Who pays."""
        who = "this account pays" if self.pays else f"{self.delegate} pays"
        return f"{who} the fees of what {self.delegate} does for it"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.set_real_pays_fee`."""
        args = {"delegate": self.delegate, "pays_fee": self.pays}
        return ChainCall("Proxy", "set_real_pays_fee", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Somebody who is no proxy of this account."""
        held, _ = await delegations(view, origin)
        if any(one.delegate == self.delegate for one in held):
            return ()
        return (Refusal("NotProxy", f"{self.delegate} is no proxy of {origin}"),)


def _right(view: View, delegate: str, proxy_type: str, delay_blocks: int) -> Delegation:
    return Delegation(delegate, proxy_type_name(view, proxy_type), delay_blocks)


def _right_args(right: Delegation) -> dict[str, str | int]:
    return {
        "delegate": right.delegate,
        "proxy_type": right.proxy_type,
        "delay": right.delay_blocks,
    }
