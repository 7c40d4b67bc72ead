"""Staking calls: TAO in for alpha, alpha out for TAO, at the market or up to a price."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics.shares import U64_MAX
from taoctl.localnet.frame import DispatchError, ModuleError, Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY, NETUID, alpha, tao
from taoctl.localnet.pallets.subtensor.claims import Claims
from taoctl.localnet.pallets.subtensor.subnets import BURN_ACCOUNT, ROOT, subnet_account
from taoctl.localnet.pallets.subtensor.treasury import BUY_LIMIT, MIN_STAKE, SELL_LIMIT
from taoctl.localnet.types import bool_

_MAX_INPUT_OF_RESERVE = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """An amount in rao, the most that its price limit lets through, and whether less will do."""

    amount: int
    most: int
    allow_partial: bool = False


class Staking(Claims):
    """add_stake and remove_stake with their price-limited forms."""

    @call(
        2,
        args=[HOTKEY, NETUID, tao("amount_staked")],
        weight=3_064_064_000,
    )
    def add_stake(self, origin: Origin, hotkey: str, netuid: int, amount_staked: int) -> None:
        """Stake TAO of the caller to a hotkey, at whatever the pool gives."""
        coldkey = ensure_signed(origin)
        self._ensure_tao_within_pool(netuid, amount_staked)
        self._validate_add(coldkey, hotkey, netuid, Order(amount_staked, amount_staked))
        self.stake_into_subnet(hotkey, coldkey, netuid, amount_staked, BUY_LIMIT)

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
        self._ensure_tao_within_pool(netuid, amount_staked)
        most = self.rt.swap.most_to_buy_with(netuid, limit_price)
        self._validate_add(coldkey, hotkey, netuid, Order(amount_staked, most, allow_partial))
        if self.Owner[hotkey] != coldkey and hotkey not in self.Delegates:
            self.Delegates[hotkey] = self.Delegates[hotkey]
        self.stake_into_subnet(hotkey, coldkey, netuid, min(amount_staked, most), limit_price)

    @call(
        3,
        args=[HOTKEY, NETUID, alpha("amount_unstaked")],
        weight=2_569_198_000,
    )
    def remove_stake(self, origin: Origin, hotkey: str, netuid: int, amount_unstaked: int) -> None:
        """Sell alpha of the caller on a hotkey; an amount above the position means all of it."""
        coldkey = ensure_signed(origin)
        self.ensure_subtoken_enabled(netuid)
        amount = min(amount_unstaked, self.stake_of(hotkey, coldkey, netuid))
        self._ensure_alpha_within_pool(netuid, amount)
        self._validate_remove(coldkey, hotkey, netuid, Order(amount, amount))
        self.unstake_from_subnet(hotkey, coldkey, netuid, amount, SELL_LIMIT)
        self._after_removal(hotkey, coldkey, netuid)

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
        self._ensure_alpha_within_pool(netuid, amount_unstaked)
        most = self.rt.swap.most_to_sell(netuid, limit_price)
        order = Order(amount_unstaked, most, allow_partial)
        self._validate_remove(coldkey, hotkey, netuid, order)
        sold = min(amount_unstaked, most)
        self.unstake_from_subnet(hotkey, coldkey, netuid, sold, limit_price)
        self._after_removal(hotkey, coldkey, netuid)

    def stake_into_subnet(
        self, hotkey: str, coldkey: str, netuid: int, tao: int, limit: int
    ) -> int:
        """Buy alpha with a coldkey's TAO and hold it on the hotkey; returns the alpha in rao."""
        moved = self.transfer_tao_to_subnet(netuid, coldkey, tao)
        bought = self.buy_alpha(netuid, moved, limit, free=False)
        alpha = bought.amount_paid_out
        if alpha == 0:
            raise self.error("AmountTooLow")
        if not self.accepts_stake(hotkey, netuid, alpha):
            raise self.error("InsufficientLiquidity")
        self.add_stake_shares(hotkey, coldkey, netuid, alpha)
        self._burn_fee(netuid, bought.fee_paid)
        self.record_tao_flow(netuid, bought.amount_paid_in)
        self.LastColdkeyHotkeyStakeBlock[coldkey, hotkey] = self.rt.block_number
        if netuid == ROOT:
            self.note_root_stake(hotkey, coldkey, alpha)
            self.index_root_staker(coldkey)
        self.deposit("StakeAdded", coldkey, hotkey, moved, alpha, netuid, bought.fee_paid)
        return alpha

    def unstake_from_subnet(
        self, hotkey: str, coldkey: str, netuid: int, alpha: int, limit: int
    ) -> int:
        """Sell a coldkey's alpha and credit the TAO to it; returns the TAO in rao.

        What a price limit leaves unsold goes back to the position. The pool's fee stays out of
        circulation, since no block author is there to earn it.
        """
        self.remove_stake_shares(hotkey, coldkey, netuid, alpha)
        sold = self.sell_alpha(netuid, alpha, limit, free=False)
        refund = alpha - sold.amount_paid_in - sold.fee_paid
        if refund > 0:
            self.add_stake_shares(hotkey, coldkey, netuid, refund)
        tao = sold.amount_paid_out
        self.transfer_tao_from_subnet(netuid, coldkey, tao)
        if netuid == ROOT:
            self.forget_root_stake(hotkey, coldkey, alpha)
            self.unindex_root_staker(coldkey)
        self.record_tao_flow(netuid, -tao)
        self.LastColdkeyHotkeyStakeBlock[coldkey, hotkey] = self.rt.block_number
        paid = (tao, sold.amount_paid_in, netuid, sold.fee_paid)
        self.deposit("StakeRemoved", coldkey, hotkey, *paid)
        return tao

    def _validate_add(self, coldkey: str, hotkey: str, netuid: int, order: Order) -> None:
        self.ensure_subnet_exists(netuid)
        self.ensure_subtoken_enabled(netuid)
        if order.amount < MIN_STAKE + self.rt.swap.buy_fee(netuid, MIN_STAKE):
            raise self.error("AmountTooLow")
        self._ensure_slippage(order)
        amount = min(order.amount, order.most)
        if not self.can_pay(coldkey, amount):
            raise self.error("NotEnoughBalanceToStake")
        if not self.hotkey_exists(hotkey):
            raise self.error("HotKeyAccountNotExists")
        try:
            preview = self.rt.swap.simulate_buy(netuid, amount)
        except ModuleError as error:
            raise self.error("InsufficientLiquidity") from error
        if preview.amount_paid_in < MIN_STAKE:
            raise self.error("AmountTooLow")
        if preview.amount_paid_out == 0:
            raise self.error("InsufficientLiquidity")
        if not self.accepts_stake(hotkey, netuid, preview.amount_paid_out):
            raise self.error("InsufficientLiquidity")

    def _validate_remove(self, coldkey: str, hotkey: str, netuid: int, order: Order) -> None:
        amount = order.amount
        self.ensure_subnet_exists(netuid)
        if amount == 0:
            raise self.error("AmountTooLow")
        held = self.stake_of(hotkey, coldkey, netuid)
        if held < amount:
            raise self.error("NotEnoughStakeToWithdraw")
        try:
            preview = self.rt.swap.simulate_sell(netuid, amount)
        except ModuleError as error:
            raise self.error("InsufficientLiquidity") from error
        if held > amount and preview.amount_paid_out < MIN_STAKE:
            raise self.error("AmountTooLow")
        self._ensure_slippage(order)
        if not self.hotkey_exists(hotkey):
            raise self.error("HotKeyAccountNotExists")
        self.ensure_available(coldkey, netuid, amount)

    def _ensure_slippage(self, order: Order) -> None:
        if not order.allow_partial and order.amount > order.most:
            raise self.error("SlippageTooHigh")

    def _ensure_tao_within_pool(self, netuid: int, tao: int) -> None:
        most = self.SubnetTAO[netuid] * _MAX_INPUT_OF_RESERVE
        if netuid != ROOT and self.is_dynamic(netuid) and tao > most:
            raise self.error("InsufficientLiquidity")

    def _ensure_alpha_within_pool(self, netuid: int, alpha: int) -> None:
        most = self.SubnetAlphaIn[netuid] * _MAX_INPUT_OF_RESERVE
        if netuid != ROOT and self.is_dynamic(netuid) and alpha > most:
            raise self.error("InsufficientLiquidity")

    def _burn_fee(self, netuid: int, fee: int) -> None:
        if fee:
            try:
                self.rt.balances.transfer(
                    subnet_account(netuid), BURN_ACCOUNT, fee, keep_alive=False
                )
            except DispatchError:
                # Below the existential deposit the burn account cannot be opened: the fee then
                # rests on the subnet's account, outside the reserve.
                return

    def _after_removal(self, hotkey: str, coldkey: str, netuid: int) -> None:
        self._clear_small_nomination(hotkey, coldkey, netuid)
        if self.hotkey_value(hotkey) < self.StakeThreshold.get():
            for other in self.netuids():
                if (other, hotkey) in self.PendingChildKeys:
                    del self.PendingChildKeys[other, hotkey]

    def hotkey_value(self, hotkey: str) -> int:
        """TAO in rao that all alpha of a hotkey is worth at spot prices."""
        total: int = sum(
            self.hotkey_alpha(hotkey, netuid) * self.rt.swap.price_bits(netuid)
            for netuid in self.netuids()
        )
        return total >> 64

    def _clear_small_nomination(self, hotkey: str, coldkey: str, netuid: int) -> None:
        if self.owns_hotkey(coldkey, hotkey):
            return
        alpha = self.stake_of(hotkey, coldkey, netuid)
        least = MIN_STAKE * self.NominatorMinRequiredStake.get() // 1_000_000
        price = self.rt.swap.price_bits(netuid)
        least_alpha = min((least << 128) // price >> 64, U64_MAX) if price else 0
        if not 0 < alpha < least_alpha:
            return
        try:
            with self.attempt():
                self.unstake_from_subnet(hotkey, coldkey, netuid, alpha, SELL_LIMIT)
        except DispatchError:
            self.remove_stake_shares(
                hotkey, coldkey, netuid, self.stake_of(hotkey, coldkey, netuid)
            )
