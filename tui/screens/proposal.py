"""One proposal: what it would change, its call to the last argument, and who voted how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from taoctl.chain.view import View
from tui.ballots import unlockable
from tui.figures import grouped
from tui.governance_page import LONG_CALL, Entry, GovernanceReader, ProposalPage
from tui.keymap import PROPOSAL_HINTS, PROPOSAL_KEYS
from tui.screens.base import LiveScreen
from tui.screens.detail import DetailScreen
from tui.screens.governance_columns import (
    VoteRow,
    change_columns,
    change_rows,
    short_id,
    text_columns,
    text_rows,
    vote_columns,
    vote_rows,
)
from tui.screens.subnet import ListTitle
from tui.widgets.governance_panels import ProposalPanel
from tui.widgets.lines import Piece
from tui.widgets.table import Table

_MARGIN = 4
"""Cells of a row that are not its text: the mark, and a scrollbar."""
_LISTS = ("changes", "call", "votes")
_TITLES = {
    "changes": ("What would change", "b: its call"),
    "call": ("The call", "b: the votes"),
    "votes": ("Votes", "b: what would change"),
}


class ProposalScreen(LiveScreen[ProposalPage]):
    """Everything about a proposal; whoever has a vote there votes from here."""

    BINDINGS: ClassVar[list[BindingType]] = [*PROPOSAL_KEYS]
    COUNTED: ClassVar[str] = "lines"
    HINTED: ClassVar[tuple[str, ...]] = PROPOSAL_HINTS

    def __init__(self, id_: str) -> None:
        """Show a proposal: an index, or the hash of a motion or call."""
        super().__init__()
        self.proposal_id = id_
        self._list = _LISTS[0]

    @property
    def title_text(self) -> str:
        """Its index, or the beginning of its hash."""
        return f"Proposal {short_id(self.proposal_id)}"

    @property
    def table(self) -> Table:
        """The list that is shown."""
        return self.query_one(f"#{self._list}", Table)

    def content(self) -> ComposeResult:
        """The panel, and one of three lists."""
        glyphs = self.dash.glyphs
        yield ProposalPanel(self.dash.names, glyphs)
        yield ListTitle()
        lists: dict[str, tuple[Any, Any, Any]] = {
            "changes": (change_columns(), lambda row: row.number, None),
            "call": (text_columns(), lambda row: row.number, None),
            "votes": (vote_columns(), lambda row: row.voter, lambda row: row.mine),
        }
        for id, (columns, key, own) in lists.items():
            table = Table(
                columns, key=key, own=own, glyphs=glyphs, empty="Reading the proposal.", id=id
            )
            table.display = id == self._list
            yield table

    def on_mount(self) -> None:
        """Say beside the breadcrumbs what each of the lists shows."""
        options = self.dash.options
        self._reader = GovernanceReader([one.coldkey for one in options.wallets], options.shared)
        for id in _LISTS[1:]:
            table = self.query_one(f"#{id}", Table)
            table.arranged.subscribe(self, lambda _: self._note(), immediate=True)

    async def read(self, view: View) -> ProposalPage:
        """The proposal at one block."""
        return await self._reader.one(view, self.proposal_id)

    def absorb(self, rows: ProposalPage) -> None:
        """Take note of what a form has to know."""
        self.dash.signing.know_proposals([rows.entry])

    def show(self, rows: ProposalPage, block: int) -> None:
        """Fill the panel and the lists."""
        names, entry = self.dash.names, rows.entry
        self.query_one(ProposalPanel).show(rows)
        lists: dict[str, tuple[Sequence[Any], str]] = {
            "changes": (change_rows(rows.details.changes, names), self._no_changes(rows)),
            "call": (text_rows(rows.details, names, self.size.width - _MARGIN), "It has no call."),
            "votes": (vote_rows(entry.proposal, entry.standing, names), "Nobody's vote is known."),
        }
        for id, (found, empty) in lists.items():
            table = self.query_one(f"#{id}", Table)
            table.set_empty(empty)
            table.set_rows(found)
        self._say_list()

    def _no_changes(self, rows: ProposalPage) -> str:
        if rows.details.opened is None:
            return "Its call is not known, so nobody can say what it changes."
        return "It changes nothing."

    def _say_list(self) -> None:
        title, aside = _TITLES[self._list]
        pieces = [Piece(title, "strong"), Piece(f"   {aside}", "muted")]
        live = self.live
        if live is not None and live.rows is not None and live.rows.read_block != live.block:
            size, block = grouped(LONG_CALL), grouped(live.rows.read_block)
            pieces.append(Piece(f"   more than {size} bytes: read in block {block}", "muted"))
        self.query_one(ListTitle).say(*pieces)

    # --- keys -----------------------------------------------------------------------------

    @property
    def entry(self) -> Entry | None:
        """The proposal that is shown, as it was read last."""
        live = self.live
        return None if live is None or live.rows is None else live.rows.entry

    def copy_text(self) -> str | None:
        """The voter of the row, or where rows have none the proposal's id."""
        row = self.table.cursor_row
        return row.voter if isinstance(row, VoteRow) else self.proposal_id

    def on_resize(self) -> None:
        """Wrap the call's lines anew."""
        live = self.live
        if self.in_view and live is not None and live.rows is not None:
            self.show(live.rows, live.block or 0)

    def action_other(self) -> None:
        """Show the next list: what would change, the call, the votes."""
        self._list = _LISTS[(_LISTS.index(self._list) + 1) % len(_LISTS)]
        for id in _LISTS:
            self.query_one(f"#{id}", Table).display = id == self._list
        self.set_focus(self.table)
        self._note()
        self._say_list()

    def action_fields(self) -> None:
        """Show all fields of the proposal."""
        entry = self.entry
        if entry is not None:
            self.app.push_screen(DetailScreen(self.title_text, entry.row, entry.block))

    def action_unlock(self) -> None:
        """Open a key of mine that has a vote there, first one that has not voted."""
        self.dash.run_command(f"unlock {unlockable(self.dash, self.entry)}")

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Show all of a row."""
        block = 0 if self.live is None else self.live.block or 0
        self.app.push_screen(DetailScreen(self.title_text, event.row, block))
