"""Unstaking everything: one limited sale for each position, or the chain's own calls for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taoctl.calls.base import ChainCall, Quote
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.stake.ahead import Reach, read_ahead
from taoctl.calls.stake.amount import ALL
from taoctl.calls.stake.desk import ROOT, Desk, RefusedOrder, UnknownOutcome
from taoctl.calls.stake.hotkeys import PALLET
from taoctl.calls.stake.limits import Limit, Unlimited
from taoctl.calls.stake.move import SwapStake
from taoctl.calls.stake.refusals import refused
from taoctl.calls.stake.remove import RemoveAllAtLimit
from taoctl.calls.stake.trade import Trade, Trades, Worked
from taoctl.calls.stake.transition import stakeable
from taoctl.chain.view import Call
from taoctl.units import Alpha

_LEFT = frozenset({"SubtokenDisabled", "StakeUnavailable", "AmountTooLow"})
"""For which errors a position stays where it is while the others go, as the chain does it too."""


@dataclass(frozen=True, slots=True)
class UnstakeAll(Trade):
    """Unstake every position of a coldkey, or those at some hotkeys.

    A position that is locked, not traded yet or too small stays, as with the chain's own calls;
    one that would move the price past the limit stops it all.

    Attributes:
        limit: for the price of each position; without one the chain's own calls do it.
        hotkeys: ss58 addresses; empty for all that the coldkey stakes with.
        to_root: leave root stake, and stake the TAO of the others there.
        mode: what becomes of the others where one fails.
    """

    limit: Limit
    hotkeys: tuple[str, ...] = ()
    to_root: bool = False
    mode: BatchMode = BatchMode.ALL

    def summary(self) -> str:
        """What is unstaked, and where the TAO goes."""
        at = f" at {', '.join(self.hotkeys)}" if self.hotkeys else ""
        what = "all alpha, and stake the TAO on root" if self.to_root else "everything"
        return f"unstake {what}{at}, {self.limit}"

    @property
    def varies(self) -> bool:
        """It does: it names the positions that there are."""
        return True

    @property
    def batch_mode(self) -> BatchMode:
        """How its calls go together, where there are several."""
        return self.mode

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """One call, or a batch of them."""
        trades, _ = await self._trades(desk, origin)
        return await trades.order(desk, origin)

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Unstake one position after the other."""
        worked = await self.work(desk, origin)
        if worked.refusals:
            raise RefusedOrder(worked.refusals[0])
        return worked.quotes

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through what can be unstaked; what cannot stays, and the warnings name it."""
        trades, left = await self._trades(desk, origin)
        if not trades.trades:
            return Worked((), (_nothing(origin).refusal,), left)
        worked = await trades.work(desk, origin)
        return replace(worked, warnings=(*worked.warnings, *left))

    async def _trades(self, desk: Desk, origin: str) -> tuple[Trades, tuple[str, ...]]:
        """What to unstake, and why some of it stays."""
        held = await _held(desk, origin, self.hotkeys, alpha_only=self.to_root)
        if isinstance(self.limit, Unlimited):
            hotkeys = dict.fromkeys(hotkey for hotkey, _, _ in held)
            return Trades(tuple(UnstakeHotkey(one, self.to_root) for one in hotkeys), self.mode), ()
        chosen: list[Trade] = []
        left = []
        mark = desk.mark()
        try:
            for hotkey, netuid, alpha in held:
                one = self._one(hotkey, netuid)
                before = desk.mark()
                try:
                    await one.carry_out(desk, origin)
                except RefusedOrder as no:
                    desk.restore(before)
                    if no.refusal.name in _LEFT:
                        left.append(f"{alpha} at {hotkey} stays: {no.refusal.message}")
                        continue
                except UnknownOutcome:
                    desk.restore(before)
                chosen.append(one)
        finally:
            desk.restore(mark)
        return Trades(tuple(chosen), self.mode), tuple(left)

    def _one(self, hotkey: str, netuid: int) -> Trade:
        if self.to_root:
            return SwapStake(hotkey, netuid, ROOT, ALL, self.limit)
        return RemoveAllAtLimit(hotkey, netuid, self.limit)


@dataclass(frozen=True, slots=True)
class UnstakeHotkey(Trade):
    """Unstake all that a coldkey has at one hotkey, at any price, by the chain's own call.

    Attributes:
        hotkey: ss58 address.
        to_root: leave root stake, and stake the TAO of the others there.
    """

    hotkey: str
    to_root: bool = False

    def summary(self) -> str:
        """What is unstaked, and where the TAO goes."""
        what = "all alpha, and stake the TAO on root," if self.to_root else "everything"
        return f"unstake {what} at {self.hotkey}, at any price"

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`unstake_all_alpha`, or `unstake_all`."""
        name = "unstake_all_alpha" if self.to_root else "unstake_all"
        desk.view.require(Call(PALLET, name))
        return ChainCall(PALLET, name, {"hotkey": self.hotkey})

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Sell each position that can be sold; the chain passes over the others."""
        await desk.check_hotkey(self.hotkey)
        quotes: list[Quote] = []
        came = 0
        for hotkey, netuid, alpha in await _held(
            desk, origin, (self.hotkey,), alpha_only=self.to_root
        ):
            before, free = desk.mark(), (await desk.free(origin)).rao
            try:
                sale = RemoveAllAtLimit(hotkey, netuid, Unlimited())
                quotes += await sale.carry_out(desk, origin)
            except RefusedOrder as no:
                desk.restore(before)
                desk.warn(f"{alpha} stays: {no.refusal.message}")
            came += (await desk.free(origin)).rao - free
        if not quotes and not came:
            raise _nothing(origin)
        if self.to_root:
            await self._stake_on_root(desk, origin, came)
        return tuple(quotes)

    async def _stake_on_root(self, desk: Desk, origin: str, tao_rao: int) -> None:
        await desk.move_tao(origin, -tao_rao)
        staked = await stakeable(desk, origin, tao_rao)
        await desk.move_tao(origin, tao_rao - staked)
        await desk.move_alpha(self.hotkey, origin, ROOT, staked)


async def _held(
    desk: Desk, origin: str, hotkeys: tuple[str, ...], *, alpha_only: bool
) -> list[tuple[str, int, Alpha]]:
    """The positions that are meant, hotkey, subnet and alpha; all that they need is read."""
    held = [
        (hotkey, netuid, alpha)
        for hotkey, netuid, alpha in await desk.positions(origin)
        if (not hotkeys or hotkey in hotkeys) and not (alpha_only and netuid == ROOT)
    ]
    firsts = {netuid: alpha.rao for _, netuid, alpha in reversed(held)}
    reach = Reach(
        frozenset((origin,)),
        frozenset(hotkey for hotkey, _, _ in held),
        frozenset((*firsts, ROOT)),
        frozenset((netuid, "sell", rao) for netuid, rao in firsts.items()),
    )
    await read_ahead(desk.view, reach)
    return held


def _nothing(origin: str) -> RefusedOrder:
    return refused(
        "AmountTooLow", f"there is nothing of {origin} to unstake", "see `taoctl stake list`"
    )
