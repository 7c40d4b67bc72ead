"""The weights heat map: a line a validator, a cell a neuron, cells of one to three characters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region

from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.weight_matrix import WeightLine, WeightMatrix
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.heat import HeatScale
from tui.widgets.heat_layout import HeatLayout
from tui.widgets.heat_lines import GIVEN, HeatLines, HeatRow
from tui.widgets.table_model import TableColumn


class HeatMap(HeatLines):
    """Who weighs whom, with a cursor over both; only cells that changed are painted again.

    Only neurons that somebody weighs and own ones have a column, in the wide view all have.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "miner", key_display="enter", id="table.open"),
        Binding("left,h", "column(-1)", "neuron left", show=False, id="table.left"),
        Binding("right,l", "column(1)", "neuron right", show=False, id="table.right"),
        Binding("s", "sort", "sort", id="table.sort", tooltip="sort by the weights on this neuron"),
        Binding("w", "wide", "all", id="table.wide", tooltip="show neurons that nobody weighs too"),
    ]

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
        super().__init__(columns, name, mine=mine, glyphs=glyphs, empty=empty, id=id)
        self._matrix: WeightMatrix | None = None

    # --- what the screen says -------------------------------------------------------------

    def show(self, matrix: WeightMatrix | None) -> None:
        """Show a matrix, or none."""
        self._matrix = matrix
        before, self.scale = self.scale, HeatScale.of(matrix)
        if self.scale != before:
            self._strips.clear()
            self.refresh()
        self.set_rows(self._rows())

    def set_rows(self, rows: Iterable[HeatRow]) -> None:
        """Show these rows of the matrix; what did not change is not painted again."""
        top, total = round(self.scroll_y), self.model.total
        before = {key: self.model.row(key).line for key in self.model.order}
        changes = self.model.set_rows(rows)
        if changes.order or total != self.model.total:
            self.arranged.publish(None)
        if self._lay_out() or changes.order or not self.model.order:
            self._strips.clear()
            self._resize()
            self._keep_cursor()
            self.refresh()
        else:
            self._keep_cursor()
            self._refresh_cells(before, top)
        self.pointed.publish(None)

    def _refresh_cells(self, before: dict[Hashable, WeightLine], top: int) -> None:
        """Paint again the stretch of each row in which cells differ."""
        regions: list[Region] = []
        grade = self.scale.grade
        for place, key in enumerate(self.model.order):
            old, new = before[key], self.model.row(key).line
            same_uid = old.neuron.uid == new.neuron.uid
            if same_uid and old.weights == new.weights:
                continue
            self._forget(key)
            y = place - top + self.HEADER_LINES
            if not self.HEADER_LINES <= y < self._window.height:
                continue
            if not same_uid or bool(old.weights) != bool(new.weights):
                regions.append(self._line(y))
                continue
            changed = [
                at
                for at, uid in enumerate(self._places.uids)
                if grade(old.share_ppm(uid)) != grade(new.share_ppm(uid))
            ]
            if changed:
                regions += self._columns_region(changed[0], changed[-1], y, 1)
        if regions:
            self.refresh(*regions)

    def move_to_column(self, uid: int) -> None:
        """Put the cursor on a neuron's column, where it has one."""
        if uid in self._places.uids:
            self._point(self._places.uids.index(uid))

    @property
    def column_uid(self) -> int | None:
        """The UID whose column the cursor is on."""
        return self._places.uids[self._column] if self._places.uids else None

    @property
    def shown_uids(self) -> tuple[int, ...]:
        """The UIDs that have a column, left to right."""
        return self._places.uids

    def set_wide(self, wide: bool) -> None:
        """Show or hide the neurons that nobody weighs."""
        self.wide = wide
        self._strips.clear()
        self._lay_out()
        self._resize()
        self._show_column()
        self.refresh()
        self.pointed.publish(None)

    @property
    def content_width(self) -> int:
        """Cells of the labels and of all columns."""
        return self._places.width

    # --- keys and mouse -------------------------------------------------------------------

    def action_column(self, columns: int) -> None:
        """Move the cursor by neurons."""
        self._point(self._column + columns)

    def action_sort(self) -> None:
        """Sort by the weights on the cursor's neuron, largest first, then no more."""
        if self.model.sort_key == GIVEN and self._sorted_by == self.column_uid:
            self.sort_by(None)
        else:
            self._sorted_by = self.column_uid
            self.sort_by(GIVEN, descending=True)

    def sort_by(self, key: str | None, *, descending: bool = False) -> None:
        """Order the rows by a column, or by UID (None)."""
        if key == GIVEN and self._sorted_by is None:
            self._sorted_by = self.column_uid
        self.model.sort(key, descending)
        self.model.set_rows(self._rows())
        self._after_arranging()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a cell; a double click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        at = self._places.at(offset.x, round(self.scroll_x))
        if at is not None:
            self._point(at)
        place = offset.y - self.HEADER_LINES + round(self.scroll_y)
        if offset.y >= self.HEADER_LINES and place < len(self.model.order):
            self._put_cursor(place)
            if event.chain > 1:
                self.action_open()

    def on_resize(self) -> None:
        """Make cells as wide as fits, and keep the cursor in the picture."""
        self._strips.clear()
        self._lay_out()
        self._resize()
        self._keep_cursor()
        self._show_column()
        self.refresh()

    def watch_show_vertical_scrollbar(self) -> None:
        """There is a cell less beside a scrollbar; that is no resize to Textual."""
        self.call_after_refresh(self.on_resize)

    # --- cursor ---------------------------------------------------------------------------

    def _paint_cursor(self) -> None:
        self._strips.clear()
        self.refresh()

    def _point(self, at: int) -> None:
        if not self._places.uids:
            return
        before, self._column = self._column, min(len(self._places.uids) - 1, max(0, at))
        left = round(self.scroll_x)
        self._show_column()
        if round(self.scroll_x) == left:
            height = self._window.height
            self.refresh(
                *(
                    region
                    for one in {before, self._column}
                    for region in self._columns_region(one, one, 0, height)
                ),
                # A label of the header may reach over the columns beside it.
                self._line(0),
            )
        self.pointed.publish(None)

    def _show_column(self) -> None:
        if not self._places.uids or not self._window.width:
            return
        left = round(self.scroll_x)
        target = self._places.scroll_to_show(self._column, left, self._window.width)
        if target != left:
            self.scroll_to(x=target, animate=False, force=True)

    # --- layout ---------------------------------------------------------------------------

    def _rows(self) -> list[HeatRow]:
        if self._matrix is None:
            return []
        by = self._sorted_by
        return [
            HeatRow(line, None if by is None else line.weights.get(by))
            for line in self._matrix.lines
        ]

    def _lay_out(self) -> bool:
        """Choose the columns and their width; returns whether either changed."""
        matrix, uid = self._matrix, self.column_uid
        weighed = frozenset[int]() if matrix is None else matrix.weighed()
        uids = tuple(
            neuron.uid
            for neuron in (() if matrix is None else matrix.neurons)
            if self.wide or neuron.uid in weighed or self._mine(neuron)
        )
        own = frozenset(n.uid for n in (() if matrix is None else matrix.neurons) if self._mine(n))
        old, self._places = self._places, HeatLayout.of(uids, own, self._window.width)
        if uid is not None and uid in uids:
            self._column = uids.index(uid)
        self._column = min(self._column, max(0, len(uids) - 1))
        return old != self._places
