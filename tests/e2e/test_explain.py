"""What `taoctl neuron explain` computes of an epoch is what the chain stored of it, exactly."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from ports import free_port
from raw_storage import RawStorage, neurons
from transaction_net import Localnet, nobody, validator

from taoctl.chain.client import Chain
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running
from taoctl.reads.explain import explanation_of
from taoctl.reads.last_epoch import LastEpoch, last_epoch

pytestmark = pytest.mark.e2e

VALUES = ("incentive", "dividends", "consensus", "validator_trust", "active", "validator_permit")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("explain")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        port = free_port()
        options = Options("demo", seal=Seal.MANUAL, state_dir=home / "chain")
        running = service.start_detached(Launch(options, port))
        yield running
        service.stop(running.port)


@pytest.fixture
def net(node: Running, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(node.endpoint, capsys.readouterr)


def blocks(node: Running, count: int) -> None:
    service.ask(node.port, "dev_newBlock", {"count": count}, timeout=120)


def check(net: Localnet, epoch: LastEpoch, block_hash: str) -> None:
    """Every uid of a subnet's epoch, against storage that is decoded by hand."""
    stored = neurons(RawStorage(net.endpoint, block_hash), epoch.inputs.netuid)
    assert len(stored) == len(epoch.inputs.hotkeys) == 64
    for known in stored:
        uid = known["uid"]
        if known["hotkey"] != epoch.inputs.hotkeys[uid]:
            assert known["registered_at"] == epoch.block
            continue
        found = explanation_of(epoch, uid, known["coldkey"], {})
        (row,) = found.earned
        assert row.equals_chain, (epoch.inputs.netuid, epoch.block, uid, row.differs_in)
        assert {name: getattr(row, name) for name in VALUES} == {
            name: known[name] for name in VALUES
        }
        assert row.emission_rao == known["emission"]
        assert sum(part.contribution_bits for part in found.weights) == row.rank_bits
        assert sum(part.contribution_bits for part in found.bonds) == row.owned_bits
        assert bool(row.incentive) <= bool(found.weights)
        assert bool(row.dividends) <= bool(found.bonds)


def hold(node: Running, net: Localnet, subnets: Sequence[int], epochs: int) -> None:
    """Make blocks until subnets have had some epochs, and check every uid of each."""
    seen: Counter[int] = Counter()
    done: set[tuple[int, int]] = set()

    async def work(chain: Chain) -> list[tuple[LastEpoch, str]]:
        view, found = await chain.at_head(), []
        for netuid in subnets:
            step = int(await view.value("SubtensorModule", "LastMechansimStepBlock", netuid))
            if (netuid, step) not in done:
                done.add((netuid, step))
                epoch = await last_epoch(view, netuid)
                assert epoch.block == step
                found.append((epoch, (await chain.at_block(step)).block_hash))
        return found

    while min(seen[netuid] for netuid in subnets) < epochs:
        blocks(node, 9)
        for epoch, block_hash in net.do(work):
            check(net, epoch, block_hash)
            seen[epoch.inputs.netuid] += 1
    assert len(done) >= epochs * len(subnets)


def test_every_uid_of_some_subnets(node: Running, net: Localnet) -> None:
    hold(node, net, (2, 3, 7), 1)


@pytest.mark.soak
def test_every_uid_of_every_subnet_over_three_epochs(node: Running, net: Localnet) -> None:
    hold(node, net, range(1, 13), 3)


def data(net: Localnet, *words: str) -> Any:
    code, out, err = net.taoctl(*words, "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    validator("taoctl.neuron.explain.1").validate(whole)
    return whole["data"]


def test_the_command_shows_each_part_and_what_they_come_to(net: Localnet) -> None:
    graph = net.data("taoctl.query.metagraph.1", "query", "metagraph", "3")
    miner = max(graph, key=lambda one: one["incentive"])
    vali = max(graph, key=lambda one: one["dividends"])
    found = data(net, "neuron", "explain", "3", str(miner["uid"]))
    (row,) = found["mechanisms"]
    assert row["equals_chain"] and row["differs_in"] is None
    assert row["incentive"] == miner["incentive"] > 0
    assert row["emission"] == miner["emission"]
    weights = found["weights"]
    assert sum(int(one["contribution_bits"]["bits"]) for one in weights) == int(
        row["rank_bits"]["bits"]
    )
    assert sum(one["share_ppm"] for one in weights) == pytest.approx(10**6, abs=len(weights))
    found = data(net, "neuron", "explain", "3", vali["hotkey"])
    (row,) = found["mechanisms"]
    assert row["dividends"] == vali["dividends"] > 0
    assert len(found["bonds"]) > 10
    code, out, _ = net.taoctl("neuron", "explain", "3", str(miner["uid"]))
    assert any(line.startswith("stake share ") for line in out.splitlines())
    assert code == 0
    assert "equals chain" in out and "of rank" in out and "of owned" not in out


def test_formats_of_rows_alone_hold_the_rows_that_there_are(net: Localnet) -> None:
    graph = net.data("taoctl.query.metagraph.1", "query", "metagraph", "3")
    miner = max(graph, key=lambda one: one["incentive"])
    vali = max(graph, key=lambda one: one["dividends"] - one["incentive"])
    for one, part, column in ((miner, "weights", "validator"), (vali, "bonds", "miner")):
        words = ("neuron", "explain", "3", str(one["uid"]))
        rows = data(net, *words)[part]
        code, out, _ = net.taoctl(*words, "-o", "csv")
        head, *lines = out.splitlines()
        assert code == 0 and column in head.split(",") and len(lines) == len(rows) > 0
        code, out, _ = net.taoctl(*words, "-o", "ndjson")
        assert code == 0 and len(out.splitlines()) == len(rows)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("0", "0"), 1, "root runs no epochs"),
        (("3", "64"), 2, "subnet 3 has no uid 64"),
        (("77", "0"), 2, "there is no subnet 77"),
        (("3", nobody(1)), 2, "holds no uid on subnet 3"),
    ],
)
def test_what_cannot_be_explained_is_said(
    net: Localnet, words: tuple[str, ...], code: int, said: str
) -> None:
    got, out, err = net.taoctl("neuron", "explain", *words)
    assert (got, out) == (code, "")
    assert said in err


def test_a_newcomer_takes_the_uid_that_was_named_and_has_nothing_to_explain(
    node: Running, net: Localnet
) -> None:
    head = net.data("taoctl.chain.info.1", "chain", "info")["block"]
    if net.data("taoctl.subnet.show.1", "subnet", "show", "3")["next_epoch_block"] == head + 1:
        blocks(node, 1)
    graph = net.data("taoctl.query.metagraph.1", "query", "metagraph", "3")
    words = ("neuron", "risk", *(one["hotkey"] for one in graph), "--netuid", "3")
    risks = net.data("taoctl.neuron.risk.1", *words)
    (next_uid,) = {row["next_uid"] for row in risks}
    assert [row["uid"] for row in risks if row["prune_rank"] == 1] == [next_uid]
    arguments = ("--arg", "netuid=3", "--arg", f"hotkey={nobody(5)}")
    words = ("chain", "call", "SubtensorModule", "burned_register", *arguments)
    code, out, err = net.taoctl(*words, "--wallet", "//Alice", "--yes", "--wait", "none")
    assert code in (0, 7), err
    blocks(node, 1)
    code, out, err = net.taoctl("neuron", "explain", "3", nobody(5))
    assert (code, out) == (1, "")
    assert f"whoever holds uid {next_uid} came after the last epoch of subnet 3" in err
