"""The link to a network: one socket, kept up by reconnecting and by changing endpoints."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from taoctl.chain.networks import shown
from taoctl.chain.rpc import (
    Caller,
    LostError,
    PolicyError,
    SilentError,
    Subscription,
    Wire,
    open_wire,
    repeatable,
)
from taoctl.chain.status import LinkState, LinkStatus, Pulse
from taoctl.chain.submission import SUBMIT_AND_WATCH, Submission
from taoctl.errors import DeadlineError, TaoctlError, UnknownOutcomeError, UnreachableError

FIRST_DELAY_S = 0.2
"""Pause before the second attempt to reconnect; the first comes at once."""
MAX_DELAY_S = 2.0
"""Longest pause between attempts during the first minute of an outage."""
LATE_DELAY_S = 15.0
"""Longest pause between attempts after that."""
BAR_S = 600.0
"""How long an endpoint that refuses us by policy (HTTP 429, 403, close 1008) is left alone."""

_GROWTH = 1.6
_STEADY_S = 10.0


class Link:
    """Calls and subscriptions over the first endpoint that serves.

    Args:
        endpoints: WebSocket URLs in the order they are tried.
        greet: runs on every new socket before it is used; a TaoctlError rejects the endpoint.
        attempt_timeout: seconds an endpoint has, when reconnecting, to open and be greeted.
        call_timeout: default deadline of a call, in seconds.

    `pulse` beats on every change of `status`.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        greet: Callable[[Caller], Awaitable[None]],
        *,
        attempt_timeout: float = 5.0,
        call_timeout: float = 10.0,
    ) -> None:
        if not endpoints:
            raise ValueError("no endpoints")
        self.endpoints = tuple(endpoints)
        self.call_timeout = call_timeout
        self.pulse = Pulse()
        self._greet = greet
        self._attempt_timeout = attempt_timeout
        self._wire: Wire | None = None
        self._at = 0
        self._barred_until: dict[str, float] = {}
        self._problems: dict[str, str] = {}
        self._subscriptions: list[Subscription] = []
        self._keeper: asyncio.Task[None] | None = None
        self._greeting_ms: float | None = None
        self._delay = 0.0
        self._state = LinkState.CONNECTING
        self._since = time.monotonic()

    @property
    def status(self) -> LinkStatus:
        """The link as it is now."""
        endpoint = self.endpoints[self._at]
        latency = self._wire.latency_ms if self._wire is not None else None
        problem: str | None = None
        if self._state is LinkState.REFUSED:
            problem = self._tried()
        elif self._state is not LinkState.LIVE:
            problem = self._problems.get(endpoint)
        return LinkStatus(
            shown(endpoint), latency or self._greeting_ms, self._state, self._since, problem
        )

    async def open(self, timeout: float) -> None:
        """Connect: try each endpoint once, in order, all within `timeout` seconds.

        Raises:
            UnreachableError: none serves; names each endpoint tried and why it failed.
        """
        share = timeout / len(self.endpoints)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._round(share)
        if self._wire is None:
            self._problems.setdefault(self.endpoints[self._at], _silent(share))
            raise self._unreachable()
        self._keeper = asyncio.create_task(self._keep(), name="keep the link")

    async def close(self) -> None:
        """Close the socket and stop reconnecting; calls still waiting fail."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        wire, self._wire = self._wire, None
        self._enter(LinkState.CLOSED)
        if wire is not None:
            await wire.close()

    # calls and subscriptions

    async def call(
        self, method: str, params: Sequence[Any] = (), *, timeout: float | None = None
    ) -> Any:
        """The result of one JSON-RPC request.

        A read that loses its connection is asked again on the next one, within the same
        deadline; a submission is sent once.

        Raises:
            RpcError: the node answered with an error.
            DeadlineError: a read got no answer within `timeout` seconds (default `call_timeout`).
            UnreachableError: no endpoint serves; nothing was sent.
            UnknownOutcomeError: a submission was sent, and not answered before the connection
                ended or the time was over.
        """

        async def ask(wire: Wire) -> Any:
            return await wire.request(method, params)

        if not repeatable(method):
            return await self._once(method, ask, timeout)
        return await self._on_wire(method, ask, timeout)

    async def submit_and_watch(self, extrinsic: str, *, timeout: float | None = None) -> Submission:
        """Hand a signed extrinsic, as hex, to the node in use and follow it there.

        It is sent once: neither a lost connection nor a silent node sends it anywhere again.
        Raises as `call` does for a submission.
        """

        async def ask(wire: Wire) -> Submission:
            submission = Submission(wire, extrinsic)
            await submission.send()
            return submission

        submission: Submission = await self._once(SUBMIT_AND_WATCH, ask, timeout)
        return submission

    async def subscribe(
        self,
        method: str,
        cancel: str,
        deliver: Callable[[Any], None],
        params: Sequence[Any] = (),
        *,
        timeout: float | None = None,
    ) -> Subscription:
        """Have `deliver` called with every value the node pushes, across reconnects.

        See Subscription for the arguments; raises as `call` does.
        """
        subscription = Subscription(method, params, cancel, deliver)

        async def ask(wire: Wire) -> None:
            await wire.subscribe(subscription)

        try:
            await self._on_wire(method, ask, timeout)
        except BaseException:
            subscription.active = False
            raise
        self._subscriptions.append(subscription)
        return subscription

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription; nothing is delivered any more."""
        subscription.active = False
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
        if self._wire is not None and not self._wire.ended.done():
            await self._wire.unsubscribe(subscription)

    async def _once(
        self, method: str, ask: Callable[[Wire], Awaitable[Any]], timeout: float | None
    ) -> Any:
        """Ask what must not be asked twice: on one wire, and never again."""
        limit = self.call_timeout if timeout is None else timeout
        wire: Wire | None = None
        sent_at = 0.0
        try:
            async with asyncio.timeout(limit):
                wire = await self._live_wire()
                sent_at = time.monotonic()
                return await ask(wire)
        except LostError as lost:
            why = f"the connection ended before {method} was answered: {lost.message}"
        except TimeoutError:
            if wire is None:
                raise self._unreachable() from None
            if wire.heard_at < sent_at:
                wire.end(SilentError(_silent(limit)))
            why = f"{shown(wire.endpoint)} did not answer {method} within {limit:g} s"
        raise UnknownOutcomeError(why, "look at the chain before you send it again")

    async def _on_wire(
        self, method: str, ask: Callable[[Wire], Awaitable[Any]], timeout: float | None
    ) -> Any:
        limit = self.call_timeout if timeout is None else timeout
        wire: Wire | None = None
        sent_at = 0.0
        try:
            async with asyncio.timeout(limit):
                while True:
                    wire = await self._live_wire()
                    sent_at = time.monotonic()
                    with contextlib.suppress(LostError):
                        return await self._answered(ask(wire), wire, limit)
        except TimeoutError:
            if wire is None or wire.ended.done():
                raise self._unreachable() from None
            if wire.heard_at < sent_at:
                wire.end(SilentError(_silent(limit)))
            raise DeadlineError(
                f"{shown(wire.endpoint)} did not answer {method} within {limit:g} s",
                "try again, allow more with --timeout, or name another endpoint with --network",
            ) from None

    async def _answered(self, asking: Awaitable[Any], wire: Wire, limit: float) -> Any:
        """The answer; an endpoint that says nothing for its share of the time is given up.

        The next one then has the rest of it. A lone endpoint has all of the time.
        """
        if len(self.endpoints) == 1:
            return await asking
        sent_at, share = time.monotonic(), limit / len(self.endpoints)
        answer = asyncio.ensure_future(asking)
        try:
            while not answer.done():
                left = max(sent_at, wire.heard_at) + share - time.monotonic()
                if left <= 0:
                    wire.end(SilentError(_silent(share)))
                    break
                await asyncio.wait((answer,), timeout=left)
            return await answer
        finally:
            answer.cancel()

    async def _live_wire(self) -> Wire:
        while True:
            beat = self.pulse.beat
            if self._wire is not None and not self._wire.ended.done():
                return self._wire
            if self._state is LinkState.CLOSED:
                raise UnreachableError("the connection is closed")
            if self._state is LinkState.REFUSED:
                raise self._unreachable()
            await self.pulse.wait(beat)

    # keeping the link

    async def _keep(self) -> None:
        while True:
            wire = self._wire
            assert wire is not None
            problem = await asyncio.shield(wire.ended)
            self._wire = None
            self._note(wire.endpoint, problem)
            self._enter(LinkState.LOST)
            await wire.close()
            if isinstance(problem, SilentError):
                self._at = (self._at + 1) % len(self.endpoints)
            if time.monotonic() - wire.opened_at >= _STEADY_S:
                self._delay = 0.0
            await self._reconnect()

    async def _reconnect(self) -> None:
        lost_at = time.monotonic()
        while True:
            await asyncio.sleep(self._delay * random.uniform(0.8, 1.0))
            longest = MAX_DELAY_S if time.monotonic() - lost_at < 60 else LATE_DELAY_S
            self._delay = min(max(self._delay * _GROWTH, FIRST_DELAY_S), longest)
            if await self._round(self._attempt_timeout):
                return
            barred_s = self._barred_s()
            self._enter(LinkState.REFUSED if barred_s else LinkState.LOST)
            await asyncio.sleep(barred_s)

    async def _round(self, limit: float) -> bool:
        """Try every endpoint that is not barred, the current one first."""
        first = self._at
        for step in range(len(self.endpoints)):
            at = (first + step) % len(self.endpoints)
            if self._barred_until.get(self.endpoints[at], 0.0) > time.monotonic():
                continue
            self._at = at
            if await self._attempt(self.endpoints[at], limit):
                return True
        return False

    async def _attempt(self, endpoint: str, limit: float) -> bool:
        wire: Wire | None = None
        try:
            async with asyncio.timeout(limit):
                wire = await open_wire(endpoint)
                asked_at = time.monotonic()
                await self._greet(wire.request)
                self._greeting_ms = (time.monotonic() - asked_at) * 1000
                for subscription in list(self._subscriptions):
                    await wire.subscribe(subscription)
        except (TimeoutError, TaoctlError) as error:
            problem = error if isinstance(error, TaoctlError) else SilentError(_silent(limit))
            if wire is not None:
                problem = wire.ended.result() if wire.ended.done() else problem
                await wire.close()
            self._note(endpoint, problem)
            return False
        except asyncio.CancelledError:
            if wire is not None:
                await wire.close()
            raise
        self._problems.pop(endpoint, None)
        self._wire = wire
        self._enter(LinkState.LIVE)
        return True

    def _note(self, endpoint: str, problem: TaoctlError) -> None:
        self._problems[endpoint] = problem.message
        if isinstance(problem, PolicyError):
            self._barred_until[endpoint] = time.monotonic() + BAR_S

    def _barred_s(self) -> float:
        """Seconds until an endpoint may be tried again; 0 when one may be now."""
        soonest = min(self._barred_until.get(endpoint, 0.0) for endpoint in self.endpoints)
        return max(0.0, soonest - time.monotonic())

    def _enter(self, state: LinkState) -> None:
        if state is not self._state:
            self._state, self._since = state, time.monotonic()
        self.pulse.fire()

    def _unreachable(self) -> UnreachableError:
        return UnreachableError(
            f"no endpoint answers: {self._tried()}",
            "check the address and your connection, or name another with --network",
        )

    def _tried(self) -> str:
        problems = self._problems
        return "; ".join(f"{shown(e)}: {problems.get(e, 'not tried')}" for e in self.endpoints)


def _silent(limit: float) -> str:
    return f"no answer within {limit:.3g} s"
