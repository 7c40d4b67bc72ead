"""Unstaking: selling alpha of a subnet for TAO.

Source: `do_remove_stake`, `do_remove_stake_limit`, `do_remove_stake_full_limit`,
`validate_remove_stake` and `unstake_from_subnet` of pallet subtensor.
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT
from taoctl.calls.base import ChainCall, Quote
from taoctl.calls.stake.amount import ALL, Amount
from taoctl.calls.stake.desk import MIN_STAKE, Desk
from taoctl.calls.stake.holdings import PALLET
from taoctl.calls.stake.limited import limited_call, within_limit
from taoctl.calls.stake.limits import Limit, Unlimited
from taoctl.calls.stake.quoting import fill_quote
from taoctl.calls.stake.refusals import refused, too_large_for_pool
from taoctl.calls.stake.trade import Trade
from taoctl.chain.view import Call, Storage
from taoctl.economics.pool import INPUT_RESERVE_MULTIPLE
from taoctl.units import Alpha, Tao

_NEEDS = (
    ACCOUNT,
    EXISTENTIAL_DEPOSIT,
    Storage(PALLET, "NetworksAdded"),
    Storage(PALLET, "Owner"),
)


@dataclass(frozen=True, slots=True)
class RemoveStake(Trade):
    """Sell alpha held through a hotkey, for free TAO.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet; 0 is root, where alpha is TAO.
        amount: alpha, the pool's fee included.
        limit: the price past which it is not done.
        partial: whether less will do, where the limit lets only less through.
    """

    needs = (*_NEEDS, Call(PALLET, "remove_stake"))

    hotkey: str
    netuid: int
    amount: Amount
    limit: Limit
    partial: bool = False

    def summary(self) -> str:
        """What is unstaked from where, and at what price."""
        return f"unstake {self.amount} of subnet {self.netuid} from {self.hotkey}, {self.limit}"

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`remove_stake_limit`, or `remove_stake` at any price."""
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
class RemoveAllAtLimit(Trade):
    """Sell a whole position, whatever it holds when the call runs (`remove_stake_full_limit`).

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet; 0 is root, where alpha is TAO.
        limit: the price past which it is not done; none sells at any price.
    """

    needs = _NEEDS

    hotkey: str
    netuid: int
    limit: Limit

    def summary(self) -> str:
        """What is unstaked from where, and at what price."""
        return f"unstake all of subnet {self.netuid} from {self.hotkey}, {self.limit}"

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
        if self.limit is None:
            await desk.check_subtoken(self.netuid)
        await desk.check_subnet(self.netuid)
        await self._check_amount(desk, origin)
        possible = self.amount
        if self.limit is not None:
            await desk.market.agrees(self.netuid, "sell", self.amount)
            possible = await within_limit(
                desk, "sell", self.netuid, self.amount, self.limit, partial=self.partial
            )
        await desk.check_hotkey(self.hotkey)
        await desk.check_unlocked(origin, self.netuid, self.amount)
        if not possible:
            raise refused(
                "PriceLimitExceeded", "the limit lets nothing through", "allow another price"
            )
        fill = await desk.trade(self.netuid, "sell", possible, self.limit)
        await desk.move_alpha(self.hotkey, origin, self.netuid, -fill.paid_in)
        await desk.move_tao(origin, fill.out)
        await desk.sweep_dust(self.hotkey, origin, self.netuid)
        quote = fill_quote(fill, origin, self.hotkey, self.netuid, whole=not self.partial)
        return (quote,)

    async def _check_amount(self, desk: Desk, origin: str) -> None:
        held = (await desk.position(self.hotkey, origin, self.netuid)).rao
        if not self.amount:
            raise refused(
                "AmountTooLow",
                f"{origin} has nothing staked through {self.hotkey} on subnet {self.netuid}",
                "see `taoctl stake list`",
            )
        await desk.check_held(self.hotkey, origin, self.netuid, self.amount)
        await self._check_input(desk)
        fill = await desk.market.preview(self.netuid, "sell", self.amount)
        if self.amount < held and fill.out < MIN_STAKE:
            raise refused(
                "AmountTooLow",
                f"{Alpha(self.amount, self.netuid)} sells for about {Tao(fill.out)}, and less than "
                f"{Tao(MIN_STAKE)} is not unstaked unless it is all there is",
                f"unstake more, or write all for the {Alpha(held, self.netuid)} there are",
            )

    async def _check_input(self, desk: Desk) -> None:
        if not await desk.market.trades(self.netuid):
            return
        most = await desk.market.reserve(self.netuid, "sell") * INPUT_RESERVE_MULTIPLE
        if self.amount > most:
            raise too_large_for_pool(self.netuid, Alpha(most, self.netuid))
