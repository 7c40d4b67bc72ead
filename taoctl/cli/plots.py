"""Charts on a terminal; the one place that draws them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

_WIDEST = 100
_HEIGHT = 18
_ASCII_DOT = "*"


def can_draw() -> bool:
    """Whether stdout is a terminal that a chart can be drawn on."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def curve(title: str, across: tuple[str, Sequence[float]], up: tuple[str, Sequence[float]]) -> str:
    """A line chart as text without escape sequences, fitted to the terminal.

    Args:
        title: what it shows.
        across: label and values of the horizontal axis, at least one.
        up: label and values of the vertical axis, as many.
    """
    import plotext  # slow to load, and only few commands draw

    size = shutil.get_terminal_size()
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plotsize(min(size.columns, _WIDEST), max(min(size.lines - 2, _HEIGHT), 8))
    plotext.theme("clear")
    plotext.plot(list(across[1]), list(up[1]), marker=_marker())
    plotext.title(title)
    plotext.xlabel(across[0])
    plotext.ylabel(up[0])
    text = str(plotext.uncolorize(plotext.build())).rstrip("\n")
    return text if _marker() == "braille" else text.translate(_PLAIN)


_PLAIN = str.maketrans("┌┐└┘├┤┬┴┼─│", "+++++++++-|")


def _marker() -> str:
    """Dots of Unicode where stdout can write them, else a plain character."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return "braille" if encoding.startswith("utf") else _ASCII_DOT
