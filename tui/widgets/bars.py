"""The lines around the content: breadcrumbs, the stale banner, key hints, the small-screen note."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.reactive import reactive

from tui.figures import age, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.lines import Line, Lines, Piece, spread, width_of

MIN_WIDTH, MIN_HEIGHT = 60, 14
"""The smallest terminal that the screens are drawn in."""


class Crumbs(Lines):
    """Where one is, from the first screen to this one; to the right what the table shows."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id="crumbs")
        self._glyphs = glyphs
        self._trail: tuple[str, ...] = ()
        self._note: tuple[Piece, ...] = ()

    def set_trail(self, trail: Sequence[str]) -> None:
        """The titles from the first screen to this one."""
        self._trail = tuple(trail)
        self.update()

    def set_note(self, note: Sequence[Piece]) -> None:
        """What stands to the right."""
        self._note = tuple(note)
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line."""
        left: list[Piece] = []
        for depth, title in enumerate(self._trail):
            if depth:
                left.append(Piece(f" {self._glyphs.crumb} ", "muted"))
            left.append(Piece(title, "strong" if depth == len(self._trail) - 1 else "muted"))
        return [spread(left, self._note, width)]


class Banner(Lines):
    """Says that what the screen shows is old, since when and why; hidden while all is well."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(id="banner")
        self._clock = clock
        self._linked = False
        self._problem: str | None = None
        self._block: int | None = None
        self._since = 0.0

    def on_mount(self) -> None:
        """Count the seconds while shown."""
        self.set_interval(1.0, self._tick)

    def set_state(self, problem: str | None, block: int | None, *, linked: bool = False) -> None:
        """Trouble and the block of the rows on the screen, or None when all is well.

        `linked` tells whether there is a connection, for trouble before the first rows.
        """
        self._linked = linked
        if problem is not None and self._problem is None:
            self._since = self._clock()
        changed = (problem, block) != (self._problem, self._block)
        self._problem, self._block = problem, block
        self.set_class(problem is not None, "-shown")
        self.set_class(block is None, "-connecting")
        if changed:
            self.update()

    @property
    def shown(self) -> bool:
        """Whether there is trouble."""
        return self._problem is not None

    def _tick(self) -> None:
        if self._problem is not None and self.screen.is_active:
            self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line."""
        if self._problem is None:
            return [()]
        waited = age(self._clock() - self._since)
        if self._block is None:
            what = "NOTHING TO SHOW " if self._linked else "CONNECTING "
            left = [Piece(what, "strong"), Piece(f"{waited}  ")]
        else:
            left = [
                Piece("STALE ", "strong"),
                Piece(f"for {waited}, rows of block {grouped(self._block)}  "),
            ]
        return [spread([*left, Piece(self._problem, "muted")], [], width)]


class Hints(Lines):
    """The keys that work here, most used first; what does not fit is in the help."""

    hints: reactive[tuple[tuple[str, str], ...]] = reactive((), repaint=False)

    def __init__(self) -> None:
        super().__init__(id="hints")

    def watch_hints(self) -> None:
        """Show the new keys."""
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line; the last hint (help) is always kept."""
        shown = [[Piece(key, "key"), Piece(f" {what}  ", "muted")] for key, what in self.hints]
        while len(shown) > 1 and sum(map(width_of, shown)) - 2 > width:
            del shown[-2]
        return [tuple(piece for hint in shown for piece in hint)]


class TooSmall(Lines):
    """Shown alone when the terminal is too small to draw anything useful."""

    def lines(self, width: int) -> Sequence[Line]:
        """What there is and what is needed."""
        size = self.app.size
        return [
            (Piece("terminal too small", "warn"),),
            (Piece(f"it is {size.width} x {size.height}, ", "muted"),),
            (Piece(f"taoctl needs {MIN_WIDTH} x {MIN_HEIGHT}", "muted"),),
        ]
