"""Giving up alpha for good: recycled, burned, or bought to be burned."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Quote
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.ahead import Reach, reach_of
from taoctl.calls.stake.amount import ALL, Amount
from taoctl.calls.stake.desk import ROOT, Desk
from taoctl.calls.stake.hotkeys import PALLET
from taoctl.calls.stake.limits import Limit, Unlimited
from taoctl.calls.stake.market import OUTSTANDING
from taoctl.calls.stake.refusals import refused
from taoctl.calls.stake.trade import Trade
from taoctl.chain.view import Call
from taoctl.units import Alpha, stake_unit, subnet_name


class _GivenUp(Trade):
    """Alpha of a position that is gone afterwards."""

    hotkey: str
    netuid: int
    amount: Amount

    def reach(self, origin: str) -> Reach:
        """The account and its lock, the hotkey and the subnet; no pool."""
        return reach_of(origin, self.hotkey, self.netuid, "sell", ALL)

    async def _args(self, desk: Desk, origin: str) -> dict[str, object]:
        alpha = await desk.alpha(self.amount, self.hotkey, origin, self.netuid)
        return {"hotkey": self.hotkey, "amount": alpha, "netuid": self.netuid}

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Take it from the position."""
        await desk.check_subnet(self.netuid)
        _check_not_root(self.netuid)
        await desk.check_subtoken(self.netuid)
        await desk.check_hotkey(self.hotkey)
        alpha = await desk.alpha(self.amount, self.hotkey, origin, self.netuid)
        await desk.check_held(self.hotkey, origin, self.netuid, alpha)
        if not alpha:
            raise refused(
                "AmountTooLow",
                f"{origin} has no stake on {subnet_name(self.netuid)} at {self.hotkey}",
                "see `taoctl stake list`",
            )
        outstanding = await desk.market.outstanding(self.netuid)
        if outstanding < alpha:
            raise refused(
                "InsufficientLiquidity",
                f"subnet {self.netuid} has {Alpha(outstanding, self.netuid)} outside its pool",
                "give up less",
            )
        await desk.check_unlocked(origin, self.netuid, alpha)
        await desk.move_alpha(self.hotkey, origin, self.netuid, -alpha)
        return ()


@dataclass(frozen=True, slots=True)
class RecycleAlpha(_GivenUp):
    """Give alpha back to its subnet, which can emit it again.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet.
        amount: alpha.
    """

    needs = (Call(PALLET, "recycle_alpha"), OUTSTANDING)

    hotkey: str
    netuid: int
    amount: Amount

    def summary(self) -> str:
        """What is given back."""
        given = self.amount.of_stake((self.netuid,))
        return f"recycle {given} at {self.hotkey}"

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`recycle_alpha`."""
        return ChainCall(PALLET, "recycle_alpha", await self._args(desk, origin))

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Take it from the position, for good."""
        quotes = await _GivenUp.carry_out(self, desk, origin)
        desk.warn(
            "recycled alpha is gone: nothing comes back for it, and the subnet emits it again"
        )
        return quotes


@dataclass(frozen=True, slots=True)
class BurnAlpha(_GivenUp):
    """Destroy alpha, so that it is never emitted again.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: the subnet.
        amount: alpha.
    """

    needs = (Call(PALLET, "burn_alpha"), OUTSTANDING)

    hotkey: str
    netuid: int
    amount: Amount

    def summary(self) -> str:
        """What is destroyed."""
        given = self.amount.of_stake((self.netuid,))
        return f"burn {given} at {self.hotkey}"

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`burn_alpha`."""
        return ChainCall(PALLET, "burn_alpha", await self._args(desk, origin))

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Take it from the position, for good."""
        quotes = await _GivenUp.carry_out(self, desk, origin)
        desk.warn("burned alpha is gone: nothing comes back for it")
        return quotes


@dataclass(frozen=True, slots=True)
class AddStakeBurn(Trade):
    """Buy alpha of a subnet with free TAO, and destroy it, in one call.

    Attributes:
        hotkey: ss58 address through which it is bought.
        netuid: the subnet.
        amount: TAO, the pool's fee included.
        limit: the price past which it is not done.
    """

    needs = (Call(PALLET, "add_stake_burn"), OUTSTANDING)

    hotkey: str
    netuid: int
    amount: Amount
    limit: Limit

    def summary(self) -> str:
        """What is bought and destroyed."""
        return (
            f"buy {stake_unit(self.netuid)} with {self.amount}, {self.limit}, and burn it, "
            f"at {self.hotkey}"
        )

    def reach(self, origin: str) -> Reach:
        """What the purchase looks at."""
        return self._purchase().reach(origin)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`add_stake_burn`, its limit None where any price will do."""
        bought = (await self._purchase().order(desk, origin)).args
        args = {
            "hotkey": self.hotkey,
            "netuid": self.netuid,
            "amount": bought["amount_staked"],
            "limit": None if isinstance(self.limit, Unlimited) else bought["limit_price"],
        }
        return ChainCall(PALLET, "add_stake_burn", args)

    async def carry_out(self, desk: Desk, origin: str) -> tuple[Quote, ...]:
        """Buy it, and take it from the position again."""
        before = await desk.position(self.hotkey, origin, self.netuid)
        quotes = await self._purchase().carry_out(desk, origin)
        _check_not_root(self.netuid)
        bought = (await desk.position(self.hotkey, origin, self.netuid)).rao - before.rao
        await desk.check_unlocked(origin, self.netuid, bought)
        await desk.move_alpha(self.hotkey, origin, self.netuid, -bought)
        desk.warn("what is bought is burned at once: nothing comes back for the TAO")
        return quotes

    def _purchase(self) -> AddStake:
        return AddStake(self.hotkey, self.netuid, self.amount, self.limit)


def _check_not_root(netuid: int) -> None:
    if netuid == ROOT:
        raise refused(
            "CannotBurnOrRecycleOnRootSubnet",
            "root stake is TAO, and can be neither recycled nor burned",
            "name another subnet",
        )
