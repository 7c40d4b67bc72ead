"""The line that says which UID or commit of mine is lost, on every screen till dismissed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.reactive import reactive

from tui.notices import Loss, lost_text
from tui.widgets.lines import Line, Lines, Piece, spread


class Notice(Lines):
    """The oldest notice that is open, and how many more there are; hidden where there is none."""

    lost: reactive[tuple[Loss, ...]] = reactive((), layout=False, repaint=False)

    def __init__(self) -> None:
        super().__init__(id="notice")

    def watch_lost(self, lost: tuple[Loss, ...]) -> None:
        """Show the first of them."""
        self.set_class(bool(lost), "-shown")
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line; the key that dismisses it is always there."""
        if not self.lost:
            return [()]
        more = f"  +{len(self.lost) - 1} more" if len(self.lost) > 1 else ""
        left = [Piece(f"LOST  {lost_text(self.lost[0])}")]
        return [spread(left, [Piece(f"{more}  x dismiss")], width)]
