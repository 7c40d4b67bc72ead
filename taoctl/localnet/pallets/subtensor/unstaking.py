"""Unstaking calls: alpha out for TAO, of one position or of every one on a hotkey."""

from __future__ import annotations

from taoctl.localnet.frame import ModuleError, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID, alpha, tao
from taoctl.localnet.pallets.subtensor.staking import Staking
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.subtensor.trading import Order
from taoctl.localnet.pallets.subtensor.treasury import BUY_LIMIT, SELL_LIMIT
from taoctl.localnet.types import Option, TaoBalance, bool_


class Unstaking(Staking):
    """remove_stake with its price-limited and whole-position forms, and unstake_all."""

    @call(
        3,
        args=[HOTKEY, NETUID, alpha("amount_unstaked")],
        weight=2_569_198_000,
    )
    def remove_stake(self, origin: Origin, hotkey: str, netuid: int, amount_unstaked: int) -> None:
        """Sell alpha of the caller on a hotkey; an amount above the position means all of it."""
        self._remove(ensure_signed(origin), hotkey, netuid, amount_unstaked)

    @call(
        89,
        args=[
            HOTKEY,
            NETUID,
            alpha("amount_unstaked"),
            tao("limit_price"),
            ("allow_partial", bool_),
        ],
        weight=2_715_696_000,
    )
    def remove_stake_limit(
        self,
        origin: Origin,
        hotkey: str,
        netuid: int,
        amount_unstaked: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """Sell alpha of the caller down to a price in rao; in part only where that is allowed."""
        coldkey = ensure_signed(origin)
        self._remove_limit(coldkey, hotkey, netuid, amount_unstaked, limit_price, allow_partial)

    @call(
        103,
        args=[HOTKEY, NETUID, ("limit_price", Option(TaoBalance), "Option<TaoBalance>")],
        weight=2_729_292_000,
    )
    def remove_stake_full_limit(
        self, origin: Origin, hotkey: str, netuid: int, limit_price: int | None
    ) -> None:
        """Sell all alpha of the caller on a hotkey, down to a price in rao where one is given."""
        coldkey = ensure_signed(origin)
        amount = self.stake_of(hotkey, coldkey, netuid)
        if limit_price is None:
            self._remove(coldkey, hotkey, netuid, amount)
        else:
            self._remove_limit(coldkey, hotkey, netuid, amount, limit_price, False)

    @call(83, args=[HOTKEY], weight=176_830_000)
    def unstake_all(self, origin: Origin, hotkey: str) -> None:
        """Sell all stake of the caller on a hotkey, root's too; what cannot be sold stays."""
        coldkey = ensure_signed(origin)
        self.ensure_hotkey_exists(hotkey)
        for netuid in self.netuids():
            self._sell_position(coldkey, hotkey, netuid)

    @call(84, args=[HOTKEY], weight=4_275_873_000)
    def unstake_all_alpha(self, origin: Origin, hotkey: str) -> None:
        """Sell all alpha of the caller on a hotkey and stake the TAO on root, to that hotkey."""
        coldkey = ensure_signed(origin)
        self.ensure_hotkey_exists(hotkey)
        subnets = (netuid for netuid in self.netuids() if netuid != ROOT)
        paid = sum(self._sell_position(coldkey, hotkey, netuid) for netuid in subnets)
        self.stake_into_subnet(hotkey, coldkey, ROOT, paid, BUY_LIMIT)

    def _remove(self, coldkey: str, hotkey: str, netuid: int, wanted: int) -> None:
        self.ensure_subtoken_enabled(netuid)
        amount = min(wanted, self.stake_of(hotkey, coldkey, netuid))
        self.ensure_alpha_within_pool(netuid, amount)
        self.validate_remove(coldkey, hotkey, netuid, Order(amount, amount))
        self.unstake_from_subnet(hotkey, coldkey, netuid, amount, SELL_LIMIT)
        self._after_removal(hotkey, coldkey, netuid)

    def _remove_limit(
        self,
        coldkey: str,
        hotkey: str,
        netuid: int,
        amount: int,
        limit: int,
        allow_partial: bool,
    ) -> None:
        self.ensure_alpha_within_pool(netuid, amount)
        order = Order(amount, self.rt.swap.most_to_sell(netuid, limit), allow_partial)
        self.validate_remove(coldkey, hotkey, netuid, order)
        self.unstake_from_subnet(hotkey, coldkey, netuid, order.filled, limit)
        self._after_removal(hotkey, coldkey, netuid)

    def _sell_position(self, coldkey: str, hotkey: str, netuid: int) -> int:
        """Sell one position whole and return the TAO; nothing where the chain refuses that."""
        if not self.SubtokenEnabled[netuid]:
            return 0
        amount = self.stake_of(hotkey, coldkey, netuid)
        try:
            self.validate_remove(coldkey, hotkey, netuid, Order(amount, amount))
        except ModuleError:
            return 0
        paid = self.unstake_from_subnet(hotkey, coldkey, netuid, amount, SELL_LIMIT)
        self.clear_small_nomination(hotkey, coldkey, netuid)
        return paid

    def _after_removal(self, hotkey: str, coldkey: str, netuid: int) -> None:
        self.clear_small_nomination(hotkey, coldkey, netuid)
        if self.hotkey_value(hotkey) < self.StakeThreshold.get():
            for other in self.netuids():
                if (other, hotkey) in self.PendingChildKeys:
                    del self.PendingChildKeys[other, hotkey]
