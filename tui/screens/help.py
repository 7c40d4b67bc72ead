"""The help overlay: keys, commands and columns, generated from what is in force."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tui.commands import COMMANDS
from tui.keymap import GROUPS
from tui.widgets.lines import Line, Lines, Piece
from tui.widgets.table_model import TableColumn, fit

Entry = tuple[str, str]

_AROUND = 4
"""Blank cells before and after a name."""

_LEAST_TEXT = 16
"""Cells that a meaning has at least, however narrow the terminal is."""


class _Section(Lines):
    """A heading and a list of names with their meaning."""

    def __init__(self, heading: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._heading = heading
        self._entries = entries

    def lines(self, width: int) -> Sequence[Line]:
        """The entries, with their meanings below each other and continued where they are long."""
        names = max((len(name) for name, _ in self._entries), default=0)
        rows: list[Line] = [(Piece(self._heading, "strong"),)]
        room = max(_LEAST_TEXT, width - names - _AROUND)
        for name, meaning in self._entries:
            first, *more = textwrap.wrap(meaning, room, break_on_hyphens=False) or [""]
            left = fit(name, names, False, " ")
            rows.append((Piece(f"  {left}  ", "key"), Piece(first, "muted")))
            rows += [(Piece(" " * (names + _AROUND)), Piece(part, "muted")) for part in more]
        rows.append(())
        return rows


class HelpScreen(ModalScreen[None]):
    """Every key that works on the screen below, every command, and the table's columns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "close", "close", id="help.close")
    ]

    def __init__(self, bindings: Sequence[Binding], columns: Sequence[TableColumn]) -> None:
        super().__init__()
        self._known = bindings
        self._columns = columns

    def compose(self) -> ComposeResult:
        """The sections in a scrollable frame."""
        with VerticalScroll(id="help") as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "esc to close"
            for prefix, heading in GROUPS:
                entries = self._keys_of(prefix)
                if entries:
                    yield _Section(heading, entries)
            yield _Section(
                "Commands, after :", [_command(c.names, c.usage, c.help) for c in COMMANDS]
            )
            yield _Section(
                "Filter, after /",
                [
                    ("word", "rows with a matching cell (regular expression)"),
                    ("!word", "rows without one"),
                ],
            )
            known = [(c.title, c.help) for c in self._columns if c.help]
            if known:
                yield _Section("Columns of this table (w shows all)", known)

    def action_close(self) -> None:
        """Back to the screen below."""
        self.dismiss()

    def _keys_of(self, prefix: str) -> list[Entry]:
        """Keys and meaning of the bindings whose id starts with a prefix, one entry an id."""
        keys: dict[str, list[str]] = {}
        meaning: dict[str, str] = {}
        for binding in self._known:
            if binding.id is not None and binding.id.startswith(prefix):
                shown = self.app.get_key_display(binding)
                if shown not in keys.setdefault(binding.id, []):
                    keys[binding.id].append(shown)
                meaning[binding.id] = binding.tooltip or binding.description
        return [(" ".join(keys[id]), meaning[id]) for id in keys]


def _command(names: Sequence[str], usage: str, help_text: str) -> Entry:
    return f"{', '.join(names)} {usage}".rstrip(), help_text
