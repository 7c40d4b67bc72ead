"""`taoctl weights` on a localnet: set, commit, crash, reveal, and what stands in the way."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from weights_chain import ALICE, BOB, HIDDEN, OPEN, RATE_LIMIT, SLOW, TEMPO, weights_chain

from taoctl import paths
from taoctl.journal.store import Journal
from taoctl.journal.weights import kept_weights

AS_ALICE = ("--wallet", "//Alice", "--yes")
SALTED = "--salted"
STATUS = "taoctl.weights.status.1"


@pytest.fixture
def net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StakeNet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    with weights_chain() as chain:
        yield StakeNet(chain, capsys.readouterr)


def row(net: StakeNet, index: int, uid: int = 1) -> Any:
    """The weights that the chain holds of a UID; Alice's when left out."""
    return net.look(lambda head: head.subtensor.weight_row(index, uid))


def to_block(net: StakeNet, number: int) -> None:
    """Make blocks until the head is this one."""

    async def work(node: Any) -> None:
        while node.best_number < number:
            await node.sealer.new_blocks(1)

    net.chain.do(work)


def status(net: StakeNet) -> Any:
    """What `weights status` says of Alice."""
    return net.data(STATUS, "weights", "status", ALICE)


def kept(net: StakeNet) -> tuple[Any, ...]:
    """What the journal keeps."""

    async def work(node: Any) -> str:
        return "0x" + bytes(node.block(0).hash).hex()

    genesis = net.chain.do(work)
    with Journal() as journal:
        return kept_weights(journal, genesis)


def test_set_scales_as_clients_do_and_says_before_and_after(net: StakeNet) -> None:
    words = ("weights", "set", str(OPEN), "4=3", "5=1.5", "6=0", "7=0.00001")
    plan = net.data("taoctl.plan.1", *words, "--wallet", "//Alice", "--dry-run")
    assert plan["call"]["call"] == "set_weights"
    assert plan["call"]["args"]["dests"] == [4, 5]
    (effect,) = plan["effects"]
    assert (effect["before"], effect["after"]) == ("none", "4=65535 5=32768")
    assert row(net, OPEN) == ()
    net.data("taoctl.tx.1", *words, *AS_ALICE)
    assert row(net, OPEN) == ((4, 65535), (5, 32768))
    again = net.failure(*words, *AS_ALICE, "--again")
    (refusal,) = again["details"]["refusals"]
    assert refusal["name"] == "SettingWeightsTooFast"
    head = net.look(lambda host: host.block_number)
    assert refusal["allowed_from_block"] == head + RATE_LIMIT


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("w.json", '{"4": 1, "5": 0.5}'),
        ("w.json", "[[4, 1], [5, 0.5]]"),
        ("w.json", '[{"uid": 4, "weight": "50%"}, {"uid": 5, "weight": "25%"}]'),
        ("w.json", '{"4": 2e-05, "5": 0.00001}'),
        ("w.csv", "uid,weight\n4, 2\n# half of it\n5,1.0\n"),
    ],
)
def test_set_reads_files(net: StakeNet, tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    net.data("taoctl.tx.1", "weights", "set", str(OPEN), "--file", str(file), *AS_ALICE)
    assert row(net, OPEN) == ((4, 65535), (5, 32768))


def test_hidden_weights_are_committed_then_revealed(net: StakeNet) -> None:
    assert status(net) == []
    words = ("weights", "set", str(HIDDEN), SALTED, "4=1", "5=2")
    plan = net.data("taoctl.plan.1", *words, "--wallet", "//Alice", "--dry-run")
    assert plan["call"]["call"] == "commit_weights"
    assert kept(net) == ()
    net.data("taoctl.tx.1", *words, *AS_ALICE)
    (one,) = status(net)
    assert (one["state"], one["netuid"], one["kept"]) == ("waiting", HIDDEN, True)
    (held,) = net.look(lambda head: head.subtensor.WeightCommits[HIDDEN, ALICE])
    assert (one["commit_hash"], one["block"]) == (held[0], held[2])
    early = net.failure("weights", "reveal", str(HIDDEN), *AS_ALICE)
    (refusal,) = early["details"]["refusals"]
    assert refusal["name"] == "RevealTooEarly"
    assert refusal["allowed_from_block"] == one["reveal_from_block"]
    assert one["reveal_to_block"] == one["reveal_from_block"] + TEMPO - 1
    to_block(net, one["reveal_from_block"] - 1)
    assert status(net)[0]["state"] == "open"
    net.data("taoctl.tx.1", "weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert row(net, HIDDEN) == ((4, 32768), (5, 65535))
    assert status(net) == []
    none = net.failure("weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert "holds no salted commit" in none["message"]


def test_show_says_what_is_stored(net: StakeNet) -> None:
    schema = "taoctl.weights.show.1"
    assert net.data(schema, "weights", "show", str(OPEN)) == []
    net.data("taoctl.tx.1", "weights", "set", str(OPEN), "7=2", "4=1", *AS_ALICE)
    bob = ("--wallet", "//Bob", "--yes")
    net.data("taoctl.tx.1", "weights", "set", str(OPEN), "5=1", "7=3", *bob)
    rows = net.data(schema, "weights", "show", str(OPEN))
    stored = [(r["uid"], r["target_uid"], r["weight"]) for r in rows]
    assert stored == [(uid, *pair) for uid in (0, 1) for pair in row(net, OPEN, uid)]
    assert [r["share_ppm"] for r in rows] == [250_000, 750_000, 333_336, 666_663]
    blocks = net.look(lambda head: head.subtensor.LastUpdate[OPEN])
    assert [r["updated_block"] for r in rows] == [blocks[0]] * 2 + [blocks[1]] * 2
    assert [r["age_blocks"] for r in rows] == [0, 0, 1, 1]
    assert {r["hotkey"] for r in rows if r["uid"] == 1} == {ALICE}
    to_seven = net.data(schema, "weights", "show", str(OPEN), "--to", "7", "--uid", "1")
    assert [(r["uid"], r["target_uid"], r["weight"]) for r in to_seven] == [(1, 7, 65535)]


def test_mechanisms_are_weighed_apart(net: StakeNet) -> None:
    there = ("--mechanism", "1")
    net.data("taoctl.tx.1", "weights", "set", str(SLOW), SALTED, "4=1", "5=1", *there, *AS_ALICE)
    (one,) = status(net)
    assert (one["netuid"], one["mechanism"]) == (SLOW, 1)
    to_block(net, one["reveal_to_block"] - 1)
    net.failure("weights", "reveal", str(SLOW), *AS_ALICE)
    net.data("taoctl.tx.1", "weights", "reveal", str(SLOW), *there, *AS_ALICE)
    assert row(net, 4096 + SLOW) == ((4, 65535), (5, 65535))
    assert row(net, SLOW) == ()


def test_the_newest_commit_of_an_epoch_is_revealed(net: StakeNet) -> None:
    net.change(lambda runtime: runtime.subtensor.WeightsSetRateLimit.__setitem__(HIDDEN, 0))
    for weights in (("4=1", "5=1"), ("5=1", "6=1"), ("6=1", "7=1")):
        net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, *weights, *AS_ALICE)
    first, *_ = status(net)
    to_block(net, first["reveal_from_block"])
    net.data("taoctl.tx.1", "weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert row(net, HIDDEN) == ((6, 65535), (7, 65535))
    assert status(net) == []


def test_an_expired_commit_is_said_to_be(net: StakeNet) -> None:
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    (one,) = status(net)
    to_block(net, one["reveal_to_block"])
    (late,) = status(net)
    assert (late["state"], late["reveal_from_block"], late["blocks_left"]) == (
        "expired",
        None,
        None,
    )
    refused = net.failure("weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert refused["details"]["refusals"][0]["name"] == "ExpiredWeightCommit"


def test_a_commit_says_which_others_were_not_revealed(net: StakeNet) -> None:
    words = ("weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", "--wallet", "//Alice")
    net.data("taoctl.tx.1", *words, "--yes")
    (one,) = status(net)
    lost = f"the commit of block {one['block']} was not revealed in time: its weights are lost"
    to_block(net, one["reveal_to_block"] - 1)
    assert lost not in net.data("taoctl.plan.1", *words, "--dry-run")["warnings"]
    to_block(net, one["reveal_to_block"])
    plan = net.data("taoctl.plan.1", *words, "--dry-run")
    assert lost in plan["warnings"]
    (effect,) = plan["effects"]
    assert (effect["before"], effect["after"]) == ("1", "1")


def test_a_commit_that_the_plan_refuses_is_not_kept(net: StakeNet) -> None:
    words = ("weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    net.data("taoctl.tx.1", *words)
    refused = net.failure(*words)
    assert refused["details"]["refusals"][0]["name"] == "CommittingWeightsTooFast"
    assert [one.commit_hash for one in kept(net)] == [one["commit_hash"] for one in status(net)]


def test_a_commit_that_was_swapped_to_another_hotkey_is_not_kept(net: StakeNet) -> None:
    """What was kept reveals it for the hotkey alone that committed."""
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    hold = net.look(lambda head: head.subtensor.WeightCommits[HIDDEN, ALICE])

    def give(runtime: Any) -> None:
        runtime.subtensor.WeightCommits[HIDDEN, BOB] = hold
        del runtime.subtensor.WeightCommits[HIDDEN, ALICE]

    net.change(give)
    (one,) = net.data(STATUS, "weights", "status", BOB)
    assert (one["commit_hash"], one["kept"]) == (hold[0][0], False)
    assert (
        "holds no salted commit"
        in net.failure("weights", "reveal", str(HIDDEN), *AS_ALICE)["message"]
    )


def test_another_salt_than_the_one_committed_with_is_said_to_be(net: StakeNet) -> None:
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    (one,) = status(net)
    with sqlite3.connect(paths.data_dir() / "journal.sqlite3") as db:
        db.execute("UPDATE weight_commits SET salt = '[1, 2, 3]'")
    to_block(net, one["reveal_from_block"] - 1)
    code, out, err = net.taoctl("weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert (code, out) == (8, "")
    assert f"the journal keeps of the commit {one['commit_hash']} does not reveal it" in err


def test_status_tells_commits_also_where_the_journal_is_damaged(net: StakeNet) -> None:
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    file = paths.data_dir() / "journal.sqlite3"
    for one in file.parent.glob("journal.sqlite3*"):
        one.unlink()
    file.write_text("no journal " * 100)
    code, out, err = net.taoctl("weights", "status", ALICE, "-o", "json")
    assert code == 0 and "what it keeps of commits is not known" in err
    assert [one["kept"] for one in json.loads(out)["data"]] == [None]
    code, _, err = net.taoctl("weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    assert code == 8 and "is damaged" in err
    assert "cannot reveal the commits to weights" in err


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "yaml"])
def test_a_map_is_not_data(net: StakeNet, form: str) -> None:
    code, out, err = net.taoctl("weights", "show", str(OPEN), "--map", "-o", form)
    assert (code, out) == (2, "") and f"-o {form} is not" in err and "leave --map out" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("99",), "there is no subnet 99"),
        ((str(OPEN), "--mechanism", "1"), "has no mechanism 1"),
        ((str(OPEN), "--to", "999"), f"subnet {OPEN} has no uid 999"),
        ((str(OPEN), "--uid", "998"), f"subnet {OPEN} has no uid 998"),
    ],
)
def test_show_says_what_is_not_there(net: StakeNet, words: tuple[str, ...], said: str) -> None:
    code, out, err = net.taoctl("weights", "show", *words)
    assert (code, out) == (2, "") and said in err


def test_what_is_kept_is_for_the_owner_of_the_file_alone(net: StakeNet) -> None:
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    (one,) = kept(net)
    assert one.hotkey_ss58 == ALICE and len(one.salt) == 8
    assert str(one.salt[0]) not in repr(one)
    file = paths.data_dir() / "journal.sqlite3"
    for path in (file, *file.parent.glob("journal.sqlite3-*")):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(file.parent).st_mode) == 0o700


_KILLED = """
import os, signal, sys
import taoctl.submit.send as sending
real = sending.send
async def killed(*args, **kwargs):
    if sys.argv[1] == "after":
        await real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
sending.send = killed
from taoctl.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("when", ["after", "before"])
def test_a_commit_is_revealed_after_a_kill(net: StakeNet, when: str) -> None:
    words = ["weights", "set", str(HIDDEN), SALTED, "4=2", "5=1", *AS_ALICE, "-n", net.chain.url]
    child = subprocess.run(
        [sys.executable, "-c", _KILLED, when, *words], capture_output=True, timeout=120
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    if when == "before":
        # Nothing was sent; what was kept of it is in nobody's way.
        assert len(kept(net)) == 1 and status(net) == []
        net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=2", "5=1", *AS_ALICE)
    (one,) = status(net)
    assert one["kept"]
    to_block(net, one["reveal_from_block"] - 1)
    net.data("taoctl.tx.1", "weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert row(net, HIDDEN) == ((4, 65535), (5, 32768))


def test_a_commit_of_another_machine_is_listed_and_not_revealed(
    net: StakeNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net.data("taoctl.tx.1", "weights", "set", str(HIDDEN), SALTED, "4=1", "5=1", *AS_ALICE)
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "another"))
    assert [one["kept"] for one in status(net)] == [False]
    refused = net.failure("weights", "reveal", str(HIDDEN), *AS_ALICE)
    assert "whose weights and salt are kept here" in refused["message"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no weights were given"),
        (("4",), "is not UID=WEIGHT"),
        (("4=-1",), "is no weight"),
        (("4=x",), "is no weight"),
        (("4=nan",), "is no weight"),
        (("70000=1",), "is no UID"),
        (("4=1", "4=2"), "UID 4 has two weights"),
        (("4=0",), "no weight is above zero"),
        (("4=50%", "5=25"), "some weights have a % and others none"),
        (("4=1", "--file", "w.csv"), "given twice"),
        (("--file", "missing.csv"), "cannot be read"),
    ],
)
def test_what_is_no_weight_is_said_to_be_none(
    net: StakeNet, words: tuple[str, ...], said: str
) -> None:
    code, out, err = net.taoctl("weights", "set", str(OPEN), *words, *AS_ALICE)
    assert (code, out) == (2, "")
    assert said in err


def test_what_is_wrong_in_a_file_is_said_with_its_line(net: StakeNet, tmp_path: Path) -> None:
    file = tmp_path / "weights.csv"
    file.write_text("uid,weight\n4,1\n5,much\n")
    words = ("weights", "set", str(OPEN), "--file", str(file), *AS_ALICE)
    code, out, err = net.taoctl(*words)
    assert (code, out) == (2, "")
    assert f"line 3 of {file}: 'much' is no weight" in err


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        "[[4]]",
        '{"4": true}',
        '{"4": null}',
        '{"4": NaN}',
        '{"4": 1, "4": 2}',
        '[{"uid": 4}]',
        '[{"uid": 4, "weight": 1, "uid": 5}]',
        "4,1,1",
        "uid,weight",
        "{",
        "[" * 100_000,
        "4,1\r5,1\r",
        "4," + "1" * 200_000,
        "4,50%\n5,0.25",
    ],
)
def test_a_file_of_something_else_is_refused(net: StakeNet, tmp_path: Path, text: str) -> None:
    file = tmp_path / "weights"
    file.write_text(text)
    words = ("weights", "set", str(OPEN), "--file", str(file), *AS_ALICE)
    code, out, err = net.taoctl(*words)
    assert (code, out) == (2, ""), err
    assert "Traceback" not in err
