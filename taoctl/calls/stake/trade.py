"""Trades of stake: intents whose outcome depends on what was traded before them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from taoctl.calls.base import ChainCall, Effect, Intent, Quote, Refusal
from taoctl.calls.batch_limit import too_many
from taoctl.calls.batch_mode import BatchMode, first_of
from taoctl.calls.stake.ahead import Reach, read_ahead, together
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.desk import Desk, RefusedOrder, UnknownOutcome
from taoctl.calls.stake.fees import fee_of
from taoctl.calls.stake.limits import Tolerance
from taoctl.calls.stake.quoting import with_quote
from taoctl.chain.view import View
from taoctl.units import Tao


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of working through a trade on a desk.

    Attributes:
        calls: the calls that make it, in order; amounts filled in.
        refusals: why the chain would refuse it; the desk is then as it was before it.
        warnings: what the user should know.
        quotes: its trades on pools.
    """

    calls: tuple[ChainCall, ...]
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Result:
    """A trade worked through on a desk of its own."""

    worked: Worked
    effects: tuple[Effect, ...]
    call: ChainCall
    spends: Tao | None


class Trade(Intent):
    """An intent that is worked through on a desk; what it says of itself comes from there.

    A subclass gives `summary`, `needs`, `order` and `carry_out`, and nothing else.
    """

    @abstractmethod
    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """The call with its amounts, from what is on the desk; changes nothing there.

        Raises:
            UsageError: values that the operation does not take.
            NotInRuntimeError: the runtime has no call for it.
        """

    @abstractmethod
    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Check in the chain's order, then change the desk as the chain would.

        Raises:
            RefusedOrder: the chain would refuse it.
            UnknownOutcome: what it comes to cannot be worked out here.
        """

    def reach(self, origin: str) -> Reach:
        """What it looks at, to be read at once; what is missing here is read when needed."""
        return Reach(coldkeys=frozenset((origin,)))

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through it: the call, and what it comes to.

        Where that cannot be known, the desk loses sight of what comes after it too.
        """
        desk.view.require(*self.needs)
        call = await self.order(desk, origin)
        mark, noted = desk.mark(), len(desk.warnings)
        try:
            if desk.blind:
                raise UnknownOutcome(f"what comes of it cannot be told: {self.summary()}")
            quotes = await self.carry_out(desk, origin)
        except RefusedOrder as no:
            desk.restore(mark)
            return Worked((call,), (no.refusal,))
        except UnknownOutcome as problem:
            desk.restore(mark)
            await desk.lose_sight(origin)
            return Worked((call,), warnings=(str(problem),))
        return Worked((call,), (), tuple(desk.warnings[noted:]), quotes)

    async def call(self, view: View, origin: str) -> ChainCall:
        """The call, amounts filled in."""
        return (await self._result(view, origin)).call

    async def words(self, view: View, origin: str) -> str:
        """The summary, and of a single trade what is given for what."""
        quotes = await self.quotes(view, origin)
        return with_quote(self.summary(), quotes[0]) if len(quotes) == 1 else self.summary()

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What the chain would refuse."""
        return (await self._result(view, origin)).worked.refusals

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Free balances and positions, where nothing is refused."""
        return (await self._result(view, origin)).effects

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What the user should know and the chain does not mind."""
        return (await self._result(view, origin)).worked.warnings

    async def quotes(self, view: View, origin: str) -> tuple[Quote, ...]:
        """The trades that it makes on pools."""
        return (await self._result(view, origin)).worked.quotes

    async def spends(self, view: View, origin: str) -> Tao | None:
        """What leaves the free balance; less than nothing where TAO comes in."""
        return (await self._result(view, origin)).spends

    async def _result(self, view: View, origin: str) -> _Result:
        async def work() -> _Result:
            await read_ahead(view, self.reach(origin))
            desk = Desk(view)
            result = await self._on(desk, origin)
            if not desk.asked_for_share:
                return result
            again = Desk(view)
            again.market.trust(desk.market)
            for account in desk.asked_for_share:
                sent = desk.sent.get(account, ())
                again.fees[account] = await self.fees_rao(view, account, sent)
            return await self._on(again, origin)

        return await view.derived((type(self), self, origin), work)

    async def fees_rao(self, view: View, account: str, calls: Sequence[ChainCall]) -> int:
        """Rao that an account pays for calls, each a transaction, tips included."""
        fees = [await fee_of(view, account, one) for one in calls]
        return sum(fees) + self.tip_rao * len(fees)

    async def _on(self, desk: Desk, origin: str) -> _Result:
        worked = await self.work(desk, origin)
        call = one_call(worked.calls, self.batch_mode)
        desk.sent.setdefault(origin, []).append(call)
        effects = () if worked.refusals else desk.effects()
        return _Result(worked, effects, call, _spent(effects, origin))

    @property
    def batch_mode(self) -> BatchMode:
        """How its calls go together, where there are several."""
        return BatchMode.ALL

    @property
    def varies(self) -> bool:
        """Whether it is another call on another block: by a tolerance, or a share of what is."""
        values = (getattr(self, one.name) for one in fields(cast("Any", self)))
        return any(
            isinstance(one, Tolerance) or (isinstance(one, Amount) and one.relative)
            for one in values
        )

    @property
    def tip_rao(self) -> int:
        """What is paid on top of each transaction's fee."""
        return 0


@dataclass(frozen=True, slots=True)
class Placed(Trade):
    """A trade of one position.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet; 0 is root, where alpha is TAO.
    """

    hotkey: str
    netuid: int

    @abstractmethod
    def summary_at(self, netuids: Sequence[int], hotkeys: str) -> str:
        """What is traded, for people, on some subnets and through the hotkeys that are named."""

    def summary(self) -> str:
        """What is traded where."""
        return self.summary_at((self.netuid,), self.hotkey)


@dataclass(frozen=True, slots=True)
class Trades(Trade):
    """Trades that one transaction carries out in order, each on what the ones before it left."""

    trades: tuple[Trade, ...]
    mode: BatchMode = BatchMode.ALL

    @property
    def batch_mode(self) -> BatchMode:
        """How its calls go together, where there are several."""
        return self.mode

    @property
    def varies(self) -> bool:
        """Whether one of them does."""
        return any(one.varies for one in self.trades)

    def summary(self) -> str:
        """All in one where they differ in place only, or the first; and how they go together."""
        if len(self.trades) == 1:
            return self.trades[0].summary()
        orders = _joint_summary(self.trades)
        if orders is None:
            orders = first_of([one.summary() for one in self.trades])
        return f"{len(self.trades)} orders, {self.mode.words}: {orders}"

    def reach(self, origin: str) -> Reach:
        """What all of them look at."""
        return together(one.reach(origin) for one in self.trades)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """The calls of all in one."""
        mark = desk.mark()
        worked = await self.work(desk, origin)
        desk.restore(mark)
        return one_call(worked.calls, self.mode)

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """All of them; the first refusal stops it."""
        worked = await self.work(desk, origin)
        if worked.refusals:
            raise RefusedOrder(worked.refusals[0])
        return worked.quotes

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through one after the other; what is refused changes nothing.

        With `force_batch` a refused order only fails itself, and is a warning.
        """
        each = [await one.work(desk, origin) for one in self.trades]
        calls = tuple(call for one in each for call in one.calls)
        refusals = list(too_many(desk.view, len(calls)))
        warnings = [text for one in each for text in one.warnings]
        for place, one in enumerate(each, 1):
            for refusal in one.refusals:
                named = refusal
                if len(each) > 1:
                    named = replace(refusal, message=f"order {place}: {refusal.message}")
                if self.mode is BatchMode.FORCE:
                    warnings.append(f"as things are it would be refused: {named.message}")
                else:
                    refusals.append(named)
        kept = self.mode.warning("orders")
        if len(calls) > 1 and kept is not None:
            warnings.append(kept)
        quotes = tuple(quote for one in each for quote in one.quotes)
        return Worked(calls, tuple(refusals), tuple(dict.fromkeys(warnings)), quotes)


def _joint_summary(trades: Sequence[Trade]) -> str | None:
    """A summary of trades that are the same on some subnets through some hotkeys; else None."""
    placed = [one for one in trades if isinstance(one, Placed)]
    netuids = list(dict.fromkeys(one.netuid for one in placed))
    hotkeys = list(dict.fromkeys(one.hotkey for one in placed))
    everywhere = {(netuid, hotkey) for netuid in netuids for hotkey in hotkeys}
    if not placed or len(placed) != len(trades) or len(everywhere) != len(trades):
        return None
    first = placed[0]
    there = {(one.netuid, one.hotkey) for one in placed}
    alike = {replace(one, netuid=first.netuid, hotkey=first.hotkey) for one in placed} == {first}
    if there != everywhere or not alike:
        return None
    through = hotkeys[0] if len(hotkeys) == 1 else f"each of {', '.join(hotkeys)}"
    return first.summary_at(netuids, through)


def one_call(calls: Sequence[ChainCall], mode: BatchMode) -> ChainCall:
    """The call itself where it is the only one, else the batch of all."""
    if len(calls) == 1:
        return calls[0]
    return ChainCall("Utility", mode.value, {"calls": list(calls)})


def _spent(effects: Sequence[Effect], origin: str) -> Tao | None:
    """What an account's free balance loses by effects; None where that is not known."""
    for one in effects:
        if one.account == origin and one.what == "free":
            if isinstance(one.before, Tao) and isinstance(one.after, Tao):
                return one.before - one.after
            return None
    return Tao(0)
