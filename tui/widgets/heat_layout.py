"""Where the columns of the heat map lie: labels that stay, then cells that scroll sideways."""

from __future__ import annotations

from dataclasses import dataclass

GUTTER, UID, GAP = 2, 4, 1
"""Cells of the mark of own rows, of a UID, and between two labels."""

_SHORT_NAME, _LONG_NAME, _ROOMY = 10, 14, 100
_WIDEST_CELL = 3
_STEPS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class HeatLayout:
    """The UIDs that have a column, the own ones of them, and the widths of labels and cells."""

    uids: tuple[int, ...]
    name_width: int
    own: frozenset[int] = frozenset()
    cell: int = 1

    @classmethod
    def of(cls, uids: tuple[int, ...], own: frozenset[int], room: int) -> HeatLayout:
        """Cells as wide as fit into `room`, of one to three characters."""
        name = _LONG_NAME if room >= _ROOMY else _SHORT_NAME
        layout = cls(uids, name, own)
        cell = (room - layout.pinned) // len(uids) if uids else 1
        return cls(uids, name, own, min(_WIDEST_CELL, max(1, cell)))

    @property
    def pinned(self) -> int:
        """Cells of the labels, which never scroll."""
        return GUTTER + UID + GAP + self.name_width + GAP

    @property
    def width(self) -> int:
        """Cells of the labels and of all columns."""
        return self.pinned + len(self.uids) * self.cell

    def span(self, first: int, last: int, left: int, width: int) -> tuple[int, int]:
        """First and last but one visible cell of columns, in a window scrolled by `left`."""
        start = max(self.pinned, self.pinned + first * self.cell - left)
        return start, min(width, self.pinned + (last + 1) * self.cell - left)

    def at(self, x: int, left: int) -> int | None:
        """Which column a cell of the window belongs to, counted from 0."""
        at = (x - self.pinned + left) // self.cell
        return at if x >= self.pinned and at < len(self.uids) else None

    def scroll_to_show(self, at: int, left: int, width: int) -> int:
        """The sideways offset, `left` where that will do, at which a column is in the picture."""
        start, page = at * self.cell, max(self.cell, width - self.pinned)
        if start < left:
            return start
        return max(left, start + self.cell - page)

    def uid_line(self) -> str:
        """UIDs above their columns, as many as do not touch."""
        if not self.uids:
            return ""
        need = len(str(max(self.uids))) + 1
        step = next((step for step in _STEPS if step * self.cell >= need), need)
        size = step * self.cell
        return "".join(str(uid).ljust(size) for uid in self.uids[::step])
