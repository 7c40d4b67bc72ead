"""Around the heat map: what its grades mean, and everything about the cell under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar, NamedTuple

from taoctl.addresses import short_ss58
from taoctl.reads.columns import Kind, format_value
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.weight_matrix import WeightLine, WeightMatrix
from tui.figures import blocks_text, fixed
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.heat import GRADES, HeatScale
from tui.widgets.lines import Line, Lines, Piece, clip, width_of


class MatrixFacts(Lines):
    """Which mechanism, how many have set weights or hide some, and the legend of the grades."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--heat{step}" for step in range(1, GRADES + 1)}

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id="facts")
        self._glyphs = glyphs
        self._matrix: WeightMatrix | None = None
        self._hidden = 0
        self._legend: tuple[tuple[int, str], ...] = ()

    def show(
        self,
        matrix: WeightMatrix | None,
        scale: HeatScale | None = None,
        hidden: Collection[str] | None = None,
    ) -> None:
        """A matrix and its grades, or none while it is not known, and who hides weights."""
        self._matrix, self._hidden = matrix, len(hidden or ())
        self._legend = () if scale is None else scale.legend()
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line; the legend where it fits."""
        matrix = self._matrix
        if matrix is None:
            return [(Piece("reading the weights", "muted"),)]
        setting = f"{sum(bool(line.weights) for line in matrix.lines)}"
        all = len(matrix.lines)
        mechanism = []
        if matrix.mechanisms > 1:
            mechanism = [Piece(f"mechanism {matrix.mechid} of {matrix.mechanisms}   ", "accent")]
        hidden = [Piece(f", {self._hidden} hidden", "warn")] if self._hidden else []
        said = [Piece(setting, "strong"), Piece(f" of {all} have set weights"), *hidden]
        brief = [Piece(setting, "strong"), Piece(f" of {all} set"), *hidden]
        legend = self._grades()
        heading = [Piece("   of what they give ", "muted")] if legend else []
        for left in ([*said, *heading], [*said, Piece("  ")], [*brief, Piece("  ")]):
            line = [*mechanism, *left, *legend]
            if width_of(line) <= width:
                return [clip(line, width)]
        return [clip([*mechanism, *said], width)]

    def _grades(self) -> list[Piece]:
        pieces = []
        for at, (step, text) in enumerate(self._legend, 1):
            sign = "%" if at == len(self._legend) else ""
            pieces.append(Piece(f" {self._glyphs.heat[step - 1]}", f"heat{step}"))
            pieces.append(Piece(f"{text}{sign}", "muted"))
        return pieces


class Point(NamedTuple):
    """A cell of a matrix: who gives, and to whom.

    `committed_block` is when the giver committed weights that are not revealed yet, if any.
    """

    matrix: WeightMatrix
    line: WeightLine
    target: NeuronRow
    committed_block: int | None = None


class PointPanel(Lines):
    """The validator, the neuron and the weight under the cursor, in three lines."""

    def __init__(self, name: Callable[[NeuronRow], str], own: Callable[[NeuronRow], bool]) -> None:
        super().__init__(id="point")
        self._label = name
        self._own = own
        self._point: Point | None = None
        self._block = 0

    def show(self, point: Point | None, block: int) -> None:
        """The cell under the cursor at a block, None where there is none."""
        self._point, self._block = point, block
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """Three lines, each cut at the end."""
        if self._point is None:
            return [(), (), ()]
        matrix, line, target, committed = self._point
        return [
            clip([*self._who("from", line.neuron), *self._validator(line, committed)], width),
            clip([*self._who("to", target), *self._miner(matrix, target)], width),
            clip([Piece("weight ", "muted"), *self._weight(matrix, line, target)], width),
        ]

    def _who(self, what: str, neuron: NeuronRow) -> list[Piece]:
        tone = "accent" if self._own(neuron) else "strong"
        pieces = [
            Piece(f"{what:<7}", "muted"),
            Piece(f"uid {neuron.uid:<4}"),
            Piece(self._label(neuron), tone),
        ]
        short = short_ss58(neuron.hotkey)
        if self._label(neuron) != short:
            pieces.append(Piece(f" {short}", "muted"))
        return pieces

    def _validator(self, line: WeightLine, committed: int | None) -> list[Piece]:
        pieces = [Piece("  stake ", "muted"), Piece(_stake(line.neuron))]
        if line.neuron.validator_permit is False:
            pieces.append(Piece("  no permit now", "warn"))
        if committed is not None:
            newer = "newer ones " if line.weights else ""
            since = blocks_text(max(0, self._block - committed))
            return [*pieces, Piece(f"  {newer}hidden for {since}", "warn")]
        if not line.weights:
            return [*pieces, Piece("  has set no weights", "warn")]
        if line.updated_block is not None:
            age = max(0, self._block - line.updated_block)
            pieces += [Piece("  set ", "muted"), Piece(f"{blocks_text(age)} ago")]
        return pieces

    def _miner(self, matrix: WeightMatrix, target: NeuronRow) -> list[Piece]:
        known = target.uid < len(matrix.incentives)
        incentive = matrix.incentives[target.uid] if known else None
        return [
            Piece("  incentive ", "muted"),
            Piece(format_value(Kind.U16, incentive)),
            Piece("  consensus ", "muted"),
            Piece(format_value(Kind.U16, target.consensus)),
        ]

    def _weight(self, matrix: WeightMatrix, line: WeightLine, target: NeuronRow) -> list[Piece]:
        shares = [
            share for other in matrix.lines if (share := other.share_ppm(target.uid)) is not None
        ]
        given = line.weights.get(target.uid)
        pieces = [Piece("none ", "muted")]
        if given:
            part = _share(line.share_ppm(target.uid) or 0)
            pieces = [Piece(part, "strong"), Piece(f" of all it gives (u16 {given}) ")]
        by = f"  weighed by {len(shares)} of {len(matrix.lines)}"
        if len(shares) > 1:
            by += f", {_share(min(shares))} to {_share(max(shares))}"
        return [*pieces, Piece(by, "muted")]


def _stake(neuron: NeuronRow) -> str:
    return "-" if neuron.stake_rao is None else fixed(neuron.stake_rao, 2)


def _share(ppm: int) -> str:
    """A share that is there, which therefore never looks like nothing."""
    return "<0.01%" if ppm < 100 else format_value(Kind.PPM, ppm)
