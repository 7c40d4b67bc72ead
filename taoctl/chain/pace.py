"""When the blocks of a chain are made, and how long they take, measured."""

from __future__ import annotations

import asyncio
import time

from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError, RefusedError

_MEASURED_BLOCKS = 100


async def measured_block_ms(view: View) -> int | None:
    """Milliseconds that a block took on the mean, over the hundred before a view.

    None where it cannot be told: the chain is too young, or its node keeps too little of it.
    """
    return await view.derived("block ms", lambda: _measure(view))


async def block_time_ms(view: View) -> int:
    """When a view's block was made, ms since 1970; now for a first block, which has no time."""
    return await view.timestamp_ms() or time.time_ns() // 1_000_000


async def _measure(view: View) -> int | None:
    back = min(_MEASURED_BLOCKS, view.block - 1)
    if back < 1:
        return None
    try:
        older = await view.chain.at_block(view.block - back)
        now, then = await asyncio.gather(view.timestamp_ms(), older.timestamp_ms())
    except (RefusedError, NotInRuntimeError):
        return None
    return (now - then) // back if now > then > 0 else None
