"""Ctrl-C and deadlines against an endpoint that accepts and then says nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TAOCTL = Path(sys.executable).with_name("taoctl")


HANG_S = 120
"""After so long something hangs; no machine that works is this slow."""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        listener.settimeout(HANG_S)
        yield listener


def url(listener: socket.socket) -> str:
    return f"ws://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TAOCTL_", "BT_"))}
    return {**kept, "TAOCTL_HOME": str(tmp_path)}


def test_ctrl_c_ends_it_with_130_long_before_its_deadline(
    silent: socket.socket, environment: dict[str, str]
) -> None:
    with subprocess.Popen(
        [TAOCTL, "subnet", "list", "-n", url(silent), "--timeout", str(10 * HANG_S)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            # It has asked, so that it is past its start, and waits for an answer.
            connection, _ = silent.accept()
            with connection:
                connection.settimeout(HANG_S)
                assert connection.recv(1)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=HANG_S)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == ""
    assert err == "error: interrupted\n"


def test_a_silent_endpoint_is_exit_3_within_the_deadline(
    silent: socket.socket, environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [TAOCTL, "subnet", "list", "-n", url(silent), "--timeout", "1"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 3
    assert url(silent) in done.stderr
