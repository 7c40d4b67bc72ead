"""`kill -9` while blocks are made: at most the unfinished block is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from running import free_port, localnet

from taoctl.errors import RefusedError, UnreachableError, UsageError
from taoctl.localnet import service
from taoctl.localnet.sealing import Seal

BLOCKS = 12
"""How many are made at least before each kill."""


def _digest(port: int, number: int) -> tuple[str, str, str]:
    """Block hash, header and the whole state's digest through the RPC, at one block."""
    block_hash = service.ask(port, "chain_getBlockHash", number, timeout=60)
    header = service.ask(port, "chain_getHeader", block_hash, timeout=60)
    return block_hash, header["parentHash"], header["stateRoot"]


def test_blocks_survive_kill_9_at_any_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port = free_port()
    known: dict[int, tuple[str, str, str]] = {}
    best = 0
    for turn in range(4):
        with localnet(monkeypatch, tmp_path, block_time=0.01, port=port) as running:
            status = service.status(port, timeout=60)
            assert status["block"] >= best, "a block that was announced is gone"
            for number, digest in known.items():
                assert _digest(port, number) == digest
            while (now := service.status(port, timeout=60)["block"]) < best + BLOCKS + turn:
                time.sleep(0.003 * turn)
            best = now
            known |= {n: _digest(port, n) for n in range(0, best, best // 3)}
            known[best] = _digest(port, best)
            os.kill(running.pid, signal.SIGKILL)
            while service._alive(running.pid):
                time.sleep(0.01)
    assert best >= 4 * BLOCKS


def test_state_is_the_same_after_kill_9_under_manual_sealing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port = free_port()
    with localnet(monkeypatch, tmp_path, seal=Seal.MANUAL, port=port) as running:
        service.ask(port, "dev_newBlock", {"count": 12}, timeout=60)
        before = _everything(port)
        os.kill(running.pid, signal.SIGKILL)
        while service._alive(running.pid):
            time.sleep(0.01)
    with localnet(monkeypatch, tmp_path, seal=Seal.MANUAL, port=port):
        assert _everything(port) == before
        service.ask(port, "dev_newBlock", {"count": 3}, timeout=60)


def _everything(port: int) -> tuple[str, list[object]]:
    keys = service.ask(port, "state_getKeys", "0x", timeout=60)
    assert len(keys) > 500
    values = service.ask(port, "state_queryStorageAt", keys, timeout=60)
    return service.ask(port, "chain_getHead", timeout=60), values


def test_down_stops_only_its_own_localnet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with localnet(monkeypatch, tmp_path / "one", seal=Seal.MANUAL) as running:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TAOCTL_HOME", str(tmp_path / "other"))
            with pytest.raises(RefusedError, match="was not started from here"):
                service.stop(running.port)
        pidfile = tmp_path / "one" / "state" / "localnet" / "run" / f"{running.port}.json"
        content = pidfile.read_text()
        pidfile.write_text(content.replace('"instance": "', '"instance": "00'))
        with pytest.raises(RefusedError, match="is another one"):
            service.stop(running.port)
        pidfile.write_text(content)
        stopped = service.stop(running.port)
        assert (stopped.pid, stopped.port) == (running.pid, running.port)
        assert not service._alive(running.pid)
        assert not pidfile.exists()
        with pytest.raises(UnreachableError, match="no localnet is running"):
            service.stop(running.port)


def test_a_second_localnet_on_a_port_is_refused_before_it_touches_state(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with localnet(monkeypatch, tmp_path / "one", seal=Seal.MANUAL) as running:
        monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "two"))
        with pytest.raises(RefusedError, match=f"port {running.port}"):
            service.start_detached(
                service.Launch(
                    service.Options(scenario="small", state_dir=tmp_path / "two" / "chain"),
                    running.port,
                )
            )
        assert not (tmp_path / "two" / "chain").exists()
        monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "one"))


def test_another_scenario_on_the_same_state_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with localnet(monkeypatch, tmp_path, seal=Seal.MANUAL):
        pass
    with (
        pytest.raises(UsageError, match="holds a localnet of scenario small") as caught,
        localnet(monkeypatch, tmp_path, scenario="demo"),
    ):
        pass
    assert "--fresh" in str(caught.value.hint)


def test_a_node_under_load_still_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with localnet(monkeypatch, tmp_path, scenario="demo", block_time=0.0) as running:
        first = service.status(running.port, timeout=60)["block"]
        last = first
        for _ in range(60):
            header = service.ask(running.port, "chain_getHeader", timeout=60)
            assert int(header["number"], 16) >= last
            last = int(header["number"], 16)
        assert last > first
