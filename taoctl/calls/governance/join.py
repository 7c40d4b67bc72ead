"""A seat in the Senate: it goes to hotkeys on root, and when it is full to the larger root stake.

Source: `do_root_register` and `do_adjust_senate` of subtensor at e2b8367b8. Neither asks whose a
hotkey on root is; a hotkey that nobody has becomes the signer's.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.governance.motion import SENATE
from taoctl.calls.registration.root import RootRegister
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, is_stored, read
from taoctl.chain.view import Call, View
from taoctl.economics.governance import MAX_SENATORS
from taoctl.units import ROOT_NETUID as ROOT
from taoctl.units import Tao

_ADJUST = Call(PALLET, "adjust_senate")


@dataclass(frozen=True, slots=True)
class _Senate:
    """Who sits in the Senate, and what a hotkey has against the least of them.

    Attributes:
        members: hotkeys.
        own_rao: root stake of the hotkey that would join.
        least: the member with the least root stake; None while seats are free.
        least_rao: what that one has.
    """

    members: tuple[str, ...]
    own_rao: int
    least: str | None
    least_rao: int

    @property
    def takes(self) -> bool:
        """Whether the hotkey gets a seat."""
        return self.least is None or self.own_rao > self.least_rao


@dataclass(frozen=True, slots=True)
class JoinSenate(Intent):
    """Take a seat in the Senate, with one on root where the hotkey has none.

    Attributes:
        hotkey: ss58 address.
    """

    needs = (*RootRegister.needs, SENATE, _ADJUST)

    hotkey: str

    def summary(self) -> str:
        """Which hotkey."""
        return f"join the Senate with the hotkey {self.hotkey}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`adjust_senate` of a hotkey that is on root, else `root_register`."""
        if await self._on_root(view):
            return ChainCall(PALLET, _ADJUST.name, {"hotkey": self.hotkey})
        return await RootRegister(self.hotkey).call(view, origin)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What root refuses a hotkey; of one on root that it is seated, or has too little stake."""
        if not await read(view, NETWORKS.item, ROOT) or not await self._on_root(view):
            return await RootRegister(self.hotkey).preflight(view, origin)
        senate = await self._senate(view)
        if self.hotkey in senate.members:
            said = f"{self.hotkey} is a senator already"
            return (Refusal("HotKeyAlreadyRegisteredInSubNet", said, "name another hotkey"),)
        if senate.takes:
            return ()
        return (Refusal("StakeTooLowForRoot", self._too_little(senate), _more(senate)),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Who is a senator then, who is not any more, and the seat on root."""
        senate = await self._senate(view)
        found: tuple[Effect, ...] = ()
        if not await self._on_root(view):
            found = await RootRegister(self.hotkey).effects(view, origin)
        if self.hotkey in senate.members or not senate.takes:
            return found
        own = Effect(self.hotkey, "seat in the Senate", "none", "senator")
        if senate.least is None:
            return (own, *found)
        return (own, Effect(senate.least, "seat in the Senate", "senator", "none"), *found)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Whose votes are erased, or that only a seat on root is had."""
        senate = await self._senate(view)
        on_root = await self._on_root(view)
        found = () if on_root else await RootRegister(self.hotkey).warnings(view, origin)
        if not senate.takes and not on_root:
            said = f"{self._too_little(senate)}: this is a seat on root, and none in the Senate"
            return (*found, f"{said}; {_more(senate)}")
        if senate.least is None or not senate.takes or self.hotkey in senate.members:
            return found
        return (*found, f"the votes of {senate.least} on every open motion are erased")

    async def _on_root(self, view: View) -> bool:
        return await is_stored(view, "Uids", ROOT, self.hotkey)

    async def _senate(self, view: View) -> _Senate:
        members, own = await asyncio.gather(
            view.value(SENATE.pallet, SENATE.item),
            read(view, "TotalHotkeyAlpha", self.hotkey, ROOT),
        )
        listed = tuple(map(str, members))
        if len(listed) < MAX_SENATORS:
            return _Senate(listed, int(own), None, 0)
        places = [(one, ROOT) for one in listed]
        stakes = [int(rao) for rao in await view.values(PALLET, "TotalHotkeyAlpha", places)]
        least = min(stakes)
        # Of equals the last in key order has to go.
        place = len(stakes) - 1 - stakes[::-1].index(least)
        return _Senate(listed, int(own), listed[place], least)

    def _too_little(self, senate: _Senate) -> str:
        own = Tao(senate.own_rao)
        return f"the Senate is full, and {self.hotkey} has {own} of root stake"


def _more(senate: _Senate) -> str:
    least = Tao(senate.least_rao)
    return f"the senator with the least has {least}: stake more than that to it on root"
