"""The first screen: what my neurons earn, what I hold, what needs attention, and the GPUs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from taoctl.chain.view import View
from taoctl.gpu.sample import GpuReading
from taoctl.history.store import EarningsSample
from taoctl.reads.balances import BalanceRow, balances
from taoctl.reads.coldkey_swaps import ColdkeySwapRow, coldkey_swaps
from taoctl.reads.lost_commits import CommitWatch
from taoctl.reads.neurons import MyNeuronRow, my_neurons
from taoctl.reads.seats import Seat, SeatWatch
from tui.attention import warnings
from tui.keymap import ADD_KEY
from tui.notices import Loss, alarms, is_alarming
from tui.screens.base import LiveScreen, Place
from tui.screens.columns import Seen, my_neuron_columns
from tui.widgets.earnings_chart import EarningsChart
from tui.widgets.gpu_strip import GpuStrip
from tui.widgets.panels import AttentionPanel, EarningsPanel, PortfolioPanel
from tui.widgets.table import Table

_GPU_SECONDS = 2.0
_UNSEEN_BLOCKS = 5
"""Blocks between two reads out of view: fewer than any epoch has, so that none is missed."""

_TABLE_FRAME = 4
"""Lines of the neurons panel that are not rows: its border, the header and one blank."""

_CHART_HEIGHT = 8
"""The least height, border included, that a chart is worth showing at."""


@dataclass(frozen=True, slots=True)
class OverviewRows:
    """Everything the overview shows of one block.

    Attributes:
        read_block: the block that neurons and balances are from; out of view an earlier one.
        lost: seats that were held before and are gone at the newest block, and all lost commits.
        swaps: of every coldkey whether it is announced to be swapped.
    """

    neurons: tuple[MyNeuronRow, ...]
    balances: tuple[BalanceRow, ...]
    read_block: int = 0
    lost: tuple[Loss, ...] = ()
    swaps: tuple[ColdkeySwapRow, ...] = ()


class OverviewScreen(LiveScreen[OverviewRows]):
    """My neurons, portfolio, earnings and GPUs; followed even out of view, so that the series
    of earnings has no holes."""

    BINDINGS: ClassVar[list[BindingType]] = [ADD_KEY]
    KEEP_FOLLOWING: ClassVar[bool] = True
    COUNTED: ClassVar[str] = "neurons"

    def __init__(self) -> None:
        super().__init__()
        self._read_rows: OverviewRows | None = None
        self._seats, self._commits = SeatWatch(), CommitWatch()

    @property
    def title_text(self) -> str:
        """The screen's name."""
        return "Overview"

    def content(self) -> ComposeResult:
        """Panels, the neurons, and the GPU strip."""
        glyphs = self.dash.glyphs
        with Horizontal(id="summary"):
            yield EarningsPanel(glyphs)
            yield PortfolioPanel(glyphs)
            yield AttentionPanel(glyphs)
        with Vertical(id="neurons-panel", classes="panel") as panel:
            panel.border_title = "My neurons"
            yield Table(
                my_neuron_columns(),
                key=lambda seen: (seen.row.netuid, seen.row.hotkey),
                alarm=lambda seen: is_alarming(seen.row, seen.block, seen.tempo, seen.free_slots),
                glyphs=glyphs,
                empty=self._empty_text(),
            )
        yield EarningsChart(glyphs)
        if self.dash.options.gpus is not None:
            yield GpuStrip(glyphs)

    def on_mount(self) -> None:
        """Look at the GPUs now and every few seconds; keep the heights in step with the rows."""
        self.table.arranged.subscribe(self, lambda _: self.share_height(), immediate=True)
        if self.dash.options.gpus is not None:
            self._sample_gpus()
            self.set_interval(_GPU_SECONDS, self._gpu_tick)

    async def read(self, view: View) -> OverviewRows:
        """Own neurons and balances at one block; out of view only as often as epochs need.

        Who holds the UIDs and what is committed is looked at in every block, in view or not.
        """
        known = self._read_rows
        lost = await self._seats.gone(view)
        if known is None or self.in_view or lost or _is_due(known.read_block, view.block):
            known = self._read_rows = await self._read_now(view)
        commits = await self._commits.look(view, known.neurons)
        return replace(known, lost=(*lost, *commits))

    async def _read_now(self, view: View) -> OverviewRows:
        options = self.dash.options
        coldkeys = [wallet.coldkey for wallet in options.wallets]
        hotkeys = [address for wallet in options.wallets for _, address in wallet.hotkeys]
        if not coldkeys and not hotkeys:
            return OverviewRows((), (), view.block)
        neurons, held, swaps = await asyncio.gather(
            my_neurons(view, coldkeys, hotkeys, self.dash.names),
            balances(view, coldkeys, self.dash.names),
            coldkey_swaps(view, coldkeys, self.dash.names),
        )
        return OverviewRows(neurons, held, view.block, swaps=swaps)

    def on_screen_resume(self) -> None:
        """Come back into view with rows of the newest block."""
        if self._read_rows is not None:
            self.restart()

    def absorb(self, rows: OverviewRows) -> None:
        """Take the earnings down, and learn which subnets have own neurons."""
        self.dash.own_netuids = frozenset(row.netuid for row in rows.neurons)
        self.dash.signing.free.update((row.coldkey, row.free_rao) for row in rows.balances)
        self.dash.record_earnings(_samples(rows.neurons, self.dash.genesis))
        self._raise_alarms(rows)

    def _raise_alarms(self, rows: OverviewRows) -> None:
        """Hold the seats that there are from here on, and tell of what has gone wrong."""
        block, told = rows.read_block, self.dash.losses
        if self.dash.genesis is not None:
            self._seats.remember(self.dash.genesis, (Seat.of(row, block) for row in rows.neurons))
        told.withdraw(rows.neurons)
        is_lost = told.tell(rows.lost)
        before, self.dash.alarms = (
            self.dash.alarms,
            alarms(rows.neurons, block, told.open, rows.swaps),
        )
        if is_lost or self.dash.alarms.swaps > before.swaps:
            self.dash.bell()

    def show(self, rows: OverviewRows, block: int) -> None:
        """Fill the table and the panels."""
        self.table.set_empty(
            "None of your keys has a UID on this network."
            if self.dash.options.wallets
            else self._empty_text()
        )
        self.table.set_rows(Seen(row, block, row.tempo, row.free_slots) for row in rows.neurons)
        rates = [row.tao_per_day_rao for row in rows.neurons]
        known = [rate for rate in rates if rate is not None]
        total = sum(known) if known or not rates else None
        self.query_one(EarningsPanel).show(total, self.dash.earnings_points())
        self.query_one(EarningsChart).show(self.dash.earnings_points())
        self.query_one(PortfolioPanel).show(rows.balances)
        self.query_one(AttentionPanel).show(warnings(rows.neurons, block, rows.swaps))
        self.dash.note_shown(block)

    def copy_text(self) -> str | None:
        """The hotkey of the selected neuron."""
        seen = self.table.cursor_row
        return None if seen is None else str(seen.row.hotkey)

    @property
    def place(self) -> Place | None:
        """The neuron's hotkey on its subnet."""
        seen = self.table.cursor_row
        return None if seen is None else Place(seen.row.hotkey, seen.row.netuid)

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Show the neuron on a screen of its own."""
        row = event.row.row
        self.dash.open_neuron(row.netuid, row.uid, row.hotkey)

    def _empty_text(self) -> str:
        if self.dash.options.wallets:
            return "Waiting for the first block."
        return (
            "No wallets found, so there is nothing of yours to show.\n"
            "Point to them with --wallet-path, or press 2 to look at the subnets."
        )

    def share_height(self) -> None:
        """Give the rows what they need; the chart takes the rest when that is enough for it."""
        panel, chart = self.query_one("#neurons-panel"), self.query_one(EarningsChart)
        taken = panel.outer_size.height + (chart.outer_size.height if chart.display else 0)
        rows = self.table.model.total + _TABLE_FRAME
        fits = taken - rows >= _CHART_HEIGHT and bool(self.table.model.total)
        panel.styles.height = rows if fits else "1fr"
        chart.display = fits

    def on_resize(self) -> None:
        """Share the height again once the new layout is known."""
        self.call_after_refresh(self.share_height)

    def _gpu_tick(self) -> None:
        if self.in_view:
            self._sample_gpus()

    @work(group="gpus", exclusive=True)
    async def _sample_gpus(self) -> None:
        source = self.dash.options.gpus
        if source is None:
            return
        try:
            reading = await source.sample()
        except Exception as error:
            # Drivers fail in ways of their own; the chain is shown all the same.
            self.log.error(error)
            reading = GpuReading((), f"the GPUs could not be read ({error})", "", False)
        if self.in_view:
            self.query_one(GpuStrip).reading = reading


def _is_due(read_block: int, block: int) -> bool:
    """Whether rows of a block are to be read again; those of a later one are another chain's."""
    return not read_block <= block < read_block + _UNSEEN_BLOCKS


def _samples(neurons: tuple[MyNeuronRow, ...], genesis: str | None) -> list[EarningsSample]:
    """One sample for each neuron whose last epoch is known."""
    return [
        EarningsSample(
            genesis=genesis,
            netuid=row.netuid,
            hotkey=row.hotkey,
            epoch_block=row.last_epoch_block,
            tempo=row.tempo,
            alpha_rao=row.paid_rao,
            price_rao=row.price_rao,
        )
        for row in neurons
        if genesis is not None and row.last_epoch_block and row.tempo and row.paid_rao is not None
    ]
