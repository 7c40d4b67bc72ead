"""Balances: free TAO, transfers, the existential deposit and the issuance."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import (
    ArithmeticError_,
    Constant,
    Event,
    Origin,
    TokenError,
    call,
    ensure_root,
    ensure_signed,
    lookup,
)
from taoctl.localnet.pallets.account_balances import EXISTENTIAL_DEPOSIT, AccountBalances
from taoctl.localnet.pallets.account_types import AdjustmentDirection, BalanceStatus
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import (
    AccountId32,
    Compact,
    MultiAddress,
    bool_,
    u32,
    u64,
)
from taoctl.units import U64_MAX

_DEST = ("dest", MultiAddress, "AccountIdLookupOf<T>")
_WHO = ("who", MultiAddress, "AccountIdLookupOf<T>")
_VALUE = ("value", Compact(u64), "T::Balance")
_ONE_ACCOUNT = DB_READ + DB_WRITE


def _of(*names: str) -> list[tuple[str, Any, str]]:
    accounts = {"account", "who", "from", "to"}
    return [
        (n, AccountId32, "T::AccountId") if n in accounts else (n, u64, "T::Balance") for n in names
    ]


class Balances(AccountBalances):
    """Free TAO of every account, in rao."""

    name = "Balances"
    index = 5
    crate = "pallet_balances::pallet"
    instantiable = True

    events = [
        Event(0, "Endowed", _of("account", "free_balance")),
        Event(1, "DustLost", _of("account", "amount")),
        Event(2, "Transfer", _of("from", "to", "amount")),
        Event(3, "BalanceSet", _of("who", "free")),
        Event(4, "Reserved", _of("who", "amount")),
        Event(5, "Unreserved", _of("who", "amount")),
        Event(
            6,
            "ReserveRepatriated",
            [*_of("from", "to", "amount"), ("destination_status", BalanceStatus, "Status")],
        ),
        Event(7, "Deposit", _of("who", "amount")),
        Event(8, "Withdraw", _of("who", "amount")),
        Event(9, "Slashed", _of("who", "amount")),
        Event(10, "Minted", _of("who", "amount")),
        Event(11, "Burned", _of("who", "amount")),
        Event(12, "Suspended", _of("who", "amount")),
        Event(13, "Restored", _of("who", "amount")),
        Event(14, "Upgraded", _of("who")),
        Event(15, "Issued", _of("amount")),
        Event(16, "Rescinded", _of("amount")),
        Event(17, "Locked", _of("who", "amount")),
        Event(18, "Unlocked", _of("who", "amount")),
        Event(19, "Frozen", _of("who", "amount")),
        Event(20, "Thawed", _of("who", "amount")),
        Event(21, "TotalIssuanceForced", _of("old", "new")),
    ]
    errors = [
        "VestingBalance",
        "LiquidityRestrictions",
        "InsufficientBalance",
        "ExistentialDeposit",
        "Expendability",
        "ExistingVestingSchedule",
        "DeadAccount",
        "TooManyReserves",
        "TooManyHolds",
        "TooManyFreezes",
        "IssuanceDeactivated",
        "DeltaZero",
    ]
    constants = [
        Constant("ExistentialDeposit", u64, EXISTENTIAL_DEPOSIT),
        Constant("MaxLocks", u32, 50),
        Constant("MaxReserves", u32, 50),
        Constant("MaxFreezes", u32, 50),
    ]

    # what other pallets use

    def reducible(self, who: str, *, keep_alive: bool) -> int:
        """Rao that can leave the account: above what is frozen and, to live on, the deposit."""
        data = self.data(who)
        untouchable = max(data["frozen"] - data["reserved"], 0)
        if keep_alive or (data["free"] and not self.rt.system.can_dec_provider(who)):
            untouchable = max(untouchable, EXISTENTIAL_DEPOSIT)
        return max(data["free"] - untouchable, 0)

    def transfer(self, source: str, dest: str, amount: int, *, keep_alive: bool) -> None:
        """Move free TAO between accounts.

        Raises:
            TokenError: FundsUnavailable, Frozen, OnlyProvider, NotExpendable, BelowMinimum.
            ArithmeticError_: Underflow for more than the whole issuance, Overflow.
        """
        self._check_withdraw(source, amount, keep_alive=keep_alive)
        self._check_deposit(dest, amount)
        if source != dest:
            self._set_free(source, self.free(source) - amount)
            self._set_free(dest, self.free(dest) + amount)
            self.deposit("Transfer", source, dest, amount)

    def withdraw(self, who: str, amount: int, *, keep_alive: bool) -> None:
        """Take TAO out of an account and out of the issuance; raises as transfer does."""
        if amount > self.reducible(who, keep_alive=keep_alive):
            raise TokenError("FundsUnavailable")
        self._set_free(who, self.free(who) - amount)
        self._issue(-amount)
        self.deposit("Withdraw", who, amount)

    def put_back(self, who: str, amount: int) -> int:
        """Return withdrawn TAO to an account that still exists; the rao that reached it."""
        data = self.data(who)
        empty = data["free"] + data["reserved"] == 0
        if amount == 0 or empty or data["free"] + amount < EXISTENTIAL_DEPOSIT:
            return 0
        self._set_free(who, self.free(who) + amount)
        self._issue(amount)
        self.deposit("Deposit", who, amount)
        return amount

    def mint(self, who: str, amount: int) -> None:
        """Create TAO in an account; raises BelowMinimum or Overflow."""
        if self.total_issuance + amount > U64_MAX:
            raise ArithmeticError_("Overflow")
        self._check_deposit(who, amount)
        if amount:
            self._set_free(who, self.free(who) + amount)
            self._issue(amount)
        self.deposit("Minted", who, amount)

    def burn_from(self, who: str, amount: int, *, keep_alive: bool) -> None:
        """Destroy TAO of an account; raises FundsUnavailable."""
        if amount > self.reducible(who, keep_alive=keep_alive):
            raise TokenError("FundsUnavailable")
        self._set_free(who, self.free(who) - amount)
        self._issue(-amount)
        self.deposit("Burned", who, amount)

    def endow(self, who: str, free: int) -> None:
        """Give an account of a genesis its balance, without events."""
        data = {**self.data(who), "free": free}
        info = self.rt.system.Account[who]
        self.rt.system.Account[who] = {**info, "providers": 1, "data": data}
        self._issue(free)

    def _check_withdraw(self, who: str, amount: int, *, keep_alive: bool) -> None:
        if amount == 0:
            return
        if amount > self.total_issuance:
            raise ArithmeticError_("Underflow")
        data = self.data(who)
        left = data["free"] - amount
        if left < 0:
            raise TokenError("FundsUnavailable")
        if amount > self.reducible(who, keep_alive=False):
            raise TokenError("Frozen")
        if left < EXISTENTIAL_DEPOSIT and not self.rt.system.can_dec_provider(who):
            raise TokenError("OnlyProvider")
        if left + data["reserved"] < data["frozen"]:
            raise TokenError("Frozen")
        if left < EXISTENTIAL_DEPOSIT and keep_alive:
            raise TokenError("NotExpendable")

    def _check_deposit(self, who: str, amount: int) -> None:
        if amount == 0:
            return
        data = self.data(who)
        free = data["free"] + amount
        if free > U64_MAX:
            raise ArithmeticError_("Overflow")
        if free < EXISTENTIAL_DEPOSIT:
            raise TokenError("BelowMinimum")
        if free + data["reserved"] > U64_MAX:
            raise ArithmeticError_("Overflow")

    # calls

    @call(0, args=[_DEST, _VALUE], weight=48_363_000 + _ONE_ACCOUNT)
    def transfer_allow_death(self, origin: Origin, dest: Any, value: int) -> None:
        """Transfer; the sender's account may end by it."""
        source = ensure_signed(origin)
        self.transfer(source, lookup(dest), value, keep_alive=False)

    @call(
        2,
        args=[("source", MultiAddress, "AccountIdLookupOf<T>"), _DEST, _VALUE],
        weight=49_944_000 + 2 * _ONE_ACCOUNT,
    )
    def force_transfer(self, origin: Origin, source: Any, dest: Any, value: int) -> None:
        """Transfer from any account, by root."""
        ensure_root(origin)
        self.transfer(lookup(source), lookup(dest), value, keep_alive=False)

    @call(3, args=[_DEST, _VALUE], weight=38_159_000 + _ONE_ACCOUNT)
    def transfer_keep_alive(self, origin: Origin, dest: Any, value: int) -> None:
        """Transfer; fails where the sender's account would end by it."""
        source = ensure_signed(origin)
        self.transfer(source, lookup(dest), value, keep_alive=True)

    @call(4, args=[_DEST, ("keep_alive", bool_)], weight=47_385_000 + _ONE_ACCOUNT)
    def transfer_all(self, origin: Origin, dest: Any, keep_alive: bool) -> None:
        """Transfer all that can leave the account."""
        source = ensure_signed(origin)
        amount = self.reducible(source, keep_alive=keep_alive)
        self.transfer(source, lookup(dest), amount, keep_alive=keep_alive)

    @call(
        8,
        args=[_WHO, ("new_free", Compact(u64), "T::Balance")],
        weight=19_929_000 + _ONE_ACCOUNT,
    )
    def force_set_balance(self, origin: Origin, who: Any, new_free: int) -> None:
        """Set the free balance of any account, by root; below the deposit it becomes 0."""
        ensure_root(origin)
        account = lookup(who)
        free = 0 if new_free < EXISTENTIAL_DEPOSIT else new_free
        old = self.free(account)
        if free != old:
            self._set_free(account, free)
            self._issue(free - old)
        self.deposit("BalanceSet", account, free)

    @call(
        9,
        args=[("direction", AdjustmentDirection), ("delta", Compact(u64), "T::Balance")],
        weight=6_594_000,
    )
    def force_adjust_total_issuance(self, origin: Origin, direction: str, delta: int) -> None:
        """Correct the issuance figure, by root."""
        ensure_root(origin)
        if delta == 0:
            raise self.error("DeltaZero")
        old = self.total_issuance
        new = min(old + delta, U64_MAX) if direction == "Increase" else max(old - delta, 0)
        if self.InactiveIssuance.get() > new:
            raise self.error("IssuanceDeactivated")
        self.TotalIssuance.put(new)
        self.deposit("TotalIssuanceForced", old, new)

    @call(10, args=[_VALUE, ("keep_alive", bool_)], weight=30_968_000)
    def burn(self, origin: Origin, value: int, keep_alive: bool) -> None:
        """Destroy the sender's own TAO."""
        self.burn_from(ensure_signed(origin), value, keep_alive=keep_alive)
