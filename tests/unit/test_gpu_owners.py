"""Whose GPU it is: told by how the processes on it were started."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from taoctl.gpu.owners import Worker, command_lines, gpus_of, is_of
from taoctl.gpu.sample import GpuProcess, GpuReading, GpuSample

WORKER = Worker("cold", "rig-1", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", 7)


def gpu(index: int, *pids: int) -> GpuSample:
    processes = tuple(GpuProcess(pid, None, None) for pid in pids)
    return GpuSample(index, None, None, 50, None, None, None, None, None, None, processes)


@pytest.mark.parametrize(
    "line",
    [
        "python miner.py --netuid 7 --wallet.name cold --wallet.hotkey rig-1",
        "python miner.py --netuid=7 --wallet.name=cold --wallet.hotkey=rig-1",
        "miner --wallet_name cold --wallet_hotkey rig-1",
        "miner --wallet-name cold --hotkey rig-1 --subtensor.netuid 7",
        f"miner --netuid 7 --address {WORKER.address}",
        f"miner {WORKER.address}",
    ],
)
def test_a_command_line_that_names_the_neuron(line: str) -> None:
    assert is_of(WORKER, line.split())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "python train.py",
        "miner --wallet.hotkey",
        "miner --wallet.name cold",
        "miner --wallet.name cold --wallet.hotkey rig-10",
        "miner --wallet.name other --wallet.hotkey rig-1",
        "miner --wallet.hotkey rig-1",
        "miner --netuid 8 --wallet.name cold --wallet.hotkey rig-1",
        f"miner --netuid 8 {WORKER.address}",
        "miner rig-1 cold 7",
    ],
)
def test_a_command_line_that_names_another_or_none(line: str) -> None:
    assert not is_of(WORKER, line.split())


def test_without_a_wallet_it_is_the_default_one() -> None:
    assert is_of(replace(WORKER, wallet="default"), ["miner", "--wallet.hotkey", "rig-1"])


def test_the_gpus_with_such_a_process_and_never_simulated_ones() -> None:
    mine = ["miner", "--wallet.name", "cold", "--wallet.hotkey", "rig-1"]
    lines = {11: [["worker"], mine], 12: [["other"]]}
    reading = GpuReading((gpu(0, 12), gpu(1, 12, 11), gpu(2)), None, "nvml", False)

    def look_up(pid: int) -> list[list[str]]:
        return lines[pid]

    assert [one.index for one in gpus_of(WORKER, reading, look_up)] == [1]
    unknown = replace(reading, gpus=(replace(reading.gpus[1], processes=None),))
    assert gpus_of(WORKER, unknown, look_up) == ()
    assert gpus_of(WORKER, replace(reading, simulated=True), look_up) == ()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system has no /proc")
def test_command_lines_of_a_real_process_and_of_its_parent() -> None:
    wait = [sys.executable, "-c", "print(flush=True); input()", "--wallet.hotkey", "a b"]
    with subprocess.Popen(wait, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            child.stdout.readline()  # before it is loaded it has no command line
            own, parent, *_ = command_lines(child.pid)
            assert own[1:] == wait[1:]
            assert parent == command_lines(os.getpid())[0]
        finally:
            child.kill()
    assert command_lines(2**22 + 1) == []


def test_a_name_that_looks_like_the_end_of_the_state_does_not_mislead(tmp_path: Path) -> None:
    for pid, parent in ((50, 40), (40, 0)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cmdline").write_bytes(f"program{pid}\0--x\0".encode())
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a) S 9 (b) S {parent} 1 1")
    assert command_lines(50, tmp_path) == [["program50", "--x"], ["program40", "--x"]]
