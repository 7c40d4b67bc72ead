"""Swapping a hotkey for another of the same owner, on one subnet or on all of them.

Source: swap_hotkey.rs of subtensor at spec 424.
"""

from __future__ import annotations

from taoctl.localnet.frame import Origin, Post, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY
from taoctl.localnet.pallets.subtensor.db_weight import READ, WRITE, Tally
from taoctl.localnet.pallets.subtensor.hotkey_swap_locks import LockSwaps
from taoctl.localnet.pallets.subtensor.hotkey_swap_subnet import SubnetSwaps
from taoctl.localnet.pallets.subtensor.subnets import ROOT, account_bytes, is_subnet_account
from taoctl.localnet.scaletypes import variant
from taoctl.localnet.types import AccountId32, NetUid, Option, bool_

_SWAP_WEIGHT = 1_242_038_000 + 182 * READ + 99 * WRITE
_SWAP_V2_WEIGHT = 275_300_000 + 52 * READ + 35 * WRITE

_ARGS = (
    HOTKEY,
    ("new_hotkey", AccountId32, "T::AccountId"),
    ("netuid", Option(NetUid), "Option<NetUid>"),
)
_NOTES = ("LastTxBlock", "LastTxBlockDelegateTake", "LastTxBlockChildKeyTake")
"""What the chain keeps of a hotkey to limit how often something is done."""


class HotkeySwaps(SubnetSwaps, LockSwaps):
    """swap_hotkey and swap_hotkey_v2."""

    @call(70, args=_ARGS, weight=_SWAP_WEIGHT)
    def swap_hotkey(self, origin: Origin, hotkey: str, new_hotkey: str, netuid: int | None) -> Post:
        """Put what a hotkey of the caller has in the name of another, with all stake on it."""
        tally = self._swap_hotkeys(
            ensure_signed(origin), hotkey, new_hotkey, netuid, keep_stake=False
        )
        return Post(min(tally.ref_time, _SWAP_WEIGHT))

    @call(72, args=(*_ARGS, ("keep_stake", bool_)), weight=_SWAP_V2_WEIGHT)
    def swap_hotkey_v2(
        self, origin: Origin, hotkey: str, new_hotkey: str, netuid: int | None, keep_stake: bool
    ) -> Post:
        """As swap_hotkey; with keep_stake the stake, and what is owed on it, stays."""
        coldkey = ensure_signed(origin)
        tally = self._swap_hotkeys(coldkey, hotkey, new_hotkey, netuid, keep_stake=keep_stake)
        return Post(min(tally.ref_time, _SWAP_V2_WEIGHT))

    def _swap_hotkeys(
        self, coldkey: str, old: str, new: str, netuid: int | None, *, keep_stake: bool
    ) -> Tally:
        self._ensure_swappable(coldkey, old, new, netuid)
        for note in _NOTES:
            last = self.LastRateLimitedBlock[variant(note, old)]
            self.LastRateLimitedBlock[variant(note, new)] = last
        tally = Tally(7, 3)
        if netuid is None:
            self._swap_everywhere(coldkey, old, new, tally, keep_stake=keep_stake)
        else:
            self._swap_one(coldkey, old, new, netuid, tally, keep_stake=keep_stake)
        return tally

    def _ensure_swappable(self, coldkey: str, old: str, new: str, netuid: int | None) -> None:
        if not self.owns_hotkey(coldkey, old):
            raise self.error("NonAssociatedColdKey")
        if self.hotkey_exists(new) and not self.owns_hotkey(coldkey, new):
            raise self.error("NonAssociatedColdKey")
        if old == new:
            raise self.error("NewHotKeyIsSameWithOld")
        if self.sends_too_soon(coldkey):
            raise self.error("HotKeySetTxRateLimitExceeded")
        if self._was_seated(new, netuid):
            raise self.error("HotKeyAlreadyRegisteredInSubNet")
        if netuid in (None, ROOT) and not self._clean_on_root(new):
            raise self.error("NewHotKeyNotCleanForRootSwap")

    def _was_seated(self, hotkey: str, netuid: int | None) -> bool:
        """Whether it has a seat; of one subnet also where an earlier swap noted that it has not."""
        if netuid is not None:
            return (hotkey, netuid) in self.IsNetworkMember
        return any(member for _, member in self.IsNetworkMember.prefix(hotkey))

    def _clean_on_root(self, hotkey: str) -> bool:
        claims = any(True for _ in self.RootClaimed.prefix(ROOT, hotkey))
        return not (self.RootClaimable[hotkey] or self.hotkey_alpha(hotkey, ROOT) or claims)

    def _swap_one(
        self, coldkey: str, old: str, new: str, netuid: int, tally: Tally, *, keep_stake: bool
    ) -> None:
        last = self.LastHotkeySwapOnNetuid[netuid, coldkey]
        # A first swap waits too, until the chain is as old as the interval.
        if last + self.constant("HotkeySwapOnSubnetInterval") >= self.rt.block_number:
            raise self.error("HotKeySwapOnSubnetIntervalNotPassed")
        if is_subnet_account(new):
            raise self.error("CannotUseSystemAccount")
        self._pay_for_swap(coldkey, self.constant("KeySwapOnSubnetCost"))
        self.Owner[new] = coldkey
        owned = self.OwnedHotkeys[coldkey]
        tally.add(7, 2)
        if new not in owned:
            self.OwnedHotkeys[coldkey] = (*owned, new)
            tally.add(1, 1)
        self.swap_locks(old, new, [netuid], tally)
        self.swap_on_subnet(old, new, netuid, tally, keep_stake=keep_stake)
        self.note_sent(coldkey)
        self.LastHotkeySwapOnNetuid[netuid, coldkey] = self.rt.block_number
        tally.add(0, 2)
        self.deposit("HotkeySwappedOnSubnet", coldkey, old, new, netuid)

    def _swap_everywhere(
        self, coldkey: str, old: str, new: str, tally: Tally, *, keep_stake: bool
    ) -> None:
        netuids = self.netuids()
        affected = [n for n in netuids if self._takes_part(old, n)]
        tally.add(2 * len(netuids) + 1 + len(affected))
        for netuid in affected:
            last = self.LastHotkeySwapOnNetuid[netuid, coldkey]
            wait = self.constant("HotkeySwapOnSubnetInterval")
            if last and last + wait >= self.rt.block_number:
                raise self.error("HotKeySwapOnSubnetIntervalNotPassed")
        self._pay_for_swap(coldkey, self.constant("KeySwapCost"))
        tally.add(3, 2)
        self._rename_everywhere(coldkey, old, new, tally, keep_stake=keep_stake)
        for netuid in affected:
            self.LastHotkeySwapOnNetuid[netuid, coldkey] = self.rt.block_number
        self.note_sent(coldkey)
        tally.add(0, len(affected) + 1)
        self.deposit("HotkeySwapped", coldkey, old, new)

    def _takes_part(self, hotkey: str, netuid: int) -> bool:
        return bool(self.IsNetworkMember[hotkey, netuid] or self.ChildKeys[hotkey, netuid])

    def _pay_for_swap(self, coldkey: str, cost: int) -> None:
        if not self.can_pay(coldkey, cost):
            raise self.error("NotEnoughBalanceToPaySwapHotKey")
        self.recycle_tao(coldkey, cost)

    def _rename_everywhere(
        self, coldkey: str, old: str, new: str, tally: Tally, *, keep_stake: bool
    ) -> None:
        stakers = self._stakers(old)
        tally.add(len(stakers))
        self.swap_locks(old, new, self.netuids(), tally)
        if is_subnet_account(new):
            raise self.error("CannotUseSystemAccount")
        del self.Owner[old]
        self.Owner[new] = coldkey
        owned = dict.fromkeys((*self.OwnedHotkeys[coldkey], new))
        self.OwnedHotkeys[coldkey] = tuple(hotkey for hotkey in owned if hotkey != old)
        tally.add(2, 2)
        for netuid in self.netuids():
            self.swap_on_subnet(old, new, netuid, tally, keep_stake=keep_stake)
        for note in _NOTES:
            self.LastRateLimitedBlock.take(variant(note, old))
            tally.add(1, 2)
        if old in self.Delegates:
            self.Delegates[new] = self.Delegates.take(old)
            tally.add(2, 2)
        if not keep_stake:
            self._swap_staking(stakers, old, new, tally)

    def _stakers(self, hotkey: str) -> list[tuple[str, bool]]:
        """Each position's coldkey, in the chain's order, and whether it holds any share."""
        places = {place for item in (self.Alpha, self.AlphaV2) for place, _ in item.prefix(hotkey)}
        ordered = sorted(places, key=lambda place: (account_bytes(place[0]), place[1]))
        return [(who, bool(self.share_of(hotkey, who, netuid).mantissa)) for who, netuid in ordered]

    def _swap_staking(
        self, stakers: list[tuple[str, bool]], old: str, new: str, tally: Tally
    ) -> None:
        for coldkey, holds in stakers:
            if not holds:
                continue
            tally.add(1)
            staking = self.StakingHotkeys[coldkey]
            if old in staking:
                kept = [hotkey for hotkey in staking if hotkey not in (old, new)]
                self.StakingHotkeys[coldkey] = (*kept, new)
                tally.add(0, 1)
