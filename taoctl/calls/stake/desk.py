"""Where orders are worked through before they are sent: one block's money, changed as they go."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.calls.base import Effect
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.market import Fill, Market, RefusedOrder, UnknownOutcome
from taoctl.chain.view import View
from taoctl.economics.pool import Side
from taoctl.units import Alpha, Tao

__all__ = ["Desk", "Fill", "Market", "RefusedOrder", "UnknownOutcome"]

ROOT = 0


class Desk:
    """Free balances, positions and pools of a view's block as the orders so far leave them.

    Methods that read load what they need when it is first asked for. Those that check raise
    RefusedOrder with what the chain would say; those that change do not check.

    Attributes:
        view: the block.
        market: its pools.
        fees: what transaction fees will take of accounts before anything else, rao by address.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.market = Market(view)
        self.fees: dict[str, int] = {}

    # amounts

    async def tao(self, amount: Amount, coldkey: str) -> int:
        """The rao of TAO that an amount is for a coldkey; shares are of what it can stake."""
        raise NotImplementedError

    async def alpha(self, amount: Amount, hotkey: str, coldkey: str, netuid: int) -> int:
        """The rao of alpha that an amount is of a position."""
        raise NotImplementedError

    # what there is

    async def free(self, ss58: str) -> Tao:
        """The free balance."""
        raise NotImplementedError

    async def position(self, hotkey: str, coldkey: str, netuid: int) -> Alpha:
        """What a coldkey holds through a hotkey on a subnet."""
        raise NotImplementedError

    async def positions(self, coldkey: str) -> Sequence[tuple[str, int, Alpha]]:
        """All positions of a coldkey: hotkey, subnet and alpha, by subnet and then hotkey."""
        raise NotImplementedError

    async def price_rao(self, netuid: int) -> int:
        """The spot price in rao of TAO per alpha."""
        raise NotImplementedError

    # what the chain checks

    async def check_subnet(self, netuid: int) -> None:
        """Refuse a subnet that does not exist (SubnetNotExists)."""
        raise NotImplementedError

    async def check_subtoken(self, netuid: int) -> None:
        """Refuse a subnet that is not started (SubtokenDisabled)."""
        raise NotImplementedError

    async def check_hotkey(self, hotkey: str) -> None:
        """Refuse a hotkey that the chain has never seen (HotKeyAccountNotExists)."""
        raise NotImplementedError

    async def check_held(self, hotkey: str, coldkey: str, netuid: int, alpha_rao: int) -> None:
        """Refuse more than the position holds (NotEnoughStakeToWithdraw)."""
        raise NotImplementedError

    async def check_unlocked(self, coldkey: str, netuid: int, alpha_rao: int) -> None:
        """Refuse what a lock holds back (StakeUnavailable), and say when it frees."""
        raise NotImplementedError

    # what changes

    async def move_tao(self, ss58: str, delta_rao: int) -> None:
        """Add to a free balance, or take from it."""
        raise NotImplementedError

    async def move_alpha(self, hotkey: str, coldkey: str, netuid: int, delta_rao: int) -> None:
        """Add to a position, or take from it."""
        raise NotImplementedError

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
        raise NotImplementedError

    async def sweep_dust(self, hotkey: str, coldkey: str, netuid: int) -> None:
        """Sell what is left of a nomination if it is too small to stay, as the chain does."""
        raise NotImplementedError

    def warn(self, text: str) -> None:
        """Note something that the user should know."""
        raise NotImplementedError

    # what came of it

    def mark(self) -> object:
        """A mark to go back to, or to measure from."""
        raise NotImplementedError

    def restore(self, mark: object) -> None:
        """Go back to a mark."""
        raise NotImplementedError

    def measure_from_here(self) -> None:
        """Take what there is now for what was before, in effects."""
        raise NotImplementedError

    def effects(self) -> tuple[Effect, ...]:
        """What is different from before, in the order in which it was first touched."""
        raise NotImplementedError
