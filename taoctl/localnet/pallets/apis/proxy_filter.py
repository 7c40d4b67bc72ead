"""ProxyFilterRuntimeApi: the proxy types, and what each may call."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import Pallet, api
from taoctl.localnet.pallets.proxy_filters import CallRef, Rule, rules_on
from taoctl.localnet.pallets.proxy_types import (
    PROXY_TYPES,
    ProxyFilterInfo,
    ProxyTypeInfo,
)
from taoctl.localnet.types import Option, Vec, u8, variant

API = "ProxyFilterRuntimeApi"


class ProxyFilterApi(Pallet):
    """What the chain says of the rules that it filters proxied calls by."""

    @api(API, returns=Vec(ProxyTypeInfo))
    def get_proxy_types(self) -> list[dict[str, Any]]:
        """Every proxy type, by index."""
        rules = rules_on(self.rt.pallets)
        return [
            {"name": name.encode(), "index": index, "deprecated": rules[name].denies_all}
            for index, name in enumerate(PROXY_TYPES)
        ]

    @api(API, args=(("proxy_type", Option(u8)),), returns=Vec(ProxyFilterInfo))
    def get_proxy_filter(self, proxy_type: int | None) -> list[dict[str, Any]]:
        """The rule of one proxy type, or of all; none for an index that is no type."""
        rules = [_told(name, rule) for name, rule in rules_on(self.rt.pallets).items()]
        return [r for r in rules if proxy_type in (None, r["proxy_type"])]


def _told(name: str, rule: Rule) -> dict[str, Any]:
    return {
        "proxy_type": PROXY_TYPES.index(name),
        "name": name.encode(),
        "deprecated": rule.denies_all,
        "filter_mode": rule.mode,
        "calls": tuple(_call(ref) for ref in rule.calls),
        "exceptions": tuple(_call(ref) for ref in rule.exceptions),
    }


def _call(ref: CallRef) -> dict[str, Any]:
    return {
        "pallet_name": ref.pallet.encode(),
        "pallet_index": ref.pallet_index,
        "call_name": None if ref.name is None else ref.name.encode(),
        "call_index": ref.index,
        "condition": _condition(ref),
    }


def _condition(ref: CallRef) -> Any:
    if ref.below is not None:
        argument, limit = ref.below
        return variant("ParamLessThan", {"param_name": argument.encode(), "limit": limit})
    if ref.holds is not None:
        pallet, name = ref.holds
        return variant(
            "NestedCallMustBe", {"pallet_name": pallet.encode(), "call_name": name.encode()}
        )
    return None
