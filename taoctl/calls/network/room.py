"""Whether there is room for one more subnet, and which one goes where there is none.

Source: subnets/subnet.rs and coinbase/root.rs of subtensor at spec 425 (do_register_network,
get_network_to_prune).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.calls.network.moving import next_moving_prices
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, item, read
from taoctl.chain.view import Api, View
from taoctl.economics.emission import network_to_prune

ENTRIES = (NETWORKS, item("SubnetLimit"), item("NetworkRegisteredAt"))
PRUNES = Api("SubnetInfoRuntimeApi", "get_subnet_to_prune")
"""Where the runtime has it, a full chain makes room; what others do is not known here."""

_ROOT = 0
_CLOSE_PERCENT = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subnet that may have to go.

    Attributes:
        netuid: the subnet.
        price_bits: its moving price in the next block, I96F32.
        registered_at: the block of its registration.
    """

    netuid: int
    price_bits: int
    registered_at: int


@dataclass(frozen=True, slots=True)
class Room:
    """Where a new subnet would go.

    Attributes:
        count: how many subnets there are, root left out.
        limit: how many there may be.
        netuid: the number that the new one gets; None where that is not known, or there is none.
        leaving: the subnet that goes for it; None where none has to, or none may.
        runner_up: who goes in its place should prices move: one that is as cheap to a hundredth.
        open_from_block: the first block in which one may have to go, where none may now.
    """

    count: int
    limit: int
    netuid: int | None
    leaving: Candidate | None = None
    runner_up: Candidate | None = None
    open_from_block: int | None = None

    @property
    def full(self) -> bool:
        """Whether one has to go."""
        return self.count >= self.limit


async def room(view: View) -> Room:
    """Where a subnet that is created in the next block would go."""
    added, limit = await asyncio.gather(
        view.map(NETWORKS.pallet, NETWORKS.item), read(view, "SubnetLimit")
    )
    # The chain walks them by their keys, which are little-endian.
    walked = sorted((int(one) for one in added), key=lambda one: one.to_bytes(2, "little"))
    there = [netuid for netuid in walked if netuid != _ROOT and added[netuid]]
    if len(there) < int(limit):
        taken = set(walked)
        free = next(netuid for netuid in range(1, len(taken) + 2) if netuid not in taken)
        return Room(len(there), int(limit), free)
    if not view.has(PRUNES):
        return Room(len(there), int(limit), None)
    return await _making_room(view, there, int(limit))


async def _making_room(view: View, netuids: Sequence[int], limit: int) -> Room:
    registered, immunity, prices = await asyncio.gather(
        view.values(PALLET, "NetworkRegisteredAt", [(netuid,) for netuid in netuids]),
        read(view, "NetworkImmunityPeriod"),
        next_moving_prices(view, netuids),
    )
    since = dict(zip(netuids, map(int, registered), strict=True))
    table = {netuid: (prices[netuid], since[netuid]) for netuid in netuids}
    leaving = _next_to_go(table, view.block + 1, int(immunity))
    if leaving is None:
        soonest = min(since.values(), default=0) + int(immunity)
        return Room(len(netuids), limit, None, open_from_block=soonest)
    rest = {netuid: row for netuid, row in table.items() if netuid != leaving.netuid}
    second = _next_to_go(rest, view.block + 1, int(immunity))
    if second is not None and not _close(leaving, second):
        second = None
    return Room(len(netuids), limit, leaving.netuid, leaving, second)


def _next_to_go(table: dict[int, tuple[int, int]], block: int, immunity: int) -> Candidate | None:
    netuid = network_to_prune(table, block, immunity)
    return None if netuid is None else Candidate(netuid, *table[netuid])


def _close(first: Candidate, second: Candidate) -> bool:
    more = second.price_bits - first.price_bits
    return more * 100 <= first.price_bits * _CLOSE_PERCENT
