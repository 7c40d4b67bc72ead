"""What a new subnet costs: now, in the next block, and when it would cost less.

Source: coinbase/root.rs of subtensor at spec 425 (get_network_lock_cost). The runtime's own answer
counts; where the formula gives another one, how the price goes on is not known.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.stake.hotkeys import item, read, read_or_none
from taoctl.chain.view import Api, View
from taoctl.economics.emission import block_emission
from taoctl.economics.network_cost import NetworkCost, reduction_interval

COST = Api("SubnetRegistrationRuntimeApi", "get_network_registration_cost")
ENTRIES = (
    COST,
    item("NetworkLastLockCost"),
    item("NetworkMinLockCost"),
    item("NetworkLockReductionInterval"),
    item("NetworkRateLimit"),
    item("TotalIssuance"),
)
_LAST = "NetworkLastRegistered"
"""The storage item before spec 365, and the key of LastRateLimitedBlock since."""


@dataclass(frozen=True, slots=True)
class NetworkPrice:
    """The price of a subnet as of a block; amounts are rao of TAO.

    Attributes:
        block: the block that was read.
        now_rao: what it costs in that block, as the runtime says.
        curve: how it goes on; None where that is not known.
        last_block: when a subnet was created last; 0 for never.
        limit_blocks: how long nobody may create another after that.
    """

    block: int
    now_rao: int
    curve: NetworkCost | None
    last_block: int
    limit_blocks: int

    @property
    def next_rao(self) -> int:
        """In the next block; what it costs now where nobody knows how it goes on."""
        return self.now_rao if self.curve is None else self.curve.at(self.block + 1)

    @property
    def open_from_block(self) -> int:
        """The first block in which a subnet may be created again; 0 where none was yet."""
        return self.last_block + self.limit_blocks if self.last_block else 0

    def first_block_at(self, most_rao: int) -> int | None:
        """The first block from the next one on in which it costs no more than an amount.

        None where it never does, or where nobody knows. It supposes that nobody creates a subnet.
        """
        if most_rao >= self.next_rao:
            return self.block + 1
        return None if self.curve is None else self.curve.first_block_at(most_rao)


async def network_price(view: View) -> NetworkPrice:
    """The price of a subnet at a view's block; raises NotInRuntimeError without `ENTRIES`."""
    now, last_rao, least, interval, issued, limit, last_block = await asyncio.gather(
        view.api(COST.api, COST.method),
        read(view, "NetworkLastLockCost"),
        read(view, "NetworkMinLockCost"),
        read(view, "NetworkLockReductionInterval"),
        read(view, "TotalIssuance"),
        read(view, "NetworkRateLimit"),
        _last_block(view),
    )
    curve = NetworkCost(
        last_rao=int(last_rao),
        last_block=last_block,
        least_rao=int(least),
        interval_blocks=reduction_interval(int(interval), block_emission(int(issued))),
    )
    known = curve.at(view.block) == int(now)
    return NetworkPrice(view.block, int(now), curve if known else None, last_block, int(limit))


async def _last_block(view: View) -> int:
    before = await read_or_none(view, _LAST)
    if before is not None:
        return int(before)
    return int(await read_or_none(view, "LastRateLimitedBlock", _LAST) or 0)
