"""The table of the dashboard: a line-API widget that paints only what an update changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.signal import Signal
from textual.strip import Strip
from textual.style import Style

from tui.glyphs import UNICODE, Glyphs
from tui.widgets.paint import needed_filters, on_background, strip_of
from tui.widgets.table_layout import GAP, TableLayout
from tui.widgets.table_model import Cell, Row, TableColumn, TableModel, fit

_HEADER = 1


class Table(ScrollView, can_focus=True):
    """Rows with a cursor kept by key, a header cursor to sort by, a filter and sideways scrolling.

    Give rows with `set_rows`; only cells that differ are painted. Enter posts `Opened`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--header-cursor",
        "table--header-sorted",
        "table--cursor",
        "table--cursor-blurred",
        "table--own",
        "table--muted",
        "table--good",
        "table--warn",
        "table--bad",
        "table--accent",
        "table--empty",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", key_display="enter", id="table.open"),
        Binding("up,k", "move(-1)", "row up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "row down", show=False, id="table.down"),
        Binding("pageup,ctrl+b", "page(-1)", "page up", show=False, id="table.page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "page down", show=False, id="table.page_down"),
        Binding("home,g", "edge(-1)", "first row", show=False, id="table.first"),
        Binding("end,G", "edge(1)", "last row", show=False, id="table.last"),
        Binding("left,h", "column(-1)", "column left", show=False, id="table.left"),
        Binding("right,l", "column(1)", "column right", show=False, id="table.right"),
        Binding("s", "sort", "sort", id="table.sort"),
        Binding("w", "wide", "wide", id="table.wide"),
    ]

    class Opened(Message):
        """The user asked for more about a row."""

        def __init__(self, table: Table, key: Hashable, row: Row) -> None:
            super().__init__()
            self.table = table
            self.key = key
            self.row = row

        @property
        def control(self) -> Table:
            """The table it came from."""
            return self.table

    def __init__(
        self,
        columns: Sequence[TableColumn],
        key: Callable[[Row], Hashable],
        *,
        own: Callable[[Row], bool] | None = None,
        glyphs: Glyphs = UNICODE,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.arranged: Signal[None] = Signal(self, "arranged")
        """The order, filter or number of the shown rows changed. Told at once and not by a
        message, so that what others say of it is painted in the same frame."""
        self.model = TableModel(columns, key)
        self.wide = False
        self._own = own
        self._glyphs = glyphs
        self._empty = empty
        self._cursor: Hashable | None = None
        self._cursor_place = 0
        self._header_cursor = 0
        self._strips: dict[tuple[Hashable, bool], Strip] = {}
        self._styles: dict[tuple[str | None, str | None], Style] = {}
        self._columns = TableLayout.of(self.model.columns, self.model.widths, room=0)
        self._lay_out()

    # --- what the screen says -------------------------------------------------------------

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows; what did not change is not painted again."""
        top = round(self.scroll_y)
        before = self.model.order[top : top + self._page]
        total = self.model.total
        changes = self.model.set_rows(rows)
        for key in changes.cells:
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
        regions = [self._line(y + _HEADER) for y in lines]
        for key, cells in changes.cells.items():
            regions.extend(self._cell_regions(key, cells, top))
        if regions:
            self.refresh(*regions)

    def sort_by(self, key: str | None, *, descending: bool = False) -> None:
        """Order the rows by a column, or as they came (None)."""
        self.model.sort(key, descending)
        self._after_arranging()

    def set_filter(self, text: str) -> None:
        """Show only rows that match a regular expression (`!` first: that do not)."""
        self.model.set_filter(text)
        self._after_arranging()

    def set_empty(self, text: str) -> None:
        """What to say while there is no row to show."""
        if text != self._empty:
            self._empty = text
            if not self.model.order:
                self.refresh()

    def set_wide(self, wide: bool) -> None:
        """Show or hide the columns that only the wide view has."""
        self.wide = wide
        self._lay_out()
        self._show_column()
        self.refresh()

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on a row; returns False when the row is not shown."""
        place = self.model.place(key)
        if place is None:
            return False
        self._put_cursor(place)
        return True

    @property
    def cursor_key(self) -> Hashable | None:
        """Key of the selected row, or None when no row is shown."""
        return self._cursor if self.model.place(self._cursor) is not None else None

    @property
    def cursor_row(self) -> Row | None:
        """The selected row, or None when no row is shown."""
        key = self.cursor_key
        return None if key is None else self.model.row(key)

    @property
    def header_column(self) -> TableColumn:
        """The column under the header cursor."""
        return self.model.columns[self._columns.places[self._header_cursor].index]

    @property
    def shown_columns(self) -> list[TableColumn]:
        """The columns in the picture, left to right."""
        return [self.model.columns[place.index] for place in self._columns.places]

    # --- keys and mouse -------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._put_cursor((self.model.place(self._cursor) or 0) + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screenfuls."""
        self.action_move(pages * max(1, self._page - 1))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or last row."""
        self._put_cursor(0 if direction < 0 else len(self.model.order) - 1)

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

    def action_wide(self) -> None:
        """Switch between the narrow and the wide view."""
        self.set_wide(not self.wide)

    def action_open(self) -> None:
        """Tell the screen that the user wants more about the selected row."""
        key = self.cursor_key
        if key is not None:
            self.post_message(self.Opened(self, key, self.model.row(key)))

    def on_click(self, event: events.Click) -> None:
        """Select a row, open it on a double click, sort on a click on the header."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < _HEADER:
            self._click_header(offset.x)
            return
        place = offset.y - _HEADER + round(self.scroll_y)
        if place < len(self.model.order):
            self._put_cursor(place)
            if event.chain > 1:
                self.action_open()

    def _click_header(self, x: int) -> None:
        at = self._columns.at(x, round(self.scroll_x))
        if at is not None:
            self._header_cursor = at
            self.action_sort()

    def on_focus(self) -> None:
        """Paint the cursor as active."""
        self._paint_cursor()

    def on_blur(self) -> None:
        """Paint the cursor as inactive."""
        self._paint_cursor()

    def on_resize(self) -> None:
        """Show the columns that fit, and keep the cursor in the picture."""
        self._lay_out()
        self._keep_cursor()
        self._show_column()
        self.refresh()

    def watch_show_vertical_scrollbar(self) -> None:
        """Columns have a cell less beside a scrollbar; that is no resize to Textual."""
        self.call_after_refresh(self.on_resize)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filters of the app that make a difference here."""
        return needed_filters(super().get_line_filters())

    def notify_style_update(self) -> None:
        """Forget painted lines when the theme changes."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    # --- cursor and scrolling -------------------------------------------------------------

    @property
    def _window(self) -> Size:
        """What of the table is in the picture: its size without scrollbars."""
        return self.scrollable_content_region.size

    @property
    def _page(self) -> int:
        return max(0, self._window.height - _HEADER)

    def _put_cursor(self, place: int) -> None:
        if not self.model.order:
            return
        place = min(len(self.model.order) - 1, max(0, place))
        before = self.model.place(self._cursor)
        self._cursor = self.model.order[place]
        self._cursor_place = place
        top = round(self.scroll_y)
        self._scroll_rows(place)
        if round(self.scroll_y) == top:
            lines = [self._line(at - top + _HEADER) for at in {before, place} if at is not None]
            self.refresh(*lines)

    def _scroll_rows(self, place: int) -> None:
        top, page = round(self.scroll_y), self._page
        if page and place < top:
            self.scroll_to(y=place, animate=False, force=True)
        elif page and place >= top + page:
            self.scroll_to(y=place - page + 1, animate=False, force=True)

    def _keep_cursor(self) -> None:
        """Follow the selected row; where it is gone, stay at its place."""
        if not self.model.order:
            return
        place = self.model.place(self._cursor)
        if place is None:
            place = min(self._cursor_place, len(self.model.order) - 1)
            self._cursor = self.model.order[place]
            self.refresh()
        self._cursor_place = place
        self._scroll_rows(place)

    def _show_column(self) -> None:
        if not self._columns.places or not self._window.width:
            return
        left = round(self.scroll_x)
        target = self._columns.scroll_to_show(self._header_cursor, left, self._window.width)
        if target != left:
            self.scroll_to(x=target, animate=False, force=True)

    def _after_arranging(self) -> None:
        self._resize()
        self._keep_cursor()
        self.refresh()
        self.arranged.publish(None)

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

    def _resize(self) -> None:
        size = Size(self._columns.width, len(self.model.order) + _HEADER)
        if self.virtual_size != size:
            self.virtual_size = size

    def _line(self, y: int) -> Region:
        return Region(0, y, self._window.width, 1)

    def _cell_regions(self, key: Hashable, cells: set[int], top: int) -> list[Region]:
        at = self.model.place(key)
        if at is None or not top <= at < top + self._page:
            return []
        y = at - top + _HEADER
        spans = self._columns.spans(cells, round(self.scroll_x), self._window.width)
        return [Region(start, y, end - start, 1) for start, end in spans]

    # --- painting -------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the picture: the header, a row, or blank."""
        width = self._window.width
        if y < _HEADER:
            return self._across(self._header(), width, self._style("table--header"))
        if not self.model.order:
            return self._empty_line(y, width)
        place = y - _HEADER + round(self.scroll_y)
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
        mark = f"{self._glyphs.own} " if own else "  "
        parts = [(mark, self._style("table--accent", ground))]
        cells = self.model.cells(key)
        for place in self._columns.places:
            cell = cells[place.index]
            right = self.model.columns[place.index].right
            text = fit(cell.text, place.width, right, self._glyphs.ellipsis)
            parts.append((text, self._style(_tone(cell), ground)))
            parts.append((" " * GAP, base))
        return strip_of(parts)

    def _empty_line(self, y: int, width: int) -> Strip:
        style = self._style("table--empty")
        lines = self._empty.splitlines()
        if self.model.filter.active and self.model.total:
            lines = [f"no row matches {self.model.filter.text}"]
        at = y - _HEADER - 1
        text = f"  {lines[at]}" if 0 <= at < len(lines) else ""
        return strip_of([(fit(text, width, False, self._glyphs.ellipsis), style)])

    def _ground(self, key: Hashable, selected: bool) -> str | None:
        if selected:
            return "table--cursor" if self.has_focus else "table--cursor-blurred"
        if self._own is not None and self._own(self.model.row(key)):
            return "table--own"
        return None

    def _style(self, name: str | None, ground: str | None = None) -> Style:
        style = self._styles.get((name, ground))
        if style is None:
            style = self.get_visual_style(name) if name else self.visual_style
            if ground is not None:
                below = self.get_visual_style(ground)
                style = on_background(style if name else below, below)
            self._styles[name, ground] = style
        return style

    def _forget(self, key: Hashable) -> None:
        self._strips.pop((key, True), None)
        self._strips.pop((key, False), None)

    def _paint_cursor(self) -> None:
        self._strips.pop((self._cursor, True), None)
        place = self.model.place(self._cursor)
        lines = [self._line(0)]
        if place is not None:
            lines.append(self._line(place - round(self.scroll_y) + _HEADER))
        self.refresh(*lines)


def _tone(cell: Cell) -> str | None:
    if cell.moved:
        return "table--good" if cell.moved > 0 else "table--bad"
    return f"table--{cell.tone}" if cell.tone else None
