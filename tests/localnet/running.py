"""Localnet processes for tests, each with its own home, always stopped."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from taoctl.errors import TaoctlError
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running

_PORTS = range(10_000, 16_000)
"""Below what systems give to clients, so that no connection takes one while it is unused."""
_taken = count(os.getpid() * 97)


@cache
def _register() -> int:
    """The file in which test processes lock a byte for each port they have."""
    path = Path(tempfile.gettempdir(), f"taoctl-test-ports-{os.getuid()}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def free_port() -> int:
    """A port that nothing listens on, and that no other test process is given.

    It stays this process's own until that ends: what listens there may stop and start again.
    """
    for number in islice(_taken, len(_PORTS)):
        port = _PORTS[number % len(_PORTS)]
        try:
            fcntl.lockf(_register(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except OSError:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")


@contextmanager
def localnet(
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    *,
    scenario: str = "small",
    block_time: float = 0.2,
    seal: Seal = Seal.INTERVAL,
    port: int = 0,
    **options: Any,
) -> Iterator[Running]:
    """A detached localnet that is stopped at the end, killed if it must be."""
    monkeypatch.setenv("TAOCTL_HOME", str(home))
    chosen = Options(
        scenario=scenario, block_time=block_time, seal=seal, state_dir=home / "chain", **options
    )
    running = service.start_detached(Launch(chosen, port or free_port()))
    try:
        yield running
    finally:
        try:
            service.stop(running.port)
        except TaoctlError:
            if service._alive(running.pid):
                os.kill(running.pid, 9)
                service._alive(running.pid)
