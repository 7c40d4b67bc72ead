"""What an account holds and how much of it may leave: the rules of the Balances pallet."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import Effect, Refusal
from taoctl.chain.view import Constant, Storage, View
from taoctl.units import Tao

ACCOUNT = Storage("System", "Account")
EXISTENTIAL_DEPOSIT = Constant("Balances", "ExistentialDeposit")


ALPHA_FEE_CALLS = frozenset(
    {
        "remove_stake",
        "remove_stake_limit",
        "remove_stake_full_limit",
        "unstake_all",
        "unstake_all_alpha",
        "move_stake",
        "transfer_stake",
        "swap_stake",
        "swap_stake_limit",
        "recycle_alpha",
        "burn_alpha",
    }
)
"""Calls of SubtensorModule whose fee is taken in alpha where there is too little TAO."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """One account's balances in rao and the references that keep it alive."""

    ss58: str
    free_rao: int
    reserved_rao: int
    frozen_rao: int
    consumers: int
    providers: int
    sufficients: int
    existential_rao: int

    @property
    def exists(self) -> bool:
        """Whether the account holds anything that keeps it on the chain."""
        return self.free_rao + self.reserved_rao > 0

    @property
    def may_sign(self) -> bool:
        """Whether it may sign what costs a fee: something must pay for the place of its nonce."""
        return self.providers > 0 or self.sufficients > 0

    @property
    def free(self) -> Tao:
        """Free TAO, frozen TAO included."""
        return Tao(self.free_rao)

    def spendable(self, *, keep_alive: bool = True) -> Tao:
        """TAO that may leave; source: `reducible_balance` of the Balances pallet.

        What is frozen and not reserved stays, and the existential deposit where the account is to
        live on or others hold references to it.
        """
        stays = max(self.frozen_rao - self.reserved_rao, 0)
        needed = self.free_rao > 0 and self.consumers > 0 and self.providers <= 1
        if keep_alive or needed:
            stays = max(stays, self.existential_rao)
        return Tao(max(self.free_rao - stays, 0))


async def holdings(view: View, ss58: str) -> Holdings:
    """What an account holds in the view's block; one never used holds 0."""
    account = await view.value(ACCOUNT.pallet, ACCOUNT.item, ss58)
    data = account["data"]
    return Holdings(
        ss58=ss58,
        free_rao=int(data["free"]),
        reserved_rao=int(data["reserved"]),
        # Runtimes before 2023 split what is frozen by its reason; the larger one counts.
        frozen_rao=int(
            data["frozen"] if "frozen" in data else max(data["misc_frozen"], data["fee_frozen"])
        ),
        consumers=int(account["consumers"]),
        providers=int(account["providers"]),
        sufficients=int(account["sufficients"]),
        existential_rao=int(view.constant(EXISTENTIAL_DEPOSIT.pallet, EXISTENTIAL_DEPOSIT.name)),
    )


async def cannot_spend(
    view: View, ss58: str, amount: Tao, *, keep_alive: bool = True
) -> tuple[Refusal, ...]:
    """The refusal when an account cannot spend an amount, empty when it can; fees are extra."""
    held = await holdings(view, ss58)
    most = held.spendable(keep_alive=keep_alive)
    if amount <= most:
        return ()
    whole = held.spendable(keep_alive=False)
    if keep_alive and amount <= whole:
        return (
            Refusal(
                "NotExpendable",
                f"that would leave less than the existential deposit of "
                f"{Tao(held.existential_rao)}, and end the account",
                f"send at most {most}, or allow the account to end with --allow-death",
            ),
        )
    if held.free_rao - amount.rao >= 0 and held.frozen_rao > held.reserved_rao:
        frozen = Tao(held.frozen_rao)
        return (
            Refusal("Frozen", f"{frozen} of the account is frozen", f"at most {most} can leave"),
        )
    return (
        Refusal(
            "FundsUnavailable",
            f"{ss58} can spend {most}, not {amount}",
            "send less, or fund the account first",
        ),
    )


async def cannot_pay(
    view: View, payer: str, fee: Tao, spends: Tao, *, may_end: bool
) -> tuple[Refusal, ...]:
    """The refusal when an account cannot pay a fee and then spend; empty when it can.

    A fee never ends the account that pays it; what comes back is not counted.
    """
    held = await holdings(view, payer)
    most = held.spendable()
    if fee > most:
        return (
            Refusal(
                "Payment",
                f"{payer} can spend {most}, which does not pay the fee of {fee}",
                "send it some TAO first",
            ),
        )
    if spends.rao <= 0 or fee + spends <= held.spendable(keep_alive=not may_end):
        return ()
    left = most - fee
    return (
        Refusal(
            "NotExpendable",
            f"{payer} can spend {left} once the fee of {fee} is paid, not {spends}",
            "leave the existential deposit in the account" if spends <= held.free else None,
        ),
    )


async def reserving(view: View, ss58: str, deposit: Tao) -> tuple[Effect, ...]:
    """The effects of a deposit moving from free to reserved, or back when it is negative."""
    held = await holdings(view, ss58)
    return (
        Effect(ss58, "free", held.free, held.free - deposit),
        Effect(ss58, "reserved", Tao(held.reserved_rao), Tao(held.reserved_rao) + deposit),
    )
