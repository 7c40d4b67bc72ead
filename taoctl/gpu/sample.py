"""What one look at the GPUs of a machine gives, whatever the source behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """One process that holds memory on a GPU; name is None when it may not be read."""

    pid: int
    name: str | None
    memory_bytes: int | None


@dataclass(frozen=True, slots=True)
class GpuSample:
    """One GPU at one moment; a field that the device or driver does not report is None.

    Units: percent, bytes, milliwatts, degrees Celsius, millijoules since the driver was loaded.
    """

    index: int
    uuid: str | None
    name: str | None
    utilisation_pct: int | None
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    power_mw: int | None
    power_limit_mw: int | None
    temperature_c: int | None
    energy_mj: int | None
    processes: tuple[GpuProcess, ...] | None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class GpuReading:
    """All GPUs of a source at one moment, or the reason why there are none."""

    gpus: tuple[GpuSample, ...]
    problem: str | None
    source: str
    simulated: bool


class GpuSource(Protocol):
    """Where GPU readings come from."""

    async def sample(self) -> GpuReading:
        """One reading now; trouble is told in `problem` and never raised."""
        ...

    async def close(self) -> None:
        """Let go of the driver; a later sample opens it again."""
        ...
