"""`taoctl gov watch`: each event once, over blocks taken back and nodes that are away."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from chain_thread import ThreadChain
from history_chain import act, close, council_net, open_call, propose, referenda_net, submit, vote
from history_chain import senator_vote as senator
from nodes import TAO
from referenda_chain import PROPOSERS, TRIUMVIRATE

from taoctl.chain.client import Chain, connect
from taoctl.cli.gov.watch import _line
from taoctl.cli.main import main
from taoctl.cli.schemas import every
from taoctl.history import proposal_watch
from taoctl.history.proposal_watch import News, ProposalWatch
from taoctl.history.proposals import ProposalStore
from taoctl.localnet.sealing import Seal
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.event_rows import event_rows, gone_row
from taoctl.reads.governance.events import ProposalEvent
from taoctl.reads.governance.proposal import Proposal, Status

TAOCTL = Path(sys.executable).with_name("taoctl")
PATIENT_S = 120.0


def told(news: News) -> list[tuple[int, str, int | None]]:
    """Block, name and index of the events in it."""
    return [(read.block, one.name, one.index) for read in news.reads for one in read.events]


async def looked(watch: ProposalWatch, chain: Chain) -> News:
    """One more look, at the newest block."""
    return await watch.look(await chain.at_head())


@pytest.fixture
def store(tmp_path: Path) -> ProposalStore:
    return ProposalStore(tmp_path / "proposals.sqlite")


def past(store: ProposalStore, chain: Chain) -> dict[str, Proposal]:
    """What is kept, by id."""
    return {one.id: one for one in store.past(chain.genesis)}


def test_each_block_is_told_once_however_many_came_at_once(
    store: ProposalStore, tmp_path: Path
) -> None:
    async def work() -> None:
        async with connect(net.url, timeout=30, cache_dir=tmp_path) as chain:
            watch = ProposalWatch(store)
            assert told(await looked(watch, chain)) == []
            submit(net)
            submit(net, PROPOSERS[1], 2 * TAO)
            assert told(await looked(watch, chain)) == [(1, "Submitted", 0), (2, "Submitted", 1)]
            assert told(await looked(watch, chain)) == []
            act(net, vote(TRIUMVIRATE[0], 0, False), vote(TRIUMVIRATE[1], 0, False))
            act(net)
            news = await looked(watch, chain)
            names = [(3, "Voted", 0), (3, "Voted", 0), (4, "Rejected", 0)]
            assert (told(news), news.gone_from, news.left_out) == (names, None, None)
            ended = past(store, chain)["0"]
            assert (ended.status, ended.ended_block) == (Status.REJECTED, 4)
            assert set(ended.nays) == set(TRIUMVIRATE[:2])
            assert ended.call is not None and ended.proposer == PROPOSERS[0]

    with referenda_net() as net:
        asyncio.run(work())


def test_blocks_that_are_taken_back_are_forgotten_and_what_replaces_them_is_told(
    store: ProposalStore, tmp_path: Path
) -> None:
    async def work() -> None:
        async with connect(net.url, timeout=30, cache_dir=tmp_path) as chain:
            watch = ProposalWatch(store)
            submit(net)
            await looked(watch, chain)
            act(net, vote(TRIUMVIRATE[0], 0, True))
            submit(net, PROPOSERS[1], 2 * TAO)
            await looked(watch, chain)
            assert set(past(store, chain)) == {"0", "1"}
            assert past(store, chain)["0"].ayes == (TRIUMVIRATE[0],)
            assert net.go_back(2, forget=True)
            act(net, vote(TRIUMVIRATE[2], 0, False))
            news = await looked(watch, chain)
            assert (told(news), news.gone_from) == ([(2, "Voted", 0)], 2)
            (kept,) = past(store, chain).values()
            assert (kept.ayes, kept.nays, kept.proposer) == ((), (TRIUMVIRATE[2],), PROPOSERS[0])
            assert kept.call is not None
            assert net.go_back(1, forget=True)
            news = await looked(watch, chain)
            assert (told(news), news.gone_from) == ([], 2)
            assert past(store, chain)["0"].nays == ()

    with referenda_net(finality_lag=9) as net:
        asyncio.run(work())


def test_more_blocks_than_it_reads_are_named(
    store: ProposalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal_watch, "REACH", 3)

    async def work() -> None:
        async with connect(net.url, timeout=30, cache_dir=tmp_path) as chain:
            watch = ProposalWatch(store)
            await looked(watch, chain)
            submit(net)
            net.make_blocks(4)
            submit(net, PROPOSERS[1], 2 * TAO)
            news = await looked(watch, chain)
            assert (told(news), news.left_out) == ([(6, "Submitted", 1)], (1, 3))
            act(net)
            news = await looked(watch, chain)
            assert ([read.block for read in news.reads], news.left_out) == ([7], None)

    with referenda_net() as net:
        asyncio.run(work())


def test_one_block_of_the_past_and_a_chain_of_the_council(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    with council_net() as net:
        call, digest = propose(net, 20_000)
        act(net, senator("Dave", digest, 0, True), senator("Eve", digest, 0, True))
        close(net, call, digest, 0)
        rows = []
        for block in "123":
            words = ["gov", "watch", "--blocks", "1", "--at-block", block, "-o", "json"]
            assert main([*words, "-n", net.url]) == 0
            whole = json.loads(capsys.readouterr().out)
            jsonschema.validate(whole, every()["taoctl.gov.watch.1.json"])
            rows += [(one["event"], one["id"], one["what"]) for one in whole["data"]]
    does = "AdminUtils.sudo_set_kappa(netuid 1, kappa 20000)"
    assert rows == [
        ("Triumvirate.Proposed", "0", does),
        ("Triumvirate.Voted", digest, None),
        ("Triumvirate.Voted", digest, None),
        ("Triumvirate.Closed", "0", None),
        ("Triumvirate.Approved", "0", None),
        ("Triumvirate.Executed", "0", None),
    ]


def test_the_command_tells_events_of_all_backends_and_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    with referenda_net() as net:
        words = [str(TAOCTL), "gov", "watch", "--blocks", "4", "-n", net.url]
        with subprocess.Popen(
            words, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if "watching 0 proposals" in line:
                    break
            submit(net)
            act(net, vote(TRIUMVIRATE[0], 0, True))
            _, digest, _ = open_call(net, 3 * TAO)
            out, err = process.communicate(timeout=PATIENT_S)
        assert (process.returncode, err) == (0, "")
        rows = [json.loads(line)["data"] for line in out.splitlines()]
        assert [(one["event"], one["id"], one["vote"]) for one in rows] == [
            ("Referenda.Submitted", "0", None),
            ("SignedVoting.Voted", "0", "aye"),
            ("Multisig.NewMultisig", digest, None),
        ]
        assert rows[0]["what"].startswith("Balances.force_set_balance(who 5")
        assert (rows[1]["ayes"], rows[1]["nays"], rows[1]["total"]) == (1, 0, 3)
        assert main(["gov", "list", "--all", "-n", net.url, "-o", "json"]) == 0
        listed = json.loads(capsys.readouterr().out)["data"]["proposals"]
        assert [one["id"] for one in listed] == ["0", digest]


def test_lines_for_people_stand_below_each_other() -> None:
    event = ProposalEvent(
        backend=Backend.REFERENDA,
        place=0,
        pallet="SignedVoting",
        name="Voted",
        index=7,
        who=TRIUMVIRATE[0],
        aye=True,
        ayes=2,
        nays=0,
    )
    (row,) = event_rows(None, 420, "0x", [event], ())  # type: ignore[arg-type]
    assert _line(row).startswith("block 420  7           SignedVoting.Voted by 5")
    assert _line(row).endswith("aye (2 ayes, 0 nays)")
    assert _line(gone_row(421)).startswith("block 421              Reorganised: what was told")


def test_a_form_with_an_end_or_a_chain_without_governance_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    with referenda_net() as net:
        assert main(["gov", "watch", "-o", "json", "-n", net.url]) == 2
        assert "a watch has no end" in capsys.readouterr().err
    with ThreadChain(seal=Seal.MANUAL, finality_lag=0) as net:
        assert main(["gov", "watch", "-o", "ndjson", "-n", net.url]) == 2
        assert "no governance that taoctl knows" in capsys.readouterr().err
