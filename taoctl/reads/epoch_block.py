"""In which block a subnet's next epoch runs, others that are due in the same block considered."""

from __future__ import annotations

import asyncio

from taoctl.chain.view import View
from taoctl.economics.schedule import Clock, epoch_runs_in
from taoctl.reads.entries import PALLET, ROOT_NETUID, item

_CLOCK = ("Tempo", "LastEpochBlock", "PendingEpochAt", "BlocksSinceLastStep")
_LIMIT = "MaxEpochsPerBlock"
EPOCH_BLOCK_NEEDS = tuple(item(name) for name in ("NetworksAdded", *_CLOCK, _LIMIT))
"""Entries without which it cannot be told; older runtimes have other schedules."""


async def epoch_block(view: View, netuid: int) -> int | None:
    """The block, if nobody changes a schedule until then; None for a subnet that runs no epochs.

    Unlike the runtime's own `next_epoch_start_block` it foresees that an epoch is put off because
    a block runs no more than MaxEpochsPerBlock of them.
    """
    added, limit = await asyncio.gather(
        view.map(PALLET, "NetworksAdded"), view.value(PALLET, _LIMIT)
    )
    netuids = sorted(int(one) for one, there in added.items() if there and one != ROOT_NETUID)
    keys = [(one,) for one in netuids]
    columns = await asyncio.gather(*(view.values(PALLET, name, keys) for name in _CLOCK))
    clocks = [
        Clock(one, *(int(column[place]) for column in columns)) for place, one in enumerate(netuids)
    ]
    return epoch_runs_in(clocks, netuid, view.block, int(limit))
