"""Signals that end the dashboard as a key would, so that the terminal is given back in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_on_signals(end: Callable[[int], None]) -> Iterator[None]:
    """Call `end` with 128 and the number of a signal that asks the program to end.

    For the main thread and inside its event loop; the handlers from before come back afterwards.
    """
    loop = asyncio.get_running_loop()
    before = {kind: signal.getsignal(kind) for kind in _ENDING}
    for kind in _ENDING:
        loop.add_signal_handler(kind, end, 128 + kind)
    try:
        yield
    finally:
        for kind, handler in before.items():
            loop.remove_signal_handler(kind)
            signal.signal(kind, handler)
