"""The commands for claims, auto-stake, children, takes and locks, on a chain, against storage."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from nodes import TAO
from settings_chain import (
    ALICE,
    BOB,
    BOBS,
    CLOSED,
    HELD,
    OTHER,
    OWN,
    RATES,
    put,
    settings_chain,
    stored,
)
from transaction_net import Localnet

from taoctl.chain.client import Chain
from taoctl.economics.conviction import ONE, Lock, rolled
from taoctl.units import U64_MAX

pytestmark = pytest.mark.e2e

SEND = ("--wallet", "//Alice", "-y", "-q")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with settings_chain() as chain:
        yield chain.url


@pytest.fixture
def net(
    endpoint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Localnet:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Localnet(endpoint, capsys.readouterr)


def _stored(net: Localnet, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await chain.at_head(), item, *keys)

    return net.do(work)


def _put(net: Localnet, item: str, keys: tuple[Any, ...], value: Any) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, item, keys, value)

    net.do(work)


def _sent(net: Localnet, *words: str) -> Any:
    data = net.data("taoctl.tx.1", *words, *SEND)
    assert data["state"] in ("in_block", "finalized"), data
    return data


def test_root_dividends_are_listed_and_claimed(net: Localnet) -> None:
    schema = "taoctl.stake.owed.1"
    assert net.data(schema, "stake", "owed", "//Alice") == []
    refused = net.failure("stake", "claim", *SEND)
    assert "no root dividends" in refused["message"]
    refused = net.failure("stake", "claim", "--netuid", "1,999", *SEND)
    assert refused["message"] == "there is no subnet 999 (SubnetNotExists)"
    _put(net, "RootClaimable", (OWN,), {netuid: {"bits": rate} for netuid, rate in RATES.items()})
    rows = net.data(schema, "stake", "owed", "//Alice")
    assert [row["netuid"] for row in rows] == list(RATES)
    for row in rows:
        owed = RATES[row["netuid"]] * HELD >> 32
        assert int(row["owed"]["rao"]) == owed
        assert int(row["value_tao"]["rao"]) == owed * int(row["price"]["rao"]) // 10**9
        assert (row["hotkey"], row["coldkey"], row["claimable"]) == (OWN, ALICE, True)
        assert row["becomes"] == "root"
    types = "taoctl.stake.claim-type.1"
    assert net.data(types, "stake", "claim-type", "--wallet", "//Alice")[0]["claim_type"] == "swap"
    _sent(net, "stake", "claim-type", "keep:1,2")
    assert _stored(net, "RootClaimType", ALICE) == {"KeepSubnets": {"subnets": [1, 2]}}
    shown = net.data(types, "stake", "claim-type", "--wallet", "//Alice")
    assert shown[0]["claim_type"] == "keep:1,2"
    becomes = {r["netuid"]: r["becomes"] for r in net.data(schema, "stake", "owed", "//Alice")}
    assert becomes == {netuid: "alpha" if netuid < 3 else "root" for netuid in RATES}
    _sent(net, "stake", "claim", "--netuid", "1,3")
    left = net.data(schema, "stake", "owed", "//Alice")
    assert {row["netuid"] for row in left if row["claimable"]} == set(RATES) - {1, 3}
    code, out, err = net.taoctl("stake", "claim", *SEND, "--dry-run")
    assert code == 0, err
    promised = out[out.index("effect") :].replace("effect ", "stake  ")
    code, out, err = net.taoctl("stake", "claim", "--netuid", "2", *SEND)
    assert code == 0, err
    assert re.search(rf"^stake      {ALICE}.*\n +at {OWN}.*\n +.* alpha of subnet 2 → ", out, re.M)
    had = out[out.index("alpha of subnet 2 → ") :].splitlines()[0]
    assert had in promised
    done = _sent(net, "stake", "claim")
    assert done["call"] == "SubtensorModule.claim_root"
    assert not any(row["claimable"] for row in net.data(schema, "stake", "owed", "//Alice"))


def test_auto_stake_is_set_and_shown(net: Localnet) -> None:
    schema = "taoctl.stake.auto.1"
    assert net.data(schema, "stake", "auto", "get", "//Alice") == []
    _sent(net, "stake", "auto", "set", BOBS, "--netuid", "1,2")
    rows = net.data(schema, "stake", "auto", "get", "//Alice")
    assert [(row["netuid"], row["hotkey"], row["registered"]) for row in rows] == [
        (1, BOBS, True),
        (2, BOBS, True),
    ]
    assert _stored(net, "AutoStakeDestination", ALICE, 2) == BOBS
    refused = net.failure("stake", "auto", "set", OTHER, "--netuid", "1", *SEND)
    (why,) = refused["details"]["refusals"]
    assert why["name"] == "HotKeyNotRegisteredInSubNet"


def test_takes_are_set_and_shown(net: Localnet) -> None:
    own = "taoctl.stake.take.1"
    (before,) = (row for row in net.data(own, "stake", "take", "get", OWN))
    assert (before["take"], before["of"], before["changed_block"]) == (11_796, "stakers", None)
    _sent(net, "stake", "take", "set", "9%", "--hotkey", OWN)
    (row,) = net.data(own, "stake", "take", "get", OWN)
    assert row["take"] == 5_898 == _stored(net, "Delegates", OWN)
    assert row["raise_from_block"] == row["changed_block"] + 216_001
    refused = net.failure("stake", "take", "set", "0.1", "--hotkey", OWN, *SEND)
    (why,) = refused["details"]["refusals"]
    assert why["name"] == "DelegateTxRateLimitExceeded"
    assert why["allowed_from_block"] == row["raise_from_block"]
    owned = net.data(own, "stake", "take", "get", "//Alice")
    assert {one["hotkey"] for one in owned} == {OWN, OTHER}
    childkey = "taoctl.stake.child.take.1"
    _sent(net, "stake", "child", "take", "4.5%", "--netuid", "2", "--hotkey", OWN)
    words = ("stake", "child", "take", "--hotkey", OWN)
    rows = {row["netuid"]: row for row in net.data(childkey, *words)}
    assert {netuid: row["take"] for netuid, row in rows.items()} == {1: 0, 2: 2_949, 3: 0}
    assert _stored(net, "ChildkeyTake", OWN, 2) == 2_949
    assert rows[2]["raise_from_block"] == rows[2]["changed_block"] + 216_000
    assert [row["netuid"] for row in net.data(childkey, *words, "--netuid", "2")] == [2]


def test_children_are_lent_shown_and_taken_back(net: Localnet) -> None:
    schema = "taoctl.stake.child.1"
    shares = (f"{BOBS}=10%", f"{OTHER}=0.25")
    _sent(net, "stake", "child", "set", *shares, "--netuid", f"1,{CLOSED}", "--hotkey", OWN)
    rows = net.data(schema, "stake", "child", "get", OWN)
    waiting = [row for row in rows if row["relation"] == "pending"]
    wanted = {BOBS: U64_MAX // 10, OTHER: U64_MAX // 4}
    assert {row["other"]: int(row["share"]) for row in waiting} == wanted
    _, block = _stored(net, "PendingChildKeys", 1, OWN)
    assert {(row["netuid"], row["from_block"]) for row in waiting} == {(1, block)}
    lent = [row for row in rows if row["relation"] == "child"]
    assert {row["other"]: int(row["share"]) for row in lent} == wanted
    assert {row["netuid"] for row in lent} == {CLOSED}
    (parent,) = (row for row in net.data(schema, "stake", "child", "get", BOBS))
    assert (parent["relation"], parent["other"], parent["netuid"]) == ("parent", OWN, CLOSED)
    plan = net.data(
        "taoctl.plan.1",
        *("stake", "child", "revoke", "--netuid", "1", "--hotkey", OWN),
        *("--wallet", "//Alice", "--dry-run"),
    )
    assert [one["name"] for one in plan["refusals"]] == ["TxRateLimitExceeded"]
    _sent(net, "stake", "child", "revoke", "--netuid", "2", "--hotkey", OWN)
    revoked = [r for r in net.data(schema, "stake", "child", "get", OWN) if r["netuid"] == 2]
    assert [(row["relation"], row["other"], row["share"]) for row in revoked] == [
        ("revoked", None, None)
    ]


def test_locks_are_made_moved_and_shown(net: Localnet) -> None:
    schema = "taoctl.stake.lock.list.1"
    assert net.data(schema, "stake", "lock", "list", "//Alice") == []
    _sent(net, "stake", "lock", "add", "100alpha", "--netuid", "4", "--hotkey", OWN)
    _sent(net, "stake", "lock", "add", "50%", "--netuid", "5", "--hotkey", OTHER)
    code, out, err = net.taoctl("stake", "lock", "list", "//Alice", "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    four, five = whole["data"]

    async def lock(chain: Chain) -> Any:
        view = await chain.at_hash(whole["block_hash"])
        return await stored(view, "Lock", ALICE, 4, OWN)

    kept = net.do(lock)
    terms: Any = {"unlock_rate": 934_866, "maturity_rate": 934_866}
    first = Lock(kept["locked_mass"], kept["conviction"]["bits"], kept["last_update"])
    for key, days in (("locked", 0), ("locked_in_90_days", 90), ("locked_in_365_days", 365)):
        block = whole["block"] + days * 7_200
        then = rolled(first, block, **terms, to_owner=False, perpetual=False)
        assert int(four[key]["rao"]) == then.locked_mass
    half = int(four["locked_in_90_days"]["rao"]) / int(four["locked"]["rao"])
    assert 0.49 < half < 0.51 and four["half_life_blocks"] == 647_999
    now = rolled(first, whole["block"], **terms, to_owner=False, perpetual=False)
    assert int(four["conviction"]["rao"]) == now.conviction // ONE
    assert int(four["available"]["rao"]) + int(four["locked"]["rao"]) >= HELD
    assert (five["hotkey"], five["mode"], five["netuid"]) == (OTHER, "decaying", 5)
    assert abs(int(five["locked"]["rao"]) - HELD // 2) < TAO // 100
    _sent(net, "stake", "lock", "mode", "perpetual", "--netuid", "4")
    _sent(net, "stake", "lock", "move", "--netuid", "4", "--to-hotkey", BOBS)
    four, _ = net.data(schema, "stake", "lock", "list", "//Alice")
    assert (four["hotkey"], four["mode"], four["half_life_blocks"]) == (BOBS, "perpetual", None)
    assert four["locked_in_365_days"] == four["locked"] and four["to_owner"]
    refused = net.failure("stake", "lock", "add", "1alpha", "--netuid", "4", "--hotkey", OWN, *SEND)
    assert refused["details"]["refusals"][0]["name"] == "LockHotkeyMismatch"


def test_locked_alpha_is_taken_or_refused(net: Localnet) -> None:
    schema = "taoctl.stake.lock.accept.1"
    words = ("stake", "lock", "accept", "--wallet", "//Alice")
    assert [row["accepts"] for row in net.data(schema, *words)] == [False]
    _sent(net, "stake", "lock", "accept", "yes")
    assert [row["accepts"] for row in net.data(schema, *words)] == [True]
    assert _stored(net, "AccountFlags", ALICE) == 1
    _sent(net, "stake", "lock", "accept", "no")
    assert [row["accepts"] for row in net.data(schema, *words)] == [False]


@pytest.mark.parametrize(
    "words",
    [
        ("claim-type", "sell"),
        ("claim", "--netuid", "x"),
        ("take", "set", "18"),
        ("child", "set", BOB, "--netuid", "1"),
        ("child", "set", f"{BOB}=101%", "--netuid", "1"),
        ("child", "take", "9%"),
        ("lock", "add", "10tao", "--netuid", "1"),
        ("lock", "add", "10", "--netuid", "1"),
        ("lock", "mode", "gone", "--netuid", "1"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(net: Localnet, words: tuple[str, ...]) -> None:
    code, out, err = net.taoctl("stake", *words, *SEND)
    assert (code, out) == (2, ""), err


def test_a_person_sees_what_a_setting_will_do(net: Localnet) -> None:
    words = ("stake", "lock", "add", "1alpha", "--netuid", "6", "--hotkey", OWN)
    code, out, err = net.taoctl(*words, "--wallet", "//Alice", "--dry-run")
    assert code == 0, err
    assert "a lock cannot be undone; half of it comes free in 647999 blocks, 90 days" in out
    assert "locked on subnet 6 0.000000000 alpha of subnet 6 → 1.000000000" in out
