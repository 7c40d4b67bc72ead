"""The terminal under the dashboard: when it is gone, the dashboard ends, as with a hang-up."""

from __future__ import annotations

import select
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver

_HUNG_UP = 128 + signal.SIGHUP


class LosableTerminal(LinuxDriver):
    """A driver whose writes never wait for a terminal that nobody has any more.

    Textual's own ends its thread of output at the first failed write; then the queue before that
    thread fills, and the event loop stands still for good, signals included.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lost = threading.Event()
        self._watch: select.epoll | None = None
        self._file = cast(Any, _Losable(cast(IO[str], self._file), self._gone))

    def start_application_mode(self) -> None:
        """Take the terminal over, and look out for its end."""
        self._watch = _hang_ups(self.fileno)
        if self._watch is not None:
            self._loop.add_reader(self._watch.fileno(), self._hung_up)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back, as far as there is one."""
        self._look_no_more()
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read keys until the end; keys that cannot be read any more are the end."""
        try:
            super().run_input_thread()
        except OSError:
            self._gone()

    def _hung_up(self) -> None:
        self._look_no_more()
        self._gone()

    def _look_no_more(self) -> None:
        if self._watch is not None:
            self._loop.remove_reader(self._watch.fileno())
            self._watch.close()
            self._watch = None

    def _gone(self) -> None:
        """End the app, once; for any thread."""
        if not self._lost.is_set():
            self._lost.set()
            end = partial(self._app.exit, _HUNG_UP, return_code=_HUNG_UP)
            self._loop.call_soon_threadsafe(end)


class _Losable:
    """What a driver writes to; a write that fails is dropped and told."""

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file, self._told = file, gone

    def write(self, text: str) -> int:
        """Write text, or drop it where nothing takes it."""
        try:
            return self._file.write(text)
        except OSError:
            self._told()
            return len(text)

    def flush(self) -> None:
        """Send what is written, or drop it."""
        try:
            self._file.flush()
        except OSError:
            self._told()

    def fileno(self) -> int:
        """The file's own number."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether the file is a terminal."""
        return self._file.isatty()


def _hang_ups(fileno: int) -> select.epoll | None:
    """What becomes readable when a terminal hangs up; None where the system cannot tell."""
    if not hasattr(select, "epoll"):
        return None
    watch = select.epoll()
    try:
        watch.register(fileno, 0)
    except OSError:
        watch.close()
        return None
    return watch
