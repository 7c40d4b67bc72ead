"""The GPUs of this machine: utilisation, memory, power, temperature."""

from __future__ import annotations

from collections.abc import Sequence

from textual.reactive import reactive

from taoctl.gpu.sample import GpuReading, GpuSample
from taoctl.reads.columns import ABSENT
from taoctl.text import printable
from tui.figures import gibibytes, watts
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.charts import bar
from tui.widgets.lines import Line, Lines, Piece, clip, width_of
from tui.widgets.table_model import fit

_FULL_LINES = 4
"""More GPUs than this are shown as short entries beside each other."""

_HOT_C = 83
_WARM_C = 75


class GpuStrip(Lines):
    """One line for each GPU, several in a line when there are many, or why there are none."""

    reading: reactive[GpuReading | None] = reactive(None, layout=False, repaint=False)

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str = "gpus") -> None:
        super().__init__(id=id, classes="panel")
        self.border_title = "GPU"
        self._glyphs = glyphs

    def watch_reading(self, reading: GpuReading | None) -> None:
        """Show the new reading."""
        if reading is not None:
            source = "" if reading.simulated else reading.source
            if source != self.border_subtitle:
                self.border_subtitle = source
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """The GPUs, or what is known instead."""
        reading = self.reading
        if reading is None:
            return [(Piece("looking for GPUs", "muted"),)]
        lines: list[Line] = []
        if reading.problem is not None:
            lines.append((Piece(printable(reading.problem), "muted"),))
        if len(reading.gpus) > _FULL_LINES:
            lines += self._grid(reading.gpus, width)
        else:
            lines += [self._full(gpu, width) for gpu in reading.gpus]
        return lines

    def _full(self, gpu: GpuSample, width: int) -> Line:
        sim = [Piece(" SIM ", "badge")] if gpu.simulated else []
        name = fit(_name(gpu), 20 if width < 100 else 28, False, self._glyphs.ellipsis)
        left = [Piece(f"{gpu.index:>2} "), Piece(name, "muted"), Piece(" ")]
        right = [*self._memory(gpu), *self._power(gpu), *self._temperature(gpu)]
        tail = [Piece("  "), *sim] if sim else []
        used = width_of([*left, *right, *tail]) + 6
        bar_width = min(40, max(0, width - used))
        return clip([*left, *self._utilisation(gpu, bar_width), *right, *tail], width)

    def _grid(self, gpus: Sequence[GpuSample], width: int) -> list[Line]:
        entry_width = 34
        across = max(1, width // entry_width)
        lines: list[Line] = []
        for start in range(0, len(gpus), across):
            line: list[Piece] = []
            for gpu in gpus[start : start + across]:
                line += [Piece(f"{gpu.index:>2} "), *self._utilisation(gpu, 8)]
                line += [*self._power(gpu, limit=False), *self._temperature(gpu), Piece("   ")]
            lines.append(clip(line, width))
        return lines

    def _utilisation(self, gpu: GpuSample, width: int) -> list[Piece]:
        percent = gpu.utilisation_pct
        full, empty = bar(percent or 0, 100, width, self._glyphs)
        text = ABSENT if percent is None else f"{percent}%"
        return [Piece(full, "accent"), Piece(empty, "muted"), Piece(f" {text:>4}")]

    def _memory(self, gpu: GpuSample) -> list[Piece]:
        if gpu.memory_used_bytes is None or gpu.memory_total_bytes is None:
            return [Piece(f"   {ABSENT:>10} GiB", "muted")]
        text = f"{gibibytes(gpu.memory_used_bytes)}/{gibibytes(gpu.memory_total_bytes)}"
        return [Piece(f"  {text:>11}"), Piece(" GiB", "muted")]

    def _power(self, gpu: GpuSample, *, limit: bool = True) -> list[Piece]:
        text = ABSENT if gpu.power_mw is None else watts(gpu.power_mw)
        if limit and gpu.power_limit_mw is not None:
            text = f"{text}/{watts(gpu.power_limit_mw)}"
        return [Piece(f"  {text:>{7 if limit else 4}}"), Piece(" W", "muted")]

    def _temperature(self, gpu: GpuSample) -> list[Piece]:
        celsius = gpu.temperature_c
        if celsius is None:
            return [Piece(f"  {ABSENT:>3}{self._glyphs.degree}C", "muted")]
        tone = "bad" if celsius >= _HOT_C else "warn" if celsius >= _WARM_C else None
        return [Piece(f"  {celsius:>3}", tone), Piece(f"{self._glyphs.degree}C", "muted")]


def _name(gpu: GpuSample) -> str:
    name = printable(gpu.name) if gpu.name else "unknown GPU"
    return name.removeprefix("NVIDIA ").removesuffix(" (simulated)")
