"""Ctrl-C while work is under way: one press is heard once, however often and early it arrives."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

ONE_PRESS_S = 1.0
"""Wrappers such as `uv run` pass on what the terminal has sent already, and people press twice."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, but what follows the first SIGINT within a second is part of it.

    The second one would end the program in the middle of saying that a transaction was sent.
    A later one does end it. One that comes before the work began waits until it can be cancelled;
    it would else leave a half-made event loop. Where SIGINT is ignored, it stays so.

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
        signal.signal(signal.SIGINT, before)
