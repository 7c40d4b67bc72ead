"""Keys whose files are moved or sealed anew are locked again, in the agent and in the keyring."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from locked_wallets import PASSWORD, key, write_wallet

from taoctl.cli.main import main
from taoctl.wallet import agent_client, keychain

SS58 = key().ss58


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with the wallet `w`, whose coldkey is in the agent and in the keyring."""
    folder = Path(tempfile.mkdtemp(prefix="taoctl-", dir="/tmp"))
    monkeypatch.setenv("TAOCTL_HOME", str(folder))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(folder / "wallets"))
    monkeypatch.setenv("TAOCTL_KEYRING_BACKEND", "own_keyring.FileKeyring")
    monkeypatch.setenv("OWN_KEYRING_FILE", str(folder / "keyring.json"))
    write_wallet(folder / "wallets")
    agent_client.unlock(key(), "w", 60)
    keychain.save(SS58, PASSWORD, os.environ)
    yield folder
    agent_client.lock()
    shutil.rmtree(folder)


def saved(home: Path) -> dict[str, str]:
    return dict(json.loads((home / "keyring.json").read_text()))


@pytest.mark.parametrize(
    "command",
    [
        ["wallet", "remove", "w", "--confirm", "w"],
        ["wallet", "rename", "w", "other"],
        ["wallet", "passwd", "w", "--no-password", "--password-file", "pw"],
    ],
)
def test_agent_and_keyring_forget_it(
    command: list[str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(home)
    (home / "pw").write_text(PASSWORD)
    (home / "pw").chmod(0o600)
    assert main(command) == 0
    assert agent_client.agent_signer(SS58) is None
    assert not keychain.enabled(SS58)
    assert saved(home) == {}
    said = capsys.readouterr().err
    assert f"the agent has forgotten {SS58}" in said
    assert f"the keyring has forgotten the password of {SS58}" in said


def test_a_removal_that_was_not_confirmed_locks_nothing(home: Path) -> None:
    assert main(["wallet", "remove", "w", "--confirm", "v"]) == 2
    assert agent_client.agent_signer(SS58) is not None
    assert keychain.enabled(SS58)


def test_other_keys_stay_unlocked(home: Path) -> None:
    agent_client.unlock(key(0), "ed", 60)
    assert main(["wallet", "remove", "w", "--confirm", "w"]) == 0
    assert agent_client.agent_signer(key(0).ss58) is not None


def test_a_keyring_that_fails_is_told_of_and_asked_again_by_address(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as broken:
        broken.setenv("TAOCTL_KEYRING_BACKEND", "no.Such")
        assert main(["wallet", "remove", "w", "--confirm", "w"]) == 0
    assert f"`taoctl wallet lock {SS58} --keyring` tries again" in capsys.readouterr().err
    assert saved(home)
    assert main(["wallet", "lock", SS58, "--keyring", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["keyring_forgotten"] is True
    assert saved(home) == {}
