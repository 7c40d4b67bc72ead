"""`taoctl subnet hyperparameters` on a chain: read, explained, set, and read from storage."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from settings_chain import ALICE, BOB, put, settings_chain, stored
from transaction_net import Localnet

from taoctl.chain.client import Chain
from taoctl.cli.schemas import every
from taoctl.journal.store import Journal

pytestmark = pytest.mark.e2e

SCHEMA = "taoctl.subnet.hyperparameters.1"
SEND = ("--wallet", "//Bob", "-y", "-q")


@pytest.fixture
def net(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Localnet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    with settings_chain() as chain:
        yield Localnet(chain.url, capsys.readouterr)


def on_chain(net: Localnet, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await chain.at_head(), item, *keys)

    return net.do(work)


def row(net: Localnet, name: str, *words: str) -> dict[str, Any]:
    rows = net.data(SCHEMA, "subnet", "hyperparameters", "1", *words)
    (found,) = (one for one in rows if one["name"] == name)
    return dict(found)


def set_(net: Localnet, name: str, value: str, *more: str) -> Any:
    words = ("subnet", "hyperparameters", "1", "set", name, value)
    return net.data("taoctl.tx.1", *words, *more, *SEND)


@pytest.mark.parametrize(
    ("name", "text", "item", "value", "meaning"),
    [
        ("immunity_period", "7200", "ImmunityPeriod", 7_200, "7200 blocks"),
        ("min_burn", "0.25", "MinBurn", 250_000_000, "0.250000000 TAO"),
        ("min_childkey_take", "9%", "MinChildkeyTakePerSubnet", 5_898, "0.0900"),
        ("bonds_moving_avg", "0.95", "BondsMovingAverage", 950_000, "0.950000"),
        ("activity_cutoff_factor", "20.5", "ActivityCutoffFactorMilli", 20_500, "20.500"),
        ("yuma_version", "2", "Yuma3On", False, "2"),
        ("recycle_or_burn", "recycle", "RecycleOrBurn", "Recycle", "recycle"),
        ("mechanism_emission_split", "100%", "MechanismEmissionSplit", [65_535], "1.0000"),
        ("transfers_enabled", "no", "TransferToggle", False, "no"),
        ("owner_hotkey", ALICE, "SubnetOwnerHotkey", ALICE, ALICE),
    ],
)
def test_what_is_set_is_what_storage_and_the_list_say(
    net: Localnet, name: str, text: str, item: str, value: Any, meaning: str
) -> None:
    before = row(net, name)
    assert before["meaning"] != meaning and before["setter"] == "owner"
    set_(net, name, text)
    assert on_chain(net, item, 1) == value
    after = row(net, name)
    assert after["meaning"] == meaning
    assert after["settable_from_block"] > before["settable_from_block"] + 7_000


def test_options_go_before_or_after_and_the_short_name_is_taken(net: Localnet) -> None:
    for words in (
        ("subnet", "hyperparameters", "1", "-o", "csv"),
        ("subnet", "hyperparams", "-o", "csv", "1"),
        ("-o", "csv", "subnet", "hyperparams", "1"),
    ):
        code, out, _ = net.taoctl(*words)
        assert code == 0 and out.startswith("netuid,name,value,meaning,default,setter"), words
    words = ("subnet", "hyperparams", "1", "set", "rho", "11", "--raw", *SEND)
    assert net.taoctl(*words)[0] == 0
    assert on_chain(net, "Rho", 1) == 11


def test_what_is_refused_is_explained_before_anything_is_signed(net: Localnet) -> None:
    set_(net, "immunity_period", "100")
    count = len(Journal().list())
    again = ("subnet", "hyperparameters", "1", "set", "immunity_period", "101", *SEND)
    problem = net.failure(*again)
    (refusal,) = problem["details"]["refusals"]
    assert refusal["name"] == "TxRateLimitExceeded"
    assert str(refusal["allowed_from_block"]) in problem["hint"]
    foreign = ("subnet", "hyperparameters", "2", "set", "immunity_period", "101", "-y", "-q")
    problem = net.failure(*foreign, "--wallet", "//Alice")
    assert BOB in problem["message"] and "--proxy-for" in problem["hint"]
    assert len(Journal().list()) == count


def test_root_sets_the_rest_on_a_chain_of_ones_own(net: Localnet) -> None:
    words = ("subnet", "hyperparameters", "1", "set", "kappa", "60%", *SEND)
    problem = net.failure(*words)
    assert "only root sets kappa" in problem["message"] and "--sudo" in problem["hint"]

    async def key(chain: Chain) -> None:
        codec = (await chain.at_head()).codec
        at = codec.storage_key("Sudo", "Key").hex()
        kind = codec.need_storage("Sudo", "Key").value_type
        await chain.call("dev_setStorage", [[["0x" + at, "0x" + codec.encode(kind, BOB).hex()]]])
        await chain.call("dev_newBlock", [])

    net.do(key)
    assert net.taoctl(*words, "--sudo")[0] == 0
    assert on_chain(net, "Kappa", 1) == 39_321


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("imunity_period", "1", "no hyperparameter"),
        ("user_liquidity_enabled", "yes", "no call sets"),
        ("immunity_period", "soon", "not a whole number of blocks"),
        ("kappa", "1", "no proportion"),
    ],
)
def test_wrong_words_are_usage_errors(net: Localnet, name: str, value: str, said: str) -> None:
    words = ("subnet", "hyperparameters", "1", "set", name, value, *SEND)
    code, _, err = net.taoctl(*words)
    assert code == 2 and said in err and "hint" in err


def test_the_freeze_window_is_in_the_list(net: Localnet) -> None:
    async def freeze(chain: Chain) -> int:
        await chain.call("dev_newBlock", [{"to": 200}])
        block = 200
        await put(chain, "Tempo", (1,), 100)
        await put(chain, "LastEpochBlock", (1,), block - 93)
        return block + 7

    due = net.do(freeze)
    assert row(net, "rho")["settable_from_block"] == due
    assert row(net, "kappa")["settable_from_block"] < due


def test_the_schema_has_what_the_list_has() -> None:
    properties = every()["taoctl.subnet.hyperparameters.1.json"]["properties"]["data"]
    assert {"default", "settable_from_block", "setter"} <= set(properties["items"]["properties"])


def test_tempo_symbol_and_identity_are_set_and_shown(net: Localnet) -> None:
    net.do(_open)
    subnet = ("subnet",)
    net.data("taoctl.tx.1", *subnet, "tempo", "1", "set", "720", *SEND)
    row = net.data("taoctl.subnet.tempo.1", *subnet, "tempo", "1")
    assert (row["tempo"], on_chain(net, "Tempo", 1)) == (720, 720)
    assert row["tempo_from_block"] == row["last_epoch_block"] + 360
    sent = net.data("taoctl.tx.1", *subnet, "tempo", "1", "trigger", *SEND)
    assert on_chain(net, "PendingEpochAt", 1) == sent["block"] + 10
    row = net.data("taoctl.query.tempo.1", "query", "tempo", "1")
    assert row["pending_epoch_at"] == row["next_epoch_block"] == sent["block"] + 10
    net.data("taoctl.tx.1", *subnet, "symbol", "1", "θ", *SEND)
    name = ("--name", "Rao", "--discord", "rao")
    net.data("taoctl.tx.1", *subnet, "identity", "set", "1", *name, *SEND)
    (found,) = net.data("taoctl.subnet.identity.1", *subnet, "identity", "get")
    assert (found["netuid"], found["symbol"], found["subnet_name"]) == (1, "θ", "Rao")
    code, out, _ = net.taoctl(*subnet, "identity", "get", "2")
    assert code == 0 and "Rao" not in out
    code, _, err = net.taoctl(*subnet, "identity", "set", "1", *SEND)
    assert code == 2 and "nothing was given" in err
    problem = net.failure(*subnet, "symbol", "2", "θ", *SEND)
    assert "SymbolAlreadyInUse" in problem["message"] and "such as" in problem["hint"]


async def _open(chain: Chain) -> None:
    await put(chain, "CommitRevealWeightsEnabled", (1,), False)


def test_a_subnet_is_trimmed(net: Localnet) -> None:
    problem = net.failure("subnet", "trim", "1", "63", *SEND)
    assert "InvalidValue" in problem["message"] and "from 64 to 256" in problem["hint"]
    net.data("taoctl.tx.1", "subnet", "trim", "1", "128", *SEND)
    assert on_chain(net, "MaxAllowedUids", 1) == 128


def test_what_changed_between_two_blocks_is_listed(net: Localnet) -> None:
    diff = "taoctl.subnet.hyperparameters.diff.1"
    first = set_(net, "rho", "11")["block"]
    set_(net, "yuma_version", "2")
    words = ("subnet", "hyperparameters", "1", "--diff")
    rows = net.data(diff, *words, str(first - 1))
    assert [(one["name"], one["before"], one["after"]) for one in rows] == [
        ("yuma_version", "3", "2"),
        ("rho", "10", "11"),
    ]
    (one,) = net.data(diff, *words, str(first))
    assert (one["name"], one["since_block"], one["before_value"]) == ("yuma_version", first, 3)
    assert net.data(diff, *words, str(first), "--at-block", str(first)) == []
    code, _, err = net.taoctl(*words, "yesterday")
    assert code == 2 and "'yesterday' is not a block" in err
