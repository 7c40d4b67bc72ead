"""`taoctl lab epoch --netuid`: what it says of an epoch to come is what the chain then stores."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from ports import free_port
from raw_storage import RawStorage, neurons
from transaction_net import Localnet, validator

from taoctl.chain.client import Chain
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running

pytestmark = pytest.mark.e2e

VALUES = ("incentive", "dividends", "consensus", "validator_trust")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("what-if")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        port = free_port()
        options = Options("small", seal=Seal.MANUAL, state_dir=home / "chain")
        running = service.start_detached(Launch(options, port))
        yield running
        service.stop(running.port)


@pytest.fixture
def net(node: Running, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(node.endpoint, capsys.readouterr)


def what_if(net: Localnet, *words: str) -> tuple[Any, int, str]:
    """The data of a command, and the block that it starts from."""
    code, out, err = net.taoctl("lab", "epoch", *words, "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    validator("taoctl.lab.what-if.1").validate(whole)
    return whole["data"], whole["block"], err


def before_an_epoch(node: Running, net: Localnet, netuid: int) -> int:
    """Make blocks until the next one has the subnet's epoch; tells that one's number."""
    while True:
        row = net.data("taoctl.subnet.show.1", "subnet", "show", str(netuid))
        head = net.do(head_of)
        left = row["next_epoch_block"] - head - 1
        if left <= 0:
            return int(head) + 1
        service.ask(node.port, "dev_newBlock", {"count": left}, timeout=60)


async def head_of(chain: Chain) -> int:
    return (await chain.at_head()).block


def stored_at(net: Localnet, netuid: int, block: int) -> list[dict[str, Any]]:
    at = RawStorage(net.endpoint, "")
    return neurons(RawStorage(net.endpoint, str(at.call("chain_getBlockHash", block))), netuid)


def write(net: Localnet, values: Mapping[tuple[Any, ...], Any]) -> None:
    """Set items of the subnet pallet in the state of the newest block."""

    async def work(chain: Chain) -> None:
        codec = (await chain.at_head()).codec
        pairs = []
        for (item, *keys), value in values.items():
            info = codec.need_storage("SubtensorModule", item)
            key = codec.storage_key("SubtensorModule", item, *keys)
            pairs.append(["0x" + key.hex(), "0x" + codec.encode(info.value_type, value).hex()])
        await chain.call("dev_setStorage", [pairs])

    net.do(work)


def read(net: Localnet, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await (await chain.at_head()).value("SubtensorModule", item, *keys)

    return net.do(work)


def same(rows: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[str, Any]], end: str) -> None:
    for row, known in zip(rows, stored, strict=True):
        assert row["uid"] == known["uid"]
        for name in VALUES:
            assert row[name + end] == known[name], (name, row["uid"])
        assert row["permit" + end] == known["validator_permit"]
        # Before the block nobody knows what it adds to the last rao.
        assert abs(int(row["emission" + end]["rao"]) - known["emission"]) <= 3


@pytest.mark.parametrize("netuid", [1, 2, 3])
def test_the_next_epoch_is_foretold_and_the_last_one_told_again(
    node: Running, net: Localnet, netuid: int
) -> None:
    block = before_an_epoch(node, net, netuid)
    foretold, base, _ = what_if(net, "--netuid", str(netuid))
    assert (foretold["epoch_block"], base) == (block, block - 1)
    assert foretold["equals_chain"] is None
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    stored = stored_at(net, netuid, block)
    assert any(one["dividends"] for one in stored)
    same(foretold["neurons"], stored, "")
    same(foretold["neurons"], stored, "_before")
    told, _, _ = what_if(net, "--netuid", str(netuid), "--last")
    assert (told["epoch_block"], told["equals_chain"]) == (block, True)
    assert [int(one["emission"]["rao"]) for one in told["neurons"]] == [
        one["emission"] for one in stored
    ]
    # Blocks before, everything but the emission can still change; the epoch's block cannot.
    again, _, _ = what_if(net, "--netuid", str(netuid))
    assert again["epoch_block"] > block


@pytest.mark.parametrize("seed", range(3))
def test_changes_do_what_was_foretold(node: Running, net: Localnet, seed: int) -> None:
    dice, netuid = random.Random(seed), 1 + seed
    block = before_an_epoch(node, net, netuid)
    known = stored_at(net, netuid, block - 1)
    setters = dice.sample([one["uid"] for one in known if one["validator_permit"]], 2)
    changes = {(v, m): dice.randint(0, 65_535) for v in setters for m in dice.sample(range(16), 3)}
    rich = next(one for one in known if one["validator_permit"] and one["uid"] not in setters)
    rao = dice.randint(1, 10**6) * 10**9
    words = [w for (v, m), x in changes.items() for w in ("--set-weight", f"{v}:{m}={x}")]
    foretold, _, err = what_if(
        net, "--netuid", str(netuid), *words, "--stake", f"{rich['uid']}={rao}rao"
    )
    assert "permit" not in err
    values: dict[tuple[Any, ...], Any] = {("TotalHotkeyAlpha", rich["hotkey"], 0): rao}
    updates = [int(at) for at in read(net, "LastUpdate", netuid)]
    for validator_uid in setters:
        row = dict(read(net, "Weights", netuid, validator_uid))
        row |= {m: x for (v, m), x in changes.items() if v == validator_uid}
        values["Weights", netuid, validator_uid] = list(row.items())
        updates[validator_uid] = block - 1
    values["LastUpdate", netuid] = updates
    write(net, values)
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    stored = stored_at(net, netuid, block)
    same(foretold["neurons"], stored, "")
    moved = [row for row in foretold["neurons"] if row["dividends"] != row["dividends_before"]]
    assert moved


def test_two_mechanisms_are_told_one_by_one(node: Running, net: Localnet) -> None:
    netuid, second = 3, 4_096 + 3
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    block = before_an_epoch(node, net, netuid)
    setters = [one["uid"] for one in stored_at(net, netuid, block - 1) if one["validator_permit"]]
    rows = {("Weights", second, uid): [(2 + uid % 3, 9), (5, 7)] for uid in setters}
    write(
        net,
        {
            ("MechanismCountCurrent", netuid): 2,
            ("MechanismEmissionSplit", netuid): [45_535, 20_000],
            ("LastUpdate", second): [block - 1] * 16,
            **rows,
        },
    )
    foretold, _, _ = what_if(
        net, "--netuid", str(netuid), "--set-weight", f"{setters[0]}:6=65535", "--mechid", "1"
    )
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    for mechid, index in ((0, netuid), (1, second)):
        incentives = [int(one) for one in read(net, "Incentive", index)]
        mine = [row for row in foretold["neurons"] if row["mechid"] == mechid]
        assert [row["incentive_before"] for row in mine] == incentives
        assert ([row["incentive"] for row in mine] != incentives) == (mechid == 1)
    told, _, _ = what_if(net, "--netuid", str(netuid), "--last")
    assert told["equals_chain"] is True
    net.data("taoctl.neuron.explain.1", "neuron", "explain", "3", "5")
    code, out, err = net.taoctl("neuron", "explain", "3", "5", "-o", "json")
    assert code == 0, err
    explained = json.loads(out)["data"]
    assert [row["equals_chain"] for row in explained["mechanisms"]] == [True, True]
    assert explained["mechanisms"][1]["incentive"] > 0
    for uid in (0, 2, 5, setters[0]):
        told = net.data("taoctl.neuron.explain.1", "neuron", "explain", "3", str(uid))
        row = net.data("taoctl.neuron.show.1", "neuron", "show", "3", str(uid))
        paid = sum(int(one["emission"]["rao"]) for one in told["mechanisms"])
        shown, stored = int(row["paid"]["rao"]), int(row["emission"]["rao"])
        epoch_rao = sum(int(one["shared"]["rao"]) for one in told["mechanisms"])
        assert stored <= paid and (stored < paid or not paid)
        assert abs(shown - paid) <= paid // 100 + epoch_rao // 65_535, (uid, shown, paid)
        assert int(row["alpha_per_day"]["rao"]) == shown * 7_200 // row["tempo"]
    for part in ("weights", "bonds"):
        mechids = [row["mechid"] for row in explained[part]]
        assert mechids == sorted(mechids)
    for words in (("neuron", "explain", "3", "5"), ("lab", "epoch", "--netuid", "3")):
        assert any(line.startswith("mech ") for line in net.taoctl(*words)[1].splitlines())
    for words in (("neuron", "explain", "2", "5"), ("lab", "epoch", "--netuid", "2")):
        assert not any(line.startswith("mech ") for line in net.taoctl(*words)[1].splitlines())


def test_a_stake_can_be_taken_away_whole(net: Localnet) -> None:
    graph = net.data("taoctl.query.metagraph.1", "query", "metagraph", "2")
    uid = max((one for one in graph if one["validator_permit"]), key=lambda one: one["dividends"])[
        "uid"
    ]
    nothing = [w for unit in ("alpha", "tao") for w in ("--stake", f"{uid}=0{unit}")]
    found, _, _ = what_if(net, "--netuid", "2", *nothing)
    (row,) = (one for one in found["neurons"] if one["uid"] == uid)
    assert row["stake_weight_before"] > row["stake_weight"] == 0
    assert row["dividends"] < row["dividends_before"]


@pytest.mark.parametrize("committed", [10, 20])
def test_a_commit_hides_weights_from_whoever_came_after_it(
    node: Running, net: Localnet, committed: int
) -> None:
    netuid = 2
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    block = before_an_epoch(node, net, netuid)
    known = stored_at(net, netuid, block - 1)
    best = max(known, key=lambda one: one["incentive"])
    setters = [one for one in known if one["validator_permit"]]
    epoch = int(read(net, "SubnetEpochIndex", netuid))
    hashes = {
        ("WeightCommits", netuid, one["hotkey"]): [("0x" + "11" * 32, epoch, committed, 0)]
        for one in setters
    }
    enabled = {("CommitRevealWeightsEnabled", netuid): True}
    write(net, {("BlockAtRegistration", netuid, best["uid"]): 15, **enabled, **hashes})
    foretold, _, _ = what_if(net, "--netuid", str(netuid))
    (row,) = (one for one in foretold["neurons"] if one["uid"] == best["uid"])
    assert (row["incentive"] > 0) == (committed > 15)
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    same(foretold["neurons"], stored_at(net, netuid, block), "")
    told, _, _ = what_if(net, "--netuid", str(netuid), "--last")
    assert told["equals_chain"] is True


def test_weights_without_a_permit_are_said_not_to_count(net: Localnet) -> None:
    graph = net.data("taoctl.query.metagraph.1", "query", "metagraph", "2")
    miner = next(one["uid"] for one in graph if not one["validator_permit"] and one["uid"])
    found, _, err = what_if(net, "--netuid", "2", "--set-weight", f"{miner}:0=5")
    assert f"do not count: uid {miner}" in err
    for row in found["neurons"]:
        assert row["incentive"] == row["incentive_before"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "from a file or from --netuid"),
        (("x.json", "--netuid", "1"), 2, "from a file or from --netuid"),
        (("x.json", "--last"), 2, "changes are of a subnet of the chain"),
        (("--netuid", "0"), 1, "root runs no epochs"),
        (("--netuid", "0", "--last"), 1, "root runs no epochs"),
        (("--netuid", "99"), 2, "there is no subnet 99"),
        (("--netuid", "1", "--set-weight", "1:2"), 2, "'1:2' is not a weight"),
        (("--netuid", "1", "--set-weight", "1:2=65536"), 2, "is not a weight"),
        (("--netuid", "1", "--set-weight", "16:2=1"), 2, "subnet 1 had no uid 16"),
        (("--netuid", "1", "--set-weight", "2:16=1"), 2, "subnet 1 had no uid 16"),
        (("--netuid", "1", "--stake", "16=1tao"), 2, "subnet 1 had no uid 16"),
        (("--netuid", "1", "--stake", "3"), 2, "'3' is not a stake"),
        (("--netuid", "1", "--stake", "3=50%"), 2, "is a share of nothing here"),
        (("--netuid", "1", "--stake", "3=5"), 2, "write UID=AMOUNT"),
        (("--netuid", "1", "--stake", "3=half"), 2, "write UID=AMOUNT"),
        (("--netuid", "1", "--mechid", "1"), 2, "subnet 1 has no mechanism 1"),
    ],
)
def test_what_cannot_be_run_is_said(
    net: Localnet, words: tuple[str, ...], code: int, said: str
) -> None:
    got, out, err = net.taoctl("lab", "epoch", *words)
    assert (got, out) == (code, "")
    assert said in err
