"""What a subnet's pool and schedule are made of: DynamicInfo, prices and a few storage values."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from taoctl.chain.view import Api, View
from taoctl.reads.entries import PALLET, column_of, item, typed_api
from taoctl.units import RAO_PER_TAO

PRICE_ONE_RAO = RAO_PER_TAO
"""The price of root and of subnets without a pool: 1 TAO per alpha."""

_DYNAMIC = Api("SubnetInfoRuntimeApi", "get_all_dynamic_info")
_PRICES = Api("SwapRuntimeApi", "current_alpha_price_all")
_PRICE = Api("SwapRuntimeApi", "current_alpha_price")
DYNAMIC_ENTRIES = (_DYNAMIC, _PRICES, _PRICE, item("SubnetMechanism"))
"""What these reads use when the runtime has it."""

EXTRA_ITEMS = (
    "SubnetworkN",
    "MaxAllowedUids",
    "Burn",
    "NetworkRegistrationAllowed",
    "SubtokenEnabled",
    "LastEpochBlock",
    "PendingEpochAt",
    "SubnetExcessTao",
)
"""Storage items per netuid that complete what the runtime API says."""


async def prices(view: View) -> dict[int, int]:
    """Rao of TAO per alpha of every subnet."""
    found = await all_prices(view)
    if found is not None:
        return found
    return await prices_one_by_one(view, await dynamic_infos(view))


async def price_of(view: View, netuid: int) -> int | None:
    """Rao of TAO per alpha of one subnet, or None where the runtime does not say."""
    if view.has(_PRICE):
        return int(await view.api(_PRICE.api, _PRICE.method, netuid))
    return (await prices(view)).get(netuid)


async def dynamic_infos(view: View) -> dict[int, Mapping[str, Any]]:
    """Per netuid the fields of DynamicInfo, from the runtime API or from storage."""
    answer = await typed_api(view, _DYNAMIC.api, _DYNAMIC.method)
    if answer is not None:
        return {int(info["netuid"]): info for info in answer if info is not None}
    return await _infos_from_storage(view)


async def extras(view: View, netuids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Per netuid the values of `EXTRA_ITEMS`; None where the runtime has no such item."""
    keys = [(netuid,) for netuid in netuids]
    columns = await asyncio.gather(*(column_of(view, name, keys) for name in EXTRA_ITEMS))
    return {
        netuid: {name: column[i] for name, column in zip(EXTRA_ITEMS, columns, strict=True)}
        for i, netuid in enumerate(netuids)
    }


async def extras_of(view: View, netuid: int) -> dict[str, Any]:
    """The storage values that complete one subnet's row."""
    return (await extras(view, [netuid]))[netuid]


async def all_prices(view: View) -> dict[int, int] | None:
    """Prices of every subnet in one round trip, or None where the runtime cannot."""
    answer = await typed_api(view, _PRICES.api, _PRICES.method)
    if answer is None:
        return None
    return {int(entry["netuid"]): int(entry["price"]) for entry in answer}


async def prices_one_by_one(view: View, infos: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Prices of every subnet, one call each, or from the reserves of the oldest runtimes."""
    netuids = sorted(infos)
    if view.has(_PRICE):
        calls = (view.api(_PRICE.api, _PRICE.method, netuid) for netuid in netuids)
        return dict(zip(netuids, await asyncio.gather(*calls), strict=True))
    mechanisms = await column_of(view, "SubnetMechanism", [(netuid,) for netuid in netuids])
    return {
        netuid: _constant_product_price(infos[netuid]) if mechanism else PRICE_ONE_RAO
        for netuid, mechanism in zip(netuids, mechanisms, strict=True)
        if mechanism is not None
    }


def _constant_product_price(info: Mapping[str, Any]) -> int:
    alpha = int(info["alpha_in"] or 0)
    return int(info["tao_in"] or 0) * RAO_PER_TAO // alpha if alpha else 0


_STORED = {
    "tempo": "Tempo",
    "token_symbol": "TokenSymbol",
    "owner_hotkey": "SubnetOwnerHotkey",
    "owner_coldkey": "SubnetOwner",
    "last_step": "LastMechansimStepBlock",
    "alpha_in": "SubnetAlphaIn",
    "alpha_out": "SubnetAlphaOut",
    "tao_in": "SubnetTAO",
    "alpha_out_emission": "SubnetAlphaOutEmission",
    "alpha_in_emission": "SubnetAlphaInEmission",
    "tao_in_emission": "SubnetTaoInEmission",
    "subnet_volume": "SubnetVolume",
    "network_registered_at": "NetworkRegisteredAt",
    "moving_price": "SubnetMovingPrice",
}
_IDENTITY_ITEMS = ("SubnetIdentitiesV3", "SubnetIdentitiesV2", "SubnetIdentities")


async def _infos_from_storage(view: View) -> dict[int, Mapping[str, Any]]:
    added = await view.map(PALLET, "NetworksAdded")
    netuids = sorted(int(netuid) for netuid, there in added.items() if there)
    keys = [(netuid,) for netuid in netuids]
    identities = next((name for name in _IDENTITY_ITEMS if view.has(item(name))), None)
    columns = await asyncio.gather(
        *(column_of(view, stored, keys) for stored in _STORED.values()),
        column_of(view, identities or _IDENTITY_ITEMS[0], keys),
    )
    names = (*_STORED, "subnet_identity")
    return {
        netuid: {
            "netuid": netuid,
            **{name: column[i] for name, column in zip(names, columns, strict=True)},
        }
        for i, netuid in enumerate(netuids)
    }
