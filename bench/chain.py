"""A dev chain as a process of its own, for the time of a benchmark."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TAOCTL = str(Path(sys.executable).with_name("taoctl"))


@dataclass(frozen=True)
class Chain:
    """A running dev chain: its endpoint, port, the environment to use it with, ready time (s)."""

    endpoint: str
    port: int
    env: dict[str, str]
    ready_s: float

    def taoctl(self, *argv: str) -> str:
        """Standard output of a taoctl command in this chain's environment."""
        return subprocess.run(
            [TAOCTL, *argv], env=self.env, capture_output=True, text=True, check=True
        ).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def scratch_env() -> Iterator[dict[str, str]]:
    """An environment whose home is a new, empty folder, removed afterwards."""
    home = tempfile.mkdtemp(prefix="taoctl-bench-")
    try:
        yield {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TAOCTL_", "BT_", "XDG_"))},
            "HOME": home,
        }
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_chain(scenario: str, *options: str) -> Iterator[Chain]:
    """`taoctl localnet up --detach` with a fresh state, taken down at the end."""
    port = free_port()
    with scratch_env() as env:
        begin = time.perf_counter()
        command = [TAOCTL, "localnet", "up", "--port", str(port), "--scenario", scenario]
        subprocess.run(
            [*command, "--fresh", "--detach", *options],
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        ready = time.perf_counter() - begin
        try:
            yield Chain(f"ws://127.0.0.1:{port}", port, env, ready)
        finally:
            subprocess.run(
                [TAOCTL, "localnet", "down", "--port", str(port)],
                env=env,
                check=False,
                stdout=subprocess.DEVNULL,
            )
