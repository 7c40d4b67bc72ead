"""What an account holds: free and reserved TAO, and what follows when that changes."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import (
    ArithmeticError_,
    Blake2_128Concat,
    Pallet,
    StorageMap,
    StorageValue,
    TokenError,
)
from taoctl.localnet.pallets.account_types import (
    EMPTY_DATA,
    AccountData,
    BalanceLock,
    FreezeAmount,
    HoldAmount,
    ReserveData,
)
from taoctl.localnet.types import AccountId32, Bounded, u64
from taoctl.units import U64_MAX

EXISTENTIAL_DEPOSIT = 500
"""Rao that an account needs to exist."""

_ADDRESS = (Blake2_128Concat, AccountId32)

MAX_HOLDS = 4
"""Reasons for which one account may have TAO held at a time."""


class AccountBalances(Pallet):
    """The storage of Balances, and the one way to change what an account holds."""

    TotalIssuance = StorageValue(u64)
    InactiveIssuance = StorageValue(u64)
    Account = StorageMap(AccountData, [_ADDRESS], default=EMPTY_DATA)
    Locks = StorageMap(Bounded(BalanceLock, 50, weak=True), [_ADDRESS], default=())
    Reserves = StorageMap(Bounded(ReserveData, 50), [_ADDRESS], default=())
    Holds = StorageMap(Bounded(HoldAmount, MAX_HOLDS), [_ADDRESS], default=())
    Freezes = StorageMap(Bounded(FreezeAmount, 50), [_ADDRESS], default=())

    @property
    def total_issuance(self) -> int:
        """All rao that exist in accounts."""
        issued: int = self.TotalIssuance.get()
        return issued

    def data(self, who: str) -> dict[str, int]:
        """The balances of an account."""
        data: dict[str, int] = self.rt.system.Account[who]["data"]
        return data

    def free(self, who: str) -> int:
        """Free rao of an account, frozen ones included."""
        return self.data(who)["free"]

    def reserve(self, who: str, amount: int) -> None:
        """Set free TAO aside as a deposit.

        Raises:
            ModuleError: InsufficientBalance, LiquidityRestrictions.
            DispatchError: ConsumerRemaining or NoProviders, when too little stays free.
        """
        if amount == 0:
            return
        data = self.data(who)
        free, reserved = data["free"] - amount, data["reserved"] + amount
        if free < 0:
            raise self.error("InsufficientBalance")
        if reserved > U64_MAX:
            raise ArithmeticError_("Overflow")
        if free < data["frozen"]:
            raise self.error("LiquidityRestrictions")
        self._set(who, free, reserved)
        self.deposit("Reserved", who, amount)

    def unreserve(self, who: str, amount: int) -> int:
        """Free a deposit again, as much of it as is there; the rao that were not."""
        data = self.data(who)
        if amount == 0 or data["free"] + data["reserved"] == 0:
            return amount
        actual = min(data["reserved"], amount)
        self._set(who, min(data["free"] + actual, U64_MAX), data["reserved"] - actual)
        self.deposit("Unreserved", who, actual)
        return amount - actual

    def hold(self, who: str, reason: Any, amount: int) -> None:
        """Hold free TAO for a reason; no event tells of it.

        Raises:
            TokenError: CannotCreateHold without an account or with too many holds,
                FundsUnavailable when less than the existential deposit would stay free.
        """
        holds = {one["id"]: one["amount"] for one in self.Holds[who]}
        if not self.rt.system.exists(who) or (reason not in holds and len(holds) >= MAX_HOLDS):
            raise TokenError("CannotCreateHold")
        data = self.data(who)
        if data["free"] - amount < EXISTENTIAL_DEPOSIT:
            raise TokenError("FundsUnavailable")
        self._set(who, data["free"] - amount, data["reserved"] + amount)
        self._set_holds(who, {**holds, reason: holds.get(reason, 0) + amount})

    def release(self, who: str, reason: Any, amount: int) -> None:
        """Free held TAO again, as much of it as is there."""
        holds = {one["id"]: one["amount"] for one in self.Holds[who]}
        actual = min(holds.get(reason, 0), amount)
        data = self.data(who)
        self._set_holds(who, {**holds, reason: holds.get(reason, 0) - actual})
        self._set(who, data["free"] + actual, data["reserved"] - actual)

    def _set_holds(self, who: str, holds: dict[Any, int]) -> None:
        kept = tuple({"id": reason, "amount": held} for reason, held in holds.items() if held)
        if kept:
            self.Holds[who] = kept
        else:
            del self.Holds[who]

    def _issue(self, amount: int) -> None:
        # The books saturate, as the imbalances of the chain do: only root can bring them there.
        self.TotalIssuance.put(max(0, min(self.TotalIssuance.get() + amount, U64_MAX)))

    def _set_free(self, who: str, free: int) -> None:
        """Set a free balance with everything that follows."""
        self._set(who, free, self.data(who)["reserved"])

    def _set(self, who: str, free: int, reserved: int) -> None:
        """Set what an account holds; references, reaping and dust follow from it."""
        system = self.rt.system
        info = system.Account[who]
        data = info["data"]
        provided, provides = data["free"] >= EXISTENTIAL_DEPOSIT, free >= EXISTENTIAL_DEPOSIT
        consumed = bool(data["reserved"] or data["frozen"])
        consumes = bool(reserved or data["frozen"])
        changed = {**data, "free": free, "reserved": reserved}
        if provided and provides and consumed == consumes:
            system.Account[who] = {**info, "data": changed}
            return
        if provides and not provided:
            system.inc_providers(who)
        if consumed and not consumes:
            system.dec_consumers(who)
        elif consumes and not consumed:
            system.inc_consumers(who)
        if provided and not provides:
            system.dec_providers(who)
        dust = free if free < EXISTENTIAL_DEPOSIT and not reserved else 0
        if system.exists(who):
            kept = EMPTY_DATA if dust else changed
            system.Account[who] = {**system.Account[who], "data": kept}
        if data == EMPTY_DATA and free:
            self.deposit("Endowed", who, free)
        if dust:
            self.deposit("DustLost", who, dust)
            self._issue(-dust)
