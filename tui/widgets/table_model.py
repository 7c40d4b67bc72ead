"""What a table shows, without any widget: columns, order, filter, and what an update changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, KeysView, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from textual.content import Content

from taoctl.reads.columns import ABSENT, Column, Kind
from taoctl.text import printable

_QUIET_WHEN_ZERO = frozenset({Kind.TAO, Kind.ALPHA, Kind.STAKE, Kind.U16, Kind.PPM, Kind.BLOCKS})
_LARGEST_FIRST = _QUIET_WHEN_ZERO | {Kind.PRICE, Kind.I96F32, Kind.INT, Kind.BOOL}

Row = Any
"""A frozen row of raw values, as a read gave it."""


@dataclass(frozen=True)
class TableColumn:
    """One column of a table on a screen.

    `value` takes the raw value out of a row; `text` formats it; `tone` names the meaning of a
    cell (`muted`, `good`, `warn`, `bad`, `accent`) or None. A `delta` column lights up for one
    update when its value moved. A `pinned` column stays when the table scrolls sideways.
    `largest_first` is the direction of the first sort by the column. A column of rank 0 is always
    shown, higher ranks as the width allows, all of them in the wide view.
    """

    key: str
    title: str
    value: Callable[[Row], Any]
    text: Callable[[Any], str]
    right: bool = True
    rank: int = 0
    pinned: bool = False
    delta: bool = False
    largest_first: bool = False
    help: str = ""
    min_width: int = 0
    max_width: int = 40
    tone: Callable[[Row, Any], str | None] | None = None


@dataclass(frozen=True)
class Cell:
    """One formatted cell: its text, its tone, and the direction of its last move (-1, 0, 1)."""

    text: str
    tone: str | None
    moved: int


@dataclass
class _Entry:
    row: Row
    values: tuple[Any, ...]
    cells: tuple[Cell, ...]
    search: str | None = None
    lit: bool = False


@dataclass
class Changes:
    """What an update did to the picture."""

    cells: dict[Hashable, set[int]] = field(default_factory=dict)
    order: bool = False
    widths: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the picture is the same as before."""
        return not (self.cells or self.order or self.widths)


def from_read(column: Column, **changes: Any) -> TableColumn:
    """The table column of a column that a read declares; keyword arguments override fields."""
    zero_is_quiet = column.kind in _QUIET_WHEN_ZERO
    base = TableColumn(
        key=column.key,
        title=column.title,
        value=column.value,
        text=column.text,
        right=column.right,
        rank=9 if column.wide else 0,
        help=column.help,
        largest_first=column.kind in _LARGEST_FIRST,
        tone=quiet_zero if zero_is_quiet else quiet_absent,
    )
    return replace(base, **changes)


def quiet_absent(_row: Row, value: Any) -> str | None:
    """Mutes a value that is not known."""
    return "muted" if value is None else None


def quiet_zero(_row: Row, value: Any) -> str | None:
    """Mutes a value that is zero or not known, so that what is not zero stands out."""
    return "muted" if not value else None


class Filter:
    """A case-insensitive regular expression over the cells of a row; a leading `!` inverts it."""

    def __init__(self, text: str) -> None:
        """Compile; a text that is no regular expression is searched for literally."""
        self.text = text
        self.inverse = text.startswith("!")
        pattern = text[1:] if self.inverse else text
        self.literal = False
        try:
            self._regex = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
        except re.error:
            self.literal = True
            self._regex = re.compile(re.escape(pattern), re.IGNORECASE)
        self.active = bool(pattern)

    def keeps(self, search: str) -> bool:
        """Whether a row with this search text (one cell a line) is shown."""
        return not self.active or (self._regex.search(search) is not None) != self.inverse


class TableModel:
    """Rows by key, in the order and selection that the screen asks for.

    Only rows that differ are formatted again; `set_rows` says which cells of the picture moved.
    """

    def __init__(self, columns: Sequence[TableColumn], key: Callable[[Row], Hashable]) -> None:
        """Set up an empty table; `key` gives a row's identity, which outlives its values."""
        self.columns = tuple(columns)
        self._key = key
        self._entries: dict[Hashable, _Entry] = {}
        self._places: dict[Hashable, int] = {}
        self.order: list[Hashable] = []
        self.widths = [self._title_width(column) for column in self.columns]
        self.sort_key: str | None = None
        self.descending = False
        self.filter = Filter("")

    @property
    def total(self) -> int:
        """All rows, shown or not."""
        return len(self._entries)

    @property
    def keys(self) -> KeysView[Hashable]:
        """The keys of all rows, shown or not."""
        return self._entries.keys()

    def row(self, key: Hashable) -> Row:
        """The raw row of a key; raises KeyError for a key that is not in the table."""
        return self._entries[key].row

    def cells(self, key: Hashable) -> tuple[Cell, ...]:
        """The formatted cells of a key, in the order of the columns."""
        return self._entries[key].cells

    def place(self, key: Hashable | None) -> int | None:
        """Where a key is shown, counted from 0, or None when it is not shown."""
        return None if key is None else self._places.get(key)

    def set_rows(self, rows: Iterable[Row]) -> Changes:
        """Take new rows for all; returns what has to be painted again."""
        changes = Changes()
        first = not self._entries
        entries: dict[Hashable, _Entry] = {}
        for row in rows:
            key = self._key(row)
            old = self._entries.get(key)
            entry, moved = self._entry(row, old)
            entries[key] = entry
            if moved:
                changes.cells[key] = moved
                changes.widths |= self._grow(entry, moved)
        if first:
            changes.widths = True
        self._entries = entries
        changes.order = self._arrange()
        return changes

    def sort(self, key: str | None, descending: bool) -> None:
        """Order by a column (None: as the rows came); unknown values are always last."""
        self.sort_key, self.descending = key, descending
        self._arrange()

    def set_filter(self, text: str) -> None:
        """Show only the rows that a filter keeps."""
        self.filter = Filter(text)
        self._arrange()

    def _entry(self, row: Row, old: _Entry | None) -> tuple[_Entry, set[int]]:
        if old is not None and old.row == row and not old.lit:
            return old, set()
        values = tuple(column.value(row) for column in self.columns)
        cells: list[Cell] = []
        painted: set[int] = set()
        lit = False
        for i, column in enumerate(self.columns):
            before = None if old is None else old.cells[i]
            if old is not None and before is not None and _same(values[i], old.values[i]):
                text, moved = before.text, 0
            else:
                text = printable(column.text(values[i]))
                moved = _direction(column, values[i], None if old is None else old.values[i])
            tone = column.tone(row, values[i]) if column.tone else None
            cell = Cell(text, tone, moved)
            lit = lit or bool(moved)
            if cell != before:
                painted.add(i)
            cells.append(cell)
        keep = old.search if old is not None and old.values == values else None
        return _Entry(row, values, tuple(cells), keep, lit), painted

    def _grow(self, entry: _Entry, columns: set[int]) -> bool:
        grown = False
        for i in columns:
            column = self.columns[i]
            need = min(cell_width(entry.cells[i].text), column.max_width)
            if need > self.widths[i]:
                self.widths[i] = need
                grown = True
        return grown

    def _arrange(self) -> bool:
        """Filter and sort; returns whether the shown keys or their order changed."""
        shown = [key for key, entry in self._entries.items() if self._keeps(entry)]
        at = next((i for i, c in enumerate(self.columns) if c.key == self.sort_key), None)
        if at is not None:
            entries = self._entries
            known = [key for key in shown if entries[key].values[at] is not None]
            known.sort(key=lambda key: _order(entries[key].values[at]), reverse=self.descending)
            shown = known + [key for key in shown if entries[key].values[at] is None]
        if shown == self.order:
            return False
        self.order = shown
        self._places = {key: place for place, key in enumerate(shown)}
        return True

    def _keeps(self, entry: _Entry) -> bool:
        if not self.filter.active:
            return True
        if entry.search is None:
            whole = (v for v in entry.values if isinstance(v, str))
            entry.search = "\n".join([*(cell.text for cell in entry.cells), *map(printable, whole)])
        return self.filter.keeps(entry.search)

    @staticmethod
    def _title_width(column: TableColumn) -> int:
        return max(cell_width(column.title) + 1, column.min_width)


def cell_width(text: str) -> int:
    """Terminal cells that a text takes: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else Content(text).cell_length


def fit(text: str, width: int, right: bool, ellipsis: str) -> str:
    """The text cut or padded to exactly `width` terminal cells."""
    size = cell_width(text)
    if size > width:
        text = _cut(text, width - 1) + ellipsis
        size = cell_width(text)
    pad = " " * (width - size)
    return pad + text if right else text + pad


def _cut(text: str, width: int) -> str:
    if text.isascii():
        return text[:width]
    kept, used = [], 0
    for char in text:
        size = cell_width(char)
        if used + size > width:
            break
        kept.append(char)
        used += size
    return "".join(kept)


def _same(new: Any, old: Any) -> bool:
    return bool(new == old)


def _order(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _direction(column: TableColumn, new: Any, old: Any) -> int:
    if not column.delta or not isinstance(new, int) or not isinstance(old, int):
        return 0
    return (new > old) - (new < old)


def absent(text: Callable[[Any], str]) -> Callable[[Any], str]:
    """A formatter that shows None as absent and leaves the rest to `text`."""
    return lambda value: ABSENT if value is None else text(value)
