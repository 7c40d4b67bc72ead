"""GPU readings from NVIDIA's management library, taken in a thread of their own."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from taoctl.gpu.sample import GpuProcess, GpuReading, GpuSample

T = TypeVar("T")

SOURCE = "nvml"

_ABSENT = {
    "NVMLError_LibraryNotFound": "no NVIDIA driver on this machine",
    "NVMLError_DriverNotLoaded": "the NVIDIA driver is installed but not loaded",
    "NVMLError_NoPermission": "no permission to talk to the NVIDIA driver",
    "NVMLError_LibRmVersionMismatch": (
        "the NVIDIA library and kernel module differ in version; reboot or reload the module"
    ),
}


class NvmlSource:
    """Samples local NVIDIA GPUs.

    One worker thread owns the library, because NVML calls can block for tens of milliseconds.
    The driver is opened at the first sample and tried again after a failure, so that a driver
    that appears later is found.
    """

    def __init__(self, nvml: Any | None = None) -> None:
        """Use the given NVML binding, or `pynvml` when None."""
        self._nvml = nvml
        self._handles: list[Any] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nvml")

    async def sample(self) -> GpuReading:
        """Read every GPU; without a usable driver the reading is empty and says why."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read)

    async def close(self) -> None:
        """Shut the library down."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._shutdown)

    def _read(self) -> GpuReading:
        try:
            nvml, handles = self._open()
            gpus = tuple(_sample(nvml, index, handle) for index, handle in enumerate(handles))
        except Exception as error:
            self._shutdown()
            return GpuReading((), _explain(error), SOURCE, simulated=False)
        problem = None if gpus else "the NVIDIA driver reports no GPU"
        if gpus and all(gpu.uuid is None and gpu.memory_total_bytes is None for gpu in gpus):
            self._shutdown()
            problem = "the GPUs stopped answering the driver"
        return GpuReading(gpus, problem, SOURCE, simulated=False)

    def _open(self) -> tuple[Any, list[Any]]:
        if self._nvml is None:
            self._nvml = importlib.import_module("pynvml")
        if self._handles is None:
            self._nvml.nvmlInit()
            count = self._nvml.nvmlDeviceGetCount()
            self._handles = [self._nvml.nvmlDeviceGetHandleByIndex(i) for i in range(count)]
        return self._nvml, self._handles

    def _shutdown(self) -> None:
        if self._handles is None or self._nvml is None:
            return
        self._handles = None
        _ask(self._nvml.nvmlShutdown)


def _explain(error: Exception) -> str:
    known = _ABSENT.get(type(error).__name__)
    return known if known is not None else f"the NVIDIA driver failed: {error}"


def _ask(call: Callable[..., T], *args: object) -> T | None:
    """The answer of one NVML call, or None where this device does not support it."""
    try:
        return call(*args)
    except Exception:
        return None


def _sample(nvml: Any, index: int, handle: Any) -> GpuSample:
    memory = _ask(nvml.nvmlDeviceGetMemoryInfo, handle)
    rates = _ask(nvml.nvmlDeviceGetUtilizationRates, handle)
    return GpuSample(
        index=index,
        uuid=_text(_ask(nvml.nvmlDeviceGetUUID, handle)),
        name=_text(_ask(nvml.nvmlDeviceGetName, handle)),
        utilisation_pct=None if rates is None else int(rates.gpu),
        memory_used_bytes=None if memory is None else int(memory.used),
        memory_total_bytes=None if memory is None else int(memory.total),
        power_mw=_ask(nvml.nvmlDeviceGetPowerUsage, handle),
        power_limit_mw=_ask(nvml.nvmlDeviceGetEnforcedPowerLimit, handle),
        temperature_c=_ask(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
        energy_mj=_ask(nvml.nvmlDeviceGetTotalEnergyConsumption, handle),
        processes=_processes(nvml, handle),
    )


def _processes(nvml: Any, handle: Any) -> tuple[GpuProcess, ...] | None:
    running = _ask(nvml.nvmlDeviceGetComputeRunningProcesses, handle)
    if running is None:
        return None
    return tuple(
        GpuProcess(
            pid=int(process.pid),
            name=_text(_ask(nvml.nvmlSystemGetProcessName, process.pid)),
            memory_bytes=process.usedGpuMemory,
        )
        for process in running
    )


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None
