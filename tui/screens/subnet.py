"""One subnet: the course of its price, pool, emission, hyperparameters, and who is pruned next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from taoctl.chain.view import View
from taoctl.errors import BadDataError, TaoctlError
from taoctl.text import printable
from tui.keymap import SUBNET_HINTS, SUBNET_KEYS
from tui.prices import SPANS, Prices, Span
from tui.screens.base import LiveScreen, Place
from tui.screens.detail import DetailScreen
from tui.screens.subnet_columns import (
    Parameter,
    emission_columns,
    parameter_columns,
    parameter_of,
    prune_columns,
)
from tui.subnet_page import SubnetPage, subnet_page
from tui.widgets.lines import Line, Lines, Piece, clip
from tui.widgets.one_subnet_panels import EmissionPanel, OwnerPanel, PoolPanel
from tui.widgets.price_chart import PriceChart
from tui.widgets.table import Table

_LISTS = ("parameters", "parts", "prunes")
_TALL_LINES = 36
"""Height of a terminal from which on the panels are higher."""
_SHORT_LINES = 20
"""Height of a terminal below which pool and emission give way to the list."""


class ListTitle(Lines):
    """Says above the table which of the lists it is."""

    def __init__(self) -> None:
        super().__init__(id="side")
        self._pieces: tuple[Piece, ...] = ()

    def say(self, *pieces: Piece) -> None:
        """What to say."""
        self._pieces = pieces
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line."""
        return [clip(self._pieces, width)]


class SubnetScreen(LiveScreen[SubnetPage]):
    """Everything about a subnet; its owner sets its hyperparameters from here."""

    BINDINGS: ClassVar[list[BindingType]] = [*SUBNET_KEYS]
    COUNTED: ClassVar[str] = "rows"
    HINTED: ClassVar[tuple[str, ...]] = SUBNET_HINTS

    def __init__(self, netuid: int) -> None:
        """Show a subnet."""
        super().__init__()
        self.netuid = netuid
        self._list = _LISTS[0]
        self._span = SPANS[0]
        self._filled: tuple[Prices, Span] | None = None

    @property
    def title_text(self) -> str:
        """Number and name of the subnet."""
        name = self.dash.subnet_names.get(self.netuid, "")
        return f"Subnet {self.netuid} {printable(name)}".rstrip()

    @property
    def table(self) -> Table:
        """The list that is shown."""
        return self.query_one(f"#{self._list}", Table)

    def content(self) -> ComposeResult:
        """The panels, and one of three lists."""
        glyphs = self.dash.glyphs
        with Horizontal(id="subnet-summary"):
            yield PriceChart(glyphs)
            yield PoolPanel(glyphs)
            yield EmissionPanel(glyphs)
        yield OwnerPanel(self.dash.names, glyphs)
        yield ListTitle()
        own, labels = self._is_own, self.dash.labels
        lists: dict[str, tuple[Any, Any, Any]] = {
            "parameters": (parameter_columns(), lambda one: one.row.name, None),
            "parts": (emission_columns(), lambda row: row.part, None),
            "prunes": (prune_columns(labels), lambda row: row.hotkey, own),
        }
        for id, (columns, key, is_own) in lists.items():
            table = Table(
                columns, key=key, own=is_own, glyphs=glyphs, empty="Reading the subnet.", id=id
            )
            table.display = id == self._list
            yield table

    def on_mount(self) -> None:
        """Say beside the breadcrumbs what each of the lists shows."""
        for id in _LISTS[1:]:
            table = self.query_one(f"#{id}", Table)
            table.arranged.subscribe(self, lambda _: self._note(), immediate=True)

    def on_screen_resume(self) -> None:
        """Ask for the prices of the blocks that went by out of view."""
        self._filled = None

    def on_resize(self) -> None:
        """Draw the chart higher where there is room for it, and leave the list some lines."""
        height = self.app.size.height
        self.set_class(height >= _TALL_LINES, "-tall")
        self.set_class(height < _SHORT_LINES, "-short")

    # --- what is shown --------------------------------------------------------------------

    async def read(self, view: View) -> SubnetPage:
        """The subnet at one block; its neurons only while their list is shown."""
        names = self.dash.hotkey_names if self._list == "prunes" else None
        return await subnet_page(view, self.netuid, names, self.dash.day_ago.at)

    def absorb(self, rows: SubnetPage) -> None:
        """Take note of the price, and of what the form of an edit has to know."""
        self.dash.signing.know_subnet(rows)
        price = rows.subnet.price_rao
        if price is not None:
            self.dash.note_prices(rows.block, {self.netuid: price})

    def show(self, rows: SubnetPage, block: int) -> None:
        """Fill the panels and the lists."""
        if self.dash.subnet_names.get(self.netuid) != rows.subnet.name:
            self.dash.subnet_names[self.netuid] = rows.subnet.name
            self.refresh_trail()
        self._fill_lists(rows, block)
        self.query_one(PoolPanel).show(rows, block)
        self.query_one(EmissionPanel).show(rows, block)
        facts = self.query_one(OwnerPanel)
        facts.set_mine(self._owner_is_mine(rows))
        facts.show(rows, block)
        self._show_course(rows)
        self._say_list()
        self._fill_course()

    def _fill_lists(self, rows: SubnetPage, block: int) -> None:
        lists: dict[str, tuple[Sequence[Any], str]] = {
            "parameters": ([parameter_of(one, block) for one in rows.parameters], ""),
            "parts": ([], rows.emission.problem),
            "prunes": ([], "Reading the order of pruning."),
        }
        if rows.emission.value is not None:
            lists["parts"] = (rows.emission.value.rows, "")
        if rows.prunes is not None:
            lists["prunes"] = (rows.prunes.value or (), rows.prunes.problem)
        for id, (found, problem) in lists.items():
            table = self.query_one(f"#{id}", Table)
            table.set_empty(printable(problem) or "There is nothing here.")
            table.set_rows(found)

    def _say_list(self) -> None:
        live = self.live
        if live is None or live.rows is None:
            return
        title, aside = {
            "parameters": ("Hyperparameters", "e sets one; b: where emission goes"),
            "parts": ("Emission of the next block, and of the next epoch", "b: who is pruned next"),
            "prunes": ("Order of pruning", "b: hyperparameters"),
        }[self._list]
        self.query_one(ListTitle).say(Piece(title, "strong"), Piece(f"   {aside}", "muted"))

    # --- the course of the price ----------------------------------------------------------

    def _show_course(self, rows: SubnetPage) -> None:
        prices, netuid = self.dash.prices, self.netuid
        oldest = rows.subnet.registered_at or 0
        course = None if prices is None else prices.course(netuid, rows.block, self._span, oldest)
        reach = None if prices is None else prices.reach(netuid)
        self.query_one(PriceChart).show(rows, course, self._span, reach)

    def _fill_course(self) -> None:
        """Ask for earlier prices, once for each span and chain."""
        prices = self.dash.prices
        if prices is not None and self._filled != (prices, self._span):
            self._filled = (prices, self._span)
            self._ask_prices(prices, self._span)

    @work(group="prices", exclusive=True)
    async def _ask_prices(self, prices: Prices, span: Span) -> None:
        live, chart = self.live, self.query_one(PriceChart)
        if live is None or live.rows is None:
            return
        oldest = live.rows.subnet.registered_at or 0
        chart.set_asking(True)
        try:
            await prices.load(self.netuid, live.rows.block - SPANS[-1].blocks)
            chain = await self.dash.connected()
            await prices.fill(chain, self.netuid, span, oldest, self._tell_course)
        except TaoctlError as error:
            self.dash.say_not_kept("prices", error)
        except Exception as error:
            # The chart is not the screen: what else it shows stays.
            self.log.error(error)
            what = f"earlier prices could not be read ({type(error).__name__}: {error})"
            self.dash.complain(BadDataError(what, "this is a bug of taoctl; please report it"))
        # Not when cancelled: then another one asks, or nobody looks any more.
        chart.set_asking(False)
        self._tell_course()

    def _tell_course(self) -> None:
        live = self.live
        if self.in_view and live is not None and live.rows is not None:
            self._show_course(live.rows)

    # --- keys -----------------------------------------------------------------------------

    def copy_text(self) -> str | None:
        """The hotkey of the row, or where rows have none the coldkey of the owner."""
        place = self._row_place()
        if place is not None:
            return place.hotkey
        live = self.live
        return None if live is None or live.rows is None else live.rows.subnet.owner_coldkey

    @property
    def place(self) -> Place | None:
        """The neuron of the row, or where rows have none the owner's hotkey and coldkey."""
        row = self._row_place()
        live = self.live
        if row is not None or live is None or live.rows is None:
            return row
        subnet = live.rows.subnet
        hotkey = subnet.owner_hotkey
        return None if hotkey is None else Place(hotkey, self.netuid, subnet.owner_coldkey)

    def _row_place(self) -> Place | None:
        row = self.table.cursor_row if self._list == "prunes" else None
        return None if row is None else Place(row.hotkey, self.netuid)

    def action_other(self) -> None:
        """Show the next list: hyperparameters, emission, the order of pruning."""
        self._list = _LISTS[(_LISTS.index(self._list) + 1) % len(_LISTS)]
        for id in _LISTS:
            self.query_one(f"#{id}", Table).display = id == self._list
        self.set_focus(self.table)
        self._note()
        self._say_list()
        if self._list == "prunes":
            self.restart()

    def action_span(self) -> None:
        """Show the price over the next longer span, or over the shortest again."""
        self._span = SPANS[(SPANS.index(self._span) + 1) % len(SPANS)]
        self._tell_course()
        self._fill_course()

    def action_edit(self) -> None:
        """Open the form that sets a hyperparameter, that of the row where there is one."""
        row = self.table.cursor_row if self._list == "parameters" else None
        name = row.row.name if isinstance(row, Parameter) else ""
        try:
            self.dash.signing.open_edit(self.netuid, name)
        except TaoctlError as error:
            self.dash.complain(error)

    def action_neurons(self) -> None:
        """Show all neurons of the subnet."""
        self.dash.open_metagraph(self.netuid)

    def action_matrix(self) -> None:
        """Show who weighs whom on the subnet."""
        self.dash.open_weights(self.netuid)

    def action_fields(self) -> None:
        """Show all fields of the subnet."""
        live = self.live
        if live is not None and live.rows is not None:
            self.app.push_screen(DetailScreen(self.title_text, live.rows.subnet, live.block or 0))

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """All fields of the row, or the neuron that it is of."""
        if self._list == "prunes":
            self.dash.open_neuron(self.netuid, event.row.uid, event.row.hotkey)
            return
        row = event.row.row if isinstance(event.row, Parameter) else event.row
        block = 0 if self.live is None else self.live.block or 0
        self.app.push_screen(DetailScreen(self.title_text, row, block))

    def _owner_is_mine(self, rows: SubnetPage) -> bool:
        owner = rows.subnet.owner_coldkey
        return any(wallet.coldkey == owner for wallet in self.dash.options.wallets)

    def _is_own(self, row: Any) -> bool:
        return self.dash.is_own(row.hotkey, row.coldkey)
