"""Running coroutines on a clock that stands still while anything is being done.

A test's deadlines then tell what waits for what, and not how fast the machine is.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar
from unittest.mock import patch

T = TypeVar("T")


class _Idle(selectors.DefaultSelector):
    """Waits as it is told; `idle_s` grows by each wait in which nothing came."""

    idle_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout)
        if timeout is not None and timeout > 0 and not found:
            self.idle_s += timeout
        return found


class SteadyLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only while nothing happens.

    Both ends of a connection live in a test's loop: what one has sent, the other has. Only a
    wait that ends without news is a wait for a timer, and it takes as long as the timer says;
    a machine that is slow, or lends its processors to others, makes no deadline pass.
    """

    def __init__(self) -> None:
        self._begun, self._idle = time.monotonic(), _Idle()
        super().__init__(self._idle)

    def time(self) -> float:
        """Seconds, comparable with `time.monotonic()` when the loop was made."""
        return self._begun + self._idle.idle_s


def run(work: Coroutine[Any, Any, T], hang_s: float = 60.0) -> T:
    """As `asyncio.run`; `time.monotonic` is the loop's time meanwhile.

    Args:
        work: what to run; cancelled after so many steady seconds.
        hang_s: longer than anything that works can take.
    """

    async def guarded() -> T:
        with patch("time.monotonic", asyncio.get_running_loop().time):
            return await asyncio.wait_for(work, hang_s)

    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        return runner.run(guarded())


class SteadyPolicy(asyncio.DefaultEventLoopPolicy):
    """Makes steady loops of all that are asked for, also by `asyncio.run`."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop that no thread uses yet."""
        return SteadyLoop()
