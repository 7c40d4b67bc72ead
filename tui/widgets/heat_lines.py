"""The lines of the heat map: the UIDs above, then labels and cells, as they stand."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.weight_matrix import WeightLine
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.heat import GRADES, HeatScale
from tui.widgets.heat_layout import GUTTER, UID, HeatLayout
from tui.widgets.paint import strip_of
from tui.widgets.row_list import RowList
from tui.widgets.table_model import TableColumn, fit

GIVEN = "given"
"""Key of the column that holds the weight on one neuron, to sort by."""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """What one validator gives, and of that what it gives the neuron that rows are sorted by."""

    line: WeightLine
    given: int | None


class HeatLines(RowList):
    """Paints a heat map whose columns, grades and cursor a subclass chooses."""

    HEADER_LINES: ClassVar[int] = 2

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"heat--{step}" for step in range(1, GRADES + 1)),
        "heat--point",
        "table--header-own",
    }

    def __init__(
        self,
        columns: Sequence[TableColumn],
        name: Callable[[NeuronRow], str],
        *,
        mine: Callable[[NeuronRow], bool],
        glyphs: Glyphs = UNICODE,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        """Label rows by `name`; `mine` tells own neurons, whose rows and columns are marked."""
        super().__init__(
            columns,
            key=lambda row: row.line.neuron.hotkey,
            own=lambda row: mine(row.line.neuron),
            glyphs=glyphs,
            empty=empty,
            id=id,
        )
        self._label = name
        self._mine = mine
        self._places = HeatLayout((), 0)
        self.scale = HeatScale()
        """Where the grades of the cells begin."""
        self._column = 0
        self._sorted_by: int | None = None

    def _columns_region(self, first: int, last: int, y: int, height: int) -> list[Region]:
        start, end = self._places.span(first, last, round(self.scroll_x), self._window.width)
        return [Region(start, y, end - start, height)] if start < end else []

    def render_line(self, y: int) -> Strip:
        """One line of the picture: the UIDs, the marks below them, a row, or blank."""
        if y < self.HEADER_LINES:
            return self._across(self._header(y), self._style("table--header"))
        place = y - self.HEADER_LINES + round(self.scroll_y)
        if not self.model.order:
            return self._empty_line(y, self._window.width)
        if place >= len(self.model.order):
            return Strip.blank(self._window.width, self._style(None).rich_style)
        key = self.model.order[place]
        selected = key == self._cursor
        strip = self._strips.get((key, selected))
        if strip is None:
            strip = self._strips[key, selected] = self._paint(key, selected)
        strip = self._with_point(strip, self.model.row(key).line, selected)
        return self._across(strip, self._style(None, self._ground(key, selected)))

    def _across(self, strip: Strip, style: Style) -> Strip:
        """The part of a line that is in the picture; labels stay where they are."""
        left, width, pinned = round(self.scroll_x), self._window.width, self._places.pinned
        if left:
            cells = strip.crop(pinned + left, pinned + left + width)
            strip = Strip.join([strip.crop(0, pinned), cells])
        return strip.crop_extend(0, width, style.rich_style)

    def _header(self, y: int) -> Strip:
        plain, layout = self._style("table--header"), self._places
        hidden = layout.width - round(self.scroll_x) > self._window.width
        edges = (
            self._glyphs.more_left if self.scroll_x else " ",
            self._glyphs.more_right if hidden else " ",
        )
        if y == 0:
            label = f"{''.join(edges)} uid validator"
            parts = [(fit(label, layout.pinned, False, " "), plain), (layout.uid_line(), plain)]
            return strip_of(parts)
        parts = [(" " * layout.pinned, plain)]
        for at, uid in enumerate(layout.uids):
            parts.append((self._mark(at, uid).ljust(layout.cell), self._mark_style(at, uid)))
        return strip_of(parts)

    def _mark(self, at: int, uid: int) -> str:
        if self.model.sort_key == GIVEN and uid == self._sorted_by:
            return self._glyphs.descending
        if uid in self._places.own:
            return self._glyphs.own
        return self._glyphs.separator if at == self._column else " "

    def _mark_style(self, at: int, uid: int) -> Style:
        if at == self._column and self.has_focus:
            return self._style("table--header-cursor")
        sorted_by = self.model.sort_key == GIVEN and uid == self._sorted_by
        return self._style("table--header-sorted" if sorted_by else "table--header-own")

    def _paint(self, key: Hashable, selected: bool) -> Strip:
        """The whole line of a row, also what is out of the picture."""
        line: WeightLine = self.model.row(key).line
        ground, layout = self._ground(key, selected), self._places
        mark = self._glyphs.own if self._mine(line.neuron) else " "
        name = fit(self._label(line.neuron), layout.name_width, False, self._glyphs.ellipsis)
        quiet = None if line.weights else "table--muted"
        parts = [
            (fit(mark, GUTTER, False, " "), self._style("table--accent", ground)),
            (f"{line.neuron.uid:>{UID}} {name} ", self._style(quiet, ground)),
        ]
        for uid in layout.uids:
            below = ground or ("table--own" if uid in layout.own else None)
            parts.append(self._cell(line, uid, below))
        return strip_of(parts)

    def _cell(self, line: WeightLine, uid: int, ground: str | None) -> tuple[str, Style]:
        step = self.scale.grade(line.share_ppm(uid))
        if not step:
            return " " * self._places.cell, self._style(None, ground)
        return self._glyphs.heat[step - 1] * self._places.cell, self._style(f"heat--{step}", ground)

    def _with_point(self, strip: Strip, line: WeightLine, selected: bool) -> Strip:
        """The line with its cell of the cursor's column on another ground."""
        layout = self._places
        if not layout.uids:
            return strip
        ground = "table--cursor-blurred"
        if selected:
            ground = "heat--point" if self.has_focus else "table--cursor"
        start = layout.pinned + self._column * layout.cell
        cell = strip_of([self._cell(line, layout.uids[self._column], ground)])
        rest = strip.crop(start + layout.cell)
        return Strip.join([strip.crop(0, start), cell, rest])
