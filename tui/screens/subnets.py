"""All subnets: price, emission, pool, registration and the next epoch."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from taoctl.chain.view import View
from taoctl.reads.subnets import SubnetRow, subnets
from tui.screens.base import LiveScreen
from tui.screens.columns import Seen, subnet_columns
from tui.widgets.table import Table


class SubnetsScreen(LiveScreen[tuple[SubnetRow, ...]]):
    """A table of every subnet; those with own neurons are marked. Enter opens the metagraph."""

    COUNTED: ClassVar[str] = "subnets"

    @property
    def title_text(self) -> str:
        """The screen's name."""
        return "Subnets"

    def content(self) -> ComposeResult:
        """The table."""
        yield Table(
            subnet_columns(),
            key=lambda seen: seen.row.netuid,
            own=lambda seen: seen.row.netuid in self.dash.own_netuids,
            glyphs=self.dash.glyphs,
            empty="Waiting for the first block.",
        )

    async def read(self, view: View) -> tuple[SubnetRow, ...]:
        """Every subnet at one block."""
        return await subnets(view)

    def show(self, rows: tuple[SubnetRow, ...], block: int) -> None:
        """Fill the table."""
        self.dash.subnet_names = {row.netuid: row.name for row in rows}
        self.table.set_rows(Seen(row, block) for row in rows)

    def copy_text(self) -> str | None:
        """The owner's coldkey of the selected subnet."""
        seen = self.table.cursor_row
        return None if seen is None else seen.row.owner_coldkey

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        self.dash.open_metagraph(event.row.row.netuid)
