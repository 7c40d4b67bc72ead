"""Proxy: accounts that may act for other accounts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.localnet.frame import (
    NORMAL,
    Call,
    CallWeight,
    Origin,
    Pallet,
    Post,
    Signed,
    call,
    ensure_signed,
    lookup,
)
from taoctl.localnet.pallets.apis.proxy_filter import ProxyFilterApi
from taoctl.localnet.pallets.proxy_announcements import ProxyAnnouncements
from taoctl.localnet.pallets.proxy_filters import is_superset, rules_on
from taoctl.localnet.pallets.proxy_state import (
    ANNOUNCEMENT_DEPOSIT,
    MAX_PENDING,
    MAX_PROXIES,
    PROXY_DEPOSIT,
    deposit_for,
)
from taoctl.localnet.pallets.proxy_types import PROXY_TYPES, ProxyType
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.pallets.utility import is_batch
from taoctl.localnet.types import (
    Compact,
    MultiAddress,
    Option,
    RuntimeCall,
    bool_,
    u16,
    u32,
)
from taoctl.scale.crypto import blake2_256

_LOOKUP = "AccountIdLookupOf<T>"
_REAL = ("real", MultiAddress, _LOOKUP)
_DELEGATE = ("delegate", MultiAddress, _LOOKUP)
_TYPE = ("proxy_type", ProxyType, "T::ProxyType")
_FORCED = ("force_proxy_type", Option(ProxyType), "Option<T::ProxyType>")
_CALL = ("call", RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_DELAY = ("delay", u32, "BlockNumberFor<T>")

_ACCOUNT = DB_READ + DB_WRITE
_PROXY = 28_026_265 + 53_205 * MAX_PROXIES + 3 * DB_READ + DB_WRITE
_ANNOUNCED = 53_234_507 + 228_831 * MAX_PENDING + 54_037 * MAX_PROXIES + 5 * DB_READ + 3 * DB_WRITE


def _around(base: int, *, pays_as_inner: bool) -> Any:
    def weigh(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
        inner: CallWeight = pallet.rt.weight_of(args["call"])
        pays = inner.pays if pays_as_inner else True
        return CallWeight(base + _ACCOUNT + inner.ref_time, 0, NORMAL, pays)

    return weigh


class Proxy(ProxyAnnouncements, ProxyFilterApi):
    """Accounts that may act for other accounts, within the limits of a type."""

    name = "Proxy"
    index = 16
    crate = "pallet_subtensor_proxy::pallet"

    def on_finalize(self, number: int) -> None:
        """Forget the results of the block's proxied calls."""
        self.LastCallResult.clear()

    # who pays

    def fee_payer(self, call: Call, who: str) -> str | None:
        """The account behind a proxied call, where it chose to pay for this delegate.

        Followed to a proxied call inside, or to a batch of them for one account.
        """
        outer = self._real_behind(call, who)
        if outer is None:
            return None
        inner: Call = call.args["call"]
        if not is_batch(inner):
            return self._real_behind(inner, outer) or outer
        payers = {self._real_behind(one, outer) for one in inner.args["calls"]}
        deeper = payers.pop() if len(payers) == 1 else None
        return deeper or outer

    def _real_behind(self, call: Call, delegate: str) -> str | None:
        if call.pallet != self.name or call.name != "proxy":
            return None
        real = call.args["real"]
        paying = isinstance(real, str) and (real, delegate) in self.RealPaysFee
        return real if paying else None

    # calls for somebody else

    @call(0, args=[_REAL, _FORCED, _CALL], weight=_around(_PROXY, pays_as_inner=True))
    def proxy(self, origin: Origin, real: Any, force_proxy_type: str | None, call: Call) -> None:
        """Run a call as an account that made the sender its proxy; its result is in the event."""
        who = ensure_signed(origin)
        account = lookup(real)
        found = self.find_proxy(account, who, force_proxy_type)
        if found["delay"]:
            raise self.error("Unannounced")
        self._run(found["proxy_type"], account, call)

    @call(
        9,
        args=[_DELEGATE, _REAL, _FORCED, _CALL],
        weight=_around(_ANNOUNCED, pays_as_inner=False),
    )
    def proxy_announced(
        self,
        origin: Origin,
        delegate: Any,
        real: Any,
        force_proxy_type: str | None,
        call: Call,
    ) -> None:
        """Run a call that a proxy announced long enough ago; anybody may."""
        ensure_signed(origin)
        proxy, account = lookup(delegate), lookup(real)
        found = self.find_proxy(account, proxy, force_proxy_type)
        wanted = "0x" + blake2_256(self.rt.encode_call(call)).hex()
        latest = self.rt.block_number - found["delay"]

        def due(one: dict[str, Any]) -> bool:
            ripe = not found["delay"] or one["height"] <= latest
            return (one["real"], one["call_hash"]) == (account, wanted) and ripe

        self._drop_announcements(proxy, due, "Unannounced")
        self._run(found["proxy_type"], account, call)

    def _run(self, proxy_type: str, real: str, call: Call) -> None:
        outcome = self.rt.dispatch(call, Signed(real, self._limits_of(proxy_type)))
        self.LastCallResult[real] = outcome.result
        self.deposit("ProxyExecuted", outcome.result)

    def _limits_of(self, proxy_type: str) -> Callable[[Call], bool]:
        """What a proxy may call: its type's calls, and no proxies with more powers than its own."""
        rule = rules_on(self.rt.pallets)[proxy_type]

        def allows(call: Call) -> bool:
            if call.pallet == self.name:
                if call.name in ("add_proxy", "remove_proxy") and not is_superset(
                    proxy_type, call.args["proxy_type"]
                ):
                    return False
                if call.name in ("remove_proxies", "kill_pure") and proxy_type != "Any":
                    return False
            return rule.allows(call)

        return allows

    # proxies

    @call(
        1,
        args=[_DELEGATE, _TYPE, _DELAY],
        weight=25_770_804 + 80_892 * MAX_PROXIES + _ACCOUNT,
    )
    def add_proxy(self, origin: Origin, delegate: Any, proxy_type: str, delay: int) -> None:
        """Let an account act for the sender."""
        who = ensure_signed(origin)
        proxy = lookup(delegate)
        if proxy == who:
            raise self.error("NoSelfProxy")
        proxies, held = self.Proxies[who]
        added = {"delegate": proxy, "proxy_type": proxy_type, "delay": delay}
        at = _place(proxies, added)
        if at < len(proxies) and proxies[at] == added:
            raise self.error("Duplicate")
        if len(proxies) >= MAX_PROXIES:
            raise self.error("TooMany")
        listed = (*proxies[:at], added, *proxies[at:])
        self.Proxies[who] = (listed, self._rejig(who, held, PROXY_DEPOSIT, len(listed)))
        self.deposit("ProxyAdded", who, proxy, proxy_type, delay)

    @call(
        2,
        args=[_DELEGATE, _TYPE, _DELAY],
        weight=27_827_049 + 64_054 * MAX_PROXIES + _ACCOUNT + DB_WRITE,
    )
    def remove_proxy(self, origin: Origin, delegate: Any, proxy_type: str, delay: int) -> None:
        """Take back what add_proxy with the same arguments gave."""
        who = ensure_signed(origin)
        proxy = lookup(delegate)
        proxies, held = self.Proxies[who]
        removed = {"delegate": proxy, "proxy_type": proxy_type, "delay": delay}
        if removed not in proxies:
            raise self.error("NotFound")
        left = tuple(p for p in proxies if p != removed)
        now_held = self._rejig(who, held, PROXY_DEPOSIT, len(left))
        if left:
            self.Proxies[who] = (left, now_held)
        else:
            del self.Proxies[who]
        self._forget_payer(who, proxy)
        self.deposit("ProxyRemoved", who, proxy, proxy_type, delay)

    @call(3, weight=27_407_028 + 55_808 * MAX_PROXIES + _ACCOUNT)
    def remove_proxies(self, origin: Origin) -> None:
        """Take back every proxy; a pure account is lost by it."""
        who = ensure_signed(origin)
        self.rt.balances.unreserve(who, self._take_proxies(who))
        self.RealPaysFee.clear(who)

    @call(
        4,
        args=[_TYPE, _DELAY, ("index", u16)],
        weight=27_853_436 + 20_160 * MAX_PROXIES + _ACCOUNT,
    )
    def create_pure(self, origin: Origin, proxy_type: str, delay: int, index: int) -> None:
        """Make an account without a key of its own, with the sender as its proxy."""
        who = ensure_signed(origin)
        phase = self.rt.phase
        at = phase if isinstance(phase, int) else 0
        pure = pure_account(who, proxy_type, index, self.rt.block_number, at)
        if pure in self.Proxies:
            raise self.error("Duplicate")
        held = deposit_for(PROXY_DEPOSIT, 1)
        self.rt.balances.reserve(who, held)
        proxy = {"delegate": who, "proxy_type": proxy_type, "delay": delay}
        self.Proxies[pure] = ((proxy,), held)
        self.deposit("PureCreated", pure, who, proxy_type, index)

    @call(
        5,
        args=[
            ("spawner", MultiAddress, _LOOKUP),
            _TYPE,
            ("index", u16),
            ("height", Compact(u32), "BlockNumberFor<T>"),
            ("ext_index", Compact(u32), "u32"),
        ],
        weight=26_529_087 + 48_014 * MAX_PROXIES + _ACCOUNT,
    )
    def kill_pure(
        self, origin: Origin, spawner: Any, proxy_type: str, index: int, height: int, ext_index: int
    ) -> None:
        """Give up the pure account that sends this; what it holds is lost."""
        who = ensure_signed(origin)
        maker = lookup(spawner)
        if pure_account(maker, proxy_type, index, height, ext_index) != who:
            raise self.error("NoPermission")
        self.rt.balances.unreserve(maker, self._take_proxies(who))
        self.deposit("PureKilled", who, maker, proxy_type, index)

    # deposits and fees

    @call(10, weight=46_757_000 + 3 * _ACCOUNT)
    def poke_deposit(self, origin: Origin) -> Post:
        """Bring the sender's deposits to today's amounts; free when that changes one."""
        who = ensure_signed(origin)
        poked = [
            self._poke(who, self.Proxies, PROXY_DEPOSIT, "Proxies"),
            self._poke(who, self.Announcements, ANNOUNCEMENT_DEPOSIT, "Announcements"),
        ]
        return Post(pays=not any(poked))

    @call(
        11,
        args=[_DELEGATE, ("pays_fee", bool_)],
        weight=14_259_931 + 42_799 * MAX_PROXIES + _ACCOUNT,
    )
    def set_real_pays_fee(self, origin: Origin, delegate: Any, pays_fee: bool) -> None:
        """Choose to pay the fees of what a proxy calls for the sender, or no longer."""
        real = ensure_signed(origin)
        proxy = lookup(delegate)
        self.find_proxy(real, proxy, None)
        if pays_fee:
            self.RealPaysFee[real, proxy] = ()
        else:
            self._forget_payer(real, proxy)
        self.deposit("RealPaysFeeSet", real, proxy, pays_fee)


def pure_account(who: str, proxy_type: str, index: int, height: int, ext_index: int) -> str:
    """The pure account that `who` made with an extrinsic of a block."""
    seed = b"modlpy/proxy____" + decode_ss58(who)
    seed += height.to_bytes(4, "little") + ext_index.to_bytes(4, "little")
    seed += bytes([PROXY_TYPES.index(proxy_type)]) + index.to_bytes(2, "little")
    return encode_ss58(blake2_256(seed))


def _rank(proxy: dict[str, Any]) -> tuple[bytes, int, int]:
    """What the chain sorts the proxies of an account by."""
    place = PROXY_TYPES.index(proxy["proxy_type"])
    return decode_ss58(proxy["delegate"]), place, proxy["delay"]


def _place(proxies: tuple[dict[str, Any], ...], added: dict[str, Any]) -> int:
    return bisect_left([_rank(p) for p in proxies], _rank(added))
