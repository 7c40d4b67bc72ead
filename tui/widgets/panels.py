"""The panels on top of the overview: earnings, portfolio, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from taoctl.addresses import short_ss58
from taoctl.history.series import EarningsPoint
from taoctl.reads.balances import BalanceRow
from taoctl.reads.columns import ABSENT
from taoctl.text import printable
from tui.attention import Severity, Warning
from tui.figures import fixed, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.charts import sparkline
from tui.widgets.lines import Line, Lines, Piece, clip, spread, width_of
from tui.widgets.table_model import fit

_NARROW = "-narrow"
_ROOM_FOR_STAKED = 40
"""Cells from which on the portfolio shows what is staked beside free and total."""

_TONES = {Severity.BAD: "bad", Severity.WARN: "warn", Severity.NOTE: "muted"}


class Panel(Lines):
    """A titled panel that has a short form for narrow terminals."""

    def __init__(self, title: str, glyphs: Glyphs = UNICODE, *, id: str) -> None:
        super().__init__(id=id, classes="panel")
        self.border_title = title
        self._glyphs = glyphs

    @property
    def narrow(self) -> bool:
        """Whether the screen is in its narrow form."""
        return self.screen.has_class(_NARROW)


class EarningsPanel(Panel):
    """Gross TAO a day at the rates of the last epochs, and how that moved."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Earnings", glyphs, id="earnings")
        self._rate: int | None = None
        self._points: tuple[EarningsPoint, ...] = ()

    def show(self, rate: int | None, points: tuple[EarningsPoint, ...]) -> None:
        """Rao of TAO a day now, and the series of the epochs seen."""
        self._rate, self._points = rate, points
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """The rate, its course, and the range that the course covers."""
        if self._rate is None:
            return [(Piece("no earnings known yet", "muted"),)]
        rate = [
            Piece(f"{fixed(self._rate)} {self._glyphs.tao}", "strong"),
            Piece(" a day", "muted"),
        ]
        rates = [point.tao_per_day_rao for point in self._points]
        epochs = f"{len(rates)} epoch{'' if len(rates) == 1 else 's'}"
        if self.narrow:
            chart = [*self._moved(rates), Piece(f"  {epochs} ", "muted")]
            room = width - width_of(rate) - width_of(chart) - 2
            chart.append(Piece(sparkline(rates, min(room, 40), self._glyphs), "accent"))
            return [spread(rate, chart, width)]
        lines: list[Line] = [spread([*rate, *self._moved(rates)], [], width)]
        lines.append((Piece(sparkline(rates, width, self._glyphs), "accent"),))
        if rates:
            shown = rates[-width:]
            span = f"low {fixed(min(shown))}  high {fixed(max(shown))}"
            lines.append(clip([Piece(span, "muted")], width))
            since = f"{epochs} since block {grouped(self._points[0].block)}"
            lines.append(clip([Piece(since, "muted")], width))
        return lines

    def _moved(self, rates: Sequence[int]) -> list[Piece]:
        if len(rates) < 2 or rates[-1] == rates[-2]:
            return []
        change = rates[-1] - rates[-2]
        arrow = self._glyphs.ascending if change > 0 else self._glyphs.descending
        return [Piece(f"  {arrow} {fixed(abs(change))}", "good" if change > 0 else "bad")]


class PortfolioPanel(Panel):
    """What the wallets hold: free, staked at the current price, and both."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Portfolio", glyphs, id="portfolio")
        self._rows: tuple[BalanceRow, ...] = ()
        self._unlocked: frozenset[str] = frozenset()

    def show(self, rows: tuple[BalanceRow, ...], unlocked: frozenset[str] = frozenset()) -> None:
        """The balances of all wallets, and the coldkeys that are unlocked."""
        self._rows, self._unlocked = rows, unlocked
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line a wallet and the sum, or the sum alone."""
        if not self._rows:
            return [(Piece("no wallets to show", "muted"),)]
        free = sum(row.free_rao for row in self._rows)
        staked = _sum(row.staked_value_rao for row in self._rows)
        total = _sum(row.total_rao for row in self._rows)
        if self.narrow:
            return [self._one_line(free, staked, total, width)]
        rows = sorted(self._rows, key=lambda r: (r.coldkey not in self._unlocked, -_known(r)))
        entries = [_Entry.of(row, row.coldkey in self._unlocked) for row in rows]
        shown = entries[: max(2, self.content_size.height - 2)]
        if len(entries) > 1:
            name = "all" if len(entries) == len(shown) else f"all {len(entries)} wallets"
            shown.append(_Entry(name, _amount(free), _amount(staked), _amount(total)))
        titles = _Entry("", "free", "staked", f"total {self._glyphs.tao}")
        columns = (1, 2, 3) if width >= _ROOM_FOR_STAKED else (1, 3)
        sizes = {i: max(len(entry[i]) for entry in (titles, *shown)) for i in columns}
        lines = [self._entry(titles, sizes, width, "muted")]
        for at, entry in enumerate(shown):
            total_line = at == len(shown) - 1 and len(entries) > 1
            lines.append(self._entry(entry, sizes, width, "strong" if total_line else None))
        return lines

    def _one_line(self, free: int, staked: int | None, total: int | None, width: int) -> Line:
        tao = self._glyphs.tao
        pieces = [Piece(f"{_amount(total)} {tao}", "strong"), Piece(" total   ", "muted")]
        pieces += [Piece(f"{_amount(free)} {tao}"), Piece(" free   ", "muted")]
        pieces += [Piece(f"{_amount(staked)} {tao}"), Piece(" staked", "muted")]
        return clip(pieces, width)

    def _entry(self, entry: _Entry, sizes: dict[int, int], width: int, tone: str | None) -> Line:
        figures = "".join(f"  {entry[i]:>{size}}" for i, size in sizes.items())
        room = max(0, width - len(figures))
        label = fit(entry.name, room, False, self._glyphs.ellipsis) if room else ""
        return clip([Piece(label, "muted"), Piece(figures, tone)], width)


class _Entry(NamedTuple):
    """One wallet, or all of them, in the portfolio."""

    name: str
    free: str
    staked: str
    total: str

    @classmethod
    def of(cls, row: BalanceRow, unlocked: bool) -> _Entry:
        name = printable(row.name) if row.name else short_ss58(row.coldkey)
        name += " (unlocked)" if unlocked else ""
        return cls(
            name, _amount(row.free_rao), _amount(row.staked_value_rao), _amount(row.total_rao)
        )


class AttentionPanel(Panel):
    """The warnings about own neurons and coldkeys, worst first."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Attention", glyphs, id="attention")
        self._warnings: tuple[Warning, ...] | None = None

    def show(self, warnings: tuple[Warning, ...]) -> None:
        """All warnings."""
        self._warnings = warnings
        count = str(len(warnings)) if warnings else ""
        if count != self.border_subtitle:
            self.border_subtitle = count
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """As many as fit; the last line counts the rest."""
        if self._warnings is None:
            return [(Piece("waiting for the first block", "muted"),)]
        if not self._warnings:
            return [(Piece("all quiet", "good"),)]
        room = 1 if self.narrow else 4
        shown = (
            self._warnings if len(self._warnings) <= room else self._warnings[: max(1, room - 1)]
        )
        lines = [self._line(warning, width) for warning in shown]
        rest = len(self._warnings) - len(shown)
        if rest and self.narrow:
            lines[0] = spread(lines[0], [Piece(f" +{rest} more", "muted")], width)
        elif rest:
            lines.append(clip([Piece(f"and {rest} more", "muted")], width))
        return lines

    def _line(self, warning: Warning, width: int) -> Line:
        where = f"{printable(warning.where)} "
        return clip([Piece(where, "muted"), Piece(warning.text, _TONES[warning.severity])], width)


def _known(row: BalanceRow) -> int:
    return row.total_rao or 0


def _amount(rao: int | None) -> str:
    return ABSENT if rao is None else fixed(rao, 2)


def _sum(amounts: Iterable[int | None]) -> int | None:
    """The sum, or None when one of the amounts is not known."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
