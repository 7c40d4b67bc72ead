"""The top line: which chain, how fresh, how well connected."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.reactive import reactive

from tui.figures import age, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.notices import Alarms
from tui.pulse import Pulse
from tui.widgets.lines import Line, Lines, Piece, spread, width_of

_LATE = 2.5
_VERY_LATE = 5.0
"""Usual block intervals after which the age of the newest block turns yellow, then red."""


class Header(Lines):
    """Network, block, seconds since it, finality lag, endpoint and latency, alarms, open keys, SIM.

    Once a second it looks at the clock; only the cells that changed are painted.
    """

    pulse: reactive[Pulse | None] = reactive(None, layout=False, repaint=False)
    unlocked: reactive[bool] = reactive(False, layout=False, repaint=False)
    alarms: reactive[Alarms] = reactive(Alarms(), layout=False, repaint=False)

    def __init__(
        self, glyphs: Glyphs = UNICODE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(id="header")
        self._glyphs = glyphs
        self._clock = clock

    def on_mount(self) -> None:
        """Start the clock."""
        self.set_interval(1.0, self._tick)

    def watch_pulse(self) -> None:
        """Show the new facts."""
        self.update()

    def watch_unlocked(self) -> None:
        """Say whether keys are open."""
        self.update()

    def watch_alarms(self) -> None:
        """Say what is wrong with own neurons."""
        self.update()

    def _tick(self) -> None:
        if self.screen.is_active:
            self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """One line; pieces of little weight go first when it is narrow."""
        pulse = self.pulse
        if pulse is None:
            return [spread([Piece(" taoctl", "strong")], [], width)]
        left = [
            Piece(" taoctl ", "strong"),
            Piece(pulse.name or pulse.network, "accent"),
            Piece("  "),
        ]
        left += self._block(pulse)
        optional = [self._finality(pulse), self._spec(pulse)]
        badge = [Piece(" SIM ", "badge")] if pulse.simulated else []
        if self.unlocked:
            badge = [Piece("unlocked ", "warn"), *badge]
        ends = self._right_ends(pulse, badge)
        for extra in optional:
            if width_of(left) + width_of(extra) + width_of(ends[0]) + 2 <= width:
                left += extra
        room = width - width_of(left) - 1
        right = next((one for one in ends if width_of(one) <= room), ends[-1])
        return [spread(left, right, width)]

    def _right_ends(self, pulse: Pulse, badge: list[Piece]) -> tuple[list[Piece], ...]:
        """What may stand to the right, the widest first; alarms and badges always do."""
        alarms = self._alarms(self.alarms.words())
        short = self._alarms((f"ALARMS {self.alarms.total}",)) if alarms else []
        gap = Piece("  " if alarms or badge else " ")
        return (
            [*self._link(pulse), gap, *alarms, *badge],
            [*self._latency(pulse), gap, *alarms, *badge],
            [*self._latency(pulse), gap, *short, *badge],
            [Piece(" "), *short, *badge],
        )

    def _alarms(self, words: Sequence[str]) -> list[Piece]:
        return [piece for text in words for piece in (Piece(f" {text} ", "alarm"), Piece(" "))]

    def _block(self, pulse: Pulse) -> list[Piece]:
        if pulse.block is None or pulse.seen_at is None:
            return [Piece("connecting", "warn")]
        late = pulse.lateness(self._clock())
        tone = "good" if pulse.live and late < _LATE else "warn" if pulse.live else "bad"
        if late >= _VERY_LATE:
            tone = "bad"
        return [
            Piece(self._glyphs.live, tone),
            Piece(f" #{grouped(pulse.block)}", "strong"),
            Piece(f"  {age(self._clock() - pulse.seen_at):>3}", None if tone == "good" else tone),
        ]

    def _finality(self, pulse: Pulse) -> list[Piece]:
        if pulse.finality_lag is None:
            return []
        return [Piece("  final ", "muted"), Piece(f"{self._glyphs.minus}{pulse.finality_lag}")]

    def _spec(self, pulse: Pulse) -> list[Piece]:
        if pulse.spec_version is None:
            return []
        return [Piece("  spec ", "muted"), Piece(str(pulse.spec_version))]

    def _link(self, pulse: Pulse) -> list[Piece]:
        if pulse.link is None:
            return []
        return [Piece(pulse.link.endpoint, "muted"), Piece("  "), *self._latency(pulse)]

    def _latency(self, pulse: Pulse) -> list[Piece]:
        link = pulse.link
        if link is None:
            return []
        if not link.live:
            return [Piece(f"{link.state} ", "bad")]
        if link.latency_ms is None:
            return []
        return [Piece(f"{_latency_text(link.latency_ms)} ms")]


def _latency_text(milliseconds: float) -> str:
    """Two significant digits at most, so that the figure stands still when the link does."""
    if milliseconds < 1:
        return "<1"
    rounded = round(milliseconds)
    return str(rounded if rounded < 20 else round(rounded, -1))
