"""The table of the dashboard: a line-API widget that paints only what an update changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

from tui.glyphs import UNICODE, Glyphs
from tui.widgets.paint import strip_of
from tui.widgets.row_list import RowList
from tui.widgets.table_layout import GAP, TableLayout
from tui.widgets.table_model import Cell, Row, TableColumn, fit


class Table(RowList):
    """Columns of cells with a header cursor to sort by, and sideways scrolling.

    Give rows with `set_rows`; only cells that differ are painted.
    """

    class Opened(RowList.Opened):
        """The user asked for more about a row of a table."""

    def __init__(
        self,
        columns: Sequence[TableColumn],
        key: Callable[[Row], Hashable],
        *,
        own: Callable[[Row], bool] | None = None,
        alarm: Callable[[Row], bool] | None = None,
        glyphs: Glyphs = UNICODE,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(columns, key, own=own, alarm=alarm, glyphs=glyphs, empty=empty, id=id)
        self._header_cursor = 0
        self._alarming: frozenset[Hashable] = frozenset()
        self._columns = TableLayout.of(self.model.columns, self.model.widths, room=0)
        self._lay_out()

    # --- what the screen says -------------------------------------------------------------

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows; what did not change is not painted again."""
        top = round(self.scroll_y)
        before = self.model.order[top : top + self._page]
        total = self.model.total
        changes = self.model.set_rows(rows)
        rung = self._ring()
        for key in (*changes.cells, *rung):
            self._forget(key)
        if changes.order or total != self.model.total:
            self.arranged.publish(None)
        if changes.widths or not total:
            self._lay_out()
            self._keep_cursor()
            self.refresh()
            return
        self._resize()
        self._keep_cursor()
        if round(self.scroll_y) != top or not self.model.order:
            self.refresh()
            return
        after = self.model.order[top : top + self._page]
        lines = [
            y for y in range(max(len(before), len(after))) if before[y : y + 1] != after[y : y + 1]
        ]
        regions = [self._line(y + self.HEADER_LINES) for y in lines]
        for key, cells in changes.cells.items():
            regions.extend(self._cell_regions(key, cells, top))
        for at in (self.model.place(key) for key in rung):
            if at is not None and top <= at < top + self._page:
                regions.append(self._line(at - top + self.HEADER_LINES))
        if regions:
            self.refresh(*regions)

    def _ring(self) -> frozenset[Hashable]:
        """The rows that have begun or ceased to be alarming; their whole lines look otherwise."""
        if self._alarm is None:
            return frozenset()
        before = self._alarming
        self._alarming = frozenset(key for key in self.model.keys if self._is_alarming(key))
        return (before ^ self._alarming) & self.model.keys

    def set_wide(self, wide: bool) -> None:
        """Show or hide the columns that only the wide view has."""
        self.wide = wide
        self._lay_out()
        self._show_column()
        self.refresh()

    @property
    def header_column(self) -> TableColumn:
        """The column under the header cursor."""
        return self.model.columns[self._columns.places[self._header_cursor].index]

    @property
    def shown_columns(self) -> list[TableColumn]:
        """The columns in the picture, left to right."""
        return [self.model.columns[place.index] for place in self._columns.places]

    # --- keys and mouse -------------------------------------------------------------------

    def action_column(self, columns: int) -> None:
        """Move the header cursor; the table scrolls sideways as needed."""
        last = len(self._columns.places) - 1
        self._header_cursor = min(last, max(0, self._header_cursor + columns))
        self._show_column()
        self.refresh(self._line(0))

    def action_sort(self) -> None:
        """Sort by the header cursor's column, then the other way, then not at all."""
        column = self.header_column
        if self.model.sort_key != column.key:
            self.sort_by(column.key, descending=column.largest_first)
        elif self.model.descending == column.largest_first:
            self.sort_by(column.key, descending=not column.largest_first)
        else:
            self.sort_by(None)

    def on_click(self, event: events.Click) -> None:
        """Select a row, open it on a double click, sort on a click on the header."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < self.HEADER_LINES:
            self._click_header(offset.x)
            return
        place = offset.y - self.HEADER_LINES + round(self.scroll_y)
        if place < len(self.model.order):
            self._put_cursor(place)
            if event.chain > 1:
                self.action_open()

    def _click_header(self, x: int) -> None:
        at = self._columns.at(x, round(self.scroll_x))
        if at is not None:
            self._header_cursor = at
            self.action_sort()

    def on_resize(self) -> None:
        """Show the columns that fit, and keep the cursor in the picture."""
        self._lay_out()
        self._keep_cursor()
        self._show_column()
        self.refresh()

    def watch_show_vertical_scrollbar(self) -> None:
        """Columns have a cell less beside a scrollbar; that is no resize to Textual."""
        self.call_after_refresh(self.on_resize)

    def _show_column(self) -> None:
        if not self._columns.places or not self._window.width:
            return
        left = round(self.scroll_x)
        target = self._columns.scroll_to_show(self._header_cursor, left, self._window.width)
        if target != left:
            self.scroll_to(x=target, animate=False, force=True)

    # --- layout ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Place the shown columns; every painted line is forgotten."""
        current = self._columns.places[self._header_cursor].index
        room = None if self.wide else self._window.width
        self._columns = TableLayout.of(self.model.columns, self.model.widths, room)
        indexes = [place.index for place in self._columns.places]
        self._header_cursor = indexes.index(current) if current in indexes else 0
        self._strips.clear()
        self._resize()

    @property
    def content_width(self) -> int:
        """Cells of all shown columns side by side."""
        return self._columns.width

    def _cell_regions(self, key: Hashable, cells: set[int], top: int) -> list[Region]:
        at = self.model.place(key)
        if at is None or not top <= at < top + self._page:
            return []
        y = at - top + self.HEADER_LINES
        spans = self._columns.spans(cells, round(self.scroll_x), self._window.width)
        return [Region(start, y, end - start, 1) for start, end in spans]

    # --- painting -------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the picture: the header, a row, or blank."""
        width = self._window.width
        if y < self.HEADER_LINES:
            return self._across(self._header(), width, self._style("table--header"))
        if not self.model.order:
            return self._empty_line(y, width)
        place = y - self.HEADER_LINES + round(self.scroll_y)
        if place >= len(self.model.order):
            return Strip.blank(width, self._style(None).rich_style)
        key = self.model.order[place]
        selected = key == self._cursor
        strip = self._strips.get((key, selected))
        if strip is None:
            strip = self._strips[key, selected] = self._paint(key, selected)
        return self._across(strip, width, self._style(None, self._ground(key, selected)))

    def _across(self, strip: Strip, width: int, style: Style) -> Strip:
        left = round(self.scroll_x)
        rest = style.rich_style
        if not left:
            return strip.crop_extend(0, width, rest)
        pinned = strip.crop(0, self._columns.pinned)
        moved = strip.crop(self._columns.pinned + left, left + width)
        return Strip.join([pinned, moved]).crop_extend(0, width, rest)

    def _header(self) -> Strip:
        plain, active = self._style("table--header"), self._style("table--header-cursor")
        sorted_style = self._style("table--header-sorted")
        parts: list[tuple[str, Style]] = [(self._edge_mark(), plain)]
        for at, place in enumerate(self._columns.places):
            column = self.model.columns[place.index]
            title, style = column.title, plain
            if column.key == self.model.sort_key:
                arrow = self._glyphs.descending if self.model.descending else self._glyphs.ascending
                title = arrow + title if column.right else title + arrow
                style = sorted_style
            if at == self._header_cursor and self.has_focus:
                style = active
            text = fit(title, place.width, column.right, self._glyphs.ellipsis)
            parts.append((text, style))
            parts.append((" " * GAP, plain))
        return strip_of(parts)

    def _edge_mark(self) -> str:
        """Says in the gutter that columns lie outside the picture."""
        left = self._glyphs.more_left if self.scroll_x else " "
        hidden = self.virtual_size.width - round(self.scroll_x) > self._window.width
        return left + (self._glyphs.more_right if hidden else " ")

    def _paint(self, key: Hashable, selected: bool) -> Strip:
        ground = self._ground(key, selected)
        base = self._style(None, ground)
        own = self._own is not None and self._own(self.model.row(key))
        alarm = self._is_alarming(key)
        parts = [
            (self._glyphs.own if own else " ", self._style("table--accent", ground)),
            (self._glyphs.warning if alarm else " ", self._style("table--bad", ground)),
        ]
        cells = self.model.cells(key)
        for place in self._columns.places:
            cell = cells[place.index]
            right = self.model.columns[place.index].right
            text = fit(cell.text, place.width, right, self._glyphs.ellipsis)
            parts.append((text, self._style(_tone(cell), ground)))
            parts.append((" " * GAP, base))
        return strip_of(parts)


def _tone(cell: Cell) -> str | None:
    if cell.moved:
        return "table--good" if cell.moved > 0 else "table--bad"
    return f"table--{cell.tone}" if cell.tone else None
