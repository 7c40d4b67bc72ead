"""Transfers of free TAO."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, cannot_spend, holdings
from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.chain.view import Call, View
from taoctl.units import Tao

BELOW_MINIMUM = "BelowMinimum"
_BALANCES = "Balances"


@dataclass(frozen=True, slots=True)
class Transfer(Intent):
    """Send an amount of TAO to an address.

    Attributes:
        dest: ss58 address that receives.
        amount: what arrives; the fee comes on top.
        allow_death: whether the sender's account may end by it.
    """

    needs = (ACCOUNT, EXISTENTIAL_DEPOSIT, Call(_BALANCES, "transfer_keep_alive"))

    dest: str
    amount: Tao
    allow_death: bool = False

    def summary(self) -> str:
        """What is wanted, in one line of words."""
        how = ", and the account may end" if self.allow_death else ""
        return f"send {self.amount} to {self.dest}{how}"

    @property
    def may_end_account(self) -> bool:
        """Whether the signer agrees that too little to live on is left in its account."""
        return self.allow_death

    async def call(self, view: View, origin: str) -> ChainCall:
        """`transfer_keep_alive`, or `transfer_allow_death`."""
        args = {"dest": self.dest, "value": self.amount.rao}
        return ChainCall(_BALANCES, self._name(view), args)

    def _name(self, view: View) -> str:
        if not self.allow_death:
            return "transfer_keep_alive"
        # Runtimes before 2023 know it by its old name.
        names = ("transfer_allow_death", "transfer")
        return next((n for n in names if view.has(Call(_BALANCES, n))), names[0])

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Too little to send, or too little for a new account."""
        short = await cannot_spend(view, origin, self.amount, keep_alive=not self.allow_death)
        dest = await holdings(view, self.dest)
        least = dest.existential_rao
        if self.amount.rao and dest.free_rao + self.amount.rao < least:
            short += (
                Refusal(
                    BELOW_MINIMUM,
                    f"{self.dest} is a new account, and needs at least {Tao(least)} to exist",
                    f"send {Tao(least - dest.free_rao)} or more",
                ),
            )
        return short

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The free balance of both."""
        if self.dest == origin:
            return ()
        source, dest = await asyncio.gather(holdings(view, origin), holdings(view, self.dest))
        return (
            Effect(origin, "free", source.free, source.free - self.amount),
            Effect(self.dest, "free", dest.free, dest.free + self.amount),
        )

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Sending nothing, to oneself, or to an address that was never used."""
        found: list[str] = []
        if self.dest == origin:
            found.append("it goes to the sender's own address, so only the fee is spent")
        if not self.amount.rao:
            found.append("an amount of 0 moves nothing, and still costs the fee")
        if not (await holdings(view, self.dest)).exists:
            found.append(f"{self.dest} holds nothing yet: check the address")
        return tuple(found)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """The amount, unless it comes back."""
        return Tao(0) if self.dest == origin else self.amount


@dataclass(frozen=True, slots=True)
class TransferAll(Intent):
    """Send all that can leave the account; what arrives is that less the fee."""

    needs = (ACCOUNT, EXISTENTIAL_DEPOSIT, Call(_BALANCES, "transfer_all"))

    dest: str
    allow_death: bool = False

    def summary(self) -> str:
        """What is wanted, in one line of words."""
        left = "nothing" if self.allow_death else "the existential deposit"
        return f"send everything to {self.dest}, keeping {left}"

    @property
    def may_end_account(self) -> bool:
        """Whether the signer agrees that too little to live on is left in its account."""
        return self.allow_death

    async def call(self, view: View, origin: str) -> ChainCall:
        """`transfer_all`, which counts what can leave when it runs."""
        args = {"dest": self.dest, "keep_alive": not self.allow_death}
        return ChainCall(_BALANCES, "transfer_all", args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Nothing that could be sent."""
        held = await holdings(view, origin)
        if held.spendable(keep_alive=not self.allow_death).rao:
            return ()
        said = f"nothing of the {held.free} free in {origin} can leave the account"
        if not held.free_rao:
            said = f"{origin} has no free TAO"
            hint = "fund it first, or name with --wallet the one that pays"
        elif held.frozen_rao > held.reserved_rao:
            hint = "it is frozen; see `taoctl wallet balance -o wide`"
        elif not self.allow_death:
            hint = "it keeps the account alive; send that too, and end it, with --allow-death"
        else:
            hint = "other parts of the chain still refer to the account; free those first"
        return (Refusal("FundsUnavailable", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What stays with the sender, and the most that can arrive."""
        if self.dest == origin:
            return ()
        source, dest = await asyncio.gather(holdings(view, origin), holdings(view, self.dest))
        leaves = source.spendable(keep_alive=not self.allow_death)
        return (
            Effect(origin, "free", source.free, source.free - leaves),
            Effect(self.dest, "free", dest.free, f"{dest.free + leaves} less the fee"),
        )

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Sending to oneself, or to an address that was never used."""
        if self.dest == origin:
            return ("it goes to the sender's own address, so only the fee is spent",)
        if not (await holdings(view, self.dest)).exists:
            return (f"{self.dest} holds nothing yet: check the address",)
        return ()

    async def spends(self, view: View, origin: str) -> Tao | None:
        """Unknown before the fee is."""
        return Tao(0) if self.dest == origin else None
