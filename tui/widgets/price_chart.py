"""The course of a subnet's price: of the blocks that are known, with gaps where none are."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.history.prices import Course
from taoctl.reads.columns import Kind, format_value
from taoctl.text import printable
from tui.figures import blocks_text, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.prices import Reach, Span
from tui.subnet_page import SubnetPage
from tui.widgets.charts import course as drawn
from tui.widgets.lines import Line, Piece, clip, spread, width_of
from tui.widgets.panels import Panel

_LEAST_CHART = 3
"""Lines of the chart from which on it has a scale."""


class PriceChart(Panel):
    """Price now, its day's change and moving average, and its course over a span of blocks."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Price", glyphs, id="price")
        self._page: SubnetPage | None = None
        self._span: Span | None = None
        self._course: Course | None = None
        self._reach: Reach | None = None
        self._asking = False

    def show(
        self, page: SubnetPage, course: Course | None, span: Span, reach: Reach | None
    ) -> None:
        """The price at a block, and its course up to there as far as it is known."""
        self._page, self._course, self._span, self._reach = page, course, span, reach
        title = f"Price of {self._glyphs.alpha} over {blocks_text(span.blocks)}"
        if self.border_title != title:
            self.border_title = title
        self.update()

    def set_asking(self, asking: bool) -> None:
        """Whether prices of earlier blocks are being asked for."""
        if asking != self._asking:
            self._asking = asking
            self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """Two lines in a narrow terminal; else as many as the panel is high."""
        page, span = self._page, self._span
        if page is None or span is None:
            return [(Piece("reading the subnet", "muted"),)]
        if self.narrow:
            return [clip(self._head(page), width), self._row(span, width)]
        lines: list[Line] = [clip(self._head(page), width)]
        height = self.size.height - 3
        if self._course is not None and height >= _LEAST_CHART:
            lines += self._chart(self._course, width, height)
        return [*lines, clip([Piece(self._known(span), "muted")], width)]

    def _head(self, page: SubnetPage) -> list[Piece]:
        subnet = page.subnet
        price = format_value(Kind.PRICE, subnet.price_rao)
        pieces = [Piece("price ", "muted")] if self.narrow else []
        pieces.append(Piece(f"{price} {self._glyphs.tao}", "strong"))
        change = page.change_ppm
        tone = None if not change else "good" if change > 0 else "bad"
        sign = "+" if (change or 0) > 0 else ""
        pieces += [Piece("   24h ", "muted"), Piece(sign + format_value(Kind.PPM, change), tone)]
        moving = format_value(Kind.I96F32, subnet.moving_price_bits)
        return [*pieces, Piece("   ema ", "muted"), Piece(moving)]

    def _row(self, span: Span, width: int) -> Line:
        """The course in one line, and what span it is of."""
        said = [Piece(f"  {self._short(span)}", "muted")]
        course = None if self._course is None else self._course.newest(width - width_of(said))
        cells = "" if course is None else drawn(course.prices, 1, self._glyphs)[0]
        return spread([Piece(cells, "accent")], said, width)

    def _chart(self, whole: Course, width: int, height: int) -> list[Line]:
        """Columns between the least and the greatest price, with both at the left."""
        known = whole.known
        if not known:
            return [()] * (height + 1)
        ends = [format_value(Kind.PRICE, one) for one in (max(known), min(known))]
        margin = max(map(len, ends)) + 1
        shown = whole.newest(width - margin)
        known = shown.known or known
        ends = [format_value(Kind.PRICE, one) for one in (max(known), min(known))]
        scale = [ends[0], *[""] * (height - 2), ends[1]]
        lines: list[Line] = [
            (Piece(f"{label:>{margin - 1}} ", "muted"), Piece(cells, "accent"))
            for label, cells in zip(scale, drawn(shown.prices, height, self._glyphs), strict=True)
        ]
        first, last = grouped(shown.first_block), grouped(shown.newest_block)
        span = max(len(shown.prices), len(first) + len(last) + 2)
        under = spread([Piece(first, "muted")], [Piece(last, "muted")], span)
        return [*lines, clip([Piece(" " * margin), *under], width)]

    def _short(self, span: Span) -> str:
        first = None if self._course is None else self._course.first_known_block
        said = blocks_text(span.blocks)
        return said if first is None else f"{said}, known from {grouped(first)}"

    def _known(self, span: Span) -> str:
        """How many steps have a price, and how far back prices go."""
        course = self._course
        if course is None or not course.known:
            return "no price is known yet"
        steps = f"{len(course.known)} of {len(course.prices)} steps of {span.step} blocks known"
        first = course.first_known_block
        since = "" if first is None else f", from block {grouped(first)}"
        if self._asking:
            return f"{steps}{since}; asking for more"
        if self._reach is not None and self._reach.block >= course.first_block:
            return f"{steps}{since}; {printable(self._reach.why)}"
        return steps + since
