"""The demo as a user or a script runs it: what it says, shows and leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

TAOCTL = str(Path(sys.executable).with_name("taoctl"))
MARK = "taoctl.localnet"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TAOCTL_", "BT_"))}
    return {**kept, "TMPDIR": str(scratch), "TAOCTL_HOME": str(tmp_path / "home")}


@pytest.fixture
def running(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [TAOCTL, "demo", "--headless", "--blocks", "100000", "--timeout", "5"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.communicate()


def wait_until(holds: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def localnet_of(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    for child in psutil.Process(process.pid).children():
        if MARK in child.cmdline():
            return child
    return None


def started(process: subprocess.Popen[bytes], env: dict[str, str]) -> psutil.Process:
    """The localnet of a demo whose wallets are there, so that it is past its start."""

    def there() -> bool:
        assert process.poll() is None, process.communicate()[1].decode()
        return any(Path(env["TMPDIR"]).glob("taoctl-demo-*/wallets/*/coldkeypub.txt"))

    wait_until(there)
    child = localnet_of(process)
    assert child is not None
    return child


def nothing_left(child: psutil.Process, env: dict[str, str]) -> bool:
    gone = not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    return gone and not list(Path(env["TMPDIR"]).iterdir())


def test_headless_demo_sums_up_a_living_chain(env: dict[str, str], tmp_path: Path) -> None:
    picture = tmp_path / "demo.svg"
    done = subprocess.run(
        [TAOCTL, "demo", "--blocks", "30", "--screenshot", str(picture), "-o", "json"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    data = answer["data"]
    assert answer["simulated"] is True and data["simulated"] is True
    assert data["subnets"] == 12
    assert data["blocks"] >= 30
    assert data["neurons"] == 12 * 64

    earning = [n for n in data["my_neurons"] if n["incentive"] or n["dividends"]]
    assert {bool(n["incentive"]) for n in earning} == {True, False}
    for neuron in earning:
        assert int(neuron["alpha_per_day"]["rao"]) > 0
        assert int(neuron["tao_per_day"]["rao"]) > 0
    assert all(n["prune_rank"] is None for n in data["my_neurons"] if n["netuid"] == 0)
    assert len({point["block"] for point in data["earnings"]["points"]}) >= 2
    assert data["gpus"] and all(gpu["simulated"] for gpu in data["gpus"])

    svg = picture.read_text()
    assert svg.startswith("<svg")
    for word in ("SIM", "Overview", "rising", "chief"):
        assert word in svg
    assert list(Path(env["TMPDIR"]).iterdir()) == []
    assert not Path(env["TAOCTL_HOME"]).exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_however_the_demo_ends_nothing_is_left(
    running: subprocess.Popen[bytes], env: dict[str, str], number: signal.Signals
) -> None:
    child = started(running, env)
    running.send_signal(number)
    _, errors = running.communicate(timeout=300)
    assert b"Traceback" not in errors
    wait_until(lambda: nothing_left(child, env))


def connected(process: subprocess.Popen[bytes], env: dict[str, str]) -> bool:
    """Whether the demo has the chain's metadata, after which it follows the blocks."""
    assert process.poll() is None, process.communicate()[1].decode()
    return any(Path(env["TMPDIR"]).glob("taoctl-demo-*/home/**/*.metadata"))


def test_a_chain_that_dies_ends_the_demo(
    running: subprocess.Popen[bytes], env: dict[str, str]
) -> None:
    child = started(running, env)
    wait_until(lambda: connected(running, env))
    time.sleep(2)
    child.kill()
    out, errors = running.communicate(timeout=300)
    assert running.returncode == 3
    assert out == b""
    assert b"the chain stopped on the way" in errors
    wait_until(lambda: nothing_left(child, env))


def test_a_picture_that_cannot_be_saved_is_refused_at_once(
    env: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [TAOCTL, "demo", "--screenshot", str(tmp_path / "no" / "where.svg")],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "cannot be written" in done.stderr
