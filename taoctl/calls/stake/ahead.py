"""Reading at once what a trade will ask for piece by piece, so that it waits for one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from taoctl.calls.accounts import holdings
from taoctl.calls.stake.amount import Amount
from taoctl.calls.stake.holdings import PALLET, locked_alpha, positions_of, share_pool
from taoctl.calls.stake.market import PRICE
from taoctl.calls.stake.simulation import simulation
from taoctl.chain.view import Storage, View
from taoctl.economics.pool import Side

_OF_SUBNET = tuple(
    Storage(PALLET, item)
    for item in (
        "NetworksAdded",
        "SubnetMechanism",
        "SubtokenEnabled",
        "SubnetTAO",
        "SubnetAlphaIn",
    )
) + tuple(Storage("Swap", item) for item in ("FeeRate", "SwapBalancer", "PalSwapInitialized"))
_NOMINATOR = Storage(PALLET, "NominatorMinRequiredStake")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a trade looks at.

    Attributes:
        coldkeys: ss58 addresses whose balance and positions it needs.
        hotkeys: ss58 addresses.
        netuids: the subnets.
        orders: subnet, side and rao of what is traded on a pool; 0 where that is not known before.
    """

    coldkeys: frozenset[str] = frozenset()
    hotkeys: frozenset[str] = frozenset()
    netuids: frozenset[int] = frozenset()
    orders: frozenset[tuple[int, Side, int]] = frozenset()

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            self.coldkeys | other.coldkeys,
            self.hotkeys | other.hotkeys,
            self.netuids | other.netuids,
            self.orders | other.orders,
        )


def together(reaches: Iterable[Reach]) -> Reach:
    """All that several trades look at."""
    found = Reach()
    for one in reaches:
        found = found | one
    return found


def reach_of(coldkey: str, hotkey: str, netuid: int, side: Side, amount: Amount) -> Reach:
    """What an order on one pool looks at."""
    return Reach(
        frozenset((coldkey,)),
        frozenset((hotkey,)),
        frozenset((netuid,)),
        frozenset(((netuid, side, amount.rao),)),
    )


async def read_ahead(view: View, reach: Reach) -> None:
    """Have a view ask for all of it at once; what fails is asked again, and fails, when needed."""
    await asyncio.gather(*_reads(view, reach), return_exceptions=True)


def _reads(view: View, reach: Reach) -> Iterator[Awaitable[Any]]:
    for netuid in reach.netuids:
        for one in _OF_SUBNET:
            if view.has(one):
                yield view.value(one.pallet, one.item, netuid)
    for netuid in {netuid for netuid, _, _ in reach.orders if netuid and view.has(PRICE)}:
        yield view.api(PRICE.api, PRICE.method, netuid)
    for hotkey in reach.hotkeys:
        yield view.value(PALLET, "Owner", hotkey)
    bought = {netuid for netuid, side, _ in reach.orders if side == "buy"}
    for hotkey, netuid in product(reach.hotkeys, bought):
        for one in share_pool(view):
            yield view.value(one.pallet, one.item, hotkey, netuid)
    if view.has(_NOMINATOR):
        yield view.value(_NOMINATOR.pallet, _NOMINATOR.item)
    for coldkey in reach.coldkeys:
        yield holdings(view, coldkey)
        yield positions_of(view, coldkey)
        for netuid, side, _ in reach.orders:
            if side == "sell":
                yield locked_alpha(view, coldkey, netuid)
    for netuid, side, rao in reach.orders:
        if netuid and rao:
            yield simulation(view, netuid, side, rao)
