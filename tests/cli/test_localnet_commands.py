"""`taoctl localnet`: its commands from start to stop, and what they refuse."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

from taoctl.cli.localnet import ScenarioName
from taoctl.cli.main import main
from taoctl.localnet import service
from taoctl.localnet.running import running_ports
from taoctl.localnet.scenarios import SCENARIOS
from taoctl.localnet.serve import pidfile_path

BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def up(home: Path, port: int, capsys: pytest.CaptureFixture[str]) -> Iterator[int]:
    words = ["localnet", "up", "--scenario", "small", "--seal", "manual", "--detach"]
    assert main([*words, "--port", str(port), "-o", "json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert data["endpoint"] == f"ws://127.0.0.1:{port}"
    yield port
    if service._alive(data["pid"]):
        os.kill(data["pid"], signal.SIGKILL)
        service._alive(data["pid"])


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def data_of(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, err = said(capsys, *words, "-o", "json")
    assert code == 0, err
    return json.loads(out)["data"]


def test_from_start_to_stop_and_on_again(
    up: int, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--port", str(up))
    status = data_of(capsys, "localnet", "status", *at)
    assert (status["scenario"], status["seal"], len(status["subnets"])) == ("small", "manual", 3)
    assert status["governance"] == "b,c"
    assert status["finalized"] == status["block"] - 2
    assert len(status["dev_accounts"]) == 6

    code, out, _ = said(capsys, "localnet", "status", *at)
    assert code == 0
    assert "INSECURE" in out and "next epoch" in out and "//Alice" in out
    assert f"ws://127.0.0.1:{up}" in out and str(home) in out

    advanced = data_of(capsys, "localnet", "advance", "--blocks", "5", *at)
    assert advanced["block"] == status["block"] + 5

    before = {s["netuid"]: s["last_epoch"] for s in status["subnets"]}
    data_of(capsys, "localnet", "advance", "--epochs", "2", "--netuid", "2", *at)
    after = data_of(capsys, "localnet", "status", *at)
    subnet = next(s for s in after["subnets"] if s["netuid"] == 2)
    assert subnet["last_epoch"] >= before[2] + subnet["tempo"]
    assert subnet["next_epoch"] > after["block"] >= subnet["last_epoch"]

    here = ("-n", f"ws://127.0.0.1:{up}")
    code, out, _ = said(capsys, "localnet", "faucet", BOB, "12.5tao", *here, "-o", "json")
    assert code == 0
    envelope = json.loads(out)
    got = envelope["data"]
    assert (envelope["block"], envelope["block_hash"]) == (got["block"], got["block_hash"])
    assert envelope["network"] == f"ws://127.0.0.1:{up}" and envelope["genesis"]
    assert got["amount"] == {"rao": "12500000000", "tao": "12.500000000"}
    assert got["free"]["rao"] == str(10_012_500_000_000)

    code, out, _ = said(capsys, "localnet", "down", *at)
    assert code == 0 and f"block {got['block']}" in out
    code, _, err = said(capsys, "localnet", "status", *at)
    assert code == 3 and "no localnet is running" in err

    words = ("localnet", "up", "--seal", "manual", "--detach", *at)
    assert said(capsys, *words)[0] == 0
    again = data_of(capsys, "localnet", "status", *at)
    assert (again["block"], again["scenario"]) == (got["block"], "small")
    assert said(capsys, "localnet", "down", *at)[0] == 0


def test_the_network_of_the_settings_names_the_localnet(
    up: int, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"ws://127.0.0.1:{up}"
    monkeypatch.setenv("TAOCTL_NETWORK", endpoint)
    assert data_of(capsys, "localnet", "status")["endpoint"] == endpoint
    data_of(capsys, "localnet", "faucet", BOB, "1")
    monkeypatch.setenv("TAOCTL_NETWORK", "finney")
    assert data_of(capsys, "localnet", "status", "--port", str(up))["endpoint"] == endpoint
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text(f'[networks.mine]\nendpoints = ["{endpoint}"]\n')
    assert data_of(capsys, "localnet", "status", "-n", "mine")["endpoint"] == endpoint
    assert data_of(capsys, "localnet", "status", "-n", "local", "--port", str(up))
    code, _, err = said(capsys, "localnet", "status", "-n", "mine", "--port", "1")
    assert code == 2 and f"names port {up}" in err


def test_where_none_runs_those_that_do_are_named(
    up: int, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = pidfile_path(up).parent
    gone = {"pid": 2**22 + 1, "instance": "gone", "port": 2}
    (run / "2.json").write_text(json.dumps(gone))
    (run / "3.json").write_text("no JSON")
    (run / "4.json").write_text(json.dumps({**gone, "pid": os.getpid()}))
    assert running_ports() == (up,)
    for words in (("status",), ("down",), ("faucet", BOB, "1"), ("advance", "--blocks", "1")):
        code, out, err = said(capsys, "localnet", *words, "--port", "1")
        assert (code, out) == (3, "")
        assert f"localnets run here on {up}: name one with --port" in " ".join(err.split())
        assert "localnet up --port 1" in err


def test_a_taken_port_is_refused(up: int, capsys: pytest.CaptureFixture[str]) -> None:
    for extra in ((), ("--detach",)):
        code, out, err = said(
            capsys, "localnet", "up", "--scenario", "small", "--port", str(up), *extra
        )
        assert (code, out) == (1, "")
        assert f"port {up}" in err and "hint:" in err


def test_another_scenario_on_a_saved_chain_is_refused(
    up: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "localnet", "down", "--port", str(up))[0] == 0
    code, _, err = said(capsys, "localnet", "up", "--scenario", "demo", "--port", str(up))
    assert code == 2
    assert "scenario small" in err and "--fresh" in err


def test_another_governance_is_refused_and_the_saved_one_goes_on(
    up: int, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--port", str(up))
    assert said(capsys, "localnet", "down", *at)[0] == 0
    code, _, err = said(capsys, "localnet", "up", "--governance", "a", *at)
    assert code == 2
    assert "with governance b,c, not a" in " ".join(err.split()) and "--fresh" in err
    fresh = ("--scenario", "small", "--seal", "manual", "--fresh", "--detach", *at)
    assert said(capsys, "localnet", "up", "--governance", "c,a", *fresh)[0] == 0
    assert said(capsys, "localnet", "down", *at)[0] == 0
    assert said(capsys, "localnet", "up", "--seal", "manual", "--detach", *at)[0] == 0
    assert data_of(capsys, "localnet", "status", *at)["governance"] == "a,c"
    assert said(capsys, "localnet", "down", *at)[0] == 0


def test_corrupt_state_is_named_and_fresh_moves_it_aside(
    up: int, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--port", str(up))
    assert said(capsys, "localnet", "down", *at)[0] == 0
    log = home / "state" / "localnet" / str(up) / "blocks.log"
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)
    code, _, err = said(capsys, "localnet", "up", "--scenario", "small", "--detach", *at)
    assert code == 8
    assert str(log) in err and "--fresh" in err
    assert log.read_bytes() == content
    code, _, err = said(capsys, "localnet", "up", "--scenario", "small", "--detach", "--fresh", *at)
    assert code == 0 and "the old state is now in" in err
    assert said(capsys, "localnet", "down", *at)[0] == 0
    kept = [p for p in log.parent.parent.iterdir() if p.name.startswith(f"{up}.")]
    assert (kept[0] / "blocks.log").read_bytes() == content


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("up", "--scenario", "huge"), 2, "not one of"),
        (("up", "--block-time", "-1"), 2, "block time"),
        (("up", "--sudo", "nonsense"), 2, "not a Bittensor address"),
        (("up", "--seal", "sometimes"), 2, "sometimes"),
        (("up", "--governance", "a,b"), 2, "never both"),
        (("up", "--governance", "council"), 2, "choose one of a b c a,c b,c"),
        (("up", "--fault", "drop=7"), 2, "chances from 0 to 1"),
        (("up", "--fault", "method=author_*"), 2, "does nothing"),
        (("up", "--finality", "-1"), 2, "--finality"),
        (("up", "--port", "70000"), 2, "70000"),
        (("advance",), 2, "how far"),
        (("advance", "--epochs", "1"), 2, "how far"),
        (("advance", "--blocks", "1", "--epochs", "1", "--netuid", "1"), 2, "how far"),
        (("advance", "--blocks", "1", "-o", "csv"), 2, "no rows"),
        (("down", "-o", "csv"), 2, "no rows"),
        (("advance", "--blocks", "0"), 2, "nothing to advance"),
        (("advance", "--blocks", "-1"), 2, "nothing to advance"),
        (("faucet", "nonsense", "1"), 2, "neither an address, a wallet"),
        (("faucet", BOB, "much"), 2, "not an amount"),
        (("down", "--port", "1"), 3, "no localnet is running"),
        (("status", "--port", "1"), 3, "no localnet is running"),
        (("status", "-n", "ws://127.0.0.1:1"), 3, "no localnet is running"),
        (("down", "-n", "finney"), 2, "no localnet of this machine"),
        (("faucet", BOB, "1", "-n", "wss://node.example:9944"), 2, "no localnet of this machine"),
        (("status", "-n", "ws://127.0.0.1:1", "--port", "2"), 2, "name one"),
    ],
)
def test_what_makes_no_sense_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, why: str
) -> None:
    found, out, err = said(capsys, "localnet", *words)
    assert (found, out) == (code, "")
    assert why in err


def test_an_unwritable_state_directory_is_refused(
    home: Path, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "file").write_text("")
    where = str(home / "file" / "chain")
    for extra in ((), ("--detach",)):
        code, _, err = said(
            capsys, "localnet", "up", "--port", str(port), "--state-dir", where, *extra
        )
        assert code == 2 and "cannot be written" in err and "--state-dir" in err


def test_what_is_no_localnet_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        other.settimeout(120)
        import threading

        def answer() -> None:
            connection, _ = other.accept()
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        code, _, err = said(capsys, "localnet", "down", "--port", str(port))
        thread.join()
    assert code == 1 and "not a taoctl localnet" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_foreground_cleanly(home: Path, port: int, number: int) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from taoctl.cli.main import run; run()"),
            *("localnet", "up", "--scenario", "small", "--block-time", "0.05"),
            *("--port", str(port)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        assert "is ready" in process.stderr.readline()
        time.sleep(0.3)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err and "stopped" in err


def test_the_scenarios_offered_are_those_there_are() -> None:
    assert [name.value for name in ScenarioName] == list(SCENARIOS)
