"""From text and styles to the strips that line-API widgets return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from textual.content import Content
from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip
from textual.style import Style


def strip_of(parts: Iterable[tuple[str, Style]]) -> Strip:
    """One line from pieces of text with their styles; pieces must be free of control characters."""
    joined: list[tuple[str, Style]] = []
    for text, style in parts:
        if not text:
            continue
        if joined and joined[-1][1] is style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return Strip([_segment(style)._replace(text=text) for text, style in joined])


@lru_cache(maxsize=256)
def _segment(style: Style) -> Any:
    """A segment in a style, to be copied with other text: making one anew costs ten times that."""
    return Content(" ").render_segments(style)[0]


def needed_filters(filters: Sequence[LineFilter]) -> Sequence[LineFilter]:
    """The filters that change what is painted in colours of the theme only.

    Turning named terminal colours into others would rebuild every line for nothing.
    """
    return [filter for filter in filters if not isinstance(filter, ANSIToTruecolor)]


def on_background(style: Style, background: Style) -> Style:
    """The letters of one style on the ground of another."""
    return Style(
        background=background.background,
        foreground=style.foreground,
        bold=style.bold or background.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
    )
