"""A user without a home, as in a container that runs under a bare number, and homes of nobody."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from taoctl import paths
from taoctl.cli.main import main
from taoctl.errors import UsageError
from taoctl.wallet.btcli_book import btcli_entries


@pytest.fixture
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("HOME", paths.HOME_VARIABLE, "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("command", [["wallet", "list"], ["address", "list"], ["wallet", "lock"]])
def test_the_user_is_told_what_to_set(
    command: list[str], no_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    said = capsys.readouterr().err
    assert "no home directory" in said
    assert "set HOME" in said
    assert "Traceback" not in said


def test_a_folder_for_everything_and_one_for_wallets_are_enough(
    no_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    assert btcli_entries({}) == ()
    for command in (["wallet", "list"], ["address", "list"], ["wallet", "lock"]):
        assert main(command) == 0


def test_a_home_of_nobody_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="~nobody-has-this-name"):
        paths.expanded("~nobody-has-this-name/x")
    assert main(["wallet", "list", "--wallet-path", "~nobody-has-this-name/x"]) == 2
    assert "no home directory" in capsys.readouterr().err
