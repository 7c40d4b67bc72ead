"""Stake in motion: TAO into alpha and back, what the chain asks first, and the sweep of dust."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics.shares import U64_MAX
from taoctl.localnet.frame import DispatchError, ModuleError
from taoctl.localnet.pallets.subtensor.claims import Claims
from taoctl.localnet.pallets.subtensor.subnets import (
    BURN_ACCOUNT,
    ROOT,
    account_bytes,
    subnet_account,
)
from taoctl.localnet.pallets.subtensor.treasury import MIN_STAKE, SELL_LIMIT

_MAX_INPUT_OF_RESERVE = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """An amount in rao, the most that its price limit lets through, and whether less will do."""

    amount: int
    most: int
    allow_partial: bool = False

    @property
    def filled(self) -> int:
        """What is traded of it, in rao."""
        return min(self.amount, self.most)


class Trading(Claims):
    """What every staking call is made of."""

    def stake_into_subnet(
        self,
        hotkey: str,
        coldkey: str,
        netuid: int,
        tao: int,
        limit: int,
        *,
        free: bool = False,
    ) -> int:
        """Buy alpha with a coldkey's TAO and hold it on the hotkey; returns the alpha in rao.

        Args:
            limit: highest price in rao of TAO per alpha.
            free: without the pool's fee.
        """
        moved = self.transfer_tao_to_subnet(netuid, coldkey, tao)
        bought = self.buy_alpha(netuid, moved, limit, free=free)
        alpha = bought.amount_paid_out
        if alpha == 0:
            raise self.error("AmountTooLow")
        if not self.accepts_stake(hotkey, netuid, alpha):
            raise self.error("InsufficientLiquidity")
        self.add_stake_shares(hotkey, coldkey, netuid, alpha)
        self._burn_fee(netuid, bought.fee_paid)
        self.record_tao_flow(netuid, bought.amount_paid_in)
        self.cleanup_lock_if_zero(coldkey, netuid)
        self.LastColdkeyHotkeyStakeBlock[coldkey, hotkey] = self.rt.block_number
        if netuid == ROOT:
            self.note_root_stake(hotkey, coldkey, alpha)
            self.index_root_staker(coldkey)
        self.deposit("StakeAdded", coldkey, hotkey, moved, alpha, netuid, bought.fee_paid)
        return alpha

    def unstake_from_subnet(
        self,
        hotkey: str,
        coldkey: str,
        netuid: int,
        alpha: int,
        limit: int,
        *,
        free: bool = False,
        beneficiary: str | None = None,
    ) -> int:
        """Sell a coldkey's alpha and credit the TAO to it; returns the TAO in rao.

        What a price limit leaves unsold goes back to the position. The pool's fee stays out of
        circulation, since no block author is there to earn it.

        Args:
            limit: lowest price in rao of TAO per alpha.
            free: without the pool's fee.
            beneficiary: who gets the TAO instead of the coldkey.
        """
        self.remove_stake_shares(hotkey, coldkey, netuid, alpha)
        sold = self.sell_alpha(netuid, alpha, limit, free=free)
        refund = alpha - sold.amount_paid_in - sold.fee_paid
        if refund > 0:
            self.add_stake_shares(hotkey, coldkey, netuid, refund)
        tao = sold.amount_paid_out
        self.transfer_tao_from_subnet(netuid, beneficiary or coldkey, tao)
        if netuid == ROOT:
            self.forget_root_stake(hotkey, coldkey, alpha)
            self.unindex_root_staker(coldkey)
        self.record_tao_flow(netuid, -tao)
        self.cleanup_lock_if_zero(coldkey, netuid)
        self.LastColdkeyHotkeyStakeBlock[coldkey, hotkey] = self.rt.block_number
        paid = (tao, sold.amount_paid_in, netuid, sold.fee_paid)
        self.deposit("StakeRemoved", coldkey, hotkey, *paid)
        return tao

    def validate_add(self, coldkey: str, hotkey: str, netuid: int, order: Order) -> None:
        """Raise what the chain has against staking TAO to a hotkey, in its order."""
        self.ensure_subnet_exists(netuid)
        self.ensure_subtoken_enabled(netuid)
        if order.amount < MIN_STAKE + self.rt.swap.buy_fee(netuid, MIN_STAKE):
            raise self.error("AmountTooLow")
        self.ensure_slippage(order)
        amount = order.filled
        if not self.can_pay(coldkey, amount):
            raise self.error("NotEnoughBalanceToStake")
        self.ensure_hotkey_exists(hotkey)
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

    def validate_remove(self, coldkey: str, hotkey: str, netuid: int, order: Order) -> None:
        """Raise what the chain has against selling alpha of a position, in its order."""
        amount = order.amount
        self.ensure_subnet_exists(netuid)
        if amount == 0:
            raise self.error("AmountTooLow")
        held = self.stake_of(hotkey, coldkey, netuid)
        if held < amount:
            raise self.error("NotEnoughStakeToWithdraw")
        proceeds = self.sale_proceeds(netuid, amount)
        if held > amount and proceeds < MIN_STAKE:
            raise self.error("AmountTooLow")
        self.ensure_slippage(order)
        self.ensure_hotkey_exists(hotkey)
        self.ensure_available(coldkey, netuid, amount)

    def sale_proceeds(self, netuid: int, alpha: int) -> int:
        """TAO in rao that a market sale would bring; raises InsufficientLiquidity."""
        try:
            paid: int = self.rt.swap.simulate_sell(netuid, alpha).amount_paid_out
        except ModuleError as error:
            raise self.error("InsufficientLiquidity") from error
        return paid

    def ensure_slippage(self, order: Order) -> None:
        """Raise SlippageTooHigh for an order that is to be filled whole and cannot be."""
        if not order.allow_partial and order.amount > order.most:
            raise self.error("SlippageTooHigh")

    def ensure_hotkey_exists(self, hotkey: str) -> None:
        """Raise HotKeyAccountNotExists for a hotkey that was never registered or associated."""
        if not self.hotkey_exists(hotkey):
            raise self.error("HotKeyAccountNotExists")

    def ensure_tao_within_pool(self, netuid: int, tao: int) -> None:
        """Raise InsufficientLiquidity for more TAO than the pool can take in at all."""
        most = self.SubnetTAO[netuid] * _MAX_INPUT_OF_RESERVE
        if netuid != ROOT and self.is_dynamic(netuid) and tao > most:
            raise self.error("InsufficientLiquidity")

    def ensure_alpha_within_pool(self, netuid: int, alpha: int) -> None:
        """Raise InsufficientLiquidity for more alpha than the pool can take in at all."""
        most = self.SubnetAlphaIn[netuid] * _MAX_INPUT_OF_RESERVE
        if netuid != ROOT and self.is_dynamic(netuid) and alpha > most:
            raise self.error("InsufficientLiquidity")

    def become_delegate(self, coldkey: str, hotkey: str) -> None:
        """Give a hotkey that somebody else stakes to the take it has by default."""
        if self.Owner[hotkey] != coldkey and hotkey not in self.Delegates:
            self.Delegates[hotkey] = self.Delegates[hotkey]

    def hotkey_value(self, hotkey: str) -> int:
        """TAO in rao that all alpha of a hotkey is worth at spot prices."""
        total: int = sum(
            self.hotkey_alpha(hotkey, netuid) * self.rt.swap.price_bits(netuid)
            for netuid in self.netuids()
        )
        return total >> 64

    def clear_small_nomination(self, hotkey: str, coldkey: str, netuid: int) -> None:
        """Unstake what is left of a position when that is too little for somebody else's hotkey."""
        if self.owns_hotkey(coldkey, hotkey):
            return
        alpha = self.stake_of(hotkey, coldkey, netuid)
        least = self.least_nomination()
        price = self.rt.swap.price_bits(netuid)
        least_alpha = min((least << 128) // price >> 64, U64_MAX) if price else 0
        if not 0 < alpha < least_alpha:
            return
        try:
            with self.attempt():
                self.unstake_from_subnet(hotkey, coldkey, netuid, alpha, SELL_LIMIT)
        except DispatchError:
            left = self.stake_of(hotkey, coldkey, netuid)
            self.remove_stake_shares(hotkey, coldkey, netuid, left)
        self.force_reduce_lock(coldkey, netuid, alpha)

    def least_nomination(self) -> int:
        """TAO in rao that a nominator's position on a hotkey must be worth."""
        return int(MIN_STAKE * self.NominatorMinRequiredStake.get() // 1_000_000)

    def clear_small_nominations(self) -> None:
        """Unstake all positions that are too little for somebody else's hotkey."""
        places = {*self.Alpha.keys(), *self.AlphaV2.keys()}
        order = sorted(places, key=lambda at: (account_bytes(at[0]), account_bytes(at[1]), at[2]))
        for hotkey, coldkey, netuid in order:
            self.clear_small_nomination(hotkey, coldkey, netuid)

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
