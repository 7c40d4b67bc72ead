"""Which GPUs a neuron runs on: by the command lines of the processes that hold memory on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taoctl.gpu.sample import GpuReading, GpuSample

_WALLET = frozenset({"wallet.name", "wallet_name", "wallet"})
_HOTKEY = frozenset({"wallet.hotkey", "wallet_hotkey", "hotkey"})
_NETUID = frozenset({"netuid", "subtensor.netuid"})
"""Names of options with which miners and validators are started, `-` read as `_`."""

_DEFAULT_WALLET = "default"
"""The wallet that Bittensor's own libraries take where none is named."""

_ANCESTORS = 4
"""A worker holds the memory, and one of so many processes above it has the options."""

_MOST_BYTES = 65_536

Arguments = Callable[[int], Sequence[Sequence[str]]]
"""Gives the command lines of a process and of those above it, nearest first."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A neuron as it is named when its program is started."""

    wallet: str
    hotkey: str
    address: str
    netuid: int


def gpus_of(
    worker: Worker, reading: GpuReading, arguments: Arguments | None = None
) -> tuple[GpuSample, ...]:
    """The GPUs with a process that was started for a neuron; none of a simulated source.

    Args:
        worker: the neuron.
        reading: the GPUs and the processes on them.
        arguments: looks processes up; on this machine when None.
    """
    if reading.simulated:
        return ()
    look_up = command_lines if arguments is None else arguments
    return tuple(
        gpu
        for gpu in reading.gpus
        if any(
            is_of(worker, line) for process in gpu.processes or () for line in look_up(process.pid)
        )
    )


def is_of(worker: Worker, arguments: Sequence[str]) -> bool:
    """Whether a command line names the neuron: its address, or its hotkey and wallet by name.

    A subnet that is named must be the neuron's; one that is not named may be any.
    """
    given = dict(_options(arguments))
    netuid = next((given[name] for name in _NETUID if name in given), None)
    if netuid is not None and netuid != str(worker.netuid):
        return False
    if worker.address in arguments or worker.address in given.values():
        return True
    hotkey = next((given[name] for name in _HOTKEY if name in given), None)
    wallet = next((given[name] for name in _WALLET if name in given), _DEFAULT_WALLET)
    return hotkey == worker.hotkey and wallet == worker.wallet


def command_lines(pid: int, root: Path = Path("/proc")) -> list[list[str]]:
    """The command lines of a process and of those above it; none of one that cannot be read."""
    found = []
    for _ in range(_ANCESTORS + 1):
        if pid <= 1:
            break
        try:
            with (root / str(pid) / "cmdline").open("rb") as file:
                line = file.read(_MOST_BYTES)
            stat = (root / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
            pid = int(stat.rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        found.append(line.decode("utf-8", "replace").rstrip("\0").split("\0"))
    return found


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options and their values: `--name value` and `--name=value`."""
    for at, argument in enumerate(arguments):
        if not argument.startswith("--"):
            continue
        name, is_joined, value = argument[2:].partition("=")
        if not is_joined:
            value = arguments[at + 1] if at + 1 < len(arguments) else ""
        yield name.replace("-", "_"), value
