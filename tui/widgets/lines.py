"""The base of every small panel: a few styled lines that repaint only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from tui.widgets.paint import needed_filters, strip_of
from tui.widgets.table_model import cell_width, fit


class Piece(NamedTuple):
    """Text of one tone, None for plain.

    Tones: `muted`, `good`, `warn`, `bad`, `accent`, `strong`, `badge`, `alarm`.
    """

    text: str
    tone: str | None = None


Line = tuple[Piece, ...]


def width_of(pieces: Sequence[Piece]) -> int:
    """Terminal cells that pieces take side by side."""
    return sum(cell_width(piece.text) for piece in pieces)


def spread(left: Sequence[Piece], right: Sequence[Piece], width: int) -> Line:
    """A line with pieces at both ends; what stands left is cut where they would meet."""
    room = max(0, width - width_of(right))
    kept = clip(left, room)
    return (*kept, Piece(" " * (room - width_of(kept))), *right)


def clip(pieces: Sequence[Piece], width: int, ellipsis: str = "…") -> Line:
    """The pieces that fit into `width` cells, the last one cut."""
    kept: list[Piece] = []
    for piece in pieces:
        size = cell_width(piece.text)
        if size > width:
            if width > 0:
                kept.append(Piece(fit(piece.text, width, False, ellipsis), piece.tone))
            break
        kept.append(piece)
        width -= size
    return tuple(kept)


class Lines(Widget):
    """A widget whose content is `lines(width)`; call `update` whenever that may have changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--muted",
        "lines--good",
        "lines--warn",
        "lines--bad",
        "lines--accent",
        "lines--strong",
        "lines--badge",
        "lines--alarm",
        "lines--key",
    }

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: tuple[Line, ...] = ()
        self._width = -1
        self._styles: dict[str | None, Style] = {}

    def lines(self, width: int) -> Sequence[Line]:
        """The lines to show in so many cells; a subclass says what they are."""
        raise NotImplementedError

    def update(self) -> None:
        """Compare the lines with those shown and repaint what differs."""
        if not self.is_mounted:
            return
        width = self.size.width
        old, resized = self._shown, width != self._width
        new = self._compose_lines(width)
        if resized or len(new) != len(old):
            self.refresh(layout=self.styles.is_auto_height and len(new) != len(old))
            return
        regions = [
            Region(start, y, end - start, 1)
            for y, (before, after) in enumerate(zip(old, new, strict=True))
            if before != after
            for start, end in [_difference(before, after)]
            if start < end
        ]
        if regions:
            self.refresh(*regions)

    def _compose_lines(self, width: int) -> tuple[Line, ...]:
        self._shown, self._width = tuple(self.lines(width)), width
        return self._shown

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row for each line."""
        return len(self.lines(width))

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        width = self.size.width
        if width != self._width:
            self._compose_lines(width)
        base = self._style(None)
        if y >= len(self._shown):
            return Strip.blank(width, base.rich_style)
        strip = strip_of((piece.text, self._style(piece.tone)) for piece in self._shown[y])
        return strip.crop_extend(0, width, base.rich_style)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filters of the app that make a difference here."""
        return needed_filters(super().get_line_filters())

    def notify_style_update(self) -> None:
        """Forget the styles when the theme changes."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, tone: str | None) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self.get_visual_style(f"lines--{tone}") if tone else self.visual_style
            self._styles[tone] = style
        return style


def _difference(before: Line, after: Line) -> tuple[int, int]:
    """First and last cell that two versions of a line differ in."""
    old, new = _cells(before), _cells(after)
    size = max(len(old), len(new))
    old += [None] * (size - len(old))
    new += [None] * (size - len(new))
    differing = [x for x in range(size) if old[x] != new[x]]
    return (differing[0], differing[-1] + 1) if differing else (0, 0)


def _cells(line: Line) -> list[tuple[str, str | None] | None]:
    cells: list[tuple[str, str | None] | None] = []
    for text, tone in line:
        for char in text:
            cells.extend([(char, tone)] * (1 if char.isascii() else cell_width(char)))
    return cells
