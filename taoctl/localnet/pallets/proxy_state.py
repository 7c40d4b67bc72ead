"""What the Proxy pallet stores and tells, and the deposits it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.localnet.frame import (
    Constant,
    Event,
    Pallet,
    StorageMap,
    Twox64Concat,
)
from taoctl.localnet.pallets.proxy_types import (
    Announcement,
    DepositKind,
    ProxyDefinition,
    ProxyType,
)
from taoctl.localnet.types import (
    H256,
    AccountId32,
    Bounded,
    DispatchResult,
    Tup,
    Unit,
    bool_,
    u16,
    u32,
    u64,
)

MAX_PROXIES, MAX_PENDING = 20, 75
PROXY_DEPOSIT = (60_000_000, 33_000_000)
"""Rao held for having proxies, and for each."""
ANNOUNCEMENT_DEPOSIT = (36_000_000, 68_000_000)
"""Rao held for having announcements, and for each."""

_ADDRESS = (Twox64Concat, AccountId32)
_PROXY_FIELDS = [
    ("delegator", AccountId32, "T::AccountId"),
    ("delegatee", AccountId32, "T::AccountId"),
    ("proxy_type", ProxyType, "T::ProxyType"),
    ("delay", u32, "BlockNumberFor<T>"),
]


def _pure_fields(*accounts: str) -> list[Any]:
    return [
        *((a, AccountId32, "T::AccountId") for a in accounts),
        ("proxy_type", ProxyType, "T::ProxyType"),
        ("disambiguation_index", u16),
    ]


def deposit_for(rates: tuple[int, int], count: int) -> int:
    """Rao to hold for so many entries."""
    base, each = rates
    return base + each * count if count else 0


class ProxyState(Pallet):
    """Storage, events, errors and constants of Proxy, and what its calls share."""

    Proxies = StorageMap(
        Tup(Bounded(ProxyDefinition, MAX_PROXIES), u64), [_ADDRESS], default=((), 0)
    )
    Announcements = StorageMap(
        Tup(Bounded(Announcement, MAX_PENDING), u64), [_ADDRESS], default=((), 0)
    )
    LastCallResult = StorageMap(DispatchResult, [_ADDRESS], optional=True)
    RealPaysFee = StorageMap(Unit, [_ADDRESS, _ADDRESS], optional=True)

    events = [
        Event(0, "ProxyExecuted", [("result", DispatchResult, "DispatchResult")]),
        Event(1, "PureCreated", _pure_fields("pure", "who")),
        Event(2, "PureKilled", _pure_fields("pure", "spawner")),
        Event(
            3,
            "Announced",
            [
                ("real", AccountId32, "T::AccountId"),
                ("proxy", AccountId32, "T::AccountId"),
                ("call_hash", H256, "CallHashOf<T>"),
            ],
        ),
        Event(4, "ProxyAdded", _PROXY_FIELDS),
        Event(5, "ProxyRemoved", _PROXY_FIELDS),
        Event(
            6,
            "DepositPoked",
            [
                ("who", AccountId32, "T::AccountId"),
                ("kind", DepositKind),
                ("old_deposit", u64, "BalanceOf<T>"),
                ("new_deposit", u64, "BalanceOf<T>"),
            ],
        ),
        Event(
            7,
            "RealPaysFeeSet",
            [
                ("real", AccountId32, "T::AccountId"),
                ("delegate", AccountId32, "T::AccountId"),
                ("pays_fee", bool_),
            ],
        ),
    ]
    errors = [
        "TooMany",
        "NotFound",
        "NotProxy",
        "Unproxyable",
        "Duplicate",
        "NoPermission",
        "Unannounced",
        "NoSelfProxy",
        "AnnouncementDepositInvariantViolated",
        "InvalidDerivedAccountId",
    ]
    constants = [
        Constant("ProxyDepositBase", u64, PROXY_DEPOSIT[0]),
        Constant("ProxyDepositFactor", u64, PROXY_DEPOSIT[1]),
        Constant("MaxProxies", u32, MAX_PROXIES),
        Constant("MaxPending", u32, MAX_PENDING),
        Constant("AnnouncementDepositBase", u64, ANNOUNCEMENT_DEPOSIT[0]),
        Constant("AnnouncementDepositFactor", u64, ANNOUNCEMENT_DEPOSIT[1]),
    ]

    def find_proxy(self, real: str, delegate: str, proxy_type: str | None) -> dict[str, Any]:
        """The first entry for a delegate, of a type if one is asked for; raises NotProxy."""
        for proxy in self.Proxies[real][0]:
            if proxy["delegate"] == delegate and proxy_type in (None, proxy["proxy_type"]):
                found: dict[str, Any] = proxy
                return found
        raise self.error("NotProxy")

    def _rejig(self, who: str, held: int, rates: tuple[int, int], count: int) -> int:
        """Bring a deposit to what so many entries take; the rao now held."""
        wanted = deposit_for(rates, count)
        if wanted > held:
            self.rt.balances.reserve(who, wanted - held)
        elif wanted < held:
            self.rt.balances.unreserve(who, held - wanted)
        return wanted

    def _poke(self, who: str, store: Any, rates: tuple[int, int], kind: str) -> bool:
        """Bring one deposit to today's amount; whether that changed it."""
        if who not in store:
            return False
        entries, held = store[who]
        wanted = self._rejig(who, held, rates, len(entries))
        if wanted == held:
            return False
        store[who] = (entries, wanted)
        self.deposit("DepositPoked", who, kind, held, wanted)
        return True

    def _take_proxies(self, who: str) -> int:
        """Remove all proxies of an account; the rao that were held for them."""
        held: int = self.Proxies.take(who)[1]
        return held

    def _forget_payer(self, real: str, delegate: str) -> None:
        if (real, delegate) in self.RealPaysFee:
            del self.RealPaysFee[real, delegate]

    def _drop_announcements(
        self, delegate: str, unwanted: Callable[[dict[str, Any]], bool], error: str
    ) -> None:
        """Remove the announcements that match; raises the named error where none does."""
        pending, held = self.Announcements[delegate]
        left = tuple(one for one in pending if not unwanted(one))
        if len(left) == len(pending):
            raise self.error(error)
        now_held = self._rejig(delegate, held, ANNOUNCEMENT_DEPOSIT, len(left))
        if left:
            self.Announcements[delegate] = (left, now_held)
        else:
            del self.Announcements[delegate]
