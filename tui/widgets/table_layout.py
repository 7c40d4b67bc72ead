"""Where the columns of a table lie, and how far it scrolls sideways to show one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.widgets.table_model import TableColumn

GUTTER = 2
"""Cells left of the first column: marks of rows, and of columns outside the picture."""

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True)
class Place:
    """Where a shown column lies: its index in the model, its first cell and its width."""

    index: int
    x: int
    width: int


@dataclass(frozen=True)
class TableLayout:
    """The shown columns from left to right; cells left of `pinned` never scroll."""

    places: tuple[Place, ...]
    pinned: int

    @classmethod
    def of(
        cls, columns: Sequence[TableColumn], widths: Sequence[int], room: int | None
    ) -> TableLayout:
        """Place the columns that fit into `room` cells by rank, or all of them (None)."""
        x = pinned = GUTTER
        places: list[Place] = []
        for index in _fitting(columns, widths, room):
            places.append(Place(index, x, widths[index]))
            still_pinned = columns[index].pinned and pinned == x
            x += widths[index] + GAP
            pinned = x if still_pinned else pinned
        return cls(tuple(places), pinned)

    @property
    def width(self) -> int:
        """Cells from the left edge to the end of the last column."""
        return self.places[-1].x + self.places[-1].width if self.places else 0

    def spans(self, indexes: set[int], left: int, width: int) -> Iterator[tuple[int, int]]:
        """Visible (start, end) cells of columns, in a window scrolled sideways by `left`."""
        for place in self.places:
            if place.index not in indexes:
                continue
            fixed = place.x < self.pinned
            x = place.x if fixed else place.x - left
            start = max(x, 0 if fixed else self.pinned)
            end = min(x + place.width, width)
            if start < end:
                yield start, end

    def at(self, x: int, left: int) -> int | None:
        """Which shown column a cell of the window belongs to, counted from 0."""
        if x >= self.pinned:
            x += left
        for at, place in enumerate(self.places):
            if place.x <= x < place.x + place.width + GAP:
                return at
        return None

    def scroll_to_show(self, at: int, left: int, width: int) -> int:
        """The sideways offset that shows a whole column and starts at a column's first cell."""
        place = self.places[at]
        if place.x < self.pinned:
            return 0
        if place.x - left < self.pinned:
            return place.x - self.pinned
        over = place.x + place.width - width
        if over <= left:
            return left
        starts = (p.x - self.pinned for p in self.places)
        return min((x for x in starts if over <= x <= place.x - self.pinned), default=over)


def _fitting(columns: Sequence[TableColumn], widths: Sequence[int], room: int | None) -> list[int]:
    """Indexes of the columns to show, left to right."""
    if room is None:
        return list(range(len(columns)))
    shown: list[int] = []
    used = GUTTER - GAP
    for index in sorted(range(len(columns)), key=lambda i: (columns[i].rank, i)):
        used += widths[index] + GAP
        if used > room and columns[index].rank:
            break
        shown.append(index)
    return sorted(shown)
