"""The pools of one block as orders find them, each order after the other.

A first order on a pool is asked of the runtime's own simulation, and compared with the curve
that is known here. Where the two agree, the curve serves for what the simulation cannot tell:
limits, and orders that come after others. Where they do not, the simulation is believed, and the
rest is not known. So it is with spot prices: the curve must give the one that the runtime tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from taoctl.calls.stake.refusals import RefusedOrder, UnknownOutcome, pool_refuses
from taoctl.calls.stake.simulation import SIMULATION, check_within, simulation
from taoctl.chain.view import Api, Storage, View
from taoctl.economics import pool as pools
from taoctl.economics.pool import RAO, Pool, Side, SwapError
from taoctl.units import U64_MAX

PALLET = "SubtensorModule"
ONE_BITS = 1 << 64
"""A price of one TAO per alpha, as U64F64 bits."""

_BALANCER = Storage("Swap", "SwapBalancer")
_SUPERELLIPSE = Storage("Swap", "SwapSuperellipse")
_STARTED = Storage("Swap", "PalSwapInitialized")
OUTSTANDING = Storage(PALLET, "SubnetAlphaOut")
_FEE_RATE = Storage("Swap", "FeeRate")
PRICE = Api("SwapRuntimeApi", "current_alpha_price")

Moved: TypeAlias = dict[int, int | None]
"""The pools that orders have moved: how much alpha one simulated sale sold, None for others."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One order on a pool; amounts are rao of the side's own tokens, prices rao per alpha.

    Attributes:
        side: whether TAO buys alpha or alpha is sold.
        asked: what was to be given.
        paid_in: what is given, the fee included.
        fee: of it what the pool keeps.
        out: what is had.
        price_bits: spot price before, as U64F64 bits.
        price_after_bits: spot price after; None where it is not known.
        limit_price_rao: the price past which it does not go; None for any price.
        exact: whether the price before is known to the last bit.
        fixed: whether the price is one for one, whatever is traded, as on root.
    """

    side: Side
    asked: int
    paid_in: int
    fee: int
    out: int
    price_bits: int
    price_after_bits: int | None
    limit_price_rao: int | None = None
    exact: bool = True
    fixed: bool = False

    @property
    def refund(self) -> int:
        """What the limit leaves of what was to be given, rao."""
        return self.asked - self.paid_in

    @property
    def partial(self) -> bool:
        """Whether the limit leaves anything."""
        return self.refund > 0


class Market:
    """The pools of a view's block, changed by the orders that were worked through."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._curves: dict[int, Pool] = {}
        self._agreed: dict[tuple[int, Side], bool] = {}
        self._right: dict[int, bool] = {}
        self._moved: Moved = {}

    # what a pool is

    async def trades(self, netuid: int) -> bool:
        """Whether alpha of the subnet trades through a pool, and not one to one with TAO."""
        if netuid == 0:
            return False
        mechanism = await self.view.value(PALLET, "SubnetMechanism", netuid)
        return int(mechanism) != 0

    @property
    def knows_curve(self) -> bool:
        """Whether this runtime's pools have a curve that is known here."""
        if not self.view.has(_FEE_RATE):
            return True
        return self.view.has(_BALANCER) and not self.view.has(_SUPERELLIPSE)

    async def pool(self, netuid: int) -> Pool | None:
        """The pool of a subnet; None for root and stable subnets, which trade one to one.

        Raises:
            UnknownOutcome: its curve is none that is known here.
        """
        if not await self.trades(netuid):
            return None
        sides: tuple[Side, ...] = ("buy", "sell")
        compared: Side = next((one for one in sides if (netuid, one) in self._agreed), "buy")
        if not await self.agrees(netuid, compared, RAO):
            raise _unknown(netuid)
        return await self._curve(netuid)

    async def price_bits(self, netuid: int) -> int:
        """The spot price as U64F64 bits; to a rao of TAO per alpha where the curve is unknown."""
        if not await self.trades(netuid):
            return ONE_BITS
        told = [self._agreed.get((netuid, one)) for one in SIMULATION]
        if netuid in self._moved and not (await self.exact(netuid) and False not in told):
            raise _unknown(netuid)
        if await self.exact(netuid):
            return pools.spot_price_bits(await self._curve(netuid))
        # Rounded up, so that as rao it is again what was told.
        return -(-(await self._told_price(netuid) << 64) // RAO)

    async def _told_price(self, netuid: int) -> int:
        return int(await self.view.api(PRICE.api, PRICE.method, netuid))

    async def opening_bits(self, netuid: int) -> int:
        """The spot price before any order, from which a tolerance is measured."""
        mark = self.mark()
        self.restore(({}, {}))
        try:
            return await self.price_bits(netuid)
        finally:
            self.restore(mark)

    async def exact(self, netuid: int) -> bool:
        """Whether the spot price is known to the last bit: by a curve that is right about it."""
        if not await self.trades(netuid):
            return True
        if not self.knows_curve or not self.view.has(PRICE):
            return self.knows_curve
        if netuid not in self._right:
            bits = pools.spot_price_bits(await _load(self.view, netuid))
            self._right[netuid] = bits * RAO >> 64 == await self._told_price(netuid)
        return self._right[netuid]

    async def reserve(self, netuid: int, side: Side) -> int:
        """The pool's reserve of what an order gives, rao, as it was before any order."""
        item = "SubnetTAO" if side == "buy" else "SubnetAlphaIn"
        return int(await self.view.value(PALLET, item, netuid))

    async def outstanding(self, netuid: int) -> int:
        """Rao of alpha outside the pool, with what orders have bought so far."""
        stored = int(await self.view.value(OUTSTANDING.pallet, OUTSTANDING.item, netuid))
        now = self._curves.get(netuid)
        if now is None:
            return stored
        return stored + (await _load(self.view, netuid)).alpha_reserve - now.alpha_reserve

    # orders

    async def preview(
        self, netuid: int, side: Side, amount: int, *, drop_fee: bool = False
    ) -> Fill:
        """What an order at any price would come to now; changes nothing.

        Raises:
            RefusedOrder: the pool refuses it; the chain, looking ahead too, then says
                InsufficientLiquidity whatever the reason is.
            UnknownOutcome: what it comes to cannot be worked out here.
        """
        mark = self.mark()
        try:
            return await self.trade(netuid, side, amount, drop_fee=drop_fee)
        except RefusedOrder as no:
            raise RefusedOrder(replace(no.refusal, name="InsufficientLiquidity")) from None
        finally:
            self.restore(mark)

    async def most(self, netuid: int, side: Side, limit_price_rao: int) -> int | None:
        """The largest order within a limit, fee included, rao; None where nobody can tell.

        Raises:
            RefusedOrder: the price is past the limit already, or the pool is too small.
        """
        if not await self.trades(netuid):
            within = limit_price_rao >= RAO if side == "buy" else limit_price_rao <= RAO
            return U64_MAX if within else 0
        try:
            pool = await self.pool(netuid)
        except UnknownOutcome:
            return None
        assert pool is not None
        try:
            return pools.max_amount(pool, side, limit_price_rao)
        except SwapError as problem:
            raise pool_refuses(problem.name, netuid, limit_price_rao) from None

    async def trade(
        self,
        netuid: int,
        side: Side,
        amount: int,
        limit_price_rao: int | None = None,
        *,
        drop_fee: bool = False,
    ) -> Fill:
        """Carry an order out.

        Raises:
            RefusedOrder: the pool refuses it.
            UnknownOutcome: what it comes to cannot be worked out here.
        """
        if not await self.trades(netuid):
            at = (ONE_BITS, ONE_BITS, limit_price_rao)
            return Fill(side, amount, amount, 0, amount, *at, fixed=True)
        if not await self.agrees(netuid, side, amount):
            fill = await self._simulated(netuid, side, amount, limit_price_rao, drop_fee=drop_fee)
            self._moved[netuid] = amount if side == "sell" else None
            return fill
        pool = await self._curve(netuid)
        try:
            done = pools.swap(pool, side, amount, limit_price_rao, drop_fees=drop_fee)
        except SwapError as problem:
            raise pool_refuses(problem.name, netuid, limit_price_rao) from None
        self._curves[netuid] = done.pool
        self._moved[netuid] = None
        return Fill(
            side,
            amount,
            done.amount_paid_in + done.fee_paid,
            done.fee_paid,
            done.amount_paid_out,
            done.price_before_bits,
            done.price_after_bits,
            limit_price_rao,
        )

    async def agrees(self, netuid: int, side: Side, amount: int) -> bool:
        """Whether the curve known here says the same of an order as the runtime's simulation.

        Asked once for a pool and a side, before anything has moved it.
        """
        if not await self.trades(netuid):
            return True
        if not await self.exact(netuid):
            return False
        known = self._agreed.get((netuid, side))
        if known is None and netuid not in self._moved:
            known = await self._compared(netuid, side, amount)
            self._agreed[netuid, side] = known
        return known is not False and self._agreed.get((netuid, _other(side))) is not False

    async def _compared(self, netuid: int, side: Side, amount: int) -> bool:
        if not self.view.has(SIMULATION[side]):
            return True
        here = pools.simulate(await self._curve(netuid), side, amount)
        there = await simulation(self.view, netuid, side, amount)
        names = ("tao_amount", "alpha_amount", "tao_fee", "alpha_fee")
        return all(int(there[name]) == getattr(here, name) for name in names)

    # the simulation alone

    async def more_brings(self, netuid: int, alpha: int) -> int:
        """TAO, rao, that more alpha would bring after a sale that only the simulation told of.

        It is worth no less than that at the price which the sale left. 0 where nobody can tell.
        """
        sold = self._moved.get(netuid)
        if sold is None:
            return 0
        first = await simulation(self.view, netuid, "sell", sold)
        both = await simulation(self.view, netuid, "sell", sold + alpha)
        return max(int(both["tao_amount"]) - int(first["tao_amount"]), 0)

    async def _simulated(
        self,
        netuid: int,
        side: Side,
        amount: int,
        limit_price_rao: int | None,
        *,
        drop_fee: bool,
    ) -> Fill:
        """An order as the runtime's simulation answers it, on a pool that nothing has moved."""
        if netuid in self._moved:
            raise _unknown(netuid)
        given = amount
        if drop_fee:
            given = _with_fee(amount, int(await self.view.value("Swap", "FeeRate", netuid)))
        answer = await simulation(self.view, netuid, side, given)
        tao, alpha = int(answer["tao_amount"]), int(answer["alpha_amount"])
        out = alpha if side == "buy" else tao
        if amount and not out:
            raise pool_refuses("InsufficientLiquidity", netuid)
        price = await self.price_bits(netuid)
        if limit_price_rao is not None:
            if not _not_past(side, price, limit_price_rao):
                raise pool_refuses("PriceLimitExceeded", netuid, limit_price_rao)
            await check_within(self.view, netuid, side, amount, limit_price_rao)
        fee = 0 if drop_fee else int(answer["tao_fee" if side == "buy" else "alpha_fee"])
        return Fill(side, amount, amount, fee, out, price, None, limit_price_rao, exact=False)

    # the curve

    async def _curve(self, netuid: int) -> Pool:
        found = self._curves.get(netuid)
        if found is None:
            found = await _load(self.view, netuid)
            self._curves[netuid] = found
        return found

    def trust(self, other: Market) -> None:
        """Take over for which pools the known curve has proved right on another market."""
        self._agreed.update({place: True for place, known in other._agreed.items() if known})

    def mark(self) -> tuple[dict[int, Pool], Moved]:
        """The pools as they are, to go back to."""
        return dict(self._curves), dict(self._moved)

    def restore(self, mark: tuple[dict[int, Pool], Moved]) -> None:
        """Make the pools what they were at a mark."""
        curves, moved = mark
        self._curves, self._moved = dict(curves), dict(moved)


async def _load(view: View, netuid: int) -> Pool:
    tao = int(await view.value(PALLET, "SubnetTAO", netuid))
    alpha = int(await view.value(PALLET, "SubnetAlphaIn", netuid))
    if not view.has(_FEE_RATE):
        return Pool(alpha, tao, fee_rate_u16=0)
    rate = int(await view.value(_FEE_RATE.pallet, _FEE_RATE.item, netuid))
    pool = Pool(alpha, tao, fee_rate_u16=rate)
    if view.has(_STARTED) and not await view.value(_STARTED.pallet, _STARTED.item, netuid):
        return pool
    weight = await view.value(_BALANCER.pallet, _BALANCER.item, netuid)
    quote = weight["quote"] if isinstance(weight, dict) else weight
    return replace(pool, quote_weight_perquintill=int(quote))


def _with_fee(net: int, rate_u16: int) -> int:
    """An amount of which so much is left once the fee is taken from it, rounded up."""
    rest = pools.U16_MAX - rate_u16
    return -(-net * pools.U16_MAX // rest) if rest else net


def _not_past(side: Side, price_bits: int, limit_price_rao: int) -> bool:
    bits = (limit_price_rao << 64) // RAO
    return price_bits < bits if side == "buy" else price_bits > bits


def _other(side: Side) -> Side:
    return "sell" if side == "buy" else "buy"


def _unknown(netuid: int) -> UnknownOutcome:
    return UnknownOutcome(
        f"what the orders before it leave of the pool of subnet {netuid} cannot be told: its "
        "curve is none that is known here"
    )
