"""Moving stake between hotkeys, subnets and coldkeys."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.desk import Desk
from taoctl.calls.stake.hotkeys import PALLET, read
from taoctl.calls.stake.limits import Limit
from taoctl.calls.stake.lock_state import lock_on, rejects_locked_alpha
from taoctl.calls.stake.refusals import refused
from taoctl.calls.stake.transition import Holding, Transition
from taoctl.chain.view import Call, Storage
from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.units import stake_unit, subnet_name

_LOCK = Storage(PALLET, "Lock")
_TOGGLE = Storage(PALLET, "TransferToggle")
_LIMITED = Call(PALLET, "swap_stake_limit")


@dataclass(frozen=True, slots=True)
class MoveStake(Transition):
    """Move alpha to another hotkey, and if wanted to another subnet, which no limit protects.

    Attributes:
        from_hotkey: ss58 address that holds it.
        to_hotkey: ss58 address that will hold it.
        netuid: subnet that it is on.
        to_netuid: subnet that it goes to.
        amount: alpha.
        unsafe: whether it may be sold and bought again at any price.
    """

    needs = (Call(PALLET, "move_stake"),)

    from_hotkey: str
    to_hotkey: str
    netuid: int
    to_netuid: int
    amount: Amount
    unsafe: bool = False

    def summary(self) -> str:
        """What goes where."""
        place = f"from {self.from_hotkey} to {self.to_hotkey}"
        if self.netuid == self.to_netuid:
            return f"move {self.amount.of_stake((self.netuid,))} {place}"
        subnets = f"on {subnet_name(self.to_netuid)}, at any price"
        return f"move {self.amount.of_stake((self.netuid,))} {place} {subnets}"

    def source(self, origin: str) -> Holding:
        """The hotkey that holds it now."""
        return Holding(origin, self.from_hotkey, self.netuid)

    def target(self, origin: str) -> Holding:
        """The hotkey that will hold it."""
        return Holding(origin, self.to_hotkey, self.to_netuid)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`move_stake`."""
        if self.netuid != self.to_netuid and not self.unsafe:
            raise _without_limit(
                "swap it at this hotkey with `taoctl stake swap`, which has a limit, and then move "
                "it on the other subnet"
            )
        args = {
            "origin_hotkey": self.from_hotkey,
            "destination_hotkey": self.to_hotkey,
            "origin_netuid": self.netuid,
            "destination_netuid": self.to_netuid,
            "alpha_amount": await self.alpha_of(desk, origin),
        }
        return ChainCall(PALLET, "move_stake", args)


@dataclass(frozen=True, slots=True)
class SwapStake(Transition):
    """Swap alpha of one subnet for alpha of another, at the same hotkey.

    Attributes:
        hotkey: ss58 address that holds it.
        netuid: subnet of what is given.
        to_netuid: subnet of what is had.
        amount: alpha, the pool's fee included.
        limit: of the price of what is given over the price of what is had.
        partial: whether less will do, where the limit lets only less through.
    """

    hotkey: str
    netuid: int
    to_netuid: int
    amount: Amount
    limit: Limit
    partial: bool = False

    def summary(self) -> str:
        """What is swapped, and within which limit."""
        given = self.amount.of_stake((self.netuid,))
        part = ", or a part of it" if self.partial else ""
        return f"swap {given} for {stake_unit(self.to_netuid)} at {self.hotkey}, {self.limit}{part}"

    def source(self, origin: str) -> Holding:
        """On the one subnet."""
        return Holding(origin, self.hotkey, self.netuid)

    def target(self, origin: str) -> Holding:
        """On the other subnet."""
        return Holding(origin, self.hotkey, self.to_netuid)

    def limit_of(self) -> tuple[Limit, bool]:
        """As it was asked for."""
        return self.limit, self.partial

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`swap_stake_limit`, or `swap_stake` without a limit."""
        args = {
            "hotkey": self.hotkey,
            "origin_netuid": self.netuid,
            "destination_netuid": self.to_netuid,
            "alpha_amount": await self.alpha_of(desk, origin),
        }
        limit = await self.limit_rao(desk, origin)
        if limit is None:
            desk.view.require(Call(PALLET, "swap_stake"))
            return ChainCall(PALLET, "swap_stake", args)
        if not desk.view.has(_LIMITED):
            raise NotInRuntimeError(
                f"this chain's runtime (spec {desk.view.spec_version}) has no {_LIMITED}: it "
                "cannot limit the price of a swap",
                "swap at any price with --unsafe",
            )
        bounds = {"limit_price": limit, "allow_partial": self.partial}
        return ChainCall(PALLET, "swap_stake_limit", {**args, **bounds})


@dataclass(frozen=True, slots=True)
class TransferStake(Transition):
    """Give alpha to another coldkey, at the same hotkey; to another subnet without a limit.

    Attributes:
        dest: ss58 address of the coldkey that will have it.
        hotkey: ss58 address that holds it.
        netuid: subnet that it is on.
        to_netuid: subnet that it goes to.
        amount: alpha.
        unsafe: whether it may be sold and bought again at any price.
    """

    needs = (Call(PALLET, "transfer_stake"),)

    dest: str
    hotkey: str
    netuid: int
    to_netuid: int
    amount: Amount
    unsafe: bool = False

    def summary(self) -> str:
        """What goes to whom."""
        given = self.amount.of_stake((self.netuid,))
        where = "" if self.netuid == self.to_netuid else f" on {subnet_name(self.to_netuid)}"
        price = ", at any price" if where else ""
        return f"give {given} at {self.hotkey} to {self.dest}{where}{price}"

    def source(self, origin: str) -> Holding:
        """The signer's."""
        return Holding(origin, self.hotkey, self.netuid)

    def target(self, origin: str) -> Holding:
        """The other coldkey's."""
        return Holding(self.dest, self.hotkey, self.to_netuid)

    async def order(self, desk: Desk, origin: str) -> ChainCall:
        """`transfer_stake`."""
        if self.netuid != self.to_netuid and not self.unsafe:
            raise _without_limit(
                "swap it first with `taoctl stake swap`, which has a limit, and then transfer it "
                "on the other subnet"
            )
        args = {
            "destination_coldkey": self.dest,
            "hotkey": self.hotkey,
            "origin_netuid": self.netuid,
            "destination_netuid": self.to_netuid,
            "alpha_amount": await self.alpha_of(desk, origin),
        }
        return ChainCall(PALLET, "transfer_stake", args)

    async def check_taking(self, desk: Desk, origin: str, alpha_rao: int) -> None:
        """Refuse where transfers are off, and locked alpha that the receiver does not take."""
        for netuid in dict.fromkeys((self.netuid, self.to_netuid)):
            if desk.view.has(_TOGGLE) and not await read(desk.view, _TOGGLE.item, netuid):
                raise refused(
                    "TransferDisallowed",
                    f"{subnet_name(netuid)} does not let its alpha change coldkeys",
                    "unstake it, and send TAO; the owner of the subnet may allow transfers",
                )
        if self.netuid == self.to_netuid and self.dest != origin:
            await self._check_locks(desk, origin, alpha_rao)

    async def _check_locks(self, desk: Desk, origin: str, alpha_rao: int) -> None:
        """What is locked goes along with its lock, if the receiver takes it."""
        view = desk.view
        if not view.has(_LOCK):
            return
        held = await lock_on(view, origin, self.netuid, view.block + 1)
        if held is None:
            return
        whole = sum(
            alpha.rao for _, netuid, alpha in await desk.positions(origin) if netuid == self.netuid
        )
        if alpha_rao <= whole - held.lock.locked_mass:
            return
        other = await lock_on(view, self.dest, self.netuid, view.block + 1)
        if other is not None and other.hotkey != held.hotkey:
            raise refused(
                "LockHotkeyMismatch",
                f"part of it is locked and backs {held.hotkey}, and what {self.dest} has "
                f"locked there backs {other.hotkey}",
                "transfer only what is not locked; `taoctl stake lock list` shows it",
            )
        if await rejects_locked_alpha(view, self.dest):
            raise refused(
                "AccountRejectsLockedAlpha",
                f"part of it is locked, and {self.dest} takes no locked alpha",
                "transfer only what is not locked, or have the receiver run "
                "`taoctl stake lock accept`",
            )


def _without_limit(hint: str) -> UsageError:
    return UsageError(
        "the chain cannot limit the price of this from one subnet to another",
        f"{hint}; or do it at any price with --unsafe",
    )
