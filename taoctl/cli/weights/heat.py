"""The heat map of weights: a line for each UID that weighs, a cell for each that is weighed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.cli import output
from taoctl.reads.columns import ratio_text
from taoctl.reads.weight_map import MapRow, WeightMap, shade, shade_floors, weight_map
from taoctl.reads.weights import WeightRow
from taoctl.text import printable

_NAME_CELLS = 12
_TICK_CELLS = 10


@dataclass(frozen=True, slots=True)
class Palette:
    """How shades look, from none to the darkest, and what resets a terminal after them."""

    cells: tuple[str, ...]
    reset: str = ""

    @property
    def shades(self) -> int:
        """Shades besides that of nothing."""
        return len(self.cells) - 1


_RAMP = (233, 17, 54, 90, 126, 162, 203, 215, 229)
"""Colours of the 256 from that of nothing on: their lightness alone tells them apart.

Nothing is nearly black on a light terminal too: else it would look like the largest share.
"""
COLOURS = Palette(tuple(f"\x1b[48;5;{number}m " for number in _RAMP), "\x1b[0m")
SHADES = Palette((" ", "·", "░", "▒", "▓", "█"))
PLAIN = Palette((" ", ".", ":", "+", "#", "@"))


def palette() -> Palette:
    """What stdout can show: colours, else shades, else plain characters."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    if output.colours(sys.stdout) and "256" in os.environ.get("TERM", "") + _true_colour():
        return COLOURS
    return SHADES if encoding.startswith("utf") else PLAIN


def _true_colour() -> str:
    return "256" if os.environ.get("COLORTERM") else ""


def heat_map(rows: Sequence[WeightRow], columns: int, look: Palette) -> str:
    """A map of weights that fits so many columns: a ruler of UIDs, the lines, what shades mean.

    As many neighbouring UIDs share a cell as it takes; a name is cut where it is long.
    """
    labels = {row.uid: _label(row.uid, row.hotkey_name) for row in rows}
    width = max((output.cell_width(label) for label in labels.values()), default=0) + 1
    shown = weight_map(rows, columns - width)
    floors = shade_floors(shown.shares_ppm(), look.shades)
    lines = [" " * width + _ruler(shown)]
    for row in shown.rows:
        label = labels[row.uid]
        gap = " " * (width - output.cell_width(label))
        lines.append(label + gap + _cells(row, floors, look))
    return "\n".join([*lines, " ", *_legend(shown, floors, look, columns)])


def _label(uid: int, name: str | None) -> str:
    shown = output.fitted(printable(name), _NAME_CELLS) if name else ""
    return f"{uid:>5} {shown}".rstrip()


def _ruler(shown: WeightMap) -> str:
    ticks = range(0, shown.cells, _TICK_CELLS)
    return "".join(f"{cell * shown.fold:<{_TICK_CELLS}}" for cell in ticks)[: shown.cells].rstrip()


def _cells(row: MapRow, floors: Sequence[int], look: Palette) -> str:
    """The cells of a row; a colour is said once for neighbours that share it."""
    parts: list[str] = []
    before = ""
    for share in row.shares_ppm:
        cell = look.cells[shade(share, floors)]
        colour, mark = cell[:-1], cell[-1]
        if colour != before:
            parts.append(colour or look.reset)
        parts.append(mark)
        before = colour
    return "".join(parts) + look.reset if look.reset else "".join(parts).rstrip()


def _legend(shown: WeightMap, floors: Sequence[int], look: Palette, columns: int) -> list[str]:
    marks = [f"{look.cells[1]}{look.reset} less"]
    widths = [len("x less")]
    for cell, floor in zip(look.cells[2:], floors[1:], strict=True):
        said = ratio_text(floor, 10_000, 2) + "%"
        marks.append(f"{cell}{look.reset} {said}")
        widths.append(len("x ") + len(said))
    each = (
        "a cell is a UID"
        if shown.fold == 1
        else f"a cell is {shown.fold} UIDs: their largest share"
    )
    return ["share of what its line gives, from", *_packed(marks, widths, columns), each]


def _packed(marks: Sequence[str], widths: Sequence[int], columns: int) -> list[str]:
    """The marks in as few lines as they fit, two spaces apart."""
    lines: list[list[str]] = []
    used = columns
    for mark, width in zip(marks, widths, strict=True):
        used += width + 2
        if used > columns:
            lines.append([])
            used = width
        lines[-1].append(mark)
    return ["  ".join(line) for line in lines]
