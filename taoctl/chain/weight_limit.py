"""The largest share of its weights that a validator may give one UID of a subnet."""

from __future__ import annotations

from taoctl.chain.view import Api, View

_API = Api("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v2")
_U16_MAX = 65_535


async def weight_limit_u16(view: View, netuid: int) -> int:
    """The limit that the runtime goes by, of 65535.

    Newer runtimes take 65535 whatever MaxWeightsLimit holds, and answer so; only where none can be
    asked is it read of storage. Source: get_max_weight_limit of subtensor at spec 425.
    """
    if not view.has(_API):
        return int(await view.value("SubtensorModule", "MaxWeightsLimit", netuid))
    found = await view.api(_API.api, _API.method, netuid)
    return _U16_MAX if found is None else int(found["max_weights_limit"])
