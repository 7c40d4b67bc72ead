"""What is proposed on this chain, how the votes stand, and what waits for my keys."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from taoctl.chain.view import View
from tui.ballots import unlockable
from tui.governance_page import Entry, GovernancePage, GovernanceReader
from tui.keymap import GOVERNANCE_HINTS, GOVERNANCE_KEYS
from tui.screens.base import LiveScreen
from tui.screens.governance_columns import proposal_columns
from tui.widgets.governance_panels import GovernancePanel
from tui.widgets.table import Table

_NONE_OPEN = "Nothing is proposed at present."


class GovernanceScreen(LiveScreen[GovernancePage]):
    """Every open proposal of every backend that the chain has."""

    BINDINGS: ClassVar[list[BindingType]] = [*GOVERNANCE_KEYS]
    COUNTED: ClassVar[str] = "proposals"
    HINTED: ClassVar[tuple[str, ...]] = GOVERNANCE_HINTS

    @property
    def title_text(self) -> str:
        """The screen's name."""
        return "Governance"

    def content(self) -> ComposeResult:
        """A panel and the proposals."""
        glyphs = self.dash.glyphs
        yield GovernancePanel(glyphs)
        yield Table(
            proposal_columns(glyphs),
            key=lambda one: one.key,
            own=lambda one: bool(one.standing.seats),
            glyphs=glyphs,
            empty="Waiting for the first block.",
        )

    def on_mount(self) -> None:
        """Keep what was taken apart from block to block."""
        options = self.dash.options
        self._reader = GovernanceReader([one.coldkey for one in options.wallets], options.shared)

    async def read(self, view: View) -> GovernancePage:
        """What is open at one block."""
        return await self._reader.open_ones(view)

    def absorb(self, rows: GovernancePage) -> None:
        """Take note of what a form has to know."""
        self.dash.signing.know_proposals(rows.entries)

    def show(self, rows: GovernancePage, block: int) -> None:
        """Fill the panel and the table."""
        self.table.set_empty("This chain has no governance." if rows.why_none else _NONE_OPEN)
        self.table.set_rows(rows.entries)
        self.query_one(GovernancePanel).show(rows)

    def copy_text(self) -> str | None:
        """The id of the selected proposal: an index, or the whole hash."""
        entry = self.entry
        return None if entry is None else entry.proposal.id

    @property
    def entry(self) -> Entry | None:
        """The proposal under the cursor."""
        found = self.table.cursor_row
        return found if isinstance(found, Entry) else None

    def action_unlock(self) -> None:
        """Open a key of mine that has a vote there, first one that has not voted."""
        self.dash.run_command(f"unlock {unlockable(self.dash, self.entry)}")

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Show the proposal in full."""
        self.dash.open_proposal(event.row.proposal.id)
