"""Coldkey swaps: announced, waited for, disputed, called off, and carried out.

Source: swap_coldkey.rs and dispatches.rs of subtensor at spec 425.
"""

from __future__ import annotations

from taoctl.localnet.frame import ModuleError, Origin, call, ensure_root, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import tao
from taoctl.localnet.pallets.subtensor.coldkey_moves import ColdkeyMoves
from taoctl.localnet.pallets.subtensor.locks import drop
from taoctl.localnet.pallets.subtensor.subnets import account_bytes
from taoctl.localnet.types import H256, AccountId32
from taoctl.scale.crypto import blake2_256

_NEW_COLDKEY = ("new_coldkey", AccountId32, "T::AccountId")
_LAST_BLOCK = 2**32 - 1


class ColdkeySwap(ColdkeyMoves):
    """The calls of a coldkey swap, its owner's and root's."""

    @call(125, args=[("new_coldkey_hash", H256, "T::Hash")], weight=447_248_000)
    def announce_coldkey_swap(self, origin: Origin, new_coldkey_hash: str) -> None:
        """Announce the hash of the coldkey to swap to; only a first announcement costs."""
        who = ensure_signed(origin)
        announced = self.ColdkeySwapAnnouncements[who]
        if announced is None:
            self.charge_swap_cost(who, self.constant("KeySwapCost"))
        elif self.rt.block_number < self._changeable_from(announced):
            raise self.error("ColdkeySwapReannouncedTooEarly")
        due = min(self.rt.block_number + self.ColdkeySwapAnnouncementDelay.get(), _LAST_BLOCK)
        self.ColdkeySwapAnnouncements[who] = (due, new_coldkey_hash)
        self.deposit("ColdkeySwapAnnounced", who, new_coldkey_hash)

    @call(126, args=[_NEW_COLDKEY], weight=2_713_156_000)
    def swap_coldkey_announced(self, origin: Origin, new_coldkey: str) -> None:
        """Swap to the announced coldkey, once its delay is over."""
        who = ensure_signed(origin)
        announced = self.ColdkeySwapAnnouncements.take(who)
        if announced is None:
            raise self.error("ColdkeySwapAnnouncementNotFound")
        due, new_coldkey_hash = announced
        if new_coldkey_hash != "0x" + blake2_256(account_bytes(new_coldkey)).hex():
            raise self.error("AnnouncedColdkeyHashDoesNotMatch")
        if self.rt.block_number < due:
            raise self.error("ColdkeySwapTooEarly")
        self.move_coldkey(who, new_coldkey)

    @call(127, weight=173_293_000)
    def dispute_coldkey_swap(self, origin: Origin) -> None:
        """Freeze the caller's own swap, and with it the caller, until root decides."""
        coldkey = ensure_signed(origin)
        if coldkey not in self.ColdkeySwapAnnouncements:
            raise self.error("ColdkeySwapAnnouncementNotFound")
        if coldkey in self.ColdkeySwapDisputes:
            raise self.error("ColdkeySwapAlreadyDisputed")
        self.ColdkeySwapDisputes[coldkey] = self.rt.block_number
        self.deposit("ColdkeySwapDisputed", coldkey)

    @call(133, weight=167_890_000)
    def clear_coldkey_swap_announcement(self, origin: Origin) -> None:
        """Call off the caller's swap, which may be done some time after it could have been."""
        who = ensure_signed(origin)
        announced = self.ColdkeySwapAnnouncements[who]
        if announced is None:
            raise self.error("ColdkeySwapAnnouncementNotFound")
        if self.rt.block_number < self._changeable_from(announced):
            raise self.error("ColdkeySwapClearTooEarly")
        del self.ColdkeySwapAnnouncements[who]
        self.deposit("ColdkeySwapCleared", who)

    @call(
        71,
        args=[("old_coldkey", AccountId32, "T::AccountId"), _NEW_COLDKEY, tao("swap_cost")],
        weight=3_137_301_000,
    )
    def swap_coldkey(
        self, origin: Origin, old_coldkey: str, new_coldkey: str, swap_cost: int
    ) -> None:
        """Swap any coldkey at once, by root, announced or not."""
        ensure_root(origin)
        if swap_cost:
            self.charge_swap_cost(old_coldkey, swap_cost)
        self.move_coldkey(old_coldkey, new_coldkey)
        self._forget_announcement(old_coldkey)

    @call(128, args=[("coldkey", AccountId32, "T::AccountId")], weight=208_857_000)
    def reset_coldkey_swap(self, origin: Origin, coldkey: str) -> None:
        """Drop an announcement and its dispute, by root."""
        ensure_root(origin)
        self._forget_announcement(coldkey)
        self.deposit("ColdkeySwapReset", coldkey)

    @call(73, args=[_NEW_COLDKEY], weight=125_000_000)
    def schedule_swap_coldkey(self, origin: Origin, new_coldkey: str) -> None:
        """Refuse: announcements took its place."""
        raise self.error("Deprecated")

    def charge_swap_cost(self, coldkey: str, cost: int) -> None:
        """Recycle what a swap costs, in rao; NotEnoughBalanceToPaySwapColdKey for too little."""
        try:
            self.recycle_tao(coldkey, cost)
        except ModuleError:
            raise self.error("NotEnoughBalanceToPaySwapColdKey") from None

    def _changeable_from(self, announced: tuple[int, str]) -> int:
        """The first block in which an announcement may be replaced or called off."""
        return min(announced[0] + int(self.ColdkeySwapReannouncementDelay.get()), _LAST_BLOCK)

    def _forget_announcement(self, coldkey: str) -> None:
        drop(self.ColdkeySwapAnnouncements, coldkey)
        drop(self.ColdkeySwapDisputes, coldkey)
