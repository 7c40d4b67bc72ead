"""One extrinsic handed to one node, and what that node's pool says becomes of it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from taoctl.chain.networks import shown
from taoctl.chain.rpc import LostError, Subscription, Wire
from taoctl.chain.status import Pulse
from taoctl.errors import BadDataError, TaoctlError

SUBMIT_AND_WATCH = "author_submitAndWatchExtrinsic"
UNWATCH = "author_unwatchExtrinsic"
MAX_UNREAD = 1024
"""Statuses that may wait to be read; a node that pushes more is broken."""

_BARE = frozenset(("future", "ready", "dropped", "invalid"))
_WITH_HASH = frozenset(("inBlock", "retracted", "finalityTimeout", "finalized", "usurped"))
_LAST = frozenset(("finalityTimeout", "finalized", "usurped", "dropped", "invalid"))
_HASH_CHARACTERS = 66


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """A word of the node's transaction pool about an extrinsic.

    Attributes:
        name: future, ready, broadcast, inBlock, retracted, finalityTimeout, finalized, usurped,
            dropped or invalid, as the node says it.
        hash: `0x` hash of the block, or of the extrinsic that took its place when `usurped`;
            None for the others.
    """

    name: str
    hash: str | None = None

    @property
    def last(self) -> bool:
        """Whether the node says nothing after this."""
        return self.name in _LAST


def read_status(value: Any) -> PoolStatus:
    """A pushed status; raises BadDataError for anything else."""
    if isinstance(value, str) and value in _BARE:
        return PoolStatus(value)
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name == "broadcast" and isinstance(inner, list):
            return PoolStatus(name)
        if name in _WITH_HASH and _is_hash(inner):
            return PoolStatus(name, inner.lower())
    raise BadDataError("the node sent a status of an extrinsic that cannot be read")


def _is_hash(text: Any) -> bool:
    if not isinstance(text, str) or len(text) != _HASH_CHARACTERS or text[:2] != "0x":
        return False
    return all(digit in "0123456789abcdefABCDEF" for digit in text[2:])


class Submission:
    """The statuses of an extrinsic, for `async for`, until the node's last word.

    It lives and dies with the socket that it was sent over: when that ends, iterating raises
    LostError, and nothing is sent again anywhere. What a node says is only what that node thinks:
    whether the extrinsic was executed stands in the blocks.

    Attributes:
        endpoint: the node that took it, without credentials.
    """

    def __init__(self, wire: Wire, extrinsic: str) -> None:
        self.endpoint = shown(wire.endpoint)
        self._wire = wire
        self._subscription = Subscription(SUBMIT_AND_WATCH, [extrinsic], UNWATCH, self._take)
        self._unread: deque[PoolStatus] = deque()
        self._pulse = Pulse()
        self._over = False

    async def send(self) -> None:
        """Hand it over; returns when the node has taken it. To be called once.

        Raises:
            RpcError: the node refuses it.
            LostError: the connection ended first, so it may or may not have been taken.
        """
        try:
            await self._wire.subscribe(self._subscription)
        except BaseException:
            self._subscription.active = False
            raise
        self._wire.ended.add_done_callback(lambda _: self._pulse.fire())

    @property
    def over(self) -> bool:
        """Whether nothing more is to come: the last word was read, or the socket has ended."""
        return self._over or self._wire.ended.done()

    def _take(self, value: Any) -> None:
        if len(self._unread) >= MAX_UNREAD:
            raise BadDataError("the node pushes statuses of an extrinsic without end")
        self._unread.append(read_status(value))
        self._pulse.fire()

    def __aiter__(self) -> AsyncIterator[PoolStatus]:
        return self

    async def __anext__(self) -> PoolStatus:
        while True:
            beat = self._pulse.beat
            if self._over:
                raise StopAsyncIteration
            if self._unread:
                status = self._unread.popleft()
                self._over = status.last
                if self._over:
                    self._wire.forget(self._subscription)
                return status
            if self._wire.ended.done():
                problem: TaoctlError = self._wire.ended.result()
                raise LostError(f"{self.endpoint}: {problem.message}", problem.hint)
            await self._pulse.wait(beat)

    async def close(self) -> None:
        """Stop watching; the extrinsic stays where it is."""
        self._over = True
        self._pulse.fire()
        if self._subscription.active and not self._wire.ended.done():
            await self._wire.unsubscribe(self._subscription)
