"""Localnet processes for tests, each with its own home, always stopped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

from taoctl.errors import TaoctlError
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running


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
