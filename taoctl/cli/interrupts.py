"""Ctrl-C while work is under way, heard once however often it arrives; and what ends as it does."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

ONE_PRESS_S = 1.0
"""Wrappers such as `uv run` pass on what the terminal has sent already, and people press twice."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, but what follows the first SIGINT within a second is part of it.

    The second one would end the program in the middle of saying that a transaction was sent,
    also once the work is over and its end is being said. A later one does end it. One that comes
    before the work began waits until it can be cancelled; it would else leave a half-made event
    loop. Where SIGINT is ignored, it stays so.

    Raises:
        KeyboardInterrupt: it was interrupted, and the work did not say anything else.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if ignored or threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)
    pressed_at: float | None = None
    task: asyncio.Task[Any] | None = None

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed_at
        now = time.monotonic()
        if pressed_at is not None and now - pressed_at > ONE_PRESS_S:
            raise KeyboardInterrupt
        if pressed_at is None:
            pressed_at = now
            if task is not None:
                task.get_loop().call_soon_threadsafe(task.cancel)

    async def cancellable() -> T:
        nonlocal task
        task = asyncio.current_task()
        assert task is not None
        if pressed_at is not None:
            task.cancel()
        return await work

    before = signal.signal(signal.SIGINT, press)
    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(
            signal.SIGINT, before if pressed_at is None else _rest_of_press(pressed_at, before)
        )


def _rest_of_press(pressed_at: float, before: Any) -> Callable[[int, FrameType | None], None]:
    """A handler that hears nothing within a second of a press, and then is the one before."""

    def press(number: int, frame: FrameType | None) -> None:
        if time.monotonic() - pressed_at > ONE_PRESS_S:
            signal.signal(signal.SIGINT, before)
            signal.raise_signal(signal.SIGINT)

    return press


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the program as Ctrl-C does, so that nothing is left behind.

    Raises:
        SystemExit: one of them came.
    """
    caught: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        caught.append(number)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # As in a shell's background job, which must still end when it is told to.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        if caught:
            raise SystemExit(128 + caught[0]) from None
        raise
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
