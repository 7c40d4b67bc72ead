"""GPUs that do not exist: a demo source whose every reading says that it is simulated."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable

from taoctl.gpu.sample import GpuProcess, GpuReading, GpuSample

SOURCE = "simulated"

_NAME = "H100 80GB HBM3 (simulated)"
_MEMORY_BYTES = 80 * 2**30
_LIMIT_MW = 700_000
_IDLE_MW = 70_000
_WAVE_S = 90.0
"""One swing between a busy and a quiet phase of the simulated work, in seconds."""


class SimulatedSource:
    """Readings that move like a miner's GPUs; the same seed and clock give the same readings."""

    def __init__(
        self, seed: int = 1, count: int = 2, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set up `count` GPUs; the clock (seconds) is read once per sample."""
        self._random = random.Random(seed)
        self._clock = clock
        self._start = self._last = clock()
        self._phase = [self._random.uniform(0, math.tau) for _ in range(count)]
        self._energy_mj = [self._random.randrange(10**9, 10**11) for _ in range(count)]
        self._temperature = [45.0] * count

    async def sample(self) -> GpuReading:
        """One reading; energy is the integral of the power that the readings showed."""
        now = self._clock()
        elapsed, self._last = now - self._last, now
        gpus = tuple(self._gpu(i, now - self._start, elapsed) for i in range(len(self._phase)))
        return GpuReading(gpus, None, SOURCE, simulated=True)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _gpu(self, index: int, at: float, elapsed: float) -> GpuSample:
        wave = 0.5 + 0.5 * math.sin(self._phase[index] + at * math.tau / _WAVE_S)
        busy = min(1.0, max(0.0, 0.55 + 0.4 * wave + self._random.gauss(0, 0.03)))
        power_mw = int(_IDLE_MW + (_LIMIT_MW - _IDLE_MW) * busy * 0.92)
        target = 34 + 40 * busy
        self._temperature[index] += (target - self._temperature[index]) * min(1.0, elapsed / 20)
        self._energy_mj[index] += int(power_mw * elapsed)
        used = int(_MEMORY_BYTES * (0.58 + 0.1 * wave))
        return GpuSample(
            index=index,
            uuid=f"GPU-51700000-0000-0000-0000-{index:012d}",
            name=_NAME,
            utilisation_pct=round(busy * 100),
            memory_used_bytes=used,
            memory_total_bytes=_MEMORY_BYTES,
            power_mw=power_mw,
            power_limit_mw=_LIMIT_MW,
            temperature_c=round(self._temperature[index]),
            energy_mj=self._energy_mj[index],
            processes=(GpuProcess(4100 + index, "miner (simulated)", used),),
            simulated=True,
        )
