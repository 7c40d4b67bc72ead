"""The course of the earnings as a chart, for terminals with room to spare."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.history.series import EarningsPoint
from tui.figures import fixed, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.charts import columns
from tui.widgets.lines import Line, Piece, spread
from tui.widgets.panels import Panel


class EarningsChart(Panel):
    """Gross TAO a day after each epoch, from zero up; the newest epoch is at the right."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(f"Earnings in {glyphs.tao} a day, by epoch", glyphs, id="chart")
        self._points: tuple[EarningsPoint, ...] = ()

    def show(self, points: tuple[EarningsPoint, ...]) -> None:
        """The series of the epochs seen."""
        self._points = points
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """The bars with a scale at the left and blocks below."""
        height = self.size.height - 1
        if height < 2:
            return []
        if not self._points:
            return [(Piece("the first epoch has not ended yet", "muted"),)]
        top = max(point.tao_per_day_rao for point in self._points[-width:])
        scale = [fixed(top), *[""] * (height - 2), "0"]
        margin = max(map(len, scale)) + 1
        each = 2 if len(self._points) * 2 <= width - margin else 1
        room = (width - margin) // each
        shown = self._points[-room:]
        bars = columns([p.tao_per_day_rao for p in shown], room, height, self._glyphs)
        lines: list[Line] = []
        for label, row in zip(scale, bars, strict=True):
            wide = "".join(cell * (each - 1) + " " if each > 1 else cell for cell in row)
            lines.append((Piece(f"{label:>{margin - 1}} ", "muted"), Piece(wide, "accent")))
        first, last = grouped(shown[0].block), grouped(shown[-1].block)
        span = len(shown) * each
        under = spread(
            [Piece(first, "muted")], [Piece(last, "muted")], max(span, 2 + len(first + last))
        )
        lines.append((Piece(" " * margin), *under))
        return lines
