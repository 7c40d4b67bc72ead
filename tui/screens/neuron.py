"""One neuron: who weighs it, what consensus left of that, its bonds, its risk, axon and GPU."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from taoctl.addresses import short_ss58
from taoctl.chain.view import View
from taoctl.gpu.owners import Worker, gpus_of
from taoctl.gpu.sample import GpuSample
from taoctl.text import printable
from tui.figures import gibibytes, watts
from tui.keymap import NEURON_HINTS, NEURON_KEYS
from tui.neuron_rows import NeuronRows, Wanted, neuron_rows
from tui.screens.base import LiveScreen, Place
from tui.screens.consensus_columns import cut_count, giver_columns, holding_columns
from tui.screens.detail import DetailScreen
from tui.widgets.lines import Line, Lines, Piece, clip
from tui.widgets.neuron_panels import EpochPanel, RiskPanel, WhoPanel
from tui.widgets.table import Table

_GPU_SECONDS = 5.0


class Side(Lines):
    """Says above the table which of the two lists it is, or that the neuron is gone."""

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


class NeuronScreen(LiveScreen[NeuronRows]):
    """A neuron of one subnet; the epoch behind it is run again once an epoch, not each block."""

    BINDINGS: ClassVar[list[BindingType]] = [*NEURON_KEYS]
    COUNTED: ClassVar[str] = "neurons"
    HINTED: ClassVar[tuple[str, ...]] = NEURON_HINTS

    def __init__(self, netuid: int, uid: int, hotkey: str | None = None) -> None:
        """Follow a hotkey on a subnet; None: the one that holds the UID at the first block.

        `wanted` is what is read next; it learns the hotkey, and where its UID is.
        """
        super().__init__()
        self.wanted = Wanted(netuid, uid, hotkey, 0)
        self._mechanisms = 1
        self._holdings: bool | None = None
        self._looked = False

    @property
    def title_text(self) -> str:
        """Subnet, UID, and the name of an own hotkey."""
        name = self.dash.labels.get(self.wanted.hotkey or "", "")
        return f"SN {self.wanted.netuid} UID {self.wanted.uid} {printable(name)}".rstrip()

    @property
    def table(self) -> Table:
        """The list that is shown: who weighs the neuron, or what it holds."""
        return self.query_one("#holdings" if self._holdings else "#givers", Table)

    def content(self) -> ComposeResult:
        """Three panels, and one of two lists."""
        glyphs = self.dash.glyphs
        with Horizontal(id="neuron-summary"):
            yield WhoPanel(self.dash.labels, glyphs)
            yield RiskPanel(glyphs)
            yield EpochPanel(glyphs)
        yield Side()
        for id, columns in (
            ("givers", giver_columns(self._label)),
            ("holdings", holding_columns(self._label)),
        ):
            table = Table(
                columns,
                key=lambda row: row.hotkey,
                own=lambda row: self.dash.is_own(row.hotkey, None),
                glyphs=glyphs,
                empty="Reading the neuron.",
                id=id,
            )
            table.display = id == "givers"
            yield table

    def on_mount(self) -> None:
        """Say beside the breadcrumbs what the other list shows too."""
        other = self.query_one("#holdings", Table)
        other.arranged.subscribe(self, lambda _: self._note(), immediate=True)
        if self.dash.options.gpus is not None:
            self.set_interval(_GPU_SECONDS, self._find_gpus)

    async def read(self, view: View) -> NeuronRows:
        """The neuron at one block."""
        return await neuron_rows(view, self.wanted, self.dash.epochs, self.dash.hotkey_names)

    def show(self, rows: NeuronRows, block: int) -> None:
        """Fill the panels and the lists; of a neuron that is gone the last values stay."""
        if rows.mechid != self.wanted.mechid and rows.mechanisms == self._mechanisms:
            return
        self._learn(rows)
        if rows.neuron is None:
            self._say_gone(rows)
            return
        who = self.query_one(WhoPanel)
        who.set_own(self.dash.is_own(rows.neuron.hotkey, rows.neuron.coldkey))
        who.show(rows, block)
        if not self._looked:
            self._looked = True
            self._find_gpus()
        self.query_one(RiskPanel).show(rows, block)
        self.query_one(EpochPanel).show(rows, block)
        if self._holdings is None:
            self._turn(bool(rows.neuron.validator_permit and rows.holdings))
        givers, holdings = (self.query_one(f"#{id}", Table) for id in ("givers", "holdings"))
        givers.set_empty("Nobody weighs it.")
        holdings.set_empty("It weighs nobody and has no bonds.")
        givers.set_rows(rows.givers)
        holdings.set_rows(rows.holdings)
        self._say_side(rows)

    def copy_text(self) -> str | None:
        """The hotkey of the neuron that the screen is about."""
        return self.wanted.hotkey

    @property
    def place(self) -> Place | None:
        """The neuron's hotkey on its subnet."""
        hotkey = self.wanted.hotkey
        return None if hotkey is None else Place(hotkey, self.wanted.netuid)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The next mechanism can be shown only where there are several."""
        if action == "mechanism":
            return self._mechanisms > 1
        return super().check_action(action, parameters)

    def action_mechanism(self) -> None:
        """Show the next mechanism of the subnet."""
        wanted = self.wanted
        mechid = (wanted.mechid + 1) % self._mechanisms
        self.wanted = Wanted(wanted.netuid, wanted.uid, wanted.hotkey, mechid)
        self.restart()

    def action_other(self) -> None:
        """Change between who weighs the neuron and whom it weighs or has bonds in."""
        self._turn(not self._holdings)
        if self.live is not None and self.live.rows is not None:
            self._say_side(self.live.rows)

    def action_matrix(self) -> None:
        """Show the heat map of the subnet with the cursor on this neuron."""
        wanted = self.wanted
        self.dash.open_weights(wanted.netuid, wanted.mechid, wanted.uid)

    def action_subnet(self) -> None:
        """Show all neurons of the subnet with the cursor on this one."""
        self.dash.open_metagraph(self.wanted.netuid, self.wanted.uid)

    def action_fields(self) -> None:
        """Show all fields of the neuron."""
        live = self.live
        if live is None or live.rows is None or live.rows.neuron is None:
            return
        self.app.push_screen(DetailScreen(self.title_text, live.rows.neuron, live.block or 0))

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        """Open the neuron of the row."""
        self.dash.open_neuron(self.wanted.netuid, event.row.uid, event.row.hotkey)

    def _learn(self, rows: NeuronRows) -> None:
        """Take note of what the first rows tell: whose the UID is, and the subnet's mechanisms."""
        wanted = self.wanted
        if rows.mechanisms != self._mechanisms or rows.mechid != wanted.mechid:
            self._mechanisms = rows.mechanisms
            self.refresh_bindings()
        neuron = rows.neuron
        uid, hotkey = (wanted.uid, wanted.hotkey) if neuron is None else (neuron.uid, neuron.hotkey)
        found = Wanted(wanted.netuid, uid, hotkey, rows.mechid)
        if found != wanted:
            self.wanted = found
            self.refresh_trail()

    @property
    def _worker(self) -> Worker | None:
        """The neuron as its program is started, None where it is not of a wallet here."""
        hotkey = self.wanted.hotkey
        for wallet in self.dash.options.wallets:
            for name, address in wallet.hotkeys:
                if address == hotkey:
                    return Worker(wallet.name, name, address, self.wanted.netuid)
        return None

    @work(group="gpus", exclusive=True)
    async def _find_gpus(self) -> None:
        source, worker = self.dash.options.gpus, self._worker
        if source is None or worker is None or not self.in_view:
            return
        try:
            reading = await source.sample()
            found = await asyncio.to_thread(gpus_of, worker, reading)
        except Exception as error:
            # Drivers fail in ways of their own, which the overview tells.
            self.log.error(error)
            found = ()
        if self.in_view:
            self.query_one(WhoPanel).set_gpu(", ".join(map(_gpu_words, found)) or None)

    def _turn(self, holdings: bool) -> None:
        if holdings != bool(self._holdings):
            for id, shown in (("givers", not holdings), ("holdings", holdings)):
                self.query_one(f"#{id}", Table).display = shown
        self._holdings = holdings
        self.set_focus(self.table)
        self._note()

    def _say_side(self, rows: NeuronRows) -> None:
        side = self.query_one(Side)
        if rows.neuron is None:
            return
        if self._holdings:
            side.say(
                Piece("Whom it weighs and has bonds in", "strong"),
                Piece("   adds = bond x incentive; b: who weighs it", "muted"),
            )
            return
        cut = cut_count(rows.givers)
        cuts = f"consensus cuts {cut} of {len(rows.givers)}" if cut else "consensus cuts none"
        side.say(
            Piece("Who weighs it", "strong"),
            Piece(f"   {cuts}", "warn" if cut else "muted"),
            Piece("   adds = clipped x stake; b: its bonds", "muted"),
        )

    def _say_gone(self, rows: NeuronRows) -> None:
        uid, netuid = self.wanted.uid, self.wanted.netuid
        if self.wanted.hotkey is None:
            self.query_one(Side).say(Piece(f"subnet {netuid} has no uid {uid}", "bad"))
            return
        heir = rows.heir
        now = f"; uid {uid} is held by {short_ss58(heir.hotkey)} now" if heir is not None else ""
        self.query_one(Side).say(
            Piece(f"{short_ss58(self.wanted.hotkey)} holds no uid on subnet {netuid}", "bad"),
            Piece(now, "warn"),
        )

    def _label(self, hotkey: str) -> str:
        return self.dash.labels.get(hotkey) or short_ss58(hotkey)


def _gpu_words(gpu: GpuSample) -> str:
    """A GPU in a few words, of what its driver tells."""
    words = [f"{gpu.index} {gpu.name or ''}".rstrip()]
    if gpu.utilisation_pct is not None:
        words.append(f"{gpu.utilisation_pct}%")
    if gpu.memory_used_bytes is not None:
        words.append(f"{gibibytes(gpu.memory_used_bytes)} GiB")
    if gpu.power_mw is not None:
        words.append(f"{watts(gpu.power_mw)} W")
    return " ".join(words)
