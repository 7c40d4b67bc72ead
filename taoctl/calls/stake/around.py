"""Trades that stand around another trade: what else happens in or before its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Quote
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.stake.ahead import Reach, together
from taoctl.calls.stake.desk import Desk
from taoctl.calls.stake.trade import Trade, Worked, one_call
from taoctl.chain.view import View


class Around(Trade):
    """A trade that is another one with something about it; it says of itself what that one does."""

    trade: Trade

    @property
    def batch_mode(self) -> BatchMode:
        """How its calls go together, where there are several."""
        return self.trade.batch_mode

    @property
    def tip_rao(self) -> int:
        """What is paid on top of each transaction's fee."""
        return self.trade.tip_rao

    @property
    def varies(self) -> bool:
        """Whether the trade itself does."""
        return self.trade.varies

    def summary(self) -> str:
        """That of the trade itself."""
        return self.trade.summary()

    def reach(self, origin: str) -> Reach:
        """What the trade itself looks at."""
        return self.trade.reach(origin)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """The call of the trade itself."""
        return await self.trade.order(desk, origin)

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """The trade itself, on a desk where what is around it is done."""
        return await self.trade.carry_out(desk, origin)

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through the trade itself."""
        return await self.trade.work(desk, origin)


@dataclass(frozen=True, slots=True)
class Tipped(Around):
    """A trade whose signer pays a tip, so that a share of the free TAO leaves room for it.

    Attributes:
        tip: of each transaction, rao.
    """

    trade: Trade
    tip: int

    @property
    def tip_rao(self) -> int:
        """What is paid on top of each transaction's fee."""
        return self.tip


@dataclass(frozen=True, slots=True)
class Delegated(Around):
    """A trade that a proxy signs, so that the account that trades may have no fee to pay.

    Attributes:
        delegate: ss58 address of the proxy.
        pays: whether the account that trades pays the fee all the same.
    """

    trade: Trade
    delegate: str
    pays: bool

    async def fees_rao(self, view: View, account: str, calls: Sequence[ChainCall]) -> int:
        """What the account pays for the calls as its proxy sends them; nothing where that pays."""
        if not self.pays:
            return 0
        sent = [
            ChainCall("Proxy", "proxy", {"real": account, "force_proxy_type": None, "call": one})
            for one in calls
        ]
        return await self.trade.fees_rao(view, self.delegate, sent)


@dataclass(frozen=True, slots=True)
class Following(Around):
    """A trade that is sent after the trades of other accounts, and sees what those left.

    Attributes:
        earlier: who signs which trade before it.
        trade: this one; its effects are measured from what they left.
    """

    earlier: tuple[tuple[str, Trade], ...]
    trade: Trade

    def reach(self, origin: str) -> Reach:
        """What it and the earlier ones look at."""
        earlier = (trade.reach(account) for account, trade in self.earlier)
        return together((self.trade.reach(origin), *earlier))

    async def work(self, desk: Desk, origin: str) -> Worked:
        """Work through the earlier ones, then through this one, and measure that."""
        for account, trade in self.earlier:
            worked = await trade.work(desk, account)
            sent = one_call(worked.calls, trade.batch_mode)
            desk.sent.setdefault(account, []).append(sent)
        desk.measure_from_here()
        return await self.trade.work(desk, origin)
