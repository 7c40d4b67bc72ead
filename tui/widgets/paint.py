"""From text and styles to the strips that line-API widgets return."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content, Span
from textual.strip import Strip
from textual.style import Style


def strip_of(parts: Iterable[tuple[str, Style]]) -> Strip:
    """One line from pieces of text with their styles; pieces must be free of control characters."""
    text = ""
    spans: list[Span] = []
    for piece, style in parts:
        if not piece:
            continue
        end = len(text) + len(piece)
        if spans and spans[-1].style is style:
            spans[-1] = Span(spans[-1].start, end, style)
        else:
            spans.append(Span(len(text), end, style))
        text += piece
    return Strip(Content(text, spans).render_segments())


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
