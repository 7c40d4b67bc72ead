"""The link to a network: calls and subscriptions over whichever endpoint serves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from taoctl.chain.bars import Bars
from taoctl.chain.health import Greet
from taoctl.chain.networks import shown
from taoctl.chain.rpc import LostError, SilentError, Subscription, Wire, repeatable
from taoctl.chain.submission import SUBMIT_AND_WATCH, Submission
from taoctl.chain.upkeep import Upkeep, silent
from taoctl.errors import DeadlineError, UnknownOutcomeError


class Link(Upkeep):
    """Calls and subscriptions over one of a network's endpoints.

    Args:
        call_timeout: default deadline of a call, in seconds. The others are as for Upkeep.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        greet: Greet,
        *,
        attempt_timeout: float = 5.0,
        call_timeout: float = 10.0,
        bars: Bars | None = None,
    ) -> None:
        super().__init__(endpoints, greet, attempt_timeout=attempt_timeout, bars=bars)
        self.call_timeout = call_timeout

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
        self._carrying.append(submission)
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
        self._asking_once += 1
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
                wire.end(SilentError(silent(limit)))
            why = f"{shown(wire.endpoint)} did not answer {method} within {limit:g} s"
        finally:
            self._asking_once -= 1
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
                wire.end(SilentError(silent(limit)))
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
                    wire.end(SilentError(silent(share)))
                    break
                await asyncio.wait((answer,), timeout=left)
            return await answer
        finally:
            answer.cancel()
