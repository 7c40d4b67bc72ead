"""The pools of one block as orders find them, each order after the other."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import Refusal
from taoctl.chain.view import View
from taoctl.economics.pool import Pool, Side


class RefusedOrder(Exception):  # noqa: N818 - it is no error of taoctl's: the chain would refuse
    """The chain would refuse what is being worked through."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class UnknownOutcome(Exception):  # noqa: N818 - nothing failed: it cannot be worked out here
    """Nobody can tell here what comes of what is being worked through; the text says why."""


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

    async def pool(self, netuid: int) -> Pool | None:
        """The pool of a subnet; None for root and stable subnets, which trade one to one.

        Raises:
            UnknownOutcome: its curve is none that is known here.
        """
        raise NotImplementedError

    async def price_bits(self, netuid: int) -> int:
        """The spot price as U64F64 bits."""
        raise NotImplementedError

    async def preview(self, netuid: int, side: Side, amount: int) -> Fill:
        """What an order at any price would come to now; changes nothing."""
        raise NotImplementedError

    async def most(self, netuid: int, side: Side, limit_price_rao: int) -> int | None:
        """The largest order within a limit, fee included, rao; None where nobody can tell."""
        raise NotImplementedError

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
        raise NotImplementedError
