"""Where settings come from, and what is said when one cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from taoctl import paths
from taoctl.chain.networks import FINNEY_GENESIS, Network, resolve
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


POOLS = """
[networks.finney]
endpoints = ["ws://10.0.0.1:9944"]
[networks.mine]
endpoints = ["ws://a", "ws://b"]
archive = ["ws://old"]
genesis = "0x1111111111111111111111111111111111111111111111111111111111111111"
[networks.test]
archive = ["ws://testarchive"]
"""


def test_networks_of_the_file_keep_the_known_genesis(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(POOLS)
    pools = Config(environ={}, path=path).pools
    finney, mine, test = (resolve(name, pools) for name in ("finney", "mine", "test"))
    assert (finney.endpoints, finney.genesis) == (("ws://10.0.0.1:9944",), FINNEY_GENESIS)
    assert finney.archive == resolve("archive").endpoints
    assert (mine.endpoints, mine.archive) == (("ws://a", "ws://b"), ("ws://old",))
    assert mine.genesis == "0x" + "11" * 32
    assert (test.endpoints, test.archive) == (resolve("test").endpoints, ("ws://testarchive",))
    with pytest.raises(UsageError, match="no network 'yours'") as caught:
        resolve("yours", pools)
    assert "mine" in str(caught.value.hint)


def test_fallbacks_follow_only_where_the_chain_is_known(tmp_path: Path) -> None:
    environ = {"BT_FALLBACK_ENDPOINTS": "ws://x, ws://y", "TAOCTL_ARCHIVE_ENDPOINTS": "ws://z"}
    config = Config(environ=environ, path=tmp_path / "none.toml")

    def found(text: str) -> Network:
        return resolve(text, fallback=config.fallback, archive=config.archive)

    assert found("finney").endpoints[-2:] == ("ws://x", "ws://y")
    assert found("finney").archive == ("ws://z",)
    assert found("local").endpoints == ("ws://127.0.0.1:9944",)
    assert found("ws://one").endpoints == ("ws://one",)
    sources = {setting.name: setting.source for setting in config.explain()}
    assert sources["fallback"] == "$BT_FALLBACK_ENDPOINTS"


@pytest.mark.parametrize(
    "table",
    [
        "networks = 3",
        "[networks]\nfinney = 3",
        "[networks.finney]\nendpoints = 'ws://a'",
        "[networks.finney]\nendpoints = ['a']",
        "[networks.finney]\nendpoints = [3]",
        "[networks.finney]\nspeed = 3",
        "[networks.finney]\ngenesis = '0x12'",
    ],
)
def test_a_network_that_is_none_is_refused_with_its_place(tmp_path: Path, table: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(table)
    with pytest.raises(UsageError, match="networks") as caught:
        Config(environ={}, path=path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["x", "ws://a,b", ","])
def test_endpoints_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="archive cannot be"):
        Config(environ={"BT_ARCHIVE_ENDPOINTS": text}, path=tmp_path / "none.toml")


def test_an_endpoint_list_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    environ = {"TAOCTL_ARCHIVE_ENDPOINTS": "wss://node.example/?key=hunter2,nonsense"}
    with pytest.raises(UsageError) as refused:
        Config(environ=environ, path=tmp_path / "config.toml")
    assert "archive" in refused.value.message
    assert "hunter2" not in refused.value.message
