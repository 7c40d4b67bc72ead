"""When the blocks of a chain are made, and how long they take, measured."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from statistics import median_low

from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError, RefusedError

_SPANS = 5
_SPAN_BLOCKS = 20


async def measured_block_ms(view: View) -> int | None:
    """Milliseconds that a block usually took, over the hundred before a view.

    The median of what five spans of twenty took on the mean: a halt is in one of them, and says
    nothing of the blocks to come. None where it cannot be told: the chain is too young, or its
    node keeps too little of it.
    """
    return await view.derived("block ms", lambda: _measure(view))


async def block_time_ms(view: View) -> int:
    """When a view's block was made, ms since 1970; now for a first block, which has no time."""
    return await view.timestamp_ms() or time.time_ns() // 1_000_000


async def _measure(view: View) -> int | None:
    span = min(max((view.block - 1) // _SPANS, 1), _SPAN_BLOCKS)
    spans = min((view.block - 1) // span, _SPANS)
    if spans < 1:
        return None
    try:
        before = (view.chain.at_block(view.block - span * back) for back in range(1, spans + 1))
        marks = (view, *await asyncio.gather(*before))
        times = await asyncio.gather(*(mark.timestamp_ms() for mark in marks))
    except (RefusedError, NotInRuntimeError):
        return None
    usual = median_low((later - earlier) // span for later, earlier in pairwise(times))
    return usual if usual > 0 else None
