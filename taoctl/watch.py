"""Live values: a read that runs again on every new head, with trouble as a value."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from taoctl.chain.status import LinkState
from taoctl.errors import TaoctlError

if TYPE_CHECKING:
    from taoctl.chain.client import Chain
    from taoctl.chain.header import Head
    from taoctl.chain.view import View

T = TypeVar("T")
S = TypeVar("S")

RETRY_S = 2.0
"""Pause after a failed read when no new block comes first."""

_INTERVALS = 8
_SLACK_S = 0.5
_LEAST_S = 1.5


@dataclass(frozen=True)
class Live(Generic[T]):
    """What a read said about the newest block it could be run on.

    Attributes:
        rows: the answer, None before the first one.
        block, block_hash: where it is from.
        at_monotonic: `time.monotonic()` when that block was heard of.
        problem: why `rows` may be old, None while they are the newest.
    """

    rows: T | None
    block: int | None
    block_hash: str | None
    at_monotonic: float
    problem: str | None


class Pace:
    """How often blocks have come, so that silence can be told from a slow chain."""

    def __init__(self) -> None:
        self._last: Head | None = None
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)

    def note(self, head: Head) -> None:
        """Take note of a head; the same one again says nothing."""
        last = self._last
        if last is not None and last.hash == head.hash:
            return
        if last is not None and head.number > last.number:
            blocks = head.number - last.number
            self._intervals.append((head.at_monotonic - last.at_monotonic) / blocks)
        self._last = head

    def interrupt(self) -> None:
        """Blocks are not being heard of: the time until the next one says nothing."""
        self._last = None

    @property
    def patience_s(self) -> float | None:
        """Seconds after which the next block is overdue: twice the longest of the last ones.

        None while too few blocks have come to say.
        """
        if len(self._intervals) < 2:
            return None
        return max(2 * max(self._intervals) + _SLACK_S, _LEAST_S)

    def patience_left(self, now: float) -> float | None:
        """Seconds until the next block is overdue; None when it is already, or nobody knows."""
        patience = self.patience_s
        if patience is None or self._last is None:
            return None
        left = self._last.at_monotonic + patience - now
        return left if left > 0 else None

    def overdue(self, now: float) -> str | None:
        """What to say when the next block is overdue, else None."""
        patience = self.patience_s
        if patience is None or self._last is None or self.patience_left(now) is not None:
            return None
        usual = sum(self._intervals) / len(self._intervals)
        return f"no new block for more than {patience:.0f} s (usually one every {usual:.0f} s)"


async def follow(chain: Chain, read: Callable[[View], Awaitable[T]]) -> AsyncIterator[Live[T]]:
    """Run `read` on the newest head, again and again, and yield what it says.

    A read that is slower than the blocks is let finish, and the next one takes the newest head.
    When the link is lost, blocks stop coming or the read fails with a TaoctlError, the last
    answer comes again at once with `problem` set, and when all is well once more without. Ends
    when the chain is closed.
    """
    watch = _Watch(chain, read)
    try:
        while True:
            beat = chain.pulse.beat
            live = watch.step()
            if live is not None:
                yield live
                continue
            if chain.link.state is LinkState.CLOSED:
                return
            await watch.rest(beat)
    finally:
        watch.stop()


class _Watch(Generic[T]):
    """The state of one `follow`: what was read last, and the read that is under way."""

    def __init__(self, chain: Chain, read: Callable[[View], Awaitable[T]]) -> None:
        self._chain = chain
        self._read = read
        self._pace = Pace()
        self._live: Live[T] = Live(None, None, None, time.monotonic(), None)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._following: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[T] | None = None
        self._head: Head | None = None
        self._failure: str | None = None
        self._retry_at = 0.0

    def step(self) -> Live[T] | None:
        """Collect what has finished, start what is due; returns what is new, or None."""
        if self._chain.link.live:
            self._pace.note(self._chain.newest)
        else:
            self._pace.interrupt()
        before = self._live
        self._collect_following()
        self._collect_reading()
        self._start_reading()
        problem = self._trouble()
        if problem != self._live.problem:
            self._live = replace(self._live, problem=problem)
        return None if self._live is before else self._live

    def _collect_following(self) -> None:
        task = self._following
        if task is not None and task.done():
            error = task.exception()
            if error is None:
                return
            self._following = None
            self._fail(error)
        if self._following is None and time.monotonic() >= self._retry_at:
            self._following = self._start(self._chain.follow_heads())

    def _collect_reading(self) -> None:
        task, head = self._reading, self._head
        if task is None or head is None or not task.done():
            return
        self._reading = None
        error = task.exception()
        if error is not None:
            self._fail(error)
            return
        self._failure = None
        self._live = Live(task.result(), head.number, head.hash, head.at_monotonic, None)

    def _start_reading(self) -> None:
        head = self._chain.newest
        if self._reading is not None or not self._chain.link.live:
            return
        if self._failure is None:
            due = head.hash != self._live.block_hash
        else:
            due = head != self._head or time.monotonic() >= self._retry_at
        if not due:
            return
        self._head = head
        self._reading = self._start(self._run(self._chain.view_of(head)))

    async def _run(self, view: View) -> T:
        return await self._read(view)

    def _start(self, work: Coroutine[Any, Any, S]) -> asyncio.Task[S]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, TaoctlError):
            raise error
        self._failure = error.message
        self._retry_at = time.monotonic() + RETRY_S

    def _trouble(self) -> str | None:
        link = self._chain.link
        if not link.live:
            return f"{link.endpoint}: {link.problem}" if link.problem else str(link.state)
        return self._failure or self._pace.overdue(time.monotonic())

    async def rest(self, beat: int) -> None:
        """Wait until there may be something to do."""
        limits = [self._pace.patience_left(time.monotonic())]
        if self._failure is not None:
            limits.append(self._retry_at - time.monotonic())
        soonest = min((limit for limit in limits if limit is not None), default=None)
        waking = self._start(self._chain.pulse.wait(beat))
        tasks = [t for t in (waking, self._reading, self._following) if t and not t.done()]
        try:
            await asyncio.wait(tasks, timeout=soonest, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()

    def stop(self) -> None:
        """Give up whatever is under way."""
        for task in self._tasks:
            task.cancel()
