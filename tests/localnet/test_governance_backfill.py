"""`taoctl gov backfill`: how proposals went, from blocks alone, against the chain itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from council_node import hotkey
from history_chain import (
    act,
    cancel,
    carry_out,
    close,
    council_net,
    json_data,
    open_call,
    propose,
    referenda_net,
    senator_vote,
    submit,
    vote,
)
from nodes import TAO
from referenda_chain import PROPOSERS, REVIEWERS, TRIUMVIRATE

from taoctl.chain.client import connect
from taoctl.cli.main import main
from taoctl.errors import RefusedError
from taoctl.history import proposal_backfill
from taoctl.history.proposal_backfill import backfill
from taoctl.history.proposals import ProposalStore
from taoctl.localnet.genesis.accounts import dev_account

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The `data` of a command's JSON, checked against its published schema."""
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return partial(json_data, capsys)


def said(shown: Any, what: str) -> set[str]:
    """Who voted so."""
    return {one["voter"] for one in shown["votes"] if one["vote"] == what}


def test_referenda_from_submission_to_enactment_with_all_votes(run: Run) -> None:
    with referenda_net() as net:
        call = submit(net)
        submit(net, PROPOSERS[1], 2 * TAO)
        act(net, vote(TRIUMVIRATE[0], 0, True), vote(TRIUMVIRATE[1], 1, False))
        act(net, vote(TRIUMVIRATE[1], 0, True), vote(TRIUMVIRATE[2], 1, False))
        act(net)
        act(net, *(vote(who, 2, True) for who in REVIEWERS[:21]), vote(REVIEWERS[27], 2, False))
        net.make_blocks(3)
        run(net.url, "gov", "backfill", "--from", "0")
        rows = {one["id"]: one for one in run(net.url, "gov", "list", "--all")["proposals"]}
        statuses = {one: row["status"] for one, row in rows.items()}
        assert statuses == {"0": "delegated", "1": "rejected", "2": "enacted"}
        first, second, review = (run(net.url, "gov", "show", one) for one in "012")
        assert said(first, "aye") == set(TRIUMVIRATE[:2])
        assert (said(second, "nay"), second["proposer"]) == (set(TRIUMVIRATE[1:]), PROPOSERS[1])
        assert said(review, "aye") == set(REVIEWERS[:21])
        assert said(review, "nay") == {REVIEWERS[27]}
        assert (first["child"], review["parent"], review["track"]) == ("2", "0", "1 review")
        assert first["call"]["bytes"] == review["call"]["bytes"] == "0x" + call.hex()
        assert (review["ayes"], review["nays"], review["seats"]) == (21, 1, 28)
        assert (first["opened_block"], second["opened_block"], review["opened_block"]) == (1, 2, 5)


def test_sudo_calls_are_executed_or_cancelled_and_may_be_opened_again(run: Run) -> None:
    with referenda_net() as net:
        call, digest, opened = open_call(net, 3 * TAO)
        _, other, at = open_call(net, 4 * TAO)
        ended = carry_out(net, call, opened)
        cancel(net, other, at)
        again, _, reopened = open_call(net, 3 * TAO)
        run(net.url, "gov", "backfill", "--from", "0")
        rows = run(net.url, "gov", "list", "--all")["proposals"]
        assert [(one["id"], one["status"], one["opened_block"]) for one in rows] == [
            (digest, "pending", reopened),
            (digest, "executed", opened),
            (other, "cancelled", at),
        ]
        shown = run(net.url, "gov", "show", other)
        assert (shown["status"], shown["proposer"]) == ("cancelled", dev_account("Alice"))
        carry_out(net, again, reopened)
        run(net.url, "gov", "backfill", "--from", "0")
        shown = run(net.url, "gov", "show", digest)
        assert (shown["status"], said(shown, "approved")) == (
            "executed",
            {dev_account("Alice"), dev_account("Bob")},
        )
        assert shown["ended_block"] > ended


def test_motions_are_executed_rejected_and_proposed_again(run: Run) -> None:
    with council_net() as net:
        call, digest = propose(net, 20_000)
        for name in ("Dave", "Eve"):
            act(net, senator_vote(name, digest, 0, False))
        close(net, call, digest, 0)
        propose(net, 20_000)
        act(net, senator_vote("Dave", digest, 1, True), senator_vote("Eve", digest, 1, True))
        ended = close(net, call, digest, 1)
        run(net.url, "gov", "backfill", "--from", "0")
        rows = run(net.url, "gov", "list", "--all")["proposals"]
        assert [(one["id"], one["status"]) for one in rows] == [
            ("0", "rejected"),
            ("1", "executed"),
        ]
        rejected, done = (run(net.url, "gov", "show", one) for one in "01")
        assert said(rejected, "nay") == said(done, "aye") == {hotkey("Dave"), hotkey("Eve")}
        assert (done["ended_block"], done["proposer"]) == (ended, dev_account("Alice"))
        assert done["call"]["bytes"] == rejected["call"]["bytes"] == "0x" + call.hex()


def test_what_is_interrupted_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal_backfill, "PART", 4)
    read: list[int] = []
    whole = proposal_backfill.read_block
    stop_at = [9]

    async def counted(view: Any) -> Any:
        if view.block == stop_at[0]:
            raise RefusedError("no longer has the state")
        read.append(view.block)
        return await whole(view)

    monkeypatch.setattr(proposal_backfill, "read_block", counted)
    with referenda_net() as net:
        submit(net)
        net.make_blocks(15)
        store = ProposalStore(tmp_path / "proposals.sqlite")

        async def work() -> list[tuple[int, int]]:
            async with connect(net.url, timeout=30, cache_dir=tmp_path) as chain:
                return [(one.done, one.block) async for one in backfill(chain, store, 0, 15)]

        with pytest.raises(RefusedError):
            asyncio.run(work())
        kept = store.unread("0x" + net.node.block(0).hash.hex(), 0, 15)
        assert kept == ((8, 15),)
        stop_at[0] = -1
        read.clear()
        assert asyncio.run(work()) == [(12, 11), (16, 15)]
        assert sorted(read) == list(range(8, 16))
        assert asyncio.run(work()) == [(16, 15)]


def test_blocks_that_are_not_finalized_or_there_are_not_read(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with referenda_net(finality_lag=2) as net:
        net.make_blocks(5)
        for words in (("--from", "0", "--to", "4"), ("--from", "4")):
            assert main(["gov", "backfill", *words, "-n", net.url]) == 2
            assert "block 4 is not finalized" in capsys.readouterr().err
        found = run(net.url, "gov", "backfill", "--from", "1")
        assert found == {"first_block": 1, "last_block": 3, "blocks": 3, "events": 0}
