"""`subnet prune-order`, `network health` and ages of weights say what storage holds."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from raw_storage import RawStorage, blake, neurons, subnet, u16
from transaction_net import Localnet, running, validator

pytestmark = pytest.mark.e2e

SUBNETS = (1, 2, 3)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("consensus")) as found:
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


@pytest.mark.parametrize("netuid", SUBNETS)
def test_the_order_of_pruning_is_that_of_storage(net: Localnet, netuid: int) -> None:
    rows, raw = answer(net, "taoctl.subnet.prune-order.1", "subnet", "prune-order", str(netuid))
    known = {one["uid"]: one for one in neurons(raw, netuid)}
    assert {row["uid"] for row in rows} == set(known)
    for row in rows:
        one = known[row["uid"]]
        for name in ("hotkey", "coldkey", "registered_at", "immunity_left_blocks", "prune_rank"):
            assert row[name] == one[name]
        assert rao(row["emission"]) == one["emission"]
    ranked = sorted(
        (one["uid"] for one in known.values() if one["prune_rank"]),
        key=lambda uid: known[uid]["prune_rank"],
    )
    assert [row["uid"] for row in rows][: len(ranked)] == ranked
    assert all(row["standing"] in ("sheltered", "owner") for row in rows[len(ranked) :])
    assert rows[0]["apart"] is None
    for before, row in itertools.pairwise(rows):
        if row["apart"] == "standing":
            assert row["standing"] != before["standing"] and row["gap"] is None
            continue
        one, other = known[before["uid"]], known[row["uid"]]
        assert rao(row["gap"]) == other["emission"] - one["emission"]
        assert row["gap_blocks"] == other["registered_at"] - one["registered_at"]
        assert f"uid {before['uid']}" in row["apart_how"] or row["apart"] == "uid"


def test_people_are_told_whom_the_next_registration_replaces(net: Localnet) -> None:
    code, out, err = net.taoctl("subnet", "prune-order", "1")
    assert code == 0 and "place" in out
    assert "UIDs are free" in err or "is full: the next registration replaces uid" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("subnet", "prune-order", "0"), "root has no order of pruning"),
        (("subnet", "prune-order", "99"), "there is no subnet 99"),
        (("subnet", "prune-order", "x"), "is not a subnet number"),
        (("network", "health", "--netuid", "99"), "there is no subnet 99"),
        (("network", "health", "--netuid", "0"), "root is no subnet"),
        (("weights", "watch", "0"), "nobody sets weights on root"),
        (("weights", "watch", "99"), "there is no subnet 99"),
        (("weights", "watch", "1", "--mechanism", "3"), "has no mechanism 3"),
        (("weights", "watch", "1", "-o", "json"), "a watch has no end"),
        (("weights", "watch", "1", "--at-block", "1"), "does not change"),
    ],
)
def test_what_there_is_not_is_said(net: Localnet, words: tuple[str, ...], said: str) -> None:
    code, out, err = net.taoctl(*words)
    assert (code, out) == (2, ""), err
    assert said in err


def figures(held: list[tuple[str, int]]) -> dict[str, int]:
    """Figures of what holders have, worked out from the definitions, one sum after the other."""
    sums: dict[str, int] = defaultdict(int)
    for holder, amount in held:
        sums[holder] += amount
    amounts = sorted(amount for amount in sums.values() if amount)
    total, n = sum(amounts), len(amounts)
    largest, fewest = 0, 0
    while 2 * largest <= total:
        fewest += 1
        largest += amounts[-fewest]
    apart = sum(abs(one - other) for one in amounts for other in amounts)
    return {
        "holders": n,
        "nakamoto": fewest,
        "top_ten_ppm": sum(amounts[-10:]) * 10**6 // total,
        "gini_ppm": apart * 10**6 // (2 * n * total),
        "hhi": sum(amount**2 for amount in amounts) * 10**4 // total**2,
    }


@pytest.mark.parametrize("by", ["coldkey", "hotkey"])
def test_health_is_how_the_stake_in_storage_is_spread(net: Localnet, by: str) -> None:
    rows, raw = answer(net, "taoctl.network.health.1", "network", "health", "--by", by)
    network, root, *subnets = rows
    assert [row["scope"] for row in rows] == ["network", "root"] + ["subnet"] * len(SUBNETS)
    assert [row["netuid"] for row in rows] == [None, 0, *SUBNETS]
    validators = {
        netuid: [one for one in neurons(raw, netuid) if one["validator_permit"]]
        for netuid in SUBNETS
    }
    weights: dict[int, dict[str, int]] = {}
    for netuid in SUBNETS:
        graph, _ = answer(
            net,
            "taoctl.query.metagraph.1",
            *("query", "metagraph", str(netuid), "--at-block", raw.block_hash),
        )
        weights[netuid] = {one["hotkey"]: int(one["stake"]["rao"]) for one in graph}
        for one in validators[netuid]:
            # Where nothing is lent, the weight is what storage alone gives.
            assert one["stake"] in (None, weights[netuid][one["hotkey"]])
    for row in subnets:
        there = validators[row["netuid"]]
        held = [(one[by], weights[row["netuid"]][one["hotkey"]]) for one in there]
        wanted = figures(held)
        assert {name: row[name] for name in wanted} == wanted
        assert rao(row["stake_weight"]) == sum(amount for _, amount in held)
        assert row["staked"] is None
    listed, _ = answer(net, "taoctl.subnet.list.1", "subnet", "list")
    assert [row["name"] for row in subnets] == [one["name"] for one in listed[1:]]
    everybody = {one["hotkey"]: one for there in validators.values() for one in there}
    on_root = [
        (one[by], raw.number("TotalHotkeyAlpha", blake(hotkey), u16(0)))
        for hotkey, one in everybody.items()
    ]
    on_subnets = [
        (
            one[by],
            raw.number("TotalHotkeyAlpha", blake(one["hotkey"]), u16(netuid)) * price // 10**9,
        )
        for netuid, there in validators.items()
        for price in [subnet(raw, netuid)["price"]]
        for one in there
    ]
    for row, held in ((root, on_root), (network, on_root + on_subnets)):
        wanted = figures(held)
        assert {name: row[name] for name in wanted} == wanted
        assert rao(row["staked"]) == sum(amount for _, amount in held) > 0
        assert row["stake_weight"] is None


def test_health_of_one_subnet_and_for_people(net: Localnet) -> None:
    rows, _ = answer(net, "taoctl.network.health.1", "network", "health", "--netuid", "2")
    assert [(row["scope"], row["netuid"]) for row in rows] == [("subnet", 2)]
    code, out, err = net.taoctl("network", "health")
    assert code == 0
    assert "more than half of the" in err and "nakamoto" in out
    code, out, _ = net.taoctl("query", "concentration", "-o", "csv")
    assert code == 0 and len(out.splitlines()) == 3 + len(SUBNETS)


def test_ages_are_those_of_the_last_updates_in_storage(net: Localnet) -> None:
    rows, raw = answer(net, "taoctl.weights.watch.1", "weights", "watch", "1", "--blocks", "1")
    block, tempo = raw.block(), raw.number("Tempo", u16(1), default=360)
    factor = raw.number("ActivityCutoffFactorMilli", u16(1), default=13_889)
    stakes = raw.vector("StakeWeight", 2, u16(1))
    known = {one["uid"]: one for one in neurons(raw, 1) if one["validator_permit"]}
    assert {row["uid"] for row in rows} == set(known)
    for row in rows:
        one = known[row["uid"]]
        assert (row["hotkey"], row["coldkey"]) == (one["hotkey"], one["coldkey"])
        assert row["stake_weight"] == stakes[row["uid"]]
        assert row["active_to_block"] == one["last_update"] + max(1, factor * tempo // 1000)
        if one["last_update"] <= one["registered_at"]:
            assert (row["state"], row["updated_block"], row["age_blocks"]) == ("never", None, None)
            continue
        age = block - one["last_update"]
        assert (row["updated_block"], row["age_blocks"]) == (one["last_update"], age)
        assert row["age_millitempos"] == age * 1000 // tempo
        assert row["state"] == ("old" if age > 2 * tempo else "fresh")
    ages = [row["age_blocks"] for row in rows if row["age_blocks"] is not None]
    assert len(ages) >= 4 and ages == sorted(ages, reverse=True)


def test_a_watch_writes_every_block_as_ndjson(net: Localnet) -> None:
    code, out, err = net.taoctl("weights", "watch", "1", "--blocks", "3")
    assert code == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert {line["schema"] for line in lines} == {"taoctl.weights.watch/1"}
    blocks = list(dict.fromkeys(line["block"] for line in lines))
    assert len(blocks) == 3 and blocks == sorted(blocks)
    assert len({line["block_hash"] for line in lines}) == 3
    each = [[line["data"] for line in lines if line["block"] == block] for block in blocks]
    # An epoch between two of them may give permits, so that there are more.
    assert all(len(rows) >= 4 for rows in each)
    for block, rows in zip(blocks, each, strict=True):
        for row in rows:
            if row["age_blocks"] is not None:
                assert row["updated_block"] + row["age_blocks"] == block
