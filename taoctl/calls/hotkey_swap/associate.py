"""Making a hotkey that is nobody's one's own, without a seat."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.registration.words import system_account
from taoctl.calls.stake.hotkeys import OWNER, PALLET, owner_of
from taoctl.chain.view import Call, View

ALREADY = "AlreadyAssociated"
"""Refusal, our own, of what the chain would take a fee for and leave as it is."""


@dataclass(frozen=True, slots=True)
class AssociateHotkey(Intent):
    """Pair a hotkey that is nobody's with the signer, who owns it from then on.

    Attributes:
        hotkey: ss58 address.
    """

    needs = (OWNER, Call(PALLET, "try_associate_hotkey"))

    hotkey: str

    def summary(self) -> str:
        """Which hotkey."""
        return f"associate the hotkey {self.hotkey}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`try_associate_hotkey`."""
        return ChainCall(PALLET, "try_associate_hotkey", {"hotkey": self.hotkey})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """A subnet's account, and a hotkey that is somebody's: the chain leaves that as it is."""
        refused = system_account(self.hotkey)
        owner = None if refused else await owner_of(view, self.hotkey)
        if owner is None:
            return refused
        whose, hint = "yours", "there is nothing to do"
        if owner != origin:
            whose, hint = f"of the coldkey {owner}", "only that coldkey can give it up, by a swap"
        said = f"{self.hotkey} is {whose} already, and the chain would leave it so"
        return (Refusal(ALREADY, said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Whose it is."""
        before = await owner_of(view, self.hotkey)
        return (Effect(self.hotkey, "owner", before or "none", before or origin),)
