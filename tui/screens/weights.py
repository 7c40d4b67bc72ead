"""Who weighs whom on a subnet: a heat map of the weights as they are stored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from taoctl.addresses import short_ss58
from taoctl.chain.view import View
from taoctl.reads.metagraph import NeuronRow, metagraph
from taoctl.reads.weight_commits import hidden_commits
from taoctl.reads.weight_matrix import WeightMatrix, mechanism_count, weight_matrix
from taoctl.text import printable
from tui.keymap import WEIGHTS_HINTS, WEIGHTS_KEYS
from tui.screens.base import LiveScreen, Place
from tui.screens.consensus_columns import heat_columns
from tui.widgets.heat_map import HeatMap
from tui.widgets.weight_panels import MatrixFacts, Point, PointPanel


@dataclass(frozen=True, slots=True)
class WeightsRows:
    """The matrix of one block, and the subnet's name.

    `hidden` tells of hotkeys in which block they committed weights that are not revealed yet; it
    is None where the runtime does not tell.
    """

    matrix: WeightMatrix
    name: str
    hidden: Mapping[str, int] | None = None


class WeightsScreen(LiveScreen[WeightsRows]):
    """The heat map of one mechanism of a subnet; own validators and miners are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [*WEIGHTS_KEYS]
    COUNTED: ClassVar[str] = "validators"
    HINTED: ClassVar[tuple[str, ...]] = WEIGHTS_HINTS

    def __init__(
        self, netuid: int | None = None, mechid: int = 0, select: int | None = None
    ) -> None:
        """Show a subnet (None: the one last looked at) with the cursor on a UID."""
        super().__init__()
        self._netuid = netuid
        self.mechid = mechid
        self._select = select
        self._shown: int | None = None
        self._mechanisms = 1

    @property
    def netuid(self) -> int:
        """The subnet on the screen."""
        return self.dash.focus_netuid if self._netuid is None else self._netuid

    @property
    def title_text(self) -> str:
        """Number and name of the subnet."""
        name = printable(self.dash.subnet_names.get(self.netuid, ""))
        mechanism = f" mechanism {self.mechid}" if self.mechid else ""
        return f"SN {self.netuid} {name}".rstrip() + f" weights{mechanism}"

    @property
    def heat(self) -> HeatMap:
        """The heat map."""
        return self.query_one(HeatMap)

    def content(self) -> ComposeResult:
        """Legend, heat map, and what is under the cursor."""
        glyphs = self.dash.glyphs
        yield MatrixFacts(glyphs)
        yield HeatMap(
            heat_columns(self._label),
            self._label,
            mine=self._is_own,
            glyphs=glyphs,
            empty="Reading the weights.",
        )
        yield PointPanel(self._label, self._is_own)

    def on_mount(self) -> None:
        """Keep what is said of the cursor's cell in step with the cursor."""
        self.heat.pointed.subscribe(self, lambda _: self._say_point(), immediate=True)

    async def read(self, view: View) -> WeightsRows:
        """The subnet's neurons and their weights at one block."""
        netuid = self.netuid
        graph = await metagraph(view, netuid)
        if self.mechid >= await mechanism_count(view, netuid):
            self.mechid = 0
        setters = [one.hotkey for one in graph.neurons if one.validator_permit]
        matrix, hidden = await asyncio.gather(
            weight_matrix(view, graph, self.mechid),
            hidden_commits(view, netuid, self.mechid, setters),
        )
        return WeightsRows(matrix, graph.subnet.name, hidden)

    def show(self, rows: WeightsRows, block: int) -> None:
        """Fill the heat map."""
        matrix = rows.matrix
        if (matrix.netuid, matrix.mechid) != (self.netuid, self.mechid):
            return
        self._shown = matrix.netuid
        if self.dash.subnet_names.get(matrix.netuid) != rows.name:
            self.dash.subnet_names[matrix.netuid] = rows.name
            self.refresh_trail()
        if self._mechanisms != matrix.mechanisms:
            self._mechanisms = matrix.mechanisms
            self.refresh_bindings()
        self.heat.set_empty("Nobody here has a validator permit, or has set weights.")
        self.heat.show(matrix)
        self.query_one(MatrixFacts).show(matrix, self.heat.scale, rows.hidden)
        if self._select is not None:
            self._put_cursor(matrix, self._select)
            self._select = None
        self._say_point()

    def on_screen_resume(self) -> None:
        """Forget the matrix of another subnet that this screen showed before."""
        if self._shown is not None and self._shown != self.netuid:
            self.mechid = 0
            self._forget()

    def copy_text(self) -> str | None:
        """The hotkey of the selected validator."""
        row = self.heat.cursor_row
        return None if row is None else str(row.line.neuron.hotkey)

    @property
    def place(self) -> Place | None:
        """The hotkey of the selected validator on this subnet."""
        row = self.heat.cursor_row
        return None if row is None else Place(row.line.neuron.hotkey, self.netuid)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The next mechanism can be shown only where there are several."""
        if action == "mechanism":
            return self._mechanisms > 1
        return super().check_action(action, parameters)

    def action_mechanism(self) -> None:
        """Show the next mechanism of the subnet."""
        self.mechid = (self.mechid + 1) % self._mechanisms
        self.refresh_trail()
        self._forget()

    def action_validator(self) -> None:
        """Open the validator of the cursor's row."""
        row = self.heat.cursor_row
        if row is not None:
            self.dash.open_neuron(self.netuid, row.line.neuron.uid)

    @on(HeatMap.Opened)
    def _open(self) -> None:
        """Open the neuron of the cursor's column."""
        uid = self.heat.column_uid
        if uid is not None:
            self.dash.open_neuron(self.netuid, uid)

    def _forget(self) -> None:
        self._shown = None
        self.query_one(MatrixFacts).show(None)
        self.heat.set_empty("Reading the weights.")
        self.heat.show(None)
        self.restart()

    def _put_cursor(self, matrix: WeightMatrix, uid: int) -> None:
        for line in matrix.lines:
            if line.neuron.uid == uid:
                self.heat.move_to(line.neuron.hotkey)
        self.heat.move_to_column(uid)

    def _say_point(self) -> None:
        live, row, uid = self.live, self.heat.cursor_row, self.heat.column_uid
        if live is None or live.rows is None or row is None or uid is None:
            self.query_one(PointPanel).show(None, 0)
            return
        matrix = live.rows.matrix
        target = next((one for one in matrix.neurons if one.uid == uid), None)
        committed = (live.rows.hidden or {}).get(row.line.neuron.hotkey)
        point = None if target is None else Point(matrix, row.line, target, committed)
        self.query_one(PointPanel).show(point, live.block or 0)

    def _label(self, neuron: NeuronRow) -> str:
        return self.dash.labels.get(neuron.hotkey) or short_ss58(neuron.hotkey)

    def _is_own(self, neuron: NeuronRow) -> bool:
        return self.dash.is_own(neuron.hotkey, neuron.coldkey)
