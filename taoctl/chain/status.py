"""The state of the connection to a chain, as a value that screens can show."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum


class LinkState(StrEnum):
    """What the connection is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The connection at one moment.

    Attributes:
        endpoint: URL in use, or the one last tried, without credentials.
        latency_ms: the last measured round trip, None before the first.
        state: live, or why not.
        since: `time.monotonic()` of the last change of state.
        problem: what is wrong, None while live.
    """

    endpoint: str
    latency_ms: float | None
    state: LinkState
    since: float
    problem: str | None

    @property
    def live(self) -> bool:
        """Whether requests go out."""
        return self.state is LinkState.LIVE


class Pulse:
    """A counter that coroutines can wait on until it moves; never misses a beat."""

    def __init__(self) -> None:
        self.beat = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Move the counter and wake everyone who waits."""
        self.beat += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seen: int) -> int:
        """Return the counter as soon as it differs from `seen`."""
        while self.beat == seen:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
        return self.beat
