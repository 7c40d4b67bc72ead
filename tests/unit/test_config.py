"""Where settings come from, and what is said when one cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from taoctl import paths
from taoctl.config import Config
from taoctl.errors import UsageError

FILE = """
current = "day"
[contexts.day]
network = "test"
timeout = 20
[contexts.night]
network = "ws://127.0.0.1:1"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


def test_defaults_without_anything(tmp_path: Path) -> None:
    config = Config(environ={}, path=tmp_path / "none.toml")
    assert (config.network, config.timeout, config.output) == ("finney", 10.0, "table")
    assert config.wallet_path == Path.home() / ".bittensor" / "wallets"
    assert config.wallet is None
    assert {setting.source for setting in config.explain()} == {"default"}


def test_flag_beats_environment_beats_context_beats_default(file: Path) -> None:
    environ = {"TAOCTL_NETWORK": "archive", "TAOCTL_OUTPUT": "json"}
    flagged = Config({"network": "local", "timeout": None}, environ=environ, path=file)
    assert flagged.network == "local"
    assert flagged.settings["network"].source == "--network"
    assert flagged.timeout == 20.0
    assert flagged.settings["timeout"].source == f"context day in {file}"
    assert flagged.settings["output"].source == "$TAOCTL_OUTPUT"
    assert flagged.settings["wallet_path"].source == "default"
    assert Config(environ=environ, path=file).network == "archive"
    assert Config(environ={}, path=file).network == "test"


def test_another_context_by_argument_and_environment(file: Path) -> None:
    assert Config(context="night", environ={}, path=file).network == "ws://127.0.0.1:1"
    environ = {"TAOCTL_CONTEXT": "night"}
    assert Config(environ=environ, path=file).context == "night"
    assert Config(context="day", environ=environ, path=file).context == "day"


def test_bittensor_variables_are_honoured_below_our_own(tmp_path: Path) -> None:
    environ = {
        "BT_SUBTENSOR_NETWORK": "test",
        "BT_SUBTENSOR_CHAIN_ENDPOINT": "ws://127.0.0.1:9",
        "BT_WALLET_PATH": "~/w",
        "BT_WALLET_NAME": "miner",
    }
    config = Config(environ=environ, path=tmp_path / "none")
    assert config.network == "ws://127.0.0.1:9"
    assert config.wallet_path == Path.home() / "w"
    assert config.wallet == "miner"
    environ["TAOCTL_NETWORK"] = "local"
    assert Config(environ=environ, path=tmp_path / "none").network == "local"


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf", "99999"])
def test_a_wrong_value_says_where_it_stands(value: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"TAOCTL_TIMEOUT") as caught:
        Config(environ={"TAOCTL_TIMEOUT": value}, path=tmp_path / "none")
    assert "seconds" in (caught.value.hint or "")


def test_unknown_context_lists_the_known(file: Path) -> None:
    with pytest.raises(UsageError, match="'noon'") as caught:
        Config(context="noon", environ={}, path=file)
    assert caught.value.hint == "contexts there: day, night"


@pytest.mark.parametrize(
    "content",
    ["current = ", "\xff", 'current = "a"\ncontexts = 3', 'current="a"\n[contexts.a]\nnetwrk="x"'],
)
def test_a_broken_file_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError, match=r"config\.toml"):
        Config(environ={}, path=path)


def test_taoctl_home_moves_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    found = {paths.config_dir(), paths.cache_dir(), paths.data_dir(), paths.state_dir()}
    assert {path.parent for path in found} == {tmp_path}
    assert len(found) == 4
    monkeypatch.delenv("TAOCTL_HOME")
    assert paths.cache_dir().name == "taoctl"
