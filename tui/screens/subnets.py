"""All subnets side by side, and above them what a new one costs and the one under the cursor."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from taoctl.addresses import short_ss58
from taoctl.chain.view import View
from taoctl.history.prices import COARSE_BLOCKS
from taoctl.reads.columns import ABSENT
from taoctl.reads.subnet_board import BoardRow, SubnetBoard, subnet_board
from taoctl.text import printable
from tui.attention import prune_severity
from tui.keymap import SUBNETS_HINTS, SUBNETS_KEYS
from tui.screens.base import LiveScreen
from tui.screens.board_columns import board_columns
from tui.screens.columns import Seen
from tui.widgets.board_panels import ChosenSubnetPanel, NewSubnetPanel
from tui.widgets.table import Table


class SubnetsScreen(LiveScreen[SubnetBoard]):
    """A table of every subnet; those that are owned, or have own neurons, are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [*SUBNETS_KEYS]
    COUNTED: ClassVar[str] = "subnets"
    HINTED: ClassVar[tuple[str, ...]] = SUBNETS_HINTS

    @property
    def title_text(self) -> str:
        """The screen's name."""
        return "Subnets"

    def content(self) -> ComposeResult:
        """Panels and the table."""
        glyphs = self.dash.glyphs
        with Horizontal(id="summary"):
            yield NewSubnetPanel(glyphs)
            yield ChosenSubnetPanel(self._say_owner, glyphs)
        yield Table(
            board_columns(self._owner_name, self._is_mine),
            key=lambda seen: seen.row.netuid,
            own=lambda seen: seen.row.netuid in self.dash.own_netuids or self._is_mine(seen.row),
            alarm=self._is_alarming,
            glyphs=glyphs,
            empty="Waiting for the first block.",
        )

    def on_mount(self) -> None:
        """Keep what is said of the selected subnet in step with the cursor."""
        self.table.pointed.subscribe(self, lambda _: self._say_chosen(), immediate=True)

    async def read(self, view: View) -> SubnetBoard:
        """Every subnet, and the price of a new one, at one block."""
        return await subnet_board(view, self.dash.day_ago.at(view))

    def absorb(self, rows: SubnetBoard) -> None:
        """Take note of the prices: whoever opens a subnet sees their course."""
        live = self.live
        if live is not None and live.block is not None:
            prices = {one.netuid: one.price_rao for one in rows.rows if one.price_rao is not None}
            self.dash.note_prices(live.block, prices, every=COARSE_BLOCKS)

    def show(self, rows: SubnetBoard, block: int) -> None:
        """Fill the table and the panels."""
        self.dash.subnet_names = {row.netuid: row.name for row in rows.rows}
        room = None if rows.line is None else rows.line.room
        self.table.set_rows(Seen(row, block, row.tempo, room) for row in rows.rows)
        self.query_one(NewSubnetPanel).show(rows, block)
        self._say_chosen()

    def copy_text(self) -> str | None:
        """The owner's coldkey of the selected subnet."""
        seen = self.table.cursor_row
        return None if seen is None else seen.row.owner_coldkey

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Show everything about the subnet."""
        self.dash.open_subnet(event.row.row.netuid)

    def action_neurons(self) -> None:
        """Show the neurons of the selected subnet."""
        seen = self.table.cursor_row
        if seen is not None:
            self.dash.open_metagraph(seen.row.netuid)

    def action_matrix(self) -> None:
        """Show who weighs whom on the selected subnet."""
        seen = self.table.cursor_row
        if seen is not None:
            self.dash.open_weights(seen.row.netuid)

    def _say_chosen(self) -> None:
        seen: Seen | None = self.table.cursor_row
        panel = self.query_one(ChosenSubnetPanel)
        if seen is None:
            panel.show(None, 0)
        else:
            panel.show(seen.row, seen.block)

    def _owner_name(self, coldkey: str | None) -> str:
        if coldkey is None:
            return ABSENT
        return printable(self.dash.names.get(coldkey) or short_ss58(coldkey))

    def _say_owner(self, row: BoardRow) -> str:
        return self._owner_name(row.owner_coldkey) + (" (yours)" if self._is_mine(row) else "")

    def _is_mine(self, row: BoardRow) -> bool:
        return self.dash.is_own(row.owner_hotkey or "", row.owner_coldkey)

    def _is_alarming(self, seen: Seen) -> bool:
        """Whether a subnet of mine is among the next to make room, while there is none."""
        danger = prune_severity(seen.row.prune_rank, seen.free_slots)
        return danger is not None and self._is_mine(seen.row)
