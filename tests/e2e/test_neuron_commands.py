"""`taoctl neuron` on a chain: what it shows is what storage holds at the block it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from raw_storage import RawStorage, blake, neurons, u16
from transaction_net import ALICE, Localnet, nobody, running, validator

from taoctl.cli.output import table_text
from taoctl.reads.columns import columns_of
from taoctl.reads.risk import RiskRow

pytestmark = pytest.mark.e2e

NEWCOMER = nobody(77)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("neurons")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


def answer(net: Localnet, schema: str, *words: str) -> tuple[Any, RawStorage]:
    """The data of a command, and storage at the block that it names."""
    code, out, err = net.taoctl(*words, "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    validator(schema).validate(whole)
    return whole["data"], RawStorage(net.endpoint, whole["block_hash"])


def rao(value: Any) -> int | None:
    return None if value is None else int(value["rao"])


def register(net: Localnet) -> None:
    """Give a hotkey of //Alice that nobody stakes through a uid on subnet 1, once."""
    data, _ = answer(net, "taoctl.neuron.list.1", "neuron", "list", NEWCOMER)
    _, _, err = net.taoctl("neuron", "list", NEWCOMER)
    assert ("taoctl subnet register NETUID" in err) == (not data)
    if data:
        return
    arguments = ("--arg", "netuid=1", "--arg", f"hotkey={NEWCOMER}")
    words = ("chain", "call", "SubtensorModule", "burned_register", *arguments)
    code, _, err = net.taoctl(*words, "--wallet", "//Alice", "--yes")
    assert code == 0, err


def test_a_neuron_without_stake_is_listed_with_what_storage_holds(net: Localnet) -> None:
    register(net)
    listed, raw = answer(net, "taoctl.neuron.list.1", "neuron", "list", ALICE)
    (row,) = (one for one in listed if one["hotkey"] == NEWCOMER)
    (known,) = (one for one in neurons(raw, 1) if one["hotkey"] == NEWCOMER)
    assert rao(row["stake"]) == known["stake"] == 0
    assert rao(row["emission"]) == known["emission"]
    names = ("uid", "incentive", "dividends", "prune_rank", "immunity_left_blocks", "registered_at")
    assert {name: row[name] for name in names} == {name: known[name] for name in names}
    tempo = row["tempo"]
    assert rao(row["alpha_per_day"]) == known["emission"] * 7_200 // tempo
    assert row["immunity_left_blocks"] > 0


def test_every_neuron_is_shown_as_storage_holds_it(net: Localnet) -> None:
    for uid in (0, 5, 15):
        row, raw = answer(net, "taoctl.neuron.show.1", "neuron", "show", "2", str(uid))
        known = neurons(raw, 2)[uid]
        plain = set(known) - {"emission", "stake", "alpha_stake", "tao_stake"}
        assert {key: row[key] for key in plain} == {key: known[key] for key in plain}
        assert rao(row["emission"]) == known["emission"]
        by_key, _ = answer(net, "taoctl.neuron.show.1", "neuron", "show", "2", row["hotkey"])
        assert by_key["uid"] == uid


def test_risk_is_the_order_of_pruning(net: Localnet) -> None:
    register(net)
    everybody = [
        one["hotkey"] for one in net.data("taoctl.query.metagraph.1", "query", "metagraph", "1")
    ]
    rows, raw = answer(net, "taoctl.neuron.risk.1", "neuron", "risk", *everybody, "--netuid", "1")
    known = {one["uid"]: one for one in neurons(raw, 1)}
    assert {row["uid"] for row in rows} == set(known)
    block = raw.block()
    window = min(7_200, block)
    came = sum(one["registered_at"] > block - window for one in known.values())
    assert came >= 1
    first = next((uid for uid, one in known.items() if one["prune_rank"] == 1), None)
    for row in rows:
        one = known[row["uid"]]
        assert (row["netuid"], row["window_blocks"], row["registrations"]) == (1, window, came)
        for name in ("prune_rank", "immunity_left_blocks", "hotkey", "coldkey"):
            assert row[name] == one[name]
        assert row["next_uid"] == (first if row["free_slots"] == 0 else None)
        if one["prune_rank"] is None:
            assert row["standing"] in ("owner", "sheltered")
            assert row["expected_blocks"] is None and row["margin"] is None
        else:
            assert row["standing"] == ("immune" if one["immunity_left_blocks"] else "exposed")
            assert rao(row["margin"]) == one["emission"] - known[first]["emission"]
            assert (
                row["expected_blocks"] <= (row["free_slots"] + row["prune_rank"]) * window // came
            )
    expected = [row["expected_blocks"] for row in rows if row["expected_blocks"] is not None]
    assert expected == sorted(expected)


def test_people_see_the_risk_and_what_it_comes_from(net: Localnet) -> None:
    register(net)
    code, out, _ = net.taoctl("neuron", "risk", NEWCOMER)
    assert code == 0
    assert "registration" in out and "immune" in out
    code, out, _ = net.taoctl("neuron", "risk", NEWCOMER, "-o", "wide")
    assert "blocks from block" in out and "by emission, then age, then uid" in out


def test_a_coldkey_is_not_said_to_hold_no_uid(net: Localnet) -> None:
    register(net)
    row, _ = answer(net, "taoctl.neuron.show.1", "neuron", "show", "1", NEWCOMER)
    code, out, err = net.taoctl("neuron", "show", "1", "//Alice")
    assert (code, out) == (2, "")
    assert "is a coldkey, whose hotkeys hold uid" in err and str(row["uid"]) in err


def test_members_of_root_have_no_immunity(net: Localnet) -> None:
    rows, _ = answer(net, "taoctl.query.metagraph.1", "query", "metagraph", "0")
    assert rows and all(row["immunity_left_blocks"] is None for row in rows)
    held, _ = answer(net, "taoctl.neuron.risk.1", "neuron", "risk", rows[0]["hotkey"])
    (row,) = (one for one in held if one["netuid"] == 0)
    assert (row["immunity_left_blocks"], row["immunity_how"], row["prune_rank"]) == (None,) * 3
    assert row["expected_how"].startswith("on root")


def test_stake_on_root_is_tao_and_elsewhere_alpha(net: Localnet) -> None:
    row, raw = answer(net, "taoctl.neuron.show.1", "neuron", "show", "0", "0")
    staked = raw.number("TotalHotkeyAlpha", blake(row["hotkey"]), u16(0))
    assert staked and int(row["stake"]["rao"]) == staked and set(row["stake"]) == {"rao", "tao"}
    assert row["alpha_stake"] is None and int(row["tao_stake"]["rao"]) == staked
    code, out, _ = net.taoctl("neuron", "show", "0", "0")
    line = next(one for one in out.splitlines() if one.startswith("stake "))
    assert code == 0 and line.endswith(" TAO")
    row, _ = answer(net, "taoctl.neuron.show.1", "neuron", "show", "1", "0")
    assert set(row["stake"]) == {"rao", "alpha"}
    _, out, _ = net.taoctl("neuron", "show", "1", "0")
    assert next(one for one in out.splitlines() if one.startswith("stake ")).endswith(" α")


def test_a_narrow_table_of_risks_tells_what_is_to_be_expected() -> None:
    values: dict[str, Any] = dict.fromkeys(field.name for field in fields(RiskRow))
    values |= {
        "netuid": 128,
        "uid": 255,
        "hotkey_name": "a-long-name",
        "hotkey": NEWCOMER,
        "coldkey": ALICE,
        "standing": "sheltered",
        "prune_rank": 255,
        "next_uid": 255,
        "emission_rao": 123_456_789,
        "margin_rao": 123_456_789,
        "immunity_left_blocks": 5000,
        "free_slots": 0,
        "window_blocks": 7200,
        "expected_blocks": 1_234_567,
        "expected_how": "(0 free + place 255) * 7200 / 4: 4 registrations in 7200 blocks",
    }
    row = RiskRow(**values)
    columns = [column for column in columns_of(RiskRow) if not column.wide]
    head, line = table_text(columns, [row], 80)[0].splitlines()
    assert head.split()[:5] == ["netuid", "name", "uid", "standing", "place"]
    assert head.endswith("in blocks") and line.endswith("1234567")
    assert "sheltered" in line and "a-long-name" in line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "1", "999"), "see `taoctl subnet metagraph 1`"),
        (("show", "1", "70000"), "is not a uid"),
        (("show", "999", "1"), "there is no subnet 999"),
        (("show", "2", NEWCOMER), "holds no uid on subnet 2"),
        (("show", "x", "1"), "'x' is not a subnet number"),
        (("risk", ALICE, "--netuid", "x"), "'x' is not a subnet number"),
        (("risk", ALICE, "--netuid", "999"), "there is no subnet 999"),
    ],
)
def test_what_there_is_not_is_said(net: Localnet, words: tuple[str, ...], said: str) -> None:
    code, out, err = net.taoctl("neuron", *words)
    assert (code, out) == (2, "")
    assert said in err
