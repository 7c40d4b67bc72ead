"""GPU sources against bindings that behave as the driver does: present, partial and absent."""

from __future__ import annotations

import asyncio
import types
from dataclasses import asdict

import pytest

from taoctl.gpu.nvml import NvmlSource
from taoctl.gpu.sample import GpuReading
from taoctl.gpu.simulated import SimulatedSource


class NVMLError(Exception):
    pass


class NVMLError_LibraryNotFound(NVMLError):  # noqa: N801
    pass


class NVMLError_NotSupported(NVMLError):  # noqa: N801
    pass


class Driver:
    """The calls of NVML's binding for two GPUs, the second one without most sensors."""

    NVML_TEMPERATURE_GPU = 0

    def __init__(self) -> None:
        self.present = True
        self.lost = False
        self.opened = 0

    def nvmlInit(self) -> None:
        if not self.present:
            raise NVMLError_LibraryNotFound("NVML Shared Library Not Found")
        self.opened += 1

    def nvmlShutdown(self) -> None:
        self.opened -= 1

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def _full_only(self, handle: int, value: object) -> object:
        if self.lost or handle == 1:
            raise NVMLError_NotSupported("Not Supported")
        return value

    def nvmlDeviceGetUUID(self, handle: int) -> bytes:
        if self.lost:
            raise NVMLError("GPU is lost")
        return f"GPU-{handle}".encode()

    def nvmlDeviceGetName(self, handle: int) -> str:
        if self.lost:
            raise NVMLError("GPU is lost")
        return "Tesla T4"

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> object:
        return self._full_only(handle, types.SimpleNamespace(gpu=87, memory=12))

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> object:
        return self._full_only(handle, types.SimpleNamespace(used=5, total=16 * 2**30))

    def nvmlDeviceGetPowerUsage(self, handle: int) -> object:
        return self._full_only(handle, 61_500)

    def nvmlDeviceGetEnforcedPowerLimit(self, handle: int) -> object:
        return self._full_only(handle, 70_000)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> object:
        return self._full_only(handle, 58)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: int) -> object:
        return self._full_only(handle, 123_456_789)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> object:
        return self._full_only(
            handle,
            [
                types.SimpleNamespace(pid=42, usedGpuMemory=5),
                types.SimpleNamespace(pid=43, usedGpuMemory=None),
            ],
        )

    def nvmlSystemGetProcessName(self, pid: int) -> bytes:
        if pid == 43:
            raise NVMLError("No Permission")
        return b"python3"


def read(source: NvmlSource | SimulatedSource) -> GpuReading:
    return asyncio.run(source.sample())


def test_every_sensor_of_a_complete_gpu_is_read() -> None:
    gpu = read(NvmlSource(Driver())).gpus[0]
    assert (gpu.uuid, gpu.name) == ("GPU-0", "Tesla T4")
    assert (gpu.utilisation_pct, gpu.temperature_c) == (87, 58)
    assert (gpu.memory_used_bytes, gpu.memory_total_bytes) == (5, 16 * 2**30)
    assert (gpu.power_mw, gpu.power_limit_mw, gpu.energy_mj) == (61_500, 70_000, 123_456_789)
    assert gpu.processes is not None
    assert [(p.pid, p.name, p.memory_bytes) for p in gpu.processes] == [
        (42, "python3", 5),
        (43, None, None),
    ]
    assert not gpu.simulated


def test_sensors_that_a_gpu_lacks_are_none_and_never_zero() -> None:
    gpu = read(NvmlSource(Driver())).gpus[1]
    missing = {name for name, value in asdict(gpu).items() if value is None}
    assert missing == {
        "utilisation_pct",
        "memory_used_bytes",
        "memory_total_bytes",
        "power_mw",
        "power_limit_mw",
        "temperature_c",
        "energy_mj",
        "processes",
    }


def test_an_absent_driver_is_a_problem_in_words_and_is_looked_for_again() -> None:
    driver = Driver()
    driver.present = False
    source = NvmlSource(driver)
    reading = read(source)
    assert reading == GpuReading((), "no NVIDIA driver on this machine", "nvml", simulated=False)
    driver.present = True
    assert len(read(source).gpus) == 2


def test_gpus_that_fall_off_the_bus_are_reported_and_the_driver_is_reopened() -> None:
    driver = Driver()
    source = NvmlSource(driver)
    read(source)
    driver.lost = True
    assert read(source).problem == "the GPUs stopped answering the driver"
    assert driver.opened == 0
    driver.lost = False
    assert read(source).problem is None
    assert driver.opened == 1


def test_closing_shuts_the_driver_down_once() -> None:
    driver = Driver()
    source = NvmlSource(driver)
    read(source)
    asyncio.run(source.close())
    asyncio.run(source.close())
    assert driver.opened == 0


def test_the_real_binding_answers_on_this_machine_whatever_it_has() -> None:
    reading = read(NvmlSource())
    assert bool(reading.gpus) or reading.problem


@pytest.mark.parametrize("count", [1, 4])
def test_simulated_gpus_say_so_and_stay_within_their_limits(count: int) -> None:
    now = [0.0]
    source = SimulatedSource(seed=3, count=count, clock=lambda: now[0])
    for _ in range(200):
        now[0] += 1.0
        reading = read(source)
        assert reading.simulated and len(reading.gpus) == count
        for gpu in reading.gpus:
            assert gpu.simulated and gpu.name is not None and "simulated" in gpu.name
            assert gpu.utilisation_pct is not None and 0 <= gpu.utilisation_pct <= 100
            assert gpu.power_mw is not None and gpu.power_limit_mw is not None
            assert 0 < gpu.power_mw <= gpu.power_limit_mw
            assert gpu.temperature_c is not None and 30 <= gpu.temperature_c <= 90


def test_simulated_energy_is_the_integral_of_the_shown_power() -> None:
    now = [0.0]
    source = SimulatedSource(seed=3, count=1, clock=lambda: now[0])
    first = read(source).gpus[0]
    now[0] += 10.0
    second = read(source).gpus[0]
    assert first.energy_mj is not None and second.energy_mj is not None
    assert second.power_mw is not None
    assert second.energy_mj - first.energy_mj == second.power_mw * 10


def test_the_same_seed_gives_the_same_readings() -> None:
    def run(seed: int) -> list[GpuReading]:
        ticks = iter(range(100))
        source = SimulatedSource(seed=seed, clock=lambda: float(next(ticks)))
        return [read(source) for _ in range(5)]

    assert run(7) == run(7)
    assert run(7) != run(8)
