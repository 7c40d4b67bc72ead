"""Where orders are worked through before they are sent: one block's money, changed as they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taoctl.calls.base import ChainCall, Refusal
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.holdings import PALLET, is_worthless, locked_alpha, unlocked_from
from taoctl.calls.stake.hotkeys import no_subnet, owner_of, unknown_hotkey
from taoctl.calls.stake.ledger import Books, Ledger
from taoctl.calls.stake.limits import Limit, Tolerance, limit_price
from taoctl.calls.stake.market import Fill, Market
from taoctl.calls.stake.quoting import price_of_bits
from taoctl.calls.stake.refusals import RefusedOrder, UnknownOutcome, refused
from taoctl.chain.view import Storage, View
from taoctl.economics.pool import Pool, Side
from taoctl.errors import UsageError
from taoctl.units import ROOT_NETUID as ROOT
from taoctl.units import U64_MAX, Alpha, Tao

__all__ = ["MIN_STAKE", "ROOT", "Desk", "Fill", "Market", "RefusedOrder", "UnknownOutcome"]

MIN_STAKE = 2_000_000
"""The least TAO, rao, that may be staked or left; source: DefaultMinStake of the pallet."""

_SUBTOKEN = Storage(PALLET, "SubtokenEnabled")
_NOMINATOR = Storage(PALLET, "NominatorMinRequiredStake")


@dataclass(frozen=True, slots=True)
class Mark:
    """A desk as it was."""

    books: Books
    market: Any
    warnings: int


class Desk(Ledger):
    """A ledger with the pools of its block, what the chain checks, and notes for the user.

    Methods that read load what they need when it is first asked for. Those that check raise
    RefusedOrder with what the chain would say; those that change do not check.

    Attributes:
        market: the pools.
        fees: what transaction fees will take of accounts before anything else, rao by address.
        asked_for_share: accounts of whose free TAO a share, or all, was asked for.
        sent: the transactions of each account that were worked through, in order.
        warnings: what the user should know, each once.
    """

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.market = Market(view)
        self.fees: dict[str, int] = {}
        self.asked_for_share: set[str] = set()
        self.sent: dict[str, list[ChainCall]] = {}
        self.warnings: list[str] = []

    # amounts

    async def tao(self, amount: Amount, coldkey: str) -> int:
        """The rao of TAO that an amount is for a coldkey.

        A share is of what the account could stake before any order: its free balance less the
        existential deposit and the transaction fee.

        Raises:
            UsageError: it is an amount of alpha, or nobody can tell what the orders before left.
        """
        if amount.kind == "alpha":
            raise UsageError(f"{amount} is not TAO, which this takes", "write 10tao, 50% or all")
        if not amount.relative:
            return amount.rao
        self._see(amount)
        self.asked_for_share.add(coldkey)
        left = max(await self.spendable(coldkey) - self.fees.get(coldkey, 0), 0)
        opening = max(left - await self.moved(coldkey), 0)
        return min(amount.of(opening), left)

    async def alpha(self, amount: Amount, hotkey: str, coldkey: str, netuid: int) -> int:
        """The rao of alpha that an amount is of a position; on root, where alpha is TAO, of TAO.

        Raises:
            UsageError: it is an amount of TAO, or nobody can tell what the orders before left.
        """
        if amount.kind == "tao" and netuid != ROOT:
            hint = "write 10alpha, 50% or all"
            raise UsageError(f"{amount} is not alpha of subnet {netuid}, which this takes", hint)
        if not amount.relative:
            return amount.rao
        self._see(amount)
        return amount.of((await self.position(hotkey, coldkey, netuid)).rao)

    def _see(self, amount: Amount) -> None:
        if self.blind:
            raise UsageError(
                f"what {amount} is after the orders before it cannot be told here",
                "write the amount in figures, or send the orders one at a time",
            )

    # prices

    async def price_bits(self, netuid: int) -> int:
        """The spot price as U64F64 bits."""
        return await self.market.price_bits(netuid)

    async def pool(self, netuid: int) -> Pool | None:
        """The pool of a subnet; None for root and stable subnets, which trade one to one.

        Raises:
            UnknownOutcome: its curve is none that is known here.
        """
        return await self.market.pool(netuid)

    async def limit_price(self, limit: Limit, side: Side, netuid: int) -> int | None:
        """A limit in rao of TAO per alpha; None for none.

        A tolerance is measured from the price before any order, so that orders on one pool
        together go no further than it.

        Raises:
            UsageError: a sale's tolerance of 100 % or more.
        """
        if not isinstance(limit, Tolerance):
            return limit_price(limit, side, 0)
        bits = await self.market.opening_bits(netuid)
        return limit_price(limit, side, bits, exact=await self.market.exact(netuid))

    async def price_rao(self, netuid: int) -> int:
        """The spot price in rao of TAO per alpha, rounded down."""
        return price_of_bits(await self.price_bits(netuid)) or 0

    async def owner(self, hotkey: str) -> str | None:
        """The coldkey that owns a hotkey; None where the chain has never seen it."""
        return await owner_of(self.view, hotkey)

    # what the chain checks

    async def check_subnet(self, netuid: int) -> None:
        """Refuse a subnet that does not exist (SubnetNotExists)."""
        _refuse(await no_subnet(self.view, netuid))

    async def check_subtoken(self, netuid: int) -> None:
        """Refuse a subnet that is not started (SubtokenDisabled)."""
        if not self.view.has(_SUBTOKEN):
            return
        if not await self.view.value(_SUBTOKEN.pallet, _SUBTOKEN.item, netuid):
            raise refused(
                "SubtokenDisabled",
                f"subnet {netuid} is not started yet, so its alpha is not traded",
                "its owner starts it with the call start_call; wait for that",
            )

    async def check_hotkey(self, hotkey: str) -> None:
        """Refuse a hotkey that the chain has never seen (HotKeyAccountNotExists)."""
        _refuse(await unknown_hotkey(self.view, hotkey))

    async def check_share_pool(
        self, hotkey: str, netuid: int, name: str = "InsufficientLiquidity"
    ) -> None:
        """Refuse alpha for a hotkey of which shares are left, and nothing that they are shares of.

        Args:
            name: of the refusal, where the chain has none.
        """
        if self.is_moved(hotkey, netuid) or not await is_worthless(self.view, hotkey, netuid):
            return
        raise refused(
            name,
            f"{hotkey} has no alpha of subnet {netuid} left, but shares of it, so that more would "
            "be nobody's",
            "name another hotkey",
        )

    async def check_held(self, hotkey: str, coldkey: str, netuid: int, alpha_rao: int) -> None:
        """Refuse more than the position holds (NotEnoughStakeToWithdraw)."""
        held = await self.position(hotkey, coldkey, netuid)
        if alpha_rao > held.rao:
            advice = "`taoctl stake list` says through which hotkeys there is stake"
            raise refused(
                "NotEnoughStakeToWithdraw",
                f"{coldkey} holds {held} through {hotkey}, not {Alpha(alpha_rao, netuid)}",
                "write all for the whole position; see `taoctl stake list`" if held.rao else advice,
            )

    async def check_unlocked(self, coldkey: str, netuid: int, alpha_rao: int) -> None:
        """Refuse what a lock holds back (StakeUnavailable), and say when it frees."""
        locked = await locked_alpha(self.view, coldkey, netuid)
        if locked is None:
            self.warn(f"whether a lock holds stake back on subnet {netuid} cannot be told here")
            return
        total = await self.on_subnet(coldkey, netuid)
        available = max(total - locked, 0)
        if alpha_rao <= available:
            return
        block = None
        if alpha_rao <= total:
            block = await unlocked_from(self.view, coldkey, netuid, total - alpha_rao)
        raise refused(
            "StakeUnavailable",
            f"a lock keeps {Alpha(locked, netuid)} of the {Alpha(total, netuid)} that {coldkey} "
            "holds there",
            f"at most {Alpha(available, netuid)} can leave now; see `taoctl stake lock list`",
            block,
        )

    # what changes

    async def trade(
        self,
        netuid: int,
        side: Side,
        amount_rao: int,
        limit_price_rao: int | None = None,
        *,
        drop_fee: bool = False,
    ) -> Fill:
        """Carry an order out on a pool; the money of accounts is moved by the caller."""
        return await self.market.trade(netuid, side, amount_rao, limit_price_rao, drop_fee=drop_fee)

    async def sweep_dust(self, hotkey: str, coldkey: str, netuid: int) -> None:
        """Sell what is left of a nomination if it is too small to stay, as the chain does."""
        left = (await self.position(hotkey, coldkey, netuid)).rao
        if not left or not self.view.has(_NOMINATOR) or await self.owner(hotkey) == coldkey:
            return
        if await self._may_stay(netuid, left):
            return
        await self.move_alpha(hotkey, coldkey, netuid, -left)
        mark = self.market.mark()
        try:
            fill = await self.trade(netuid, "sell", left)
        except RefusedOrder:
            self.market.restore(mark)
            self.warn(f"the {Alpha(left, netuid)} that would be left is too little, and is lost")
            return
        await self.move_tao(coldkey, fill.out)
        self.warn(
            f"the {Alpha(left, netuid)} that would be left is less than a nomination may be, so "
            f"the chain sells it too, for about {Tao(fill.out)}"
        )

    async def _may_stay(self, netuid: int, alpha_rao: int) -> bool:
        """Whether so much is enough for a nomination, by the price as the orders so far leave it.

        Raises:
            UnknownOutcome: it may be too little, and the price is not known.
        """
        factor = int(await self.view.value(_NOMINATOR.pallet, _NOMINATOR.item))
        worth = MIN_STAKE * factor // 1_000_000
        try:
            price = await self.price_bits(netuid)
        except UnknownOutcome:
            if worth <= await self.market.more_brings(netuid, alpha_rao):
                return True
            raise
        return alpha_rao >= (min((worth << 64) // price, U64_MAX) if price else 0)

    def warn(self, text: str) -> None:
        """Note something that the user should know."""
        if text not in self.warnings:
            self.warnings.append(text)

    # what came of it

    def mark(self) -> Mark:
        """A mark to go back to."""
        return Mark(self.books(), self.market.mark(), len(self.warnings))

    def restore(self, mark: Mark) -> None:
        """Go back to a mark; what was read since stays known."""
        self.restore_books(mark.books)
        self.market.restore(mark.market)
        del self.warnings[mark.warnings :]


def _refuse(found: tuple[Refusal, ...]) -> None:
    for one in found:
        raise RefusedOrder(one)
