"""Announcements: calls that a proxy tells of before it may make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.localnet.frame import Origin, call, ensure_signed, lookup
from taoctl.localnet.pallets.proxy_state import (
    ANNOUNCEMENT_DEPOSIT,
    MAX_PENDING,
    MAX_PROXIES,
    ProxyState,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import H256, MultiAddress

_REAL = ("real", MultiAddress, "AccountIdLookupOf<T>")
_DELEGATE = ("delegate", MultiAddress, "AccountIdLookupOf<T>")
_HASH = ("call_hash", H256, "CallHashOf<T>")

_ACCOUNT = DB_READ + DB_WRITE
_ANNOUNCE = 34_286_251 + 194_092 * MAX_PENDING + 53_615 * MAX_PROXIES + 3 * DB_READ + 2 * DB_WRITE
_REMOVE_ANN = 25_595_226 + 205_163 * MAX_PENDING + 40_277 * MAX_PROXIES + 2 * _ACCOUNT
_REJECT_ANN = 26_388_332 + 199_703 * MAX_PENDING + 17_846 * MAX_PROXIES + 2 * _ACCOUNT


class ProxyAnnouncements(ProxyState):
    """The calls about announcements."""

    @call(6, args=[_REAL, _HASH], weight=_ANNOUNCE)
    def announce(self, origin: Origin, real: Any, call_hash: str) -> None:
        """Tell of a call that the sender will make for another account later."""
        who = ensure_signed(origin)
        account = lookup(real)
        self.find_proxy(account, who, None)
        pending, held = self.Announcements[who]
        if len(pending) >= MAX_PENDING:
            raise self.error("TooMany")
        told = {"real": account, "call_hash": call_hash, "height": self.rt.block_number}
        listed = (*pending, told)
        now_held = self._rejig(who, held, ANNOUNCEMENT_DEPOSIT, len(listed))
        self.Announcements[who] = (listed, now_held)
        self.deposit("Announced", account, who, call_hash)

    @call(7, args=[_REAL, _HASH], weight=_REMOVE_ANN)
    def remove_announcement(self, origin: Origin, real: Any, call_hash: str) -> None:
        """Take back an announcement of the sender's own."""
        who = ensure_signed(origin)
        self._drop_announcements(who, _told(lookup(real), call_hash), "NotFound")

    @call(8, args=[_DELEGATE, _HASH], weight=_REJECT_ANN)
    def reject_announcement(self, origin: Origin, delegate: Any, call_hash: str) -> None:
        """Strike an announcement that a proxy of the sender made."""
        who = ensure_signed(origin)
        self._drop_announcements(lookup(delegate), _told(who, call_hash), "NotFound")


def _told(real: str, call_hash: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: (one["real"], one["call_hash"]) == (real, call_hash)
