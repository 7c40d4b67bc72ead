"""A page that is shown anew with every block: in place on a terminal, else one after another."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from taoctl.cli import interrupts, output

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _TO_LINE_END, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
_WINDOW_LINES = 24


def on_terminal() -> bool:
    """Whether stdout is a terminal that a page can be drawn on in place."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


class LivePage:
    """Lines that are replaced as a whole; the last ones stay when it ends.

    On a terminal the first page takes its second screen, and lines below its end are counted only.
    Signals that end the program give it back too. Elsewhere every page follows the one before.
    """

    def __init__(self) -> None:
        self._in_place = on_terminal()
        self._last: list[str] | None = None
        self._signals = ExitStack()

    def __enter__(self) -> Self:
        if self._in_place:
            self._signals.enter_context(interrupts.ended_by_signals())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._leave(closed=kind is output.PipeClosed)
        finally:
            self._signals.__exit__(kind, error, trace)

    def _leave(self, *, closed: bool) -> None:
        """Give the terminal back, with the last page on it where it is still read."""
        if self._in_place and self._last is not None:
            self._write(_LEAVE)
            if not closed:
                output.write("\n".join(self._last))

    @property
    def columns(self) -> int | None:
        """Cells of a line; None where there is no end to it."""
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    def show(self, lines: Sequence[str]) -> None:
        """Show these lines instead of the last ones."""
        first, self._last = self._last is None, list(lines)
        if not self._in_place:
            output.write("\n".join(lines))
            return
        if first:
            self._write(_ENTER)
        width, height = shutil.get_terminal_size((80, _WINDOW_LINES))
        shown = self._last
        if len(shown) > height:
            rest = len(shown) - height + 1
            more = output.fitted(f"… {rest} more: make the terminal taller", width)
            shown = [*shown[: height - 1], more]
        # Erased before they are written: after a full line that would take its last character.
        body = "\n".join(f"{_TO_LINE_END}{line}" for line in shown)
        self._write(_HOME + body + ("\n" + _BELOW if len(shown) < height else ""))

    @staticmethod
    def _write(text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            raise output.PipeClosed from None
        except OSError as failure:
            raise output.unwritten(failure) from failure
