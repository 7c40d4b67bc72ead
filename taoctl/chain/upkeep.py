"""Keeping a socket to a network: opening, reconnecting, and changing to a better endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence

from taoctl.chain.bars import Bars
from taoctl.chain.health import Endpoints, Greet, Greeting
from taoctl.chain.networks import shown
from taoctl.chain.race import Opened, race
from taoctl.chain.rpc import SilentError, Subscription, Wire, open_wire
from taoctl.chain.status import LinkState, LinkStatus, Pulse
from taoctl.chain.submission import Submission
from taoctl.errors import TaoctlError, UnreachableError

FIRST_DELAY_S = 0.2
"""Pause before the second attempt to reconnect; the first comes at once."""
MAX_DELAY_S = 2.0
"""Longest pause between attempts during the first minute of an outage."""
LATE_DELAY_S = 15.0
"""Longest pause between attempts after that."""
PATROL_S = 60.0
"""About how often the other endpoints are looked at, to leave one that lags or is slow."""

_GROWTH = 1.6
_STEADY_S = 10.0
_REFUSED_SHARE = 0.6


class Upkeep:
    """One of a network's endpoints, kept up.

    On opening, the endpoint that is greeted first is taken: each has a short head start over the
    next. Later, whenever the others are looked at, one that lags or is slow is left for another.

    Args:
        endpoints: WebSocket URLs in the order they are tried.
        greet: runs on every new socket before it is used; a TaoctlError rejects the endpoint.
        attempt_timeout: seconds an endpoint has, when reconnecting, to open and be greeted.
        bars: endpoints that refused us lately, also in earlier processes.

    `pulse` beats on every change of `status`.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        greet: Greet,
        *,
        attempt_timeout: float = 5.0,
        bars: Bars | None = None,
    ) -> None:
        self.pulse = Pulse()
        self._pool = Endpoints(endpoints, bars or Bars())
        self._greet = greet
        self._attempt_timeout = attempt_timeout
        self._wire: Wire | None = None
        self._subscriptions: list[Subscription] = []
        self._carrying: list[Submission] = []
        self._asking_once = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._delay = 0.0
        self._state = LinkState.CONNECTING
        self._since = time.monotonic()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that may serve, in the order they were given."""
        return self._pool.urls

    @property
    def status(self) -> LinkStatus:
        """The link as it is now."""
        endpoint = self._pool.current
        health = self._pool[endpoint]
        latency = self._wire.latency_ms if self._wire is not None else None
        problem: str | None = None
        if self._state is LinkState.REFUSED:
            problem = self._pool.tried()
        elif self._state is not LinkState.LIVE:
            problem = health.problem
        return LinkStatus(
            shown(endpoint), latency or health.latency_ms, self._state, self._since, problem
        )

    async def open(self, timeout: float) -> None:
        """Connect to the first endpoint that is greeted, all within `timeout` seconds.

        Endpoints that refused an earlier command are asked only when no other serves.

        Raises:
            UnreachableError: none serves; names each endpoint tried and why it failed.
        """
        now = time.monotonic()
        refused = self._pool.barred()
        others = [url for url in self._pool.urls if url not in refused]
        share = _REFUSED_SHARE if refused and others else 1.0
        if not await self._round(others, now + timeout * share):
            await self._round(refused, now + timeout)
        if self._wire is None:
            raise self._unreachable()
        self._tasks = [asyncio.create_task(self._keep(), name="keep the link")]
        if len(self._pool.urls) > 1:
            self._tasks.append(asyncio.create_task(self._patrol(), name="keep looking around"))

    async def close(self) -> None:
        """Close the socket and stop reconnecting; calls still waiting fail."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        wire, self._wire = self._wire, None
        self._enter(LinkState.CLOSED)
        if wire is not None:
            await wire.close()

    # keeping the link

    async def _live_wire(self) -> Wire:
        """The socket in use, once there is one."""
        while True:
            beat = self.pulse.beat
            if self._wire is not None and not self._wire.ended.done():
                return self._wire
            if self._state is LinkState.CLOSED:
                raise UnreachableError("the connection is closed")
            if self._state is LinkState.REFUSED:
                raise self._unreachable()
            await self.pulse.wait(beat)

    async def _keep(self) -> None:
        while True:
            wire = self._wire
            assert wire is not None
            problem = await asyncio.shield(wire.ended)
            await wire.close()
            if self._wire is not wire:
                continue  # left for a better one
            self._wire = None
            self._pool.failed(wire.endpoint, problem)
            self._enter(LinkState.LOST)
            if isinstance(problem, SilentError):
                self._pool.pass_over()
            if time.monotonic() - wire.opened_at >= _STEADY_S:
                self._delay = 0.0
            await self._reconnect()

    async def _reconnect(self) -> None:
        lost_at = time.monotonic()
        while True:
            await asyncio.sleep(self._delay * random.uniform(0.8, 1.0))
            longest = MAX_DELAY_S if time.monotonic() - lost_at < 60 else LATE_DELAY_S
            self._delay = min(max(self._delay * _GROWTH, FIRST_DELAY_S), longest)
            if await self._round(self._pool.order(), time.monotonic() + self._attempt_timeout):
                return
            barred_s = self._pool.barred_s()
            self._enter(LinkState.REFUSED if barred_s else LinkState.LOST)
            await asyncio.sleep(barred_s)

    async def _round(self, urls: Sequence[str], deadline: float) -> bool:
        """Take the first of these endpoints that can be used; whether there was one."""
        sockets = race(urls, deadline, self._attempt, self._pool.lagging)
        async with contextlib.aclosing(sockets):
            async for opened in sockets:
                if await self._use(opened):
                    return True
        return False

    async def _attempt(self, url: str, deadline: float) -> Opened | None:
        """A greeted socket to an endpoint, or None, with the reason noted."""
        wire: Wire | None = None
        limit = deadline - time.monotonic()
        try:
            async with asyncio.timeout(limit):
                wire = await open_wire(url)
                greeting = await self._look(wire)
        except (TimeoutError, TaoctlError) as error:
            problem = error if isinstance(error, TaoctlError) else SilentError(silent(limit))
            if wire is not None:
                problem = wire.ended.result() if wire.ended.done() else problem
                await wire.close()
            self._pool.failed(url, problem)
            return None
        except BaseException:
            if wire is not None:
                await wire.close()
            raise
        return Opened(wire, greeting)

    async def _look(self, wire: Wire) -> Greeting:
        asked_at = time.monotonic()
        greeting = await self._greet(wire.request) or Greeting()
        self._pool.served(wire.endpoint, greeting, (time.monotonic() - asked_at) * 1000)
        return greeting

    async def _use(self, opened: Opened) -> bool:
        """Take a socket into use, in place of the one there is; whether that went well."""
        wire, limit = opened.wire, self._attempt_timeout
        try:
            async with asyncio.timeout(limit):
                opened.greeting.adopt()
                for subscription in list(self._subscriptions):
                    await wire.subscribe(subscription)
        except (TimeoutError, TaoctlError) as error:
            problem = error if isinstance(error, TaoctlError) else SilentError(silent(limit))
            self._pool.failed(wire.endpoint, wire.ended.result() if wire.ended.done() else problem)
            await wire.close()
            return False
        except BaseException:
            await wire.close()
            raise
        self._wire, before = wire, self._wire
        self._pool.current = wire.endpoint
        self._enter(LinkState.LIVE)
        if before is not None:
            before.end(UnreachableError("it was left for an endpoint that serves better"))
        return True

    # leaving an endpoint that lags or is slow

    async def _patrol(self) -> None:
        while True:
            await asyncio.sleep(PATROL_S * random.uniform(0.8, 1.2))
            await self._look_around()

    async def _look_around(self) -> None:
        """Compare the endpoints, twice, and move to one that is clearly better both times.

        While a transaction is being handed over or followed, nothing is moved.
        """
        better: str | None = None
        for _ in range(2):
            wire, before = self._wire, better
            if wire is None or self._busy():
                return
            others = [url for url in self._pool.order() if url != wire.endpoint]
            served, *_ = await asyncio.gather(self._serves(wire), *map(self._measure, others))
            better = self._pool.better() if served else None
            if better is None or before not in (None, better):
                return
        assert better is not None
        if self._busy() or self._wire is not wire:
            return
        opened = await self._attempt(better, time.monotonic() + self._attempt_timeout)
        if opened is None:
            return
        if self._wire is not wire or self._busy():
            await opened.wire.close()
            return
        await self._use(opened)

    async def _serves(self, wire: Wire) -> bool:
        """Whether the endpoint in use answers; one that says nothing at all is given up."""
        asked_at = time.monotonic()
        try:
            async with asyncio.timeout(self._attempt_timeout):
                await self._look(wire)
        except TimeoutError:
            if wire.heard_at < asked_at:
                wire.end(SilentError(silent(self._attempt_timeout)))
            return False
        except TaoctlError:
            return False
        return True

    async def _measure(self, url: str) -> None:
        opened = await self._attempt(url, time.monotonic() + self._attempt_timeout * 0.9)
        if opened is not None:
            await opened.wire.close()

    def _busy(self) -> bool:
        self._carrying = [one for one in self._carrying if not one.over]
        return bool(self._carrying) or self._asking_once > 0

    def _enter(self, state: LinkState) -> None:
        if state is not self._state:
            self._state, self._since = state, time.monotonic()
        self.pulse.fire()

    def _unreachable(self) -> UnreachableError:
        return UnreachableError(
            f"no endpoint answers: {self._pool.tried()}",
            "check the address and your connection, or name another with --network",
        )


def silent(limit: float) -> str:
    """In words that nothing came within some seconds."""
    return f"no answer within {limit:.3g} s"
