"""Where this dashboard does otherwise than Textual: how it paints, fails and keeps its secrets."""

from __future__ import annotations

import contextlib
from typing import Any

from textual._compositor import ChopsUpdate
from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.worker import WorkerFailed

from taoctl.errors import TaoctlError
from tui.exact_update import ExactUpdate
from tui.terminal import LosableTerminal


class QuietApp(App[int]):
    """Paints no more than what changed, and leaves it to its caller to say why it ended."""

    def __init__(self) -> None:
        super().__init__()
        # Developers' tools would be told every key that is pressed, those of a password too.
        self.devtools = None
        self.failure: TaoctlError | None = None
        self._ending = False

    def get_driver_class(self) -> type[Driver]:
        """The driver of this platform, and of a terminal one that may lose it."""
        found = super().get_driver_class()
        return LosableTerminal if found is LinuxDriver else found

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Paint, and when only part of the screen changed, send no more than that part."""
        if type(renderable) is ChopsUpdate:
            renderable = ExactUpdate.of(renderable)
        super()._display(screen, renderable)

    def clear_selection(self) -> None:
        """Drop the selected text; from Python 3.12 on a first input asks before there is a screen.

        Textual starts tasks eagerly there, and so mounts a mode's screen while its stack is empty.
        """
        with contextlib.suppress(ScreenStackError):
            super().clear_selection()

    async def _shutdown(self) -> None:
        """Take the widgets away."""
        self._ending = True
        await super()._shutdown()

    def _handle_exception(self, error: Exception) -> None:
        """End with an error, unless the widgets that it misses are being taken away already."""
        if self._ending:
            self.log.error(error)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close without printing a traceback; `run` raises the error to its caller."""
        self._close_messages_no_wait()

    def raise_failure(self) -> None:
        """Raise what ended the dashboard, if it did not end on request."""
        if self.failure is not None:
            raise self.failure
        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        if error is not None:
            raise error
