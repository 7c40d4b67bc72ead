"""What a new subnet costs: now, later, and when one may be created at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import Api, View
from taoctl.economics.emission import block_emission
from taoctl.economics.network_cost import NetworkCost, reduction_interval
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, item, value_or_none
from taoctl.reads.registry import read

_COST = Api("SubnetRegistrationRuntimeApi", "get_network_registration_cost")
_DAY_BLOCKS = 7_200
_LAST = "NetworkLastRegistered"
"""The storage item before spec 365, and the key of LastRateLimitedBlock since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCostRow:
    """The price of a subnet and how it goes on, if nobody creates one."""

    cost_rao: Annotated[int, Column("cost", Kind.TAO, "what a subnet costs in this block")]
    next_block_rao: Annotated[
        int | None, Column("next block", Kind.TAO, "in the next block; - where it cannot be told")
    ]
    day_rao: Annotated[int | None, Column("in a day", Kind.TAO, "after 7200 blocks")]
    week_rao: Annotated[int | None, Column("in a week", Kind.TAO, "after 50400 blocks")]
    step_rao: Annotated[
        int | None,
        Column(
            "per block", Kind.TAO, "by how much it falls with each block; 0 at the least", drop=2
        ),
    ]
    least_rao: Annotated[int, Column("least", Kind.TAO, "what it costs at least")]
    least_block: Annotated[
        int | None,
        Column("least from", Kind.BLOCK, "block in which it is down to that; this one if it is"),
    ]
    last_rao: Annotated[int, Column("last", Kind.TAO, "what the last subnet cost", drop=1)]
    last_block: Annotated[
        int | None, Column("created", Kind.BLOCK, "block of the last one; - for none", drop=3)
    ]
    open_from_block: Annotated[
        int, Column("open from", Kind.BLOCK, "first block that lets anybody create the next one")
    ]


@read(
    "network-cost",
    row=NetworkCostRow,
    needs=(
        _COST,
        item("NetworkLastLockCost"),
        item("NetworkMinLockCost"),
        item("NetworkLockReductionInterval"),
        item("NetworkRateLimit"),
        item("TotalIssuance"),
        (item(_LAST), item("LastRateLimitedBlock")),
    ),
    help="what a new subnet costs, now and later, and when one may be created",
)
async def network_cost(view: View) -> NetworkCostRow:
    """The price of a subnet at a block.

    How it goes on is None where the runtime's own figure is not what the formula gives.
    """
    now, last, least, interval, issued, limit, before, noted = await asyncio.gather(
        view.api(_COST.api, _COST.method),
        view.value(PALLET, "NetworkLastLockCost"),
        view.value(PALLET, "NetworkMinLockCost"),
        view.value(PALLET, "NetworkLockReductionInterval"),
        view.value(PALLET, "TotalIssuance"),
        view.value(PALLET, "NetworkRateLimit"),
        value_or_none(view, _LAST),
        value_or_none(view, "LastRateLimitedBlock", _LAST),
    )
    last_block = int((noted if before is None else before) or 0)
    blocks = reduction_interval(int(interval), block_emission(int(issued)))
    curve = NetworkCost(int(last), last_block, int(least), blocks)
    known = curve.at(view.block) == int(now)
    following = view.block + 1
    least_block = curve.first_block_at(int(least))
    return NetworkCostRow(
        cost_rao=int(now),
        next_block_rao=curve.at(following) if known else None,
        day_rao=curve.at(following + _DAY_BLOCKS) if known else None,
        week_rao=curve.at(following + 7 * _DAY_BLOCKS) if known else None,
        step_rao=_step(curve, view.block) if known else None,
        least_rao=int(least),
        least_block=max(least_block, view.block) if known and least_block is not None else None,
        last_rao=int(last),
        last_block=last_block or None,
        open_from_block=max(last_block + int(limit) if last_block else 0, following),
    )


def _step(curve: NetworkCost, block: int) -> int:
    return curve.step_rao if curve.at(block) > curve.least_rao else 0
