"""The panels of the stake screen: what root stake is owed, and what is locked."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.reads.columns import ABSENT
from taoctl.reads.locks import LockRow
from taoctl.reads.root_claims import RootClaimRow
from tui.figures import fixed, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.lines import Line, Piece, clip, spread
from tui.widgets.panels import Panel

_LINES = 4
"""Lines of content in a panel that is not narrow."""


class ClaimsPanel(Panel):
    """Alpha that waits to be claimed by root stake: its value, and the subnets that owe most."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Root claims", glyphs, id="claims")
        self._rows: tuple[RootClaimRow, ...] | None = None
        self._known = False

    def show(self, rows: tuple[RootClaimRow, ...] | None) -> None:
        """What every wallet is owed; None where the runtime has no root claims."""
        self._rows, self._known = rows, True
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """The total, and what is owed by subnet, largest first; what does not fit is counted."""
        label = [Piece("owed  ", "muted")] if self.narrow else []
        if self._rows is None:
            said = "not on this runtime" if self._known else "waiting for the first block"
            return [clip([*label, Piece(said, "muted")], width)]
        if not self._rows:
            return [clip([*label, Piece("nothing is owed", "muted")], width)]
        total = _total(self._rows)
        ready = sum(row.claimable for row in self._rows)
        head = [
            *label,
            Piece(f"{_amount(total)} {self._glyphs.tao}", "strong"),
            Piece(f"  {ready} of {len(self._rows)} can be claimed", "muted"),
        ]
        if self.narrow:
            return [clip(head, width)]
        rows = sorted(self._rows, key=lambda row: -(row.value_tao_rao or 0))
        room = max(_LINES, self.content_size.height) - 1
        return [clip(head, width), *_listed([self._row(row, width) for row in rows], width, room)]

    def _row(self, row: RootClaimRow, width: int) -> Line:
        left = [Piece(f"sn{row.netuid} "), Piece(f"as {row.becomes}", "muted")]
        owed = f"{fixed(row.owed_rao)} {self._glyphs.alpha}"
        return spread(left, [Piece(owed, None if row.claimable else "muted")], width)


class LocksPanel(Panel):
    """Alpha that is locked: how much now, and how much of it in thirty days."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Locks", glyphs, id="locks")
        self._rows: tuple[LockRow, ...] | None = None
        self._known = False

    def show(self, rows: tuple[LockRow, ...] | None) -> None:
        """The locks of every wallet; None where the runtime has none."""
        self._rows, self._known = rows, True
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """A line for each lock; what does not fit is counted."""
        label = [Piece("locks ", "muted")] if self.narrow else []
        if self._rows is None:
            said = "not on this runtime" if self._known else "waiting for the first block"
            return [clip([*label, Piece(said, "muted")], width)]
        if not self._rows:
            return [clip([*label, Piece("nothing is locked", "muted")], width)]
        lines = [self._row(row, width) for row in self._rows]
        if self.narrow:
            more = len(lines) - 1
            tail = [Piece(f"  +{more} more", "muted")] if more else []
            return [clip([*label, *self._pieces(self._rows[0]), *tail], width)]
        return _listed(lines, width, max(_LINES, self.content_size.height))

    def _row(self, row: LockRow, width: int) -> Line:
        left = [Piece(f"sn{row.netuid} "), Piece(row.mode, "muted")]
        return spread(left, self._pieces(row)[1:], width)

    def _pieces(self, row: LockRow) -> list[Piece]:
        alpha = self._glyphs.alpha
        later = f"  in 30 d {fixed(row.locked_in_30_days_rao, 2)}"
        return [
            Piece(f"sn{row.netuid} "),
            Piece(f"{fixed(row.locked_rao)} {alpha}"),
            Piece(later, "muted"),
        ]


def _listed(lines: Sequence[Line], width: int, room: int) -> list[Line]:
    if len(lines) <= room:
        return list(lines)
    rest = len(lines) - room + 1
    return [*lines[: room - 1], clip([Piece(f"and {grouped(rest)} more", "muted")], width)]


def _amount(rao: int | None) -> str:
    return ABSENT if rao is None else fixed(rao)


def _total(rows: Sequence[RootClaimRow]) -> int | None:
    """The sum, or None when the value of one is not known."""
    total = 0
    for row in rows:
        if row.value_tao_rao is None:
            return None
        total += row.value_tao_rao
    return total
