"""Plain ASCII for terminals that know nothing else: the last thing that happens to a line."""

from __future__ import annotations

from typing import Any

from textual.color import Color
from textual.filter import LineFilter

from tui.widgets.table_model import cell_width

_KNOWN = str.maketrans(
    {
        **dict.fromkeys("─━═▔▁▂▃", "-"),
        **dict.fromkeys("│┃║▌▐▎▊▕▏", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("▄▅▆▇█▀", "#"),
        "τ": "T",
        "α": "a",
        "…": "~",
        "›": ">",  # noqa: RUF001
        "‹": "<",  # noqa: RUF001
        "−": "-",  # noqa: RUF001
        "–": "-",  # noqa: RUF001
        "●": "*",
        "▲": "^",
        "▼": "v",
        "°": " ",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "→": ">",
    }
)


def ascii_text(text: str) -> str:
    """The text in ASCII and of the same width; what has no likeness becomes question marks."""
    if text.isascii():
        return text
    text = text.translate(_KNOWN)
    return "".join(char if char.isascii() else "?" * cell_width(char) for char in text)


class AsciiFilter(LineFilter):
    """Replaces every character outside ASCII."""

    def apply(self, segments: list[Any], background: Color) -> list[Any]:
        """The same segments with their text in ASCII."""
        return [segment._replace(text=ascii_text(segment.text)) for segment in segments]
