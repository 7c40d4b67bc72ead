"""A transaction at a terminal and without one: the question, the password, Ctrl-C."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from ports import free_port
from terminal import TAOCTL, Terminal

from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch

KEYFILES = Path(__file__).resolve().parents[1] / "data" / "keyfiles"
LOCKED_SS58 = json.loads((KEYFILES / "btcli11-sr25519-pub.txt").read_text())["ss58Address"]
PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A chain that seals by hand once it stands, and one encrypted wallet `locked`."""

    port = free_port()
    home = tmp_path_factory.mktemp("transact")
    wallet = home / "wallets" / "locked"
    wallet.mkdir(parents=True, mode=0o700)
    shutil.copy(KEYFILES / "btcli11-sr25519.nacl", wallet / "coldkey")
    (wallet / "coldkey").chmod(0o600)
    shutil.copy(KEYFILES / "btcli11-sr25519-pub.txt", wallet / "coldkeypub.txt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        chosen = Options(
            scenario="small", block_time=0.2, seal=Seal.INTERVAL, state_dir=home / "chain"
        )
        running = service.start_detached(Launch(chosen, port))
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TAOCTL_HOME": str(home / "home"),
            "TAOCTL_WALLET_PATH": str(home / "wallets"),
            "TAOCTL_NETWORK": running.endpoint,
            "TAOCTL_TIMEOUT": "30",
        }
        with suppress(Exception):
            service.stop(running.port)


def _run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TAOCTL), *words],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def _transfer(*more: str, wallet: str = "//Alice") -> tuple[str, ...]:
    return ("wallet", "transfer", LOCKED_SS58, "2", "--wallet", wallet, *more)


def test_nothing_is_sent_without_a_yes(environ: dict[str, str]) -> None:
    for typed in ("n\r", "\r", "\x04"):
        with Terminal([str(TAOCTL), *_transfer()], environ) as shell:
            shell.expect(r"balance +[0-9.]+ TAO → [0-9.]+ TAO")
            shell.expect(r"Send this on \x1b\[1;36mws://127\.0\.0\.1:\d+ SIM\x1b\[0m\? \[y/N\]")
            shell.type(typed)
            assert shell.end() == 5
            assert "nothing was sent" in shell.seen
    assert _run(environ, "tx", "list", "-o", "json").stdout.count('"id"') == 0


def test_a_yes_at_the_terminal_sends_it(environ: dict[str, str]) -> None:
    with Terminal([str(TAOCTL), *_transfer()], environ) as shell:
        shell.expect(r"Send this on")
        shell.type("y\r")
        shell.expect(r"in a block, not final yet: send 2\.000000000 TAO")
        assert shell.end() == 0


def test_without_a_terminal_what_is_wrong_is_told_before_that_nobody_can_be_asked(
    environ: dict[str, str],
) -> None:
    poor = ("wallet", "transfer", "//Bob", "99999999", "--wallet", "locked")
    refused = _run(environ, *poor, "-o", "json")
    assert (refused.returncode, refused.stdout) == (1, "")
    error = json.loads(refused.stderr.splitlines()[-1])["error"]
    assert "99999999" in error["message"] and error["details"]["refusals"], error
    assert "no terminal" not in refused.stderr
    add = ("stake", "add", "5tao", "--netuid", "99", "--hotkey", "//Bob")
    nowhere = _run(environ, *add, "--wallet", "//Alice")
    assert nowhere.returncode == 1
    assert "subnet 99" in nowhere.stderr and "no terminal" not in nowhere.stderr


def test_without_a_terminal_the_plan_is_shown_and_nothing_is_unlocked_or_sent(
    environ: dict[str, str],
) -> None:
    before = _run(environ, "tx", "list", "-o", "json").stdout.count('"id"')
    words = ("wallet", "transfer", "//Bob", "0.5", "--wallet", "locked")
    for more in ((), ("--no-input",)):
        done = _run(environ, *words, *more)
        assert (done.returncode, done.stdout) == (2, "")
        assert "balance" in done.stderr, "the plan"
        assert "to ask: send this?" in done.stderr and "--yes" in done.stderr
        assert "password" not in done.stderr
    assert _run(environ, "tx", "list", "-o", "json").stdout.count('"id"') == before


def test_a_locked_key_without_a_password_exits_6_and_asks_nobody(environ: dict[str, str]) -> None:
    words = ("wallet", "transfer", "//Bob", "0.5", "--wallet", "locked", "-y")
    assert _run(environ, *_transfer("-y")).returncode == 0
    done = _run(environ, *words)
    assert (done.returncode, done.stdout) == (6, "")
    assert "--password-fd" in done.stderr


def test_a_password_from_a_file_signs_and_is_shown_nowhere(
    environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    words = ("wallet", "transfer", "//Bob", "0.5", "--wallet", "locked", "-y")
    done = _run(environ, *words, "--password-file", str(file), "-o", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)["data"]
    assert (data["signer_ss58"], data["state"]) == (LOCKED_SS58, "in_block")
    assert PASSWORD not in done.stdout + done.stderr


def test_ctrl_c_while_waiting_exits_7_and_the_journal_goes_on(environ: dict[str, str]) -> None:
    words = [str(TAOCTL), *_transfer("-y", "--wait", "finalized")]
    process = subprocess.Popen(
        words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if "took it" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    if process.returncode == 0:
        pytest.skip("it was final before Ctrl-C came")
    assert (process.returncode, out) == (7, ""), seen + err
    assert "taoctl tx resume" in err
    resumed = _run(environ, "tx", "resume", "-o", "json")
    row = max(json.loads(resumed.stdout)["data"], key=lambda one: int(one["id"]))
    settled = row["state"] in ("in_block", "finalized")
    assert resumed.returncode == (0 if settled else 7), "open until a block is made that has it"
    waited = _run(environ, "tx", "wait", str(row["id"]), "--limit", "120", "-o", "json")
    assert waited.returncode == 0, waited.stderr
    assert json.loads(waited.stdout)["data"]["state"] == "finalized"
