"""Where a coldkey's mining rewards are staked."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, item, no_subnet, read
from taoctl.chain.view import Call, View

_CALL = Call(PALLET, "set_coldkey_auto_stake_hotkey")
_DESTINATION = item("AutoStakeDestination")


@dataclass(frozen=True, slots=True)
class SetAutoStake(Intent):
    """Have what the coldkey's miners earn on a subnet staked to a hotkey.

    Attributes:
        netuid: the subnet.
        hotkey: ss58 address of whom to stake to; it must have a UID there.
    """

    needs = (_CALL, _DESTINATION, NETWORKS, item("Uids"))

    netuid: int
    hotkey: str

    def summary(self) -> str:
        """What goes where."""
        return f"stake what miners earn on subnet {self.netuid} to {self.hotkey}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`set_coldkey_auto_stake_hotkey`."""
        return ChainCall(PALLET, _CALL.name, {"netuid": self.netuid, "hotkey": self.hotkey})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No such subnet, a hotkey without a UID, or what is set already."""
        missing = await no_subnet(view, self.netuid)
        if missing:
            return missing
        if await read(view, "Uids", self.netuid, self.hotkey) is None:
            return (
                Refusal(
                    "HotKeyNotRegisteredInSubNet",
                    f"{self.hotkey} has no UID on subnet {self.netuid}",
                    f"choose one that `taoctl subnet metagraph {self.netuid}` lists",
                ),
            )
        if await self._now(view, origin) == self.hotkey:
            return (
                Refusal(
                    "SameAutoStakeHotkeyAlreadySet",
                    f"{self.hotkey} is set for subnet {self.netuid} already",
                    "there is nothing to do; see `taoctl stake auto get`",
                ),
            )
        return ()

    async def _now(self, view: View, origin: str) -> str | None:
        found = await read(view, _DESTINATION.item, origin, self.netuid)
        return None if found is None else str(found)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The hotkey that it goes to; each miner's own before any is set."""
        before = await self._now(view, origin)
        what = f"auto-stake hotkey on subnet {self.netuid}"
        return (Effect(origin, what, before or "each miner's own", self.hotkey),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That there is no way back to none."""
        if await self._now(view, origin) is not None:
            return ()
        return ("once set it can be changed, and not unset: name the miner's own hotkey for that",)
