"""Staking calls: TAO in for alpha, at the market or up to a price."""

from __future__ import annotations

from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID, tao
from taoctl.localnet.pallets.subtensor.trading import Order, Trading
from taoctl.localnet.pallets.subtensor.treasury import BUY_LIMIT
from taoctl.localnet.types import bool_


class Staking(Trading):
    """add_stake and its price-limited form."""

    @call(
        2,
        args=[HOTKEY, NETUID, tao("amount_staked")],
        weight=3_064_064_000,
    )
    def add_stake(self, origin: Origin, hotkey: str, netuid: int, amount_staked: int) -> None:
        """Stake TAO of the caller to a hotkey, at whatever the pool gives."""
        self.do_add_stake(ensure_signed(origin), hotkey, netuid, amount_staked)

    @call(
        88,
        args=[HOTKEY, NETUID, tao("amount_staked"), tao("limit_price"), ("allow_partial", bool_)],
        weight=3_253_005_000,
    )
    def add_stake_limit(
        self,
        origin: Origin,
        hotkey: str,
        netuid: int,
        amount_staked: int,
        limit_price: int,
        allow_partial: bool,
    ) -> None:
        """Stake TAO of the caller up to a price in rao; in part only where that is allowed."""
        coldkey = ensure_signed(origin)
        self.do_add_stake_limit(coldkey, hotkey, netuid, amount_staked, limit_price, allow_partial)

    def do_add_stake(self, coldkey: str, hotkey: str, netuid: int, amount: int) -> int:
        """Stake TAO at the market; returns the alpha in rao."""
        self.ensure_tao_within_pool(netuid, amount)
        self.validate_add(coldkey, hotkey, netuid, Order(amount, amount))
        return self.stake_into_subnet(hotkey, coldkey, netuid, amount, BUY_LIMIT)

    def do_add_stake_limit(
        self,
        coldkey: str,
        hotkey: str,
        netuid: int,
        amount: int,
        limit: int,
        allow_partial: bool,
    ) -> int:
        """Stake TAO up to a price in rao; returns the alpha in rao."""
        self.ensure_tao_within_pool(netuid, amount)
        order = Order(amount, self.rt.swap.most_to_buy_with(netuid, limit), allow_partial)
        self.validate_add(coldkey, hotkey, netuid, order)
        self.become_delegate(coldkey, hotkey)
        return self.stake_into_subnet(hotkey, coldkey, netuid, order.filled, limit)
