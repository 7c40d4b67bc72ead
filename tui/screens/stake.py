"""What the wallets hold and where it is staked; stake is added, removed and moved from here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError
from taoctl.reads.balances import BalanceRow, balances
from taoctl.reads.locks import LockRow, locks
from taoctl.reads.positions import PositionRow, positions
from taoctl.reads.root_claims import RootClaimRow, root_claims
from taoctl.reads.subnets import subnets
from tui.keymap import STAKE_HINTS, STAKE_KEYS
from tui.screens.base import LiveScreen, Place
from tui.screens.columns import Seen, position_columns
from tui.screens.detail import DetailScreen
from tui.widgets.panels import PortfolioPanel
from tui.widgets.stake_panels import ClaimsPanel, LocksPanel
from tui.widgets.table import Table

T = TypeVar("T")

_TALL_LINES = 36
"""Height of a terminal from which on the panels show more than four lines."""


@dataclass(frozen=True, slots=True)
class StakeRows:
    """Everything the screen shows of one block; None for what the runtime does not have."""

    positions: tuple[PositionRow, ...]
    balances: tuple[BalanceRow, ...]
    claims: tuple[RootClaimRow, ...] | None
    locks: tuple[LockRow, ...] | None


class StakeScreen(LiveScreen[StakeRows]):
    """Positions of all wallets, free balances, pending root claims and locks."""

    BINDINGS: ClassVar[list[BindingType]] = [*STAKE_KEYS]
    COUNTED: ClassVar[str] = "positions"
    HINTED: ClassVar[tuple[str, ...]] = STAKE_HINTS

    @property
    def title_text(self) -> str:
        """The screen's name."""
        return "Wallets and stake"

    def content(self) -> ComposeResult:
        """Panels and the positions."""
        glyphs = self.dash.glyphs
        with Horizontal(id="summary"):
            yield PortfolioPanel(glyphs)
            yield ClaimsPanel(glyphs)
            yield LocksPanel(glyphs)
        yield Table(
            position_columns(lambda netuid: self.dash.subnet_names.get(netuid, "")),
            key=lambda seen: (seen.row.coldkey, seen.row.hotkey, seen.row.netuid),
            glyphs=glyphs,
            empty=self._empty_text(),
        )

    def on_mount(self) -> None:
        """Mark what is unlocked at once."""
        self.watch(self.app, "unlocked", lambda _: self.watch_live(self.live))

    def on_resize(self) -> None:
        """Show more wallets where there is room for them."""
        self.set_class(self.app.size.height >= _TALL_LINES, "-tall")

    async def read(self, view: View) -> StakeRows:
        """Positions and balances at one block."""
        coldkeys = [wallet.coldkey for wallet in self.dash.options.wallets]
        if not coldkeys:
            return StakeRows((), (), (), ())
        if not self.dash.subnet_names:
            rows = await subnets(view)
            self.dash.subnet_names = {row.netuid: row.name for row in rows}
        names = self.dash.names
        held, staked, owed, locked = await asyncio.gather(
            balances(view, coldkeys, names),
            positions(view, coldkeys, names),
            _where_there(root_claims(view, coldkeys, names)),
            _where_there(locks(view, coldkeys, names)),
        )
        return StakeRows(staked, held, owed, locked)

    def absorb(self, rows: StakeRows) -> None:
        """Take note of what there is to trade with."""
        signing = self.dash.signing
        signing.free = {row.coldkey: row.free_rao for row in rows.balances}
        signing.staked = {
            (row.coldkey, row.hotkey, row.netuid): row.alpha_rao for row in rows.positions
        }

    def show(self, rows: StakeRows, block: int) -> None:
        """Fill the table and the panels."""
        held = self.dash.signing.held
        self.table.set_empty(self._empty_text("Nothing is staked yet."))
        self.table.set_rows(Seen(row, block) for row in rows.positions)
        unlocked = frozenset(row.coldkey for row in rows.balances if row.coldkey in held)
        self.query_one(PortfolioPanel).show(rows.balances, unlocked)
        self.query_one(ClaimsPanel).show(rows.claims)
        self.query_one(LocksPanel).show(rows.locks)

    def copy_text(self) -> str | None:
        """The hotkey of the selected position."""
        row = self.marked
        return None if row is None else row.hotkey

    @property
    def marked(self) -> PositionRow | None:
        """The position under the cursor."""
        seen: Seen | None = self.table.cursor_row
        return None if seen is None else seen.row

    @property
    def place(self) -> Place | None:
        """The position under the cursor."""
        row = self.marked
        return None if row is None else Place(row.hotkey, row.netuid, row.coldkey)

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Show all fields of the position."""
        seen: Seen = event.row
        self.app.push_screen(DetailScreen(f"SN {seen.row.netuid} stake", seen.row, seen.block))

    def _empty_text(self, text: str = "Waiting for the first block.") -> str:
        if not self.dash.options.wallets:
            return (
                "No wallets found.\nPoint to them with --wallet-path, or name some with --wallet."
            )
        return text


async def _where_there(reading: Awaitable[T]) -> T | None:
    """What a read says; None where the runtime has no such thing."""
    try:
        return await reading
    except NotInRuntimeError:
        return None
