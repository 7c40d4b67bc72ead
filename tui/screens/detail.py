"""Everything about one row: all its fields in full, as they were at one block."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from taoctl.reads.columns import ABSENT, columns_of
from tui.figures import grouped
from tui.widgets.lines import Line, Lines, Piece
from tui.widgets.table_model import cell_width, fit

_LEAST_TEXT = 20
"""Cells below which a long value is cut and not continued on the next line."""


class _Fields(Lines):
    """Title, value and meaning of every field."""

    def __init__(self, row: object) -> None:
        super().__init__()
        row_type: type = type(row)
        self._fields = [(c.title, c.of(row, full=True), c.help) for c in columns_of(row_type)]

    def lines(self, width: int) -> Sequence[Line]:
        """One field a line; the meaning follows where there is room."""
        titles = max(cell_width(title) for title, _, _ in self._fields)
        lines: list[Line] = []
        for title, value, meaning in self._fields:
            left = Piece(fit(title, titles, False, " ") + "  ", "muted")
            tone = "muted" if value == ABSENT else None
            room = width - titles - 2
            if cell_width(value) > room >= _LEAST_TEXT:
                for text in textwrap.wrap(value, room) or [value]:
                    lines.append((left, Piece(text, tone)))
                    left = Piece(" " * (titles + 2))
                continue
            line = [left, Piece(value, tone)]
            if titles + cell_width(value) + cell_width(meaning) + 5 <= width:
                line.append(Piece(f"   {meaning}", "muted"))
            lines.append(tuple(line))
        return lines


class DetailScreen(ModalScreen[None]):
    """All fields of a row as they were at one block."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "close", id="detail.close")
    ]

    def __init__(self, title: str, row: object, block: int) -> None:
        super().__init__()
        self._heading = title
        self._row = row
        self._block = block

    def compose(self) -> ComposeResult:
        """The fields in a scrollable frame."""
        with VerticalScroll(id="detail") as frame:
            frame.border_title = self._heading
            frame.border_subtitle = f"block {grouped(self._block)}, esc to close"
            yield _Fields(self._row)

    def action_close(self) -> None:
        """Back to the screen below."""
        self.dismiss()
