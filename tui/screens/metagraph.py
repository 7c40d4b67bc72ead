"""One subnet: its facts in a line, and all its neurons in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from taoctl.addresses import short_ss58
from taoctl.chain.view import View
from taoctl.reads.columns import column
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.metagraph import Metagraph, NeuronRow, metagraph
from taoctl.reads.subnets import SubnetRow
from taoctl.text import printable
from tui.figures import fixed
from tui.glyphs import UNICODE, Glyphs
from tui.keymap import ADD_KEY, FIELDS_KEY, MATRIX_KEY
from tui.notices import is_alarming
from tui.screens.base import LiveScreen, Place
from tui.screens.columns import Seen, neuron_columns
from tui.screens.detail import DetailScreen
from tui.widgets.charts import bar
from tui.widgets.lines import Line, Lines, Piece, width_of
from tui.widgets.table import Table

_PRICE = column(SubnetRow, "price_rao")
_EPOCH_BAR = 12


class SubnetFacts(Lines):
    """Price, epoch, slots, registration and owner of the subnet on the screen."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id="facts")
        self._glyphs = glyphs
        self._graph: Metagraph | None = None
        self._block = 0

    def show(self, graph: Metagraph, block: int) -> None:
        """The subnet at a block."""
        self._graph, self._block = graph, block
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """As many facts as fit into one line, the most used first."""
        if self._graph is None:
            return [(Piece("reading the metagraph", "muted"),)]
        subnet = self._graph.subnet
        facts = [self._price(subnet), self._epoch(subnet), self._slots(subnet)]
        facts += [self._burn(subnet), self._immunity(), self._owner(subnet)]
        line: list[Piece] = []
        for fact in facts:
            if fact and width_of(line) + width_of(fact) + 3 <= width:
                line += [*([Piece("   ")] if line else []), *fact]
        return [tuple(line)]

    def _price(self, subnet: SubnetRow) -> list[Piece]:
        if subnet.price_rao is None:
            return []
        price = f"{_PRICE.text(subnet.price_rao)} {self._glyphs.tao}"
        return [Piece("price ", "muted"), Piece(price, "strong")]

    def _epoch(self, subnet: SubnetRow) -> list[Piece]:
        if subnet.next_epoch_block is None or not subnet.tempo:
            return []
        left = max(0, subnet.next_epoch_block - self._block)
        done, open_ = bar(max(0, subnet.tempo - left), subnet.tempo, _EPOCH_BAR, self._glyphs)
        return [
            Piece("epoch ", "muted"),
            Piece(done, "accent"),
            Piece(open_, "muted"),
            Piece(f" in {left:>{len(str(subnet.tempo))}}"),
            Piece(f" of {subnet.tempo}", "muted"),
        ]

    def _slots(self, subnet: SubnetRow) -> list[Piece]:
        if subnet.neurons is None or subnet.max_neurons is None:
            return []
        return [Piece("uids ", "muted"), Piece(f"{subnet.neurons}/{subnet.max_neurons}")]

    def _burn(self, subnet: SubnetRow) -> list[Piece]:
        if subnet.netuid == ROOT_NETUID:
            return [Piece("registration ", "muted"), Piece("by stake")]
        if subnet.registration_allowed is False:
            return [Piece("registration ", "muted"), Piece("closed", "warn")]
        if subnet.burn_rao is None:
            return []
        return [Piece("register ", "muted"), Piece(f"{fixed(subnet.burn_rao)} {self._glyphs.tao}")]

    def _immunity(self) -> list[Piece]:
        blocks = None if self._graph is None else self._graph.immunity_period_blocks
        return [] if blocks is None else [Piece("immunity ", "muted"), Piece(f"{blocks} blocks")]

    def _owner(self, subnet: SubnetRow) -> list[Piece]:
        if subnet.owner_coldkey is None:
            return []
        return [Piece("owner ", "muted"), Piece(short_ss58(subnet.owner_coldkey))]


class MetagraphScreen(LiveScreen[Metagraph]):
    """All neurons of one subnet; own ones are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [MATRIX_KEY, FIELDS_KEY, ADD_KEY]
    COUNTED: ClassVar[str] = "neurons"

    def __init__(self, netuid: int | None = None, select: int | None = None) -> None:
        """Show a subnet (None: the one last looked at) with the cursor on a UID."""
        super().__init__()
        self._netuid = netuid
        self._select = select
        self._shown: int | None = None

    @property
    def netuid(self) -> int:
        """The subnet on the screen."""
        return self.dash.focus_netuid if self._netuid is None else self._netuid

    @property
    def title_text(self) -> str:
        """Number and name of the subnet."""
        name = self.dash.subnet_names.get(self.netuid, "")
        return f"SN {self.netuid} {printable(name)}".rstrip()

    def content(self) -> ComposeResult:
        """The facts and the table."""
        yield SubnetFacts(self.dash.glyphs)
        yield Table(
            neuron_columns(self.dash.labels),
            key=lambda seen: seen.row.hotkey,
            own=self._is_own,
            alarm=self._is_alarming,
            glyphs=self.dash.glyphs,
            empty="Reading the metagraph.",
        )

    async def read(self, view: View) -> Metagraph:
        """The subnet and its neurons at one block."""
        return await metagraph(view, self.netuid)

    def show(self, rows: Metagraph, block: int) -> None:
        """Fill the facts and the table."""
        if rows.subnet.netuid != self.netuid:
            return
        self._shown = self.netuid
        self.query_one(SubnetFacts).show(rows, block)
        self.table.set_empty("This subnet has no neurons.")
        tempo, free = rows.subnet.tempo, rows.subnet.free_slots
        self.table.set_rows(Seen(row, block, tempo, free) for row in rows.neurons)
        if self._select is not None:
            self._put_cursor(rows.neurons, self._select)
            self._select = None
        self._learn_name(rows.subnet)

    def on_screen_resume(self) -> None:
        """Forget the rows of another subnet that this screen showed before."""
        if self._shown is not None and self._shown != self.netuid:
            self._shown = None
            self.table.set_rows(())
            self.restart()

    def copy_text(self) -> str | None:
        """The hotkey of the selected neuron."""
        seen = self.table.cursor_row
        return None if seen is None else str(seen.row.hotkey)

    @property
    def place(self) -> Place | None:
        """The neuron's hotkey on this subnet."""
        seen = self.table.cursor_row
        return None if seen is None else Place(seen.row.hotkey, self.netuid)

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Show the neuron on a screen of its own."""
        self.dash.open_neuron(self.netuid, event.row.row.uid, event.row.row.hotkey)

    def action_fields(self) -> None:
        """Show all fields of the selected neuron."""
        seen: Seen | None = self.table.cursor_row
        if seen is not None:
            title = f"SN {self.netuid} UID {seen.row.uid}"
            self.app.push_screen(DetailScreen(title, seen.row, seen.block))

    def action_matrix(self) -> None:
        """Show who weighs whom on this subnet, with the cursor on the selected neuron."""
        seen: Seen | None = self.table.cursor_row
        self.dash.open_weights(self.netuid, select=None if seen is None else seen.row.uid)

    def _put_cursor(self, neurons: Sequence[NeuronRow], uid: int) -> None:
        hotkey = next((row.hotkey for row in neurons if row.uid == uid), None)
        if hotkey is not None:
            self.table.move_to(hotkey)

    def _learn_name(self, subnet: SubnetRow) -> None:
        if self.dash.subnet_names.get(subnet.netuid) != subnet.name:
            self.dash.subnet_names[subnet.netuid] = subnet.name
            self.refresh_trail()

    def _is_own(self, seen: Seen) -> bool:
        return self.dash.is_own(seen.row.hotkey, seen.row.coldkey)

    def _is_alarming(self, seen: Seen) -> bool:
        return self._is_own(seen) and is_alarming(seen.row, seen.block, seen.tempo, seen.free_slots)
