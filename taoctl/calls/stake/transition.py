"""Stake that changes its hotkey, subnet or coldkey in one call: the rules they all share.

Source: `transition_stake_internal` and `validate_stake_transition` of pallet subtensor.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

from taoctl.calls.accounts import holdings
from taoctl.calls.base import Quote
from taoctl.calls.stake.ahead import Reach, reach_of
from taoctl.calls.stake.amount import Amount, tao_amount
from taoctl.calls.stake.desk import MIN_STAKE, ROOT, Desk, RefusedOrder
from taoctl.calls.stake.limits import Limit, Unlimited
from taoctl.calls.stake.quoting import price_of_bits
from taoctl.calls.stake.ratio import (
    least_had,
    most_moved,
    net_of,
    reserve_ratio,
    swap_limit,
    swap_quote,
)
from taoctl.calls.stake.refusals import WOULD_BE_LOST, price_words, refused
from taoctl.calls.stake.trade import Trade
from taoctl.units import RAO_PER_TAO, Alpha, Tao, subnet_name


@dataclass(frozen=True, slots=True)
class Holding:
    """Where stake is: whose it is, through which hotkey, on which subnet."""

    coldkey: str
    hotkey: str
    netuid: int


class Transition(Trade):
    """Alpha that leaves one holding for another, sold and bought again where the subnets differ."""

    amount: Amount

    @abstractmethod
    def source(self, origin: str) -> Holding:
        """Where it is."""

    @abstractmethod
    def target(self, origin: str) -> Holding:
        """Where it goes."""

    def limit_of(self) -> tuple[Limit, bool]:
        """The limit of its price, and whether less than all will do."""
        return Unlimited(), False

    async def check_taking(self, desk: Desk, origin: str, alpha_rao: int) -> None:
        """Refuse what only some of them are refused for, in the order of the chain."""

    def reach(self, origin: str) -> Reach:
        """Both places, and the sale where its size is known."""
        source, target = self.source(origin), self.target(origin)
        sale = reach_of(source.coldkey, source.hotkey, source.netuid, "sell", self.amount)
        # Buying a whole TAO is how the curve of where it goes is compared.
        bought = tao_amount(RAO_PER_TAO)
        return sale | reach_of(target.coldkey, target.hotkey, target.netuid, "buy", bought)

    async def alpha_of(self, desk: Desk, origin: str) -> int:
        """The alpha to move, rao."""
        held = self.source(origin)
        return await desk.alpha(self.amount, held.hotkey, held.coldkey, held.netuid)

    async def limit_rao(self, desk: Desk, origin: str) -> int | None:
        """The limit of the ratio of the two prices times 10^9; None without one."""
        source, target = self.source(origin).netuid, self.target(origin).netuid
        return await swap_limit(desk, self.limit_of()[0], source, target)

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Move it, as the chain would."""
        source, target = self.source(origin), self.target(origin)
        if source == target:
            raise _no_change(source)
        for netuid in dict.fromkeys((source.netuid, target.netuid)):
            await desk.check_subnet(netuid)
        limit = await self.limit_rao(desk, origin)
        most = None
        if limit is not None and source.netuid != target.netuid:
            most = await most_moved(desk, source.netuid, target.netuid, limit)
        await _check_holdings(desk, source, target)
        alpha = await self.alpha_of(desk, origin)
        await desk.check_held(source.hotkey, source.coldkey, source.netuid, alpha)
        if not alpha:
            raise _nothing(source)
        if source.netuid == target.netuid:
            await self.check_taking(desk, origin, alpha)
            await _move_within(desk, source, target, alpha)
            return ()
        moved = await self._within_limit(desk, source, target, alpha, limit, most)
        await self.check_taking(desk, origin, alpha)
        await desk.check_unlocked(source.coldkey, source.netuid, alpha)
        return await _cross(desk, source, target, moved, asked=alpha, limit=limit)

    async def _within_limit(
        self,
        desk: Desk,
        source: Holding,
        target: Holding,
        alpha: int,
        limit: int | None,
        most: int | None,
    ) -> int:
        """What of an amount is swapped: all that the limit lets through."""
        worth = await _sold_for(desk, source.netuid, alpha)
        if worth <= MIN_STAKE:
            raise _too_little(alpha, source.netuid, worth)
        if limit is None:
            return alpha
        await _warn_of_limit(desk, source.netuid, target.netuid, known=most is not None)
        if most is None or alpha <= most:
            return alpha
        _, partial = self.limit_of()
        if partial and most:
            return most
        raise _slips(alpha, most, source.netuid, limit)


async def _sold_for(desk: Desk, netuid: int, alpha: int) -> int:
    """The TAO that an amount sells for at any price, rao."""
    try:
        return (await desk.market.preview(netuid, "sell", alpha)).out
    except RefusedOrder as no:
        # The chain has one name for whatever the pool refuses here.
        raise refused("InsufficientLiquidity", no.refusal.message, no.refusal.hint) from None


async def _warn_of_limit(desk: Desk, source: int, target: int, *, known: bool) -> None:
    """Say where the limit of a swap is not what it seems."""
    if not known:
        desk.warn("whether it stays within its limit cannot be told here: the chain decides")
    ratio = await reserve_ratio(desk, source, target)
    if ratio is not None:
        desk.warn(
            "the chain reckons the limit of this swap by the pools' reserves, whose ratio is "
            f"{price_words(price_of_bits(ratio) or 0)}, and not by their prices; so it "
            "guarantees no amount, but refuses when the price moves by more than is allowed"
        )


async def _check_holdings(desk: Desk, source: Holding, target: Holding) -> None:
    for netuid in dict.fromkeys((source.netuid, target.netuid)):
        await desk.check_subtoken(netuid)
    for hotkey in dict.fromkeys((source.hotkey, target.hotkey)):
        await desk.check_hotkey(hotkey)


async def _move_within(desk: Desk, source: Holding, target: Holding, alpha: int) -> None:
    """Move alpha without selling it, which costs nothing."""
    worth = alpha * await desk.price_bits(source.netuid) >> 64
    if worth < MIN_STAKE:
        raise _too_little(alpha, source.netuid, worth)
    await desk.check_share_pool(target.hotkey, target.netuid, WOULD_BE_LOST)
    await desk.move_alpha(source.hotkey, source.coldkey, source.netuid, -alpha)
    await desk.move_alpha(target.hotkey, target.coldkey, target.netuid, alpha)


async def _cross(
    desk: Desk, source: Holding, target: Holding, alpha: int, *, asked: int, limit: int | None
) -> tuple[Quote, ...]:
    """Sell and buy again; the pool's fee is taken once: on root there is none."""
    from_root = source.netuid == ROOT
    sale = await desk.trade(source.netuid, "sell", alpha, drop_fee=from_root)
    await desk.move_alpha(source.hotkey, source.coldkey, source.netuid, -sale.paid_in)
    if sale.out < MIN_STAKE:
        await desk.move_tao(target.coldkey, sale.out)
        desk.warn(f"{Tao(sale.out)} is too little to stake again: it stays as free TAO")
        return ()
    staked = await stakeable(desk, target.coldkey, sale.out)
    purchase = await desk.trade(target.netuid, "buy", staked, drop_fee=not from_root)
    if not purchase.out:
        raise refused("AmountTooLow", f"{Tao(staked)} buys nothing on subnet {target.netuid}")
    await desk.check_share_pool(target.hotkey, target.netuid)
    await desk.move_tao(target.coldkey, sale.out - staked)
    await desk.move_alpha(target.hotkey, target.coldkey, target.netuid, purchase.out)
    netuids = (source.netuid, target.netuid)
    quote = swap_quote(
        source.coldkey, target.hotkey, netuids, sale, purchase, asked_rao=asked, limit_rao=limit
    )
    if limit is not None and sale.paid_in == asked:
        least = await least_had(desk, *netuids, net_of(sale, purchase), limit)
        minimum = None if least is None else Alpha(least, target.netuid)
        quote = replace(quote, minimum_out=minimum)
    return (quote,)


async def stakeable(desk: Desk, coldkey: str, tao_rao: int) -> int:
    """What is staked of TAO that has come in, rao: an account keeps its existential deposit."""
    held = await holdings(desk.view, coldkey)
    free = held.free_rao + await desk.moved(coldkey) + tao_rao
    stays = max(held.frozen_rao - held.reserved_rao, held.existential_rao)
    return min(tao_rao, max(free - stays, 0))


def _no_change(held: Holding) -> RefusedOrder:
    return refused(
        "SameNetuid",
        f"it is there already: on {subnet_name(held.netuid)} at {held.hotkey}",
        "name another subnet, hotkey or coldkey",
    )


def _nothing(held: Holding) -> RefusedOrder:
    return refused(
        "AmountTooLow",
        f"{held.coldkey} holds no stake on {subnet_name(held.netuid)} at {held.hotkey}",
        "see `taoctl stake list`",
    )


def _too_little(alpha_rao: int, netuid: int, worth_rao: int) -> RefusedOrder:
    return refused(
        "AmountTooLow",
        f"{Alpha(alpha_rao, netuid)} is worth {Tao(worth_rao)}, and the chain moves nothing that "
        f"is worth less than {Tao(MIN_STAKE)}",
        "move more",
    )


def _slips(alpha_rao: int, most_rao: int, netuid: int, limit_rao: int) -> RefusedOrder:
    hint = "nothing stays within the limit: allow another price"
    if most_rao:
        hint = (
            f"{Alpha(most_rao, netuid)} stay within the limit: swap that much, allow more with "
            "--tolerance, or take what the limit lets through with --partial"
        )
    return refused(
        "SlippageTooHigh",
        f"swapping {Alpha(alpha_rao, netuid)} goes below the limit of {price_words(limit_rao)} "
        "alpha per alpha",
        hint,
    )
