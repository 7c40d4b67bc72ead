"""Sends the terminal only the cells that changed.

Textual sends a changed cell together with everything left of it in its widget. In a table whose
last columns move at every block that is most of the line, fifty times a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual._compositor import ChopsUpdate


class ExactUpdate(ChopsUpdate):
    """A partial update of the screen, cropped to the changed spans on both sides."""

    @classmethod
    def of(cls, update: ChopsUpdate) -> ExactUpdate:
        """The same update, cropped."""
        return cls(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Any) -> str:
        """Escape sequences that paint the spans."""
        return "".join(self._sequences(console))

    def _sequences(self, console: Any) -> Iterator[str]:
        for y, start, end in self.spans:
            for strip_end, (x, strip) in zip(
                self.chop_ends[y], self.chops[y].items(), strict=False
            ):
                if strip is None or x >= end or strip_end <= start:
                    continue
                left, right = max(x, start), min(strip_end, end)
                yield f"\x1b[{y + 1};{left + 1}H"
                yield strip.crop(left - x, right - x).render(console)
