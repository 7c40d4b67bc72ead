"""Connecting to several endpoints at once, each with a head start over the next."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from taoctl.chain.health import Greeting
from taoctl.chain.rpc import Wire

HEAD_START_S = 1.0
"""Seconds that an endpoint has before the next is tried beside it, or less when time is short.

Connecting and greeting take four round trips with TLS, which are to fit in from anywhere on earth.
"""
LAGGARD_WAIT_S = 1.0
"""Seconds that the others have once one has answered that lags behind the chain."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A socket that was greeted, and what it said."""

    wire: Wire
    greeting: Greeting


Attempt = Callable[[str, float], Awaitable[Opened | None]]


async def race(
    urls: Sequence[str], deadline: float, attempt: Attempt, lagging: Callable[[str], bool]
) -> AsyncGenerator[Opened, None]:
    """Sockets as they are greeted, those of laggards last; the reader keeps what it is given.

    An endpoint that fails lets the next one begin at once. Whatever is still under way when the
    reader stops is cancelled and closed.

    Args:
        urls: in the order they begin.
        deadline: `time.monotonic()` at which every attempt ends.
        attempt: connects to one, or returns None.
        lagging: whether an endpoint that was greeted is behind the chain.
    """
    waiting = deque(urls)
    racing: list[asyncio.Task[Opened | None]] = []
    spare: list[Opened] = []
    try:
        while waiting or racing:
            if waiting:
                racing.append(asyncio.ensure_future(attempt(waiting.popleft(), deadline)))
            patience = LAGGARD_WAIT_S if spare else None
            if waiting:
                share = (deadline - time.monotonic()) / (len(waiting) + 1)
                patience = min(HEAD_START_S, max(0.0, share))
            done, _ = await asyncio.wait(
                racing, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            if not done and not waiting and spare:
                break
            for task in [task for task in racing if task in done]:
                racing.remove(task)
                opened = task.result()
                if opened is None:
                    continue
                if lagging(opened.wire.endpoint):
                    spare.append(opened)
                else:
                    yield opened
        while spare:
            yield spare.pop(0)
    finally:
        await _give_up(racing, spare)


async def _give_up(racing: list[asyncio.Task[Opened | None]], spare: list[Opened]) -> None:
    for task in racing:
        task.cancel()
    ended = await asyncio.gather(*racing, return_exceptions=True)
    left = [one for one in ended if isinstance(one, Opened)] + spare
    await asyncio.gather(*(opened.wire.close() for opened in left))
