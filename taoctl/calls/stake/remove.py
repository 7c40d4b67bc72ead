"""Unstaking: selling alpha of a subnet for TAO.

Source: `do_remove_stake`, `do_remove_stake_limit`, `do_remove_stake_full_limit`,
`validate_remove_stake` and `unstake_from_subnet` of pallet subtensor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT
from taoctl.calls.base import ChainCall, Quote
from taoctl.calls.stake.ahead import Reach, reach_of
from taoctl.calls.stake.amount import ALL, Amount
from taoctl.calls.stake.desk import MIN_STAKE, Desk
from taoctl.calls.stake.holdings import PALLET
from taoctl.calls.stake.limited import capped, check_pool_takes, limited_call, most_within
from taoctl.calls.stake.limits import Limit, Unlimited
from taoctl.calls.stake.quoting import fill_quote
from taoctl.calls.stake.refusals import refused
from taoctl.calls.stake.trade import Placed
from taoctl.chain.view import Call, Storage
from taoctl.units import Alpha, Tao, subnet_name

_NEEDS = (
    ACCOUNT,
    EXISTENTIAL_DEPOSIT,
    Storage(PALLET, "NetworksAdded"),
    Storage(PALLET, "Owner"),
)
_ALL = Call(PALLET, "remove_stake_full_limit")


@dataclass(frozen=True, slots=True)
class RemoveStake(Placed):
    """Sell alpha held through a hotkey, for free TAO.

    Attributes:
        amount: alpha, the pool's fee included.
        limit: the price past which it is not done.
        partial: whether less will do, where the limit lets only less through.
    """

    needs = (*_NEEDS, Call(PALLET, "remove_stake"))

    amount: Amount
    limit: Limit
    partial: bool = False

    def summary_at(self, netuids: Sequence[int], hotkeys: str) -> str:
        """What is unstaked from where, and at what price."""
        part = ", or a part of it" if self.partial else ""
        return f"unstake {self.amount.of_stake(netuids)} from {hotkeys}, {self.limit}{part}"

    def reach(self, origin: str) -> Reach:
        """The account, the hotkey, the subnet, and the order where its size is known."""
        return reach_of(origin, self.hotkey, self.netuid, "sell", self.amount)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`remove_stake_limit`, or `remove_stake` at any price.

        All of it is `remove_stake_full_limit` where the runtime has that: it sells what the
        position holds when it runs, with what has come in until then.
        """
        if self.amount == ALL and not self.partial and desk.view.has(_ALL):
            return await RemoveAllAtLimit(self.hotkey, self.netuid, self.limit).order(desk, origin)
        amount = await desk.alpha(self.amount, self.hotkey, origin, self.netuid)
        args = {"hotkey": self.hotkey, "netuid": self.netuid, "amount_unstaked": amount}
        if isinstance(self.limit, Unlimited):
            return ChainCall(PALLET, "remove_stake", args)
        price = await desk.limit_price(self.limit, "sell", self.netuid)
        return limited_call(
            desk.view, "remove_stake_limit", {**args, "limit_price": price}, partial=self.partial
        )

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Sell, as the chain would."""
        amount = await desk.alpha(self.amount, self.hotkey, origin, self.netuid)
        limit = await desk.limit_price(self.limit, "sell", self.netuid)
        sale = Sale(self.hotkey, self.netuid, amount, limit, self.partial)
        return await sale.carry_out(desk, origin)


@dataclass(frozen=True, slots=True)
class RemoveAllAtLimit(Placed):
    """Sell a whole position, whatever it holds when the call runs (`remove_stake_full_limit`).

    Attributes:
        limit: the price past which it is not done; none sells at any price.
    """

    needs = _NEEDS

    limit: Limit

    def summary_at(self, netuids: Sequence[int], hotkeys: str) -> str:
        """What is unstaked from where, and at what price."""
        return f"unstake {ALL.of_stake(netuids)} from {hotkeys}, {self.limit}"

    def reach(self, origin: str) -> Reach:
        """The account, the hotkey and the subnet."""
        return reach_of(origin, self.hotkey, self.netuid, "sell", ALL)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`remove_stake_full_limit`."""
        price = await desk.limit_price(self.limit, "sell", self.netuid)
        args = {"hotkey": self.hotkey, "netuid": self.netuid, "limit_price": price}
        return limited_call(desk.view, "remove_stake_full_limit", args, partial=None)

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Sell it all, as the chain would."""
        amount = await desk.alpha(ALL, self.hotkey, origin, self.netuid)
        limit = await desk.limit_price(self.limit, "sell", self.netuid)
        return await Sale(self.hotkey, self.netuid, amount, limit, False).carry_out(desk, origin)


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale of so many rao of alpha, up to a limit in rao per alpha, as the chain does it."""

    hotkey: str
    netuid: int
    amount: int
    limit: int | None
    partial: bool

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Check in the chain's order, trade, book it, and sweep what is too little to stay."""
        place = (self.hotkey, origin, self.netuid)
        held = (await desk.position(*place)).rao
        if self.limit is None:
            await desk.check_subnet(self.netuid)
            await desk.check_subtoken(self.netuid)
        amount = self._asked(desk, held)
        await check_pool_takes(desk, "sell", self.netuid, amount)
        most = await most_within(desk, "sell", self.netuid, amount, self.limit)
        await desk.check_subnet(self.netuid)
        if not amount:
            raise refused(
                "AmountTooLow",
                f"{origin} has nothing staked through {self.hotkey} on {subnet_name(self.netuid)}",
                "see `taoctl stake list`",
            )
        await desk.check_held(*place, amount)
        await self._check_worth(desk, amount, held)
        possible = await capped(
            desk, "sell", self.netuid, amount, self.limit, most, partial=self.partial
        )
        await desk.check_hotkey(self.hotkey)
        await desk.check_unlocked(origin, self.netuid, amount)
        fill = await desk.trade(self.netuid, "sell", possible, self.limit)
        await desk.move_alpha(*place, -fill.paid_in)
        await desk.move_tao(origin, fill.out)
        await desk.sweep_dust(*place)
        quote = fill_quote(fill, origin, self.hotkey, self.netuid, whole=not self.partial)
        return (replace(quote, partial=fill.paid_in < amount),)

    def _asked(self, desk: Desk, held: int) -> int:
        """What is sold: without a limit never more than there is."""
        if self.limit is not None or self.amount <= held:
            return self.amount
        if held:
            asked, there = Alpha(self.amount, self.netuid), Alpha(held, self.netuid)
            desk.warn(f"there is less than the {asked} asked for: all {there} are sold")
        return held

    async def _check_worth(self, desk: Desk, amount: int, held: int) -> None:
        fill = await desk.market.preview(self.netuid, "sell", amount)
        if amount < held and fill.out < MIN_STAKE:
            raise refused(
                "AmountTooLow",
                f"{Alpha(amount, self.netuid)} sells for about {Tao(fill.out)}, and less than "
                f"{Tao(MIN_STAKE)} is not unstaked unless it is all there is",
                f"unstake more, or write all for the {Alpha(held, self.netuid)} there are",
            )
