"""Ctrl-C and deadlines against an endpoint that accepts and then says nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TAOCTL = Path(sys.executable).with_name("taoctl")


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TAOCTL_", "BT_"))}
    return {**kept, "TAOCTL_HOME": str(tmp_path)}


def test_ctrl_c_ends_at_once_with_130(silent: str, environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [TAOCTL, "subnet", "list", "-n", silent, "--timeout", "60"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2)
    assert process.poll() is None
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert time.monotonic() - started < 2
    assert out == ""
    assert err == "error: interrupted\n"


def test_a_silent_endpoint_is_exit_3_within_the_deadline(
    silent: str, environment: dict[str, str]
) -> None:
    started = time.monotonic()
    done = subprocess.run(
        [TAOCTL, "subnet", "list", "-n", silent, "--timeout", "1"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 3
    assert silent in done.stderr
    assert time.monotonic() - started < 6
