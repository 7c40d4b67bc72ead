"""What a hotkey keeps of its nominators' and its parents' dividends."""

from __future__ import annotations

from taoctl.localnet.frame import Origin, call, ensure_root, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID
from taoctl.localnet.pallets.subtensor.rate_limits import Kind, RateLimits
from taoctl.localnet.scaletypes import variant
from taoctl.localnet.types import u16, u64

_TAKE = ("take", u16)


class Takes(RateLimits):
    """increase_take, decrease_take, set_childkey_take, and the bounds that root sets for it."""

    @call(65, args=[HOTKEY, _TAKE], weight=304_895_000, pays=False)
    def decrease_take(self, origin: Origin, hotkey: str, take: int) -> None:
        """Lower the take of a hotkey of the caller; it may be done at any time."""
        coldkey = ensure_signed(origin)
        self.ensure_owned_hotkey(coldkey, hotkey)
        if hotkey in self.Delegates and take >= self.Delegates[hotkey]:
            raise self.error("DelegateTakeTooLow")
        if take < self.MinDelegateTake.get():
            raise self.error("DelegateTakeTooLow")
        self._set_take(hotkey, take)
        self.deposit("TakeDecreased", coldkey, hotkey, take)

    @call(66, args=[HOTKEY, _TAKE], weight=362_710_000, pays=False)
    def increase_take(self, origin: Origin, hotkey: str, take: int) -> None:
        """Raise the take of a hotkey of the caller, some time after it was changed last."""
        coldkey = ensure_signed(origin)
        self.ensure_owned_hotkey(coldkey, hotkey)
        if hotkey in self.Delegates and take <= self.Delegates[hotkey]:
            raise self.error("DelegateTakeTooLow")
        if take > self.MaxDelegateTake.get():
            raise self.error("DelegateTakeTooHigh")
        if self._changed_take_lately(hotkey):
            raise self.error("DelegateTxRateLimitExceeded")
        self._set_take(hotkey, take)
        self.deposit("TakeIncreased", coldkey, hotkey, take)

    @call(75, args=[HOTKEY, NETUID, _TAKE], weight=428_870_000)
    def set_childkey_take(self, origin: Origin, hotkey: str, netuid: int, take: int) -> None:
        """Set what a hotkey of the caller keeps of its parents' dividends on a subnet."""
        if not self.owns_hotkey(ensure_signed(origin), hotkey):
            raise self.error("NonAssociatedColdKey")
        if not self.least_childkey_take(netuid) <= take <= self.MaxChildkeyTake.get():
            raise self.error("InvalidChildkeyTake")
        limit = self.TxChildkeyTakeRateLimit.get()
        rises = take > self.childkey_take(hotkey, netuid)
        if rises and not self.passes_limit(Kind.SET_CHILDKEY_TAKE, hotkey, netuid, limit):
            raise self.error("TxChildkeyTakeRateLimitExceeded")
        self.ChildkeyTake[hotkey, netuid] = take
        self.note_transaction(Kind.SET_CHILDKEY_TAKE, hotkey, netuid)
        self.deposit("ChildKeyTakeSet", hotkey, take)

    @call(69, args=[("tx_rate_limit", u64)], weight=105_760_000)
    def sudo_set_tx_childkey_take_rate_limit(self, origin: Origin, tx_rate_limit: int) -> None:
        """Set the blocks between two raises of a childkey take."""
        ensure_root(origin)
        self.TxChildkeyTakeRateLimit.put(tx_rate_limit)
        self.deposit("TxChildKeyTakeRateLimitSet", tx_rate_limit)

    @call(76, args=[_TAKE], weight=125_006_000)
    def sudo_set_min_childkey_take(self, origin: Origin, take: int) -> None:
        """Set the lowest childkey take of the whole chain."""
        ensure_root(origin)
        self.MinChildkeyTake.put(take)
        self.deposit("MinChildKeyTakeSet", take)

    @call(77, args=[_TAKE], weight=125_006_000)
    def sudo_set_max_childkey_take(self, origin: Origin, take: int) -> None:
        """Set the highest childkey take of the whole chain."""
        ensure_root(origin)
        self.MaxChildkeyTake.put(take)
        self.deposit("MaxChildKeyTakeSet", take)

    def ensure_owned_hotkey(self, coldkey: str, hotkey: str) -> None:
        """Raise unless the hotkey is known and the coldkey's."""
        if not self.hotkey_exists(hotkey):
            raise self.error("HotKeyAccountNotExists")
        if not self.owns_hotkey(coldkey, hotkey):
            raise self.error("NonAssociatedColdKey")

    def childkey_take(self, hotkey: str, netuid: int) -> int:
        """Childkey take of a hotkey on a subnet as u16, at least the minimum in force."""
        return int(max(self.ChildkeyTake[hotkey, netuid], self.least_childkey_take(netuid)))

    def least_childkey_take(self, netuid: int) -> int:
        """The lowest childkey take in force on a subnet, as u16."""
        return int(max(self.MinChildkeyTake.get(), self.MinChildkeyTakePerSubnet[netuid]))

    def check_take(self, coldkey: str, hotkey: str, take: int) -> None:
        """Raise what the guards have against a take before they know whether it rises."""
        if take < self.MinDelegateTake.get():
            raise self.error("DelegateTakeTooLow")
        if take > self.MaxDelegateTake.get():
            raise self.error("DelegateTakeTooHigh")
        self.ensure_owned_hotkey(coldkey, hotkey)

    def _changed_take_lately(self, hotkey: str) -> bool:
        limit = self.TxDelegateTakeRateLimit.get()
        last = self.LastRateLimitedBlock[variant("LastTxBlockDelegateTake", hotkey)]
        return bool(limit and last and self.rt.block_number - last <= limit)

    def _set_take(self, hotkey: str, take: int) -> None:
        self.LastRateLimitedBlock[variant("LastTxBlockDelegateTake", hotkey)] = self.rt.block_number
        self.Delegates[hotkey] = take
