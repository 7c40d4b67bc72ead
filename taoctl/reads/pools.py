"""Pools of many subnets at once, and what buying from them costs, by the pool's own maths.

Nothing is asked of the runtime for a trade: reserves, weights and fees of all subnets travel in
one request, and the curve that is known here serves. Where a runtime has another curve, or the
curve does not give the price that the runtime tells, nothing is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import Entry, Storage, View
from taoctl.economics.pool import DEFAULT_FEE_RATE_U16, Pool, SimSwap, price_rao, simulate
from taoctl.reads.entries import ROOT_NETUID, column_of, item

_PPM = 1_000_000

_FEE_RATE = Storage("Swap", "FeeRate")
_BALANCER = Storage("Swap", "SwapBalancer")
_SUPERELLIPSE = Storage("Swap", "SwapSuperellipse")
_RESERVES = ("SubnetTAO", "SubnetAlphaIn")

POOL_ENTRIES: tuple[Entry, ...] = (
    _FEE_RATE,
    _BALANCER,
    item("SubnetMechanism"),
    item("SubtokenEnabled"),
    *map(item, _RESERVES),
)
"""What pools are read from, where the runtime has it."""


@dataclass(frozen=True, slots=True)
class Market:
    """Where TAO buys a subnet's alpha: its pool, or one for one without any.

    Attributes:
        pool: None where alpha costs one TAO whatever is bought, as on root.
    """

    pool: Pool | None

    def buys(self, tao: int) -> SimSwap | None:
        """What an order of so many rao of TAO would bring, alone; None where it is refused."""
        if self.pool is None:
            return SimSwap(tao_amount=tao, alpha_amount=tao)
        found = simulate(self.pool, "buy", tao)
        return found if found.alpha_amount else None

    def alpha_for(self, tao: int) -> int | None:
        """Rao of alpha that so many rao of TAO buy; None where the pool would refuse."""
        found = self.buys(tao)
        return None if found is None else found.alpha_amount

    def slippage_ppm(self, tao: int) -> int | None:
        """Part of the value at spot that a buy loses to the fee and its own size, millionths."""
        found = self.buys(tao)
        if found is None:
            return None
        ideal = found.alpha_amount + found.alpha_slippage
        return found.alpha_slippage * _PPM // ideal if ideal else None


async def markets(view: View, price: Mapping[int, int | None]) -> dict[int, Market]:
    """Where alpha of each subnet is bought; those that do not trade, or are not known, are absent.

    Args:
        view: the block.
        price: per netuid rao of TAO per alpha as the runtime tells it, which the curve must give.
    """
    netuids = sorted(price)
    keys = [(netuid,) for netuid in netuids]
    mechanisms, trading, pools = await asyncio.gather(
        column_of(view, "SubnetMechanism", keys),
        column_of(view, "SubtokenEnabled", keys),
        stored_pools(view, netuids),
    )
    found = {}
    for netuid, mechanism, trades in zip(netuids, mechanisms, trading, strict=True):
        if trades is False and netuid != ROOT_NETUID:
            continue
        if netuid == ROOT_NETUID or mechanism == 0:
            found[netuid] = Market(None)
        elif mechanism is not None and _knows_curve(view):
            pool = pools.get(netuid)
            # Where there is no Swap pallet, the price is made of the same reserves.
            told = not view.has(_FEE_RATE) or (pool and price_rao(pool)) == price[netuid]
            if pool is not None and told:
                found[netuid] = Market(pool)
    return found


async def stored_pools(view: View, netuids: Sequence[int]) -> dict[int, Pool]:
    """Reserves, weights and fees of subnets; those that storage does not tell are absent."""
    keys = [(netuid,) for netuid in netuids]
    columns = await asyncio.gather(
        *(column_of(view, name, keys) for name in _RESERVES),
        _swap_column(view, _BALANCER, keys),
        _swap_column(view, _FEE_RATE, keys),
    )
    found = {
        netuid: _pool(*row) for netuid, row in zip(netuids, zip(*columns, strict=True), strict=True)
    }
    return {netuid: pool for netuid, pool in found.items() if pool is not None}


def _knows_curve(view: View) -> bool:
    """Whether pools are weighted ones, or the plain ones of runtimes without a Swap pallet."""
    if not view.has(_FEE_RATE):
        return True
    return view.has(_BALANCER) and not view.has(_SUPERELLIPSE)


async def _swap_column(view: View, entry: Storage, keys: Sequence[tuple[int]]) -> list[Any]:
    if not view.has(entry):
        return [None] * len(keys)
    return await view.values(entry.pallet, entry.item, keys)


def _pool(tao: int | None, alpha: int | None, balancer: Any, fee: int | None) -> Pool | None:
    if tao is None or alpha is None:
        return None
    if balancer is None:
        return Pool(int(alpha), int(tao), fee_rate_u16=0)
    rate = DEFAULT_FEE_RATE_U16 if fee is None else int(fee)
    quote = balancer["quote"] if isinstance(balancer, dict) else balancer
    return Pool(int(alpha), int(tao), int(quote), rate)
