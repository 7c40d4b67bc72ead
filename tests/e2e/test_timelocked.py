"""`taoctl weights set|status` where weights hide in timelocked commits, which the chain opens."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from quicknet import PULSES, RANDOMNESS_1000, made_at
from settings_chain import caught_up
from weights_chain import ALICE, BOB, HIDDEN, OPEN, RATE_LIMIT, SLOW, TEMPO, weights_chain

from taoctl.chain.client import Chain, connect
from taoctl.cli import transact
from taoctl.errors import TaoctlError
from taoctl.journal.store import Journal
from taoctl.journal.weights import kept_weights
from taoctl.reads.explain import explanation_of
from taoctl.reads.last_epoch import last_epoch
from taoctl.scale.timelock import opened

AS_ALICE = ("--wallet", "//Alice", "--yes")
STATUS = "taoctl.weights.status.1"
TX = "taoctl.tx.1"
PLAN = "taoctl.plan.1"
THEN = ("--round", "1000")


@pytest.fixture
def net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StakeNet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    with weights_chain() as chain:
        yield StakeNet(chain, capsys.readouterr)


def row(net: StakeNet, index: int, uid: int = 1) -> Any:
    return net.look(lambda head: head.subtensor.weight_row(index, uid))


def to_block(net: StakeNet, number: int) -> None:
    async def work(node: Any) -> None:
        while node.best_number < number:
            await node.sealer.new_blocks(1)

    net.chain.do(work)


def add_pulse(net: StakeNet, drand_round: int = 1000) -> Any:
    """What `dev_addPulse` answers."""

    async def ask(chain: Chain) -> Any:
        params = [drand_round, None, "0x" + PULSES[drand_round].hex()]
        return await chain.call("dev_addPulse", params)

    return on(net, ask)


def on(net: StakeNet, work: Any) -> Any:
    async def run() -> Any:
        async with connect(net.chain.url, timeout=30) as chain:
            return await work(chain)

    return asyncio.run(run())


def head(net: StakeNet) -> int:
    return int(net.look(lambda host: host.block_number))


def status(net: StakeNet, who: str = ALICE) -> Any:
    return net.data(STATUS, "weights", "status", who)


def set_words(netuid: int, *more: str) -> tuple[str, ...]:
    return ("weights", "set", str(netuid), "4=1", "5=2", *more)


def test_hidden_weights_are_sealed_and_the_chain_reveals_them(net: StakeNet) -> None:
    net.data(TX, *set_words(HIDDEN, *THEN), *AS_ALICE)
    (one,) = status(net)
    assert (one["kind"], one["state"], one["netuid"]) == ("timelocked", "waiting", HIDDEN)
    assert (one["drand_round"], one["pulse"], one["kept"]) == (1000, False, None)
    assert one["pulse_ms"] == made_at(1000)
    # Nobody feeds pulses to this chain.
    assert one["expected_block"] is None
    ((_, block, sealed, _),) = net.look(
        lambda host: next(iter(host.subtensor.TimelockedWeightCommits.values()))
    )
    assert one["block"] == block == head(net)
    assert one["commit_hash"] in [
        data[2] for data in events(net, block, "TimelockedWeightsCommitted")
    ]
    # Nothing is kept: nobody has to reveal anything.
    assert kept(net) == ()
    assert opened(sealed, PULSES[1000]) is not None
    answer = add_pulse(net)
    assert answer["round"] == 1000 and answer["block"] == head(net)
    (one,) = status(net)
    assert (one["pulse"], one["expected_block"]) == (True, one["reveal_from_block"])
    to_block(net, one["expected_block"] - 1)
    assert row(net, HIDDEN) == ()
    to_block(net, one["expected_block"])
    assert row(net, HIDDEN) == ((4, 32768), (5, 65535))
    assert status(net) == []


def test_what_a_chain_reveals_is_explained_as_it_is_stored(net: StakeNet) -> None:
    """The row that opens in an epoch's own block is in that epoch, and in what explains it."""
    net.change(lambda runtime: runtime.subtensor.ValidatorPermit.__setitem__(HIDDEN, (True,) * 8))
    add_pulse(net)
    net.data(TX, *set_words(HIDDEN, *THEN), *AS_ALICE)
    net.data(TX, *set_words(HIDDEN, *THEN), "--wallet", "//Bob", "--yes")
    blocks = {one["reveal_from_block"] for who in (ALICE, BOB) for one in status(net, who)}
    (first,) = blocks
    to_block(net, first)

    async def ask(chain: Chain) -> Any:
        return await last_epoch(await chain.at_head(), HIDDEN)

    epoch = on(net, ask)
    assert epoch.block == first
    for uid in range(8):
        (found,) = explanation_of(epoch, uid, "", {}).earned
        assert found.equals_chain, (uid, found.differs_in)
    assert explanation_of(epoch, 5, "", {}).weights


def events(net: StakeNet, block: int, name: str) -> list[Any]:
    async def read(node: Any) -> list[Any]:
        codec = node.runtime.codec
        raw = node.state_at(block).read(codec.storage_key("System", "Events"))
        records = codec.decode_storage("System", "Events", raw)
        return [one["attributes"] for one in records if one["event_id"] == name]

    found: list[Any] = net.chain.do(read)
    return found


def kept(net: StakeNet) -> tuple[Any, ...]:
    async def work(node: Any) -> str:
        return "0x" + bytes(node.block(0).hash).hex()

    with Journal() as journal:
        return kept_weights(journal, net.chain.do(work))


def test_without_its_pulse_a_commit_waits_and_is_lost_with_its_epoch(net: StakeNet) -> None:
    net.data(TX, *set_words(HIDDEN), *AS_ALICE)
    (one,) = status(net)
    assert one["drand_round"] > 30_000_000 and not one["pulse"]
    assert one["reveal_to_block"] == one["reveal_from_block"] + TEMPO - 1
    to_block(net, one["reveal_from_block"])
    (due,) = status(net)
    assert (due["state"], due["blocks_left"]) == ("open", TEMPO - 1)
    to_block(net, one["reveal_to_block"])
    assert [each["state"] for each in status(net)] == ["expired"]
    to_block(net, one["reveal_to_block"] + 1)
    assert status(net) == []
    assert row(net, HIDDEN) == ()


def test_the_subnet_decides_unless_the_command_does(net: StakeNet) -> None:
    def planned(*words: str) -> str:
        plan = net.data(PLAN, *words, "--wallet", "//Alice", "--dry-run")
        return str(plan["call"]["call"])

    def refused(*words: str) -> str:
        (found,) = net.failure(*words, *AS_ALICE)["details"]["refusals"]
        return str(found["name"])

    assert planned(*set_words(HIDDEN)) == "commit_timelocked_weights"
    assert planned(*set_words(SLOW, "--mechanism", "1")) == "commit_timelocked_mechanism_weights"
    assert planned(*set_words(HIDDEN, "--salted")) == "commit_weights"
    assert planned(*set_words(HIDDEN, "--timelocked")) == "commit_timelocked_weights"
    assert planned(*set_words(OPEN)) == "set_weights"
    # Whoever wants to hide them does not show them because an owner changed the subnet.
    assert refused(*set_words(OPEN, "--salted")) == "CommitRevealDisabled"
    assert refused(*set_words(OPEN, "--timelocked")) == "CommitRevealDisabled"
    for way in ("--timelocked", "--salted"):
        words = (*set_words(HIDDEN, way), "--wallet", "//Alice", "--dry-run")
        _, out, err = net.taoctl(*words)
        assert "hidden: 5=65535 4=32768" in err and "32768" not in out
        assert "32768" not in net.taoctl(*words, "--quiet")[2]
    net.change(lambda runtime: runtime.subtensor.CommitRevealWeightsVersion.put(5))
    assert planned(*set_words(HIDDEN)) == "commit_weights"
    assert refused(*set_words(HIDDEN, "--timelocked")) == "IncorrectCommitRevealVersion"
    code, _, err = net.taoctl(*set_words(HIDDEN), "--wallet", "//Alice", "--dry-run")
    assert code == 0 and "with a salt then" in err
    for beside in ("--timelocked", "--round=7"):
        code, out, err = net.taoctl(*set_words(HIDDEN, "--salted", beside), *AS_ALICE)
        assert (code, out) == (2, "") and "not timelocked" in err


def test_who_thinks_for_longer_than_an_epoch_is_shown_another_plan(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, rounds = transact._planned, list[int]()

    async def slowly(chain: Chain, *rest: Any) -> Any:
        plan, blocks = await planned(chain, *rest)
        if not rounds:
            await chain.call("dev_newBlock", [{"count": TEMPO}])
            await caught_up(chain)
        rounds.append(plan.call.args["reveal_round"])
        return plan, blocks

    monkeypatch.setattr(transact, "_planned", slowly)
    code, _, err = net.taoctl(*set_words(HIDDEN), *AS_ALICE)
    assert code == 0 and "here it is for those to come" in err
    _, second = rounds
    (one,) = status(net)
    assert one["drand_round"] == second
    assert one["block"] > TEMPO and one["pulse_ms"] == made_at(second)
    ((epoch, _),) = net.look(
        lambda host: list(host.subtensor.TimelockedWeightCommits.prefix(HIDDEN))
    )
    assert epoch == 1


def test_an_old_round_is_refused_before_anything_is_signed(net: StakeNet) -> None:
    add_pulse(net)
    refused = net.failure(*set_words(HIDDEN, "--round", "999"), *AS_ALICE)
    (refusal,) = refused["details"]["refusals"]
    assert refusal["name"] == "InvalidRevealRound" and refusal["hint"]
    assert status(net) == []
    with Journal() as journal:
        assert journal.list() == ()


def test_both_kinds_of_commit_are_told_apart(net: StakeNet) -> None:
    net.data(TX, *set_words(HIDDEN, "--salted"), *AS_ALICE)
    to_block(net, head(net) + RATE_LIMIT - 1)
    net.data(TX, *set_words(HIDDEN, *THEN), *AS_ALICE)
    salted, timelocked = status(net)
    assert [one["kind"] for one in (salted, timelocked)] == ["salted", "timelocked"]
    assert (salted["kept"], salted["drand_round"], salted["expected_block"]) == (True, None, None)
    code, out, _ = net.taoctl("weights", "status", ALICE, "-o", "wide")
    assert code == 0 and "2023-08-23 15:59:24 UTC" in out
    code, out, _ = net.taoctl("weights", "status", ALICE)
    assert code == 0 and "timelocked" in out


def test_reveal_says_that_the_chain_does_it(net: StakeNet) -> None:
    net.data(TX, *set_words(HIDDEN, *THEN), *AS_ALICE)
    refused = net.failure("weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert "holds no salted commit" in refused["message"]
    assert "by itself" in refused["hint"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ([1000, RANDOMNESS_1000.hex(), PULSES[2000].hex()], "not quicknet's signature"),
        ([1000, RANDOMNESS_1000.hex(), "00"], "signature must be 48 bytes"),
        ([1000, "00", PULSES[1000].hex()], "randomness must be 32 bytes"),
        (["x", None, PULSES[1000].hex()], "round must be a natural number"),
        ([2**64, None, PULSES[1000].hex()], "a round is a u64"),
    ],
)
def test_only_pulses_of_quicknet_are_added(net: StakeNet, params: list[Any], said: str) -> None:
    async def ask(chain: Chain) -> Any:
        return await chain.call("dev_addPulse", params)

    with pytest.raises(TaoctlError, match=said):
        on(net, ask)
    assert not net.look(lambda host: len(host.drand.Pulses))


def test_pulses_are_added_in_order(net: StakeNet) -> None:
    add_pulse(net, 2000)
    with pytest.raises(TaoctlError, match="later ones only"):
        add_pulse(net, 1000)
    stored = net.look(lambda host: host.drand.Pulses[2000])
    assert stored["signature"] == PULSES[2000]
