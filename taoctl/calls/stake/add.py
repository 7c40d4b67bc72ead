"""Staking TAO: buying alpha of a subnet through a hotkey.

Source: `do_add_stake`, `do_add_stake_limit`, `validate_add_stake` and `stake_into_subnet` of
pallet subtensor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT
from taoctl.calls.base import ChainCall, Quote
from taoctl.calls.stake.ahead import Reach, reach_of
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.desk import MIN_STAKE, Desk, Fill, RefusedOrder, UnknownOutcome
from taoctl.calls.stake.holdings import PALLET
from taoctl.calls.stake.limited import capped, check_pool_takes, limited_call, most_within
from taoctl.calls.stake.limits import PPM, Limit, Unlimited
from taoctl.calls.stake.quoting import fill_quote
from taoctl.calls.stake.refusals import WOULD_BE_LOST, refused
from taoctl.calls.stake.trade import Placed
from taoctl.chain.view import Call, Storage
from taoctl.units import Tao, subnet_name, subnet_names


@dataclass(frozen=True, slots=True)
class AddStake(Placed):
    """Buy alpha of a subnet with free TAO, and hold it through a hotkey.

    Attributes:
        amount: TAO, the pool's fee included.
        limit: the price past which it is not done.
        partial: whether less will do, where the limit lets only less through.
    """

    needs = (
        ACCOUNT,
        EXISTENTIAL_DEPOSIT,
        Storage(PALLET, "NetworksAdded"),
        Storage(PALLET, "Owner"),
        Call(PALLET, "add_stake"),
    )

    amount: Amount
    limit: Limit
    partial: bool = False

    def summary_at(self, netuids: Sequence[int], hotkeys: str) -> str:
        """What is staked where, and at what price."""
        part = ", or a part of it" if self.partial else ""
        place = ("" if len(netuids) == 1 else "each of ") + subnet_names(netuids)
        return f"stake {self.amount.of_tao()} on {place} through {hotkeys}, {self.limit}{part}"

    def reach(self, origin: str) -> Reach:
        """The account, the hotkey, the subnet, and the order where its size is known."""
        return reach_of(origin, self.hotkey, self.netuid, "buy", self.amount)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`add_stake_limit`, or `add_stake` at any price."""
        amount = await desk.tao(self.amount, origin)
        args = {"hotkey": self.hotkey, "netuid": self.netuid, "amount_staked": amount}
        if isinstance(self.limit, Unlimited):
            return ChainCall(PALLET, "add_stake", args)
        price = await desk.limit_price(self.limit, "buy", self.netuid)
        return limited_call(
            desk.view, "add_stake_limit", {**args, "limit_price": price}, partial=self.partial
        )

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Buy, as the chain would."""
        amount = await desk.tao(self.amount, origin)
        limit = await desk.limit_price(self.limit, "buy", self.netuid)
        await check_pool_takes(desk, "buy", self.netuid, amount)
        most = await most_within(desk, "buy", self.netuid, amount, limit)
        await desk.check_subnet(self.netuid)
        await desk.check_subtoken(self.netuid)
        await self._check_least(desk, amount)
        possible = await capped(desk, "buy", self.netuid, amount, limit, most, partial=self.partial)
        await self._check_payable(desk, origin, possible)
        await desk.check_hotkey(self.hotkey)
        await self._check_outcome(desk, possible)
        fill = await self._buy(desk, origin, possible, limit)
        quote = fill_quote(fill, origin, self.hotkey, self.netuid, whole=not self.partial)
        return (replace(quote, partial=possible < amount),)

    async def _check_least(self, desk: Desk, amount: int) -> None:
        least = MIN_STAKE + await self._fee_of_least(desk)
        if amount < least:
            raise refused(
                "AmountTooLow",
                f"{Tao(amount)} is too little to stake on {subnet_name(self.netuid)}",
                f"stake {Tao(least)} or more",
            )

    async def _fee_of_least(self, desk: Desk) -> int:
        """The pool's fee on the smallest stake, rao."""
        try:
            return (await desk.market.preview(self.netuid, "buy", MIN_STAKE)).fee
        except (RefusedOrder, UnknownOutcome):
            return 0

    async def _check_payable(self, desk: Desk, origin: str, amount: int) -> None:
        fee = desk.fees.get(origin, 0)
        whole = await desk.spendable(origin, keep_alive=False) - fee
        if amount <= whole:
            return
        most = max(await desk.spendable(origin) - fee, 0)
        raise refused(
            "NotEnoughBalanceToStake",
            f"{origin} can stake {Tao(most)}, not {Tao(amount)}",
            "stake less, or fund the account first",
        )

    async def _check_outcome(self, desk: Desk, amount: int) -> None:
        fill = await desk.market.preview(self.netuid, "buy", amount)
        if fill.paid_in - fill.fee < MIN_STAKE:
            raise refused(
                "AmountTooLow",
                f"only {Tao(fill.paid_in)} would be staked on {subnet_name(self.netuid)}, "
                "which is too little",
                f"the least that is staked is {Tao(MIN_STAKE)} and the pool's fee",
            )
        await desk.check_share_pool(self.hotkey, self.netuid)

    async def _buy(self, desk: Desk, origin: str, amount: int, limit: int | None) -> Fill:
        """Trade and book it; the existential deposit stays, silently, as on the chain.

        Where a pool's weights are so uneven that the largest order would empty it, the chain
        takes any amount for one within the limit, trades up to the limit, and keeps the rest. That
        is refused here, for the chain would not.
        """
        paid = min(amount, await desk.spendable(origin))
        fill = await desk.trade(self.netuid, "buy", paid, limit)
        if not fill.out:
            raise refused("AmountTooLow", f"{Tao(paid)} buys nothing on subnet {self.netuid}")
        if fill.refund * PPM > paid:
            raise refused(
                WOULD_BE_LOST,
                f"the chain would take {Tao(paid)} and trade only {Tao(fill.paid_in)} of it within "
                f"the limit: {Tao(fill.refund)} would be lost",
                f"stake {Tao(fill.paid_in)} or less, or at any price with --unsafe",
            )
        if paid < amount:
            desk.warn(
                f"only {Tao(paid)} of {Tao(amount)} is staked: the existential deposit stays in "
                "the account"
            )
        await desk.move_tao(origin, -paid)
        await desk.move_alpha(self.hotkey, origin, self.netuid, fill.out)
        return replace(fill, asked=paid, paid_in=paid)
