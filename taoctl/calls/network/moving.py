"""Moving prices of subnets as the next block has them: it moves them before it carries out calls.

Source: staking/stake_utils.rs (update_moving_price) and coinbase/run_coinbase.rs of subtensor at
spec 425. Spot prices are taken as they are; what the next block itself trades before is not known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from taoctl.calls.stake.hotkeys import PALLET, item, read
from taoctl.chain.view import Storage, View
from taoctl.economics.emission import next_moving_price
from taoctl.economics.pool import Pool, spot_price_bits

_DYNAMIC = 1
_ONE_I96F32 = 1 << 32
_BALANCER = Storage("Swap", "SwapBalancer")
_EMITTING = ("FirstEmissionBlockNumber", "SubtokenEnabled", "NetworkRegistrationAllowed")
_POOL = ("SubnetAlphaIn", "SubnetTAO", "EMAPriceHalvingBlocks")


async def next_moving_prices(view: View, netuids: Sequence[int]) -> dict[int, int]:
    """Moving price of each subnet in the next block, I96F32 bits; 1 where it has no pool.

    On runtimes with another kind of pool it is that of this block.
    """
    mechanisms, prices = await asyncio.gather(
        _each(view, "SubnetMechanism", netuids), _each(view, "SubnetMovingPrice", netuids)
    )
    dynamic = [netuid for netuid in netuids if int(mechanisms[netuid]) == _DYNAMIC]
    found = dict.fromkeys(netuids, _ONE_I96F32) | {n: _bits(prices[n]) for n in dynamic}
    if view.has(_BALANCER) and view.has(item("SubnetMovingAlpha")):
        found |= await _moved(view, {netuid: found[netuid] for netuid in dynamic})
    return found


async def _moved(view: View, prices: dict[int, int]) -> dict[int, int]:
    """Those of the prices that move, as they are in the next block."""
    netuids = list(prices)
    rows = await asyncio.gather(*(_each(view, name, netuids) for name in _EMITTING))
    emitting = [
        netuid
        for netuid in netuids
        if rows[0][netuid] is not None and rows[1][netuid] and rows[2][netuid]
    ]
    alpha, weights, *pools = await asyncio.gather(
        read(view, "SubnetMovingAlpha"),
        view.values(_BALANCER.pallet, _BALANCER.item, [(netuid,) for netuid in emitting]),
        *(_each(view, name, emitting) for name in _POOL),
    )
    found = {}
    for netuid, weight in zip(emitting, weights, strict=True):
        alpha_in, tao, halving = (int(one[netuid]) for one in pools)
        started = max(int(rows[0][netuid]) - 1, 0)
        found[netuid] = next_moving_price(
            prices[netuid],
            spot_price_bits(Pool(alpha_in, tao, int(weight["quote"]), 0)),
            moving_alpha_bits=_bits(alpha),
            blocks_since_start=max(view.block + 1 - started, 0),
            halving_blocks=halving,
        )
    return found


async def _each(view: View, name: str, netuids: Sequence[int]) -> dict[int, Any]:
    """A value of the subnet pallet for each subnet, its default where nothing is stored."""
    values = await view.values(PALLET, name, [(netuid,) for netuid in netuids])
    return dict(zip(netuids, values, strict=True))


def _bits(value: Any) -> int:
    return int(value["bits"])
