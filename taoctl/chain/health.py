"""What is known of each endpoint of a network, and which to try first."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from taoctl.chain.bars import Bars
from taoctl.chain.networks import shown
from taoctl.chain.rpc import Caller, PolicyError
from taoctl.errors import TaoctlError

BAR_S = 600.0
"""How long an endpoint that refuses us by policy (HTTP 429, 403, close 1008) is left alone."""
MAX_LAG_BLOCKS = 5
"""Blocks that an endpoint may be behind another before it is left."""
_TOGETHER_S = 10.0
_SLOWER = 3.0
_SLOWER_MS = 200.0


@dataclass(frozen=True, slots=True)
class Greeting:
    """What an endpoint said on being greeted.

    Attributes:
        height: number of its newest block, None when that was not asked.
        syncing: whether it says that it is still catching up with the chain.
        adopt: called when the endpoint is taken into use.
    """

    height: int | None = None
    syncing: bool = False
    adopt: Callable[[], None] = lambda: None


Greet = Callable[[Caller], Awaitable[Greeting | None]]
"""Says the first words on a new socket; a TaoctlError rejects the endpoint."""


@dataclass(slots=True)
class Health:
    """One endpoint: the last look at it.

    Attributes:
        problem: why it did not serve, None when it did.
        latency_ms: of its greeting.
        height: its newest block, and `seen_at`, `time.monotonic()` of when it said so.
        syncing: whether it said that it is catching up.
        barred_until: `time.monotonic()` before which it is not tried.
    """

    problem: str | None = None
    latency_ms: float | None = None
    height: int | None = None
    seen_at: float = 0.0
    syncing: bool = False
    barred_until: float = 0.0


class Endpoints:
    """The endpoints of a network in the order they were given, with their health.

    Args:
        urls: WebSocket URLs.
        bars: refusals remembered from other processes.
    """

    def __init__(self, urls: Sequence[str], bars: Bars) -> None:
        if not urls:
            raise ValueError("no endpoints")
        self.urls = tuple(dict.fromkeys(urls))
        self.current = self.urls[0]
        self._bars = bars
        now = time.monotonic()
        self._health = {url: Health(barred_until=now + bars.left_s(url)) for url in self.urls}

    def __getitem__(self, url: str) -> Health:
        return self._health[url]

    def order(self) -> list[str]:
        """Those that may be tried, the current one first; laggards come last."""
        at = self.urls.index(self.current)
        turned = self.urls[at:] + self.urls[:at]
        allowed = [url for url in turned if self[url].barred_until <= time.monotonic()]
        return sorted(allowed, key=self.lagging)

    def barred(self) -> list[str]:
        """Those that refused us lately, here or in an earlier process."""
        return [url for url in self.urls if self[url].barred_until > time.monotonic()]

    def pass_over(self) -> None:
        """Let the one after the current one come first."""
        self.current = self.urls[(self.urls.index(self.current) + 1) % len(self.urls)]

    def failed(self, url: str, problem: TaoctlError) -> None:
        """Note why an endpoint does not serve; one that refuses us is left alone for a while."""
        health = self[url]
        health.problem = problem.message
        if isinstance(problem, PolicyError):
            seconds = max(BAR_S, problem.retry_after_s or 0.0)
            health.barred_until = time.monotonic() + seconds
            self._bars.bar(url, seconds)

    def served(self, url: str, greeting: Greeting, latency_ms: float) -> None:
        """Note what an endpoint said."""
        health = self[url]
        health.problem, health.latency_ms, health.syncing = None, latency_ms, greeting.syncing
        health.barred_until = 0.0
        if greeting.height is not None:
            health.height, health.seen_at = greeting.height, time.monotonic()
        self._bars.lift(url)

    def behind(self, url: str) -> int:
        """Blocks that the endpoint is behind the highest of those asked at about the same time."""
        own = self[url]
        if own.height is None:
            return 0
        others = (
            health.height
            for health in self._health.values()
            if health.height is not None and abs(health.seen_at - own.seen_at) <= _TOGETHER_S
        )
        return max(others) - own.height

    def lagging(self, url: str) -> bool:
        """Whether the endpoint is catching up, or was behind the others on the last look."""
        return self[url].syncing or self.behind(url) > MAX_LAG_BLOCKS

    def better(self) -> str | None:
        """An endpoint that serves clearly better than the current one, seen just now, or None."""
        mine = self[self.current]
        others = [
            url
            for url in self.order()
            if url != self.current and self._looked_at(url) and not self.lagging(url)
        ]
        if self.lagging(self.current):
            return min(others, key=lambda url: (self.behind(url), self._latency(url)), default=None)
        quickest = min(others, key=self._latency, default=None)
        if quickest is None or mine.latency_ms is None:
            return None
        limit = min(mine.latency_ms / _SLOWER, mine.latency_ms - _SLOWER_MS)
        return quickest if self._latency(quickest) < limit else None

    def _looked_at(self, url: str) -> bool:
        health = self[url]
        just_now = abs(health.seen_at - self[self.current].seen_at) <= _TOGETHER_S
        return health.problem is None and health.latency_ms is not None and just_now

    def _latency(self, url: str) -> float:
        latency = self[url].latency_ms
        return float("inf") if latency is None else latency

    def barred_s(self) -> float:
        """Seconds until an endpoint may be tried again; 0 when one may be now."""
        soonest = min(health.barred_until for health in self._health.values())
        return max(0.0, soonest - time.monotonic())

    def tried(self) -> str:
        """Each endpoint and why it does not serve, in words."""
        return "; ".join(
            f"{shown(url)}: {health.problem or 'not tried'}" for url, health in self._health.items()
        )
