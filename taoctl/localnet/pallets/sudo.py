"""Sudo: one account may act as root."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import (
    Call,
    CallWeight,
    Event,
    Origin,
    Pallet,
    Post,
    Root,
    Signed,
    StorageValue,
    call,
    ensure_signed,
    lookup,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import (
    AccountId32,
    DispatchResult,
    MultiAddress,
    Option,
    RuntimeCall,
    Weight,
)

_CALL = ("call", RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_FREE = Post(pays=False)


def _around(base: int) -> Any:
    def weigh(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
        inner: CallWeight = pallet.rt.weight_of(args["call"])
        return CallWeight(base + inner.ref_time, 0, inner.dispatch_class, True)

    return weigh


def _given(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    weight = args["weight"]
    inner: CallWeight = pallet.rt.weight_of(args["call"])
    return CallWeight(weight["ref_time"], weight["proof_size"], inner.dispatch_class, True)


class Sudo(Pallet):
    """One account may act as root; the call succeeds even when what it ran failed."""

    name = "Sudo"
    index = 12
    crate = "pallet_sudo::pallet"

    Key = StorageValue(AccountId32, optional=True)

    events = [
        Event(0, "Sudid", [("sudo_result", DispatchResult, "DispatchResult")]),
        Event(
            1,
            "KeyChanged",
            [
                ("old", Option(AccountId32), "Option<T::AccountId>"),
                ("new", AccountId32, "T::AccountId"),
            ],
        ),
        Event(2, "KeyRemoved"),
        Event(3, "SudoAsDone", [("sudo_result", DispatchResult, "DispatchResult")]),
    ]
    errors = ["RequireSudo"]

    def validate(self, call: Call, who: str) -> int | str | None:
        """Keep sudo calls of any account but the sudo key out of the pool."""
        return "BadSigner" if call.pallet == self.name and who != self.Key.get() else None

    def _ensure_sudo(self, origin: Origin) -> None:
        if not isinstance(origin, Root) and ensure_signed(origin) != self.Key.get():
            raise self.error("RequireSudo")

    @call(0, args=[_CALL], weight=_around(14_000_000 + DB_READ))
    def sudo(self, origin: Origin, call: Call) -> Post:
        """Run a call as root; how it ended is in the event Sudid."""
        self._ensure_sudo(origin)
        outcome = self.rt.dispatch(call, Root(), bypass_filter=True)
        self.deposit("Sudid", outcome.result)
        return _FREE

    @call(1, args=[_CALL, ("weight", Weight)], weight=_given)
    def sudo_unchecked_weight(self, origin: Origin, call: Call, weight: Any) -> Post:
        """As sudo, with a weight that the caller states."""
        self._ensure_sudo(origin)
        outcome = self.rt.dispatch(call, Root(), bypass_filter=True)
        self.deposit("Sudid", outcome.result)
        return _FREE

    @call(
        2,
        args=[("new", MultiAddress, "AccountIdLookupOf<T>")],
        weight=12_000_000 + DB_READ + DB_WRITE,
    )
    def set_key(self, origin: Origin, new: Any) -> Post:
        """Make another account the sudo key."""
        self._ensure_sudo(origin)
        account = lookup(new)
        self.deposit("KeyChanged", self.Key.get(), account)
        self.Key.put(account)
        return _FREE

    @call(
        3,
        args=[("who", MultiAddress, "AccountIdLookupOf<T>"), _CALL],
        weight=_around(14_000_000 + DB_READ),
    )
    def sudo_as(self, origin: Origin, who: Any, call: Call) -> Post:
        """Run a call as if another account had signed it."""
        self._ensure_sudo(origin)
        outcome = self.rt.dispatch(call, Signed(lookup(who)), bypass_filter=True)
        self.deposit("SudoAsDone", outcome.result)
        return _FREE

    @call(4, weight=11_000_000 + DB_READ + DB_WRITE)
    def remove_key(self, origin: Origin) -> Post:
        """Give up the sudo key for ever."""
        self._ensure_sudo(origin)
        self.Key.kill()
        self.deposit("KeyRemoved")
        return _FREE
