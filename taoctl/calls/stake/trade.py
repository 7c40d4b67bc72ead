"""Trades of stake: intents whose outcome depends on what was traded before them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Intent, Quote, Refusal
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.stake.desk import Desk


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

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through it: the call, and what it comes to."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Trades(Trade):
    """Trades that one transaction carries out in order, each on what the ones before it left."""

    trades: tuple[Trade, ...]
    mode: BatchMode = BatchMode.ALL


@dataclass(frozen=True, slots=True)
class Following(Trade):
    """A trade that is sent after the trades of other accounts, and sees what those left.

    Attributes:
        earlier: who signs which trade before it.
        trade: this one; its effects are measured from what they left.
    """

    earlier: tuple[tuple[str, Trade], ...]
    trade: Trade
