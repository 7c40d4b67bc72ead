"""What every list of rows has: a cursor kept by key, a filter, an order, and painted lines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import ClassVar

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
from tui.widgets.table_model import Row, TableColumn, TableModel, fit


class RowList(ScrollView, can_focus=True):
    """Rows below some header lines, one of them selected; a subclass paints them.

    Enter posts `Opened`. What is painted of a row is kept until `_forget` drops it.
    """

    HEADER_LINES: ClassVar[int] = 1

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--header-cursor",
        "table--header-sorted",
        "table--cursor",
        "table--cursor-blurred",
        "table--own",
        "table--alarm",
        "table--alarm-cursor",
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

        def __init__(self, rows: RowList, key: Hashable, row: Row) -> None:
            super().__init__()
            self.rows = rows
            self.key = key
            self.row = row

        @property
        def control(self) -> RowList:
            """The list it came from."""
            return self.rows

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
        super().__init__(id=id)
        self.arranged: Signal[None] = Signal(self, "arranged")
        """The order, filter or number of the shown rows changed. Told at once and not by a
        message, so that what others say of it is painted in the same frame."""
        self.pointed: Signal[None] = Signal(self, "pointed")
        """The cursor is on another row, or what it is on changed. Told at once, too."""
        self.model = TableModel(columns, key)
        self.wide = False
        self._own = own
        self._alarm = alarm
        self._glyphs = glyphs
        self._empty = empty
        self._cursor: Hashable | None = None
        self._cursor_place = 0
        self._strips: dict[tuple[Hashable, bool], Strip] = {}
        self._styles: dict[tuple[str | None, str | None], Style] = {}

    # --- what a subclass says -------------------------------------------------------------

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows; what did not change is not painted again."""
        raise NotImplementedError

    def action_column(self, columns: int) -> None:
        """Move the header cursor sideways."""
        raise NotImplementedError

    def action_sort(self) -> None:
        """Sort by what the header cursor is on, then the other way, then not at all."""
        raise NotImplementedError

    def set_wide(self, wide: bool) -> None:
        """Show or hide the columns that only the wide view has."""
        raise NotImplementedError

    @property
    def content_width(self) -> int:
        """Cells of the widest line, in the picture or not."""
        raise NotImplementedError

    # --- what the screen says -------------------------------------------------------------

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

    # --- keys -----------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._put_cursor((self.model.place(self._cursor) or 0) + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screenfuls."""
        self.action_move(pages * max(1, self._page - 1))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or last row."""
        self._put_cursor(0 if direction < 0 else len(self.model.order) - 1)

    def action_wide(self) -> None:
        """Switch between the narrow and the wide view."""
        self.set_wide(not self.wide)

    def action_open(self) -> None:
        """Tell the screen that the user wants more about the selected row."""
        key = self.cursor_key
        if key is not None:
            self.post_message(self.Opened(self, key, self.model.row(key)))

    def on_focus(self) -> None:
        """Paint the cursor as active."""
        self._paint_cursor()

    def on_blur(self) -> None:
        """Paint the cursor as inactive."""
        self._paint_cursor()

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
        return max(0, self._window.height - self.HEADER_LINES)

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
            lines = [
                self._line(at - top + self.HEADER_LINES) for at in {before, place} if at is not None
            ]
            self.refresh(*lines)
        self.pointed.publish(None)

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

    def _after_arranging(self) -> None:
        self._resize()
        self._keep_cursor()
        self.refresh()
        self.arranged.publish(None)
        self.pointed.publish(None)

    def _resize(self) -> None:
        size = Size(self.content_width, len(self.model.order) + self.HEADER_LINES)
        if self.virtual_size != size:
            self.virtual_size = size

    def _line(self, y: int) -> Region:
        return Region(0, y, self._window.width, 1)

    # --- painting -------------------------------------------------------------------------

    def _empty_line(self, y: int, width: int) -> Strip:
        style = self._style("table--empty")
        lines = self._empty.splitlines()
        if self.model.filter.active and self.model.total:
            lines = [f"no row matches {self.model.filter.text}"]
        at = y - self.HEADER_LINES - 1
        text = f"  {lines[at]}" if 0 <= at < len(lines) else ""
        return strip_of([(fit(text, width, False, self._glyphs.ellipsis), style)])

    def _ground(self, key: Hashable, selected: bool) -> str | None:
        if self._is_alarming(key):
            return "table--alarm-cursor" if selected and self.has_focus else "table--alarm"
        if selected:
            return "table--cursor" if self.has_focus else "table--cursor-blurred"
        if self._own is not None and self._own(self.model.row(key)):
            return "table--own"
        return None

    def _is_alarming(self, key: Hashable) -> bool:
        return self._alarm is not None and self._alarm(self.model.row(key))

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
            lines.append(self._line(place - round(self.scroll_y) + self.HEADER_LINES))
        self.refresh(*lines)
