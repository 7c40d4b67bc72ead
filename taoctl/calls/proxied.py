"""Acting for another account as its proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from taoctl.calls.argument_types import ArgumentTypes
from taoctl.calls.base import Approval, ChainCall, Effect, Intent, Quote, Refusal, call_bytes
from taoctl.calls.stake.around import Delegated
from taoctl.calls.stake.trade import Trade
from taoctl.chain.view import Api, Call, Storage, View
from taoctl.errors import UsageError
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import blake2_256
from taoctl.units import Tao

PROXIES = Storage("Proxy", "Proxies")
ANNOUNCEMENTS = Storage("Proxy", "Announcements")
_REAL_PAYS = Storage("Proxy", "RealPaysFee")
_FILTERS = Api("ProxyFilterRuntimeApi", "get_proxy_filter")


@dataclass(frozen=True, slots=True)
class Delegation:
    """One right that an account has given to another.

    Attributes:
        delegate: ss58 address of who may act.
        proxy_type: what it may do, by the runtime's name.
        delay_blocks: how long before acting it must announce the call; 0 for not at all.
    """

    delegate: str
    proxy_type: str
    delay_blocks: int


async def delegations(view: View, real: str) -> tuple[tuple[Delegation, ...], Tao]:
    """The proxies of an account and what they hold in deposit."""
    listed, deposit = await view.value(PROXIES.pallet, PROXIES.item, real)
    found = tuple(
        Delegation(str(one["delegate"]), str(one["proxy_type"]), int(one["delay"]))
        for one in listed
    )
    return found, Tao(int(deposit))


@dataclass(frozen=True, slots=True)
class ByProxy(Intent):
    """Carry out an intent for another account, whose proxy the signer is.

    Attributes:
        inner: what is wanted; it acts for `real`.
        real: ss58 address of the account acted for.
        proxy_type: use the right of this type; None takes the first that allows the call.
    """

    needs = (PROXIES, Call("Proxy", "proxy"))

    inner: Intent
    real: str
    proxy_type: str | None = None

    def summary(self) -> str:
        """The inner intent and for whom."""
        return f"for {self.real}, as its proxy: {self.inner.summary()}"

    async def words(self, view: View, origin: str) -> str:
        """Those of the inner intent and for whom."""
        acting = await self._acting(view, origin)
        return f"for {self.real}, as its proxy: {await acting.words(view, self.real)}"

    async def approval(self, view: View, origin: str) -> Approval | None:
        """That of the account acted for."""
        return await self.inner.approval(view, self.real)

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Proxy.proxy`, or `Proxy.proxy_announced` where the right has a delay."""
        inner = await (await self._acting(view, origin)).call(view, self.real)
        chosen = await self._chosen(view, origin, inner)
        args: dict[str, Any] = {
            "real": self.real,
            "force_proxy_type": chosen.proxy_type if chosen else self._wanted(view),
            "call": inner,
        }
        if chosen is not None and chosen.delay_blocks:
            return ChainCall("Proxy", "proxy_announced", {"delegate": origin, **args})
        return ChainCall("Proxy", "proxy", args)

    async def _acting(self, view: View, origin: str) -> Intent:
        """What is wanted, as it is where the signer may pay for the account acted for."""
        if not isinstance(self.inner, Trade):
            return self.inner
        pays = origin == self.real or await self._real_pays(view, origin)
        return Delegated(self.inner, origin, pays)

    async def _held(self, view: View, origin: str) -> list[Delegation]:
        found, _ = await delegations(view, self.real)
        wanted = self._wanted(view)
        return [one for one in found if one.delegate == origin and wanted in (None, one.proxy_type)]

    def _wanted(self, view: View) -> str | None:
        return None if self.proxy_type is None else proxy_type_name(view, self.proxy_type)

    async def _chosen(self, view: View, origin: str, call: ChainCall) -> Delegation | None:
        """The right to use: one that allows the call, without a delay if there is one."""
        filters = await proxy_filters(view)
        held = sorted(await self._held(view, origin), key=lambda one: one.delay_blocks)
        allowing = [one for one in held if allows(filters, one.proxy_type, call) is not False]
        return next(iter(allowing), None)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """No such right, one of another type, a delay; then what the inner call is refused for."""
        view.require(*self.inner.needs)
        held = await self._held(view, origin)
        if not held:
            return (await self._not_proxy(view, origin),)
        inner = await (await self._acting(view, origin)).call(view, self.real)
        chosen = await self._chosen(view, origin, inner)
        if chosen is None:
            types = ", ".join(one.proxy_type for one in held)
            return (
                Refusal(
                    "CallFiltered",
                    f"{origin} is a proxy of type {types} for {self.real}, and that does not "
                    f"allow {inner}",
                    await self._instead(view, held, inner),
                ),
            )
        refused = await self._unannounced(view, origin, inner, chosen)
        return refused + await (await self._acting(view, origin)).preflight(view, self.real)

    async def _instead(self, view: View, held: Sequence[Delegation], call: ChainCall) -> str:
        """What to do where no right that is held allows a call."""
        another = f"{self.real} would have to add a proxy of another type"
        if call.pallet != "Utility":
            return another
        filters = await proxy_filters(view)
        for one in held:
            if all(allows(filters, one.proxy_type, part) for part in call.nested()):
                return (
                    f"{one.proxy_type} allows each of its calls, but no batch: do them one at a "
                    f"time, each on one subnet (--netuid) and one --hotkey; else {another}"
                )
        return another

    async def _not_proxy(self, view: View, origin: str) -> Refusal:
        found, _ = await delegations(view, self.real)
        own = [one.proxy_type for one in found if one.delegate == origin]
        wanted = self._wanted(view)
        what = f"no proxy of type {wanted}" if wanted and own else "no proxy"
        has = f"it is one of type {', '.join(own)}; leave the type out" if own else None
        hint = f"{self.real} must run `taoctl proxy add` with this delegate first"
        return Refusal("NotProxy", f"{origin} is {what} of {self.real}", has or hint)

    async def _unannounced(
        self, view: View, origin: str, inner: ChainCall, chosen: Delegation
    ) -> tuple[Refusal, ...]:
        if not chosen.delay_blocks:
            return ()
        data = call_bytes(view.codec, inner)
        digest = "0x" + blake2_256(data).hex()
        listed, _ = await view.value(ANNOUNCEMENTS.pallet, ANNOUNCEMENTS.item, origin)
        heights = [
            int(one["height"])
            for one in listed
            if one["real"] == self.real and one["call_hash"] == digest
        ]
        if not heights:
            return (
                Refusal(
                    "Unannounced",
                    f"as a proxy with a delay of {chosen.delay_blocks} blocks, {origin} must "
                    "announce the call first",
                    f"run `taoctl proxy announce {self.real} --call-hash {digest} "
                    f"--wallet {origin}`, and wait"
                    + (self._another(data, origin) if self.inner.varies else ""),
                ),
            )
        ripe = min(heights) + chosen.delay_blocks
        if view.block + 1 >= ripe:
            return ()
        message = f"the call was announced in block {min(heights)}, and its delay is not over"
        return (Refusal("Unannounced", message, None, ripe),)

    def _another(self, data: bytes, origin: str) -> str:
        return (
            "; the same command makes another call then, so carry this one out with `taoctl chain "
            f"call --call-hex 0x{data.hex()} --proxy-for {self.real} --wallet {origin}`, or for a "
            "trade write the amount in figures and its limit as a price first, and for a new "
            "subnet use --unguarded"
        )

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Those of the inner intent, on the account acted for."""
        return await (await self._acting(view, origin)).effects(view, self.real)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Those of the inner intent."""
        return await (await self._acting(view, origin)).warnings(view, self.real)

    @property
    def varies(self) -> bool:
        """Whether the inner intent does."""
        return self.inner.varies

    @property
    def good_until(self) -> int | None:
        """That of the inner intent."""
        return self.inner.good_until

    async def quotes(self, view: View, origin: str) -> tuple[Quote, ...]:
        """Those of the inner intent, as the account acted for trades."""
        return await (await self._acting(view, origin)).quotes(view, self.real)

    async def call_by_hash(self, view: View, origin: str) -> ChainCall | None:
        """That of the inner intent."""
        return await self.inner.call_by_hash(view, self.real)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """Nothing of the signer's own, unless the account acted for pays, or signs itself."""
        if origin == self.real or await self._real_pays(view, origin):
            return await (await self._acting(view, origin)).spends(view, self.real)
        return Tao(0)

    async def fee_payer(self, view: View, origin: str) -> str:
        """The account acted for, where it has agreed to pay this proxy's fees."""
        if not await self._real_pays(view, origin):
            return origin
        return await self.inner.fee_payer(view, self.real)

    async def _real_pays(self, view: View, origin: str) -> bool:
        if not view.has(_REAL_PAYS):
            return False
        key = view.codec.storage_key(_REAL_PAYS.pallet, _REAL_PAYS.item, self.real, origin)
        return await view.raw(key) is not None


@lru_cache(maxsize=1)
def _proxy_types(codec: Codec) -> tuple[ArgumentTypes, int]:
    types = ArgumentTypes(codec)
    (found,) = (one for one in types.of("Proxy", "add_proxy") if one.name == "proxy_type")
    return types, found.type_id


def proxy_type_name(view: View, text: str) -> str:
    """A proxy type as the runtime spells it; raises UsageError for one that it does not have."""
    types, kind = _proxy_types(view.codec)
    try:
        return types.variant_name(kind, text)
    except UsageError as problem:
        raise UsageError(f"{text!r} is no type of proxy", problem.hint) from None


async def proxy_filters(view: View) -> Mapping[str, Mapping[str, Any]] | None:
    """What each proxy type allows, by its name; None where the runtime does not tell."""
    if not view.has(_FILTERS):
        return None
    listed = await view.api(_FILTERS.api, _FILTERS.method, None)
    return {str(one["name"]): one for one in listed}


def allows(
    filters: Mapping[str, Mapping[str, Any]] | None, proxy_type: str, call: ChainCall
) -> bool | None:
    """Whether a proxy type allows a call, as far as the runtime tells; None where it does not.

    The calls in a batch are dispatched under the same filter, so they must be allowed too.
    """
    if proxy_type == "Any":
        return True
    if call.pallet == "Utility":
        inner = [allows(filters, proxy_type, one) for one in call.nested()]
        if False in inner:
            return False
    if filters is None or proxy_type not in filters:
        return None
    one = filters[proxy_type]
    mode, listed = _mode(one)
    match mode:
        case "AllowAll":
            return True
        case "DenyAll":
            return False
        case "Allow":
            return _listed(listed, call) and not _listed(one.get("exceptions", ()), call)
        case "Deny":
            return not _listed(listed, call) or _listed(one.get("exceptions", ()), call)
    return None


def _mode(one: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    mode = one["filter_mode"]
    if isinstance(mode, Mapping):
        name, listed = next(iter(mode.items()))
        return str(name), listed
    return str(mode), one.get("calls", ())


def _listed(infos: Sequence[Mapping[str, Any]], call: ChainCall) -> bool:
    return any(
        info["pallet_name"] == call.pallet
        and info["call_name"] in (None, call.name)
        and _meets(info.get("condition"), call)
        for info in infos
    )


def _meets(condition: Any, call: ChainCall) -> bool:
    if condition is None:
        return True
    match next(iter(condition.items())):
        case ("ParamLessThan", {"param_name": name, "limit": limit}):
            value = call.args.get(str(name))
            return isinstance(value, int) and value < int(limit)
        case ("NestedCallMustBe", {"pallet_name": pallet, "call_name": name}):
            return all((one.pallet, one.name) == (pallet, name) for one in call.nested())
    return True
