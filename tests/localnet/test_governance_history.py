"""What is kept of proposals: how they ended, from looks and events, against the chain itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
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
from referenda_chain import PROPOSERS, TRIUMVIRATE

from taoctl.cli.main import main
from taoctl.localnet.genesis.accounts import dev_account

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The `data` of a command's JSON, checked against its published schema."""
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return partial(json_data, capsys)


def by_id(found: Any) -> dict[str, Any]:
    """Listed proposals by id."""
    return {one["id"]: one for one in found["proposals"]}


def test_a_referendum_that_ended_keeps_the_call_and_votes_it_was_seen_with(run: Run) -> None:
    with referenda_net() as net:
        call = submit(net)
        submit(net, PROPOSERS[1], 2 * TAO)
        act(net, vote(TRIUMVIRATE[0], 0, True), vote(TRIUMVIRATE[1], 1, False))
        assert set(by_id(run(net.url, "gov", "list"))) == {"0", "1"}
        act(net, vote(TRIUMVIRATE[1], 0, True), vote(TRIUMVIRATE[2], 1, False))
        ended = act(net)
        assert set(by_id(run(net.url, "gov", "list"))) == {"2"}
        found = by_id(run(net.url, "gov", "list", "--all"))
        assert {one: row["status"] for one, row in found.items()} == {
            "0": "delegated",
            "1": "rejected",
            "2": "ongoing",
        }
        assert found["0"]["does"].startswith("Balances.force_set_balance(who 5")
        shown = run(net.url, "gov", "show", "0")
        assert (shown["proposer"], shown["ended_block"]) == (PROPOSERS[0], ended)
        assert (shown["call"]["bytes"], shown["child"]) == ("0x" + call.hex(), "2")
        assert {one["voter"] for one in shown["votes"] if one["vote"]} == {TRIUMVIRATE[0]}
        assert shown["track"] == "0 triumvirate"


def test_a_call_of_the_sudo_multisig_that_is_no_longer_there_is_remembered(run: Run) -> None:
    with referenda_net() as net:
        call, digest, opened = open_call(net, 3 * TAO)
        taken_back, other, at = open_call(net, 4 * TAO)
        before = by_id(run(net.url, "gov", "list"))
        assert set(before) == {digest, other}
        carry_out(net, call, opened)
        cancel(net, other, at)
        assert run(net.url, "gov", "list")["proposals"] == []
        found = by_id(run(net.url, "gov", "list", "--all"))
        assert {found[digest]["status"], found[other]["status"]} == {"gone"}
        assert f"gov backfill --from {opened}" in found[digest]["next_step"]
        shown = run(net.url, "gov", "show", digest[:10], "--call-data", "0x" + call.hex())
        assert (shown["id"], shown["proposer"]) == (digest, dev_account("Alice"))
        assert shown["call"]["hash"] == digest
        assert taken_back != call


def test_a_motion_that_was_closed_is_remembered(run: Run) -> None:
    with council_net() as net:
        call, digest = propose(net, 20_000)
        act(net, senator_vote("Dave", digest, 0, True), senator_vote("Eve", digest, 0, True))
        assert by_id(run(net.url, "gov", "list"))["0"]["votes"] == "2/2 · 0/2"
        close(net, call, digest, 0)
        found = by_id(run(net.url, "gov", "list", "--all"))
        assert (found["0"]["status"], found["0"]["hash"]) == ("gone", digest)
        for name in ("0", digest[:8]):
            shown = run(net.url, "gov", "show", name)
            assert shown["call"]["bytes"] == "0x" + call.hex()
            ayes = {one["voter"] for one in shown["votes"] if one["vote"] == "aye"}
            assert ayes == {hotkey("Dave"), hotkey("Eve")}


def test_all_is_of_now_and_a_file_that_cannot_be_kept_does_not_stop_a_list(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with referenda_net() as net:
        submit(net)
        assert main(["gov", "list", "--all", "--at-block", "1", "-n", net.url]) == 2
        assert "not in a block of the past" in capsys.readouterr().err
        kept = tmp_path / "data" / "proposals.sqlite"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"no database" * 100)
        assert main(["gov", "list", "-n", net.url]) == 0
        assert "is not kept" in capsys.readouterr().err
        assert main(["gov", "list", "--all", "-n", net.url]) != 0
        assert "is damaged" in capsys.readouterr().err


def test_a_proposal_that_is_open_is_shown_also_where_the_file_is_damaged(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with referenda_net() as net:
        submit(net)
        kept = tmp_path / "data" / "proposals.sqlite"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"no database" * 100)
        assert main(["gov", "show", "0", "-n", net.url]) == 0
        said = capsys.readouterr()
        assert "referendum 0" in said.out
        assert "is not kept" in said.err
        assert main(["gov", "show", "0xffffff", "-n", net.url]) != 0
        assert "is damaged" in capsys.readouterr().err


def test_a_file_that_another_program_holds_does_not_stop_a_list(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with referenda_net() as net:
        submit(net)
        run(net.url, "gov", "list")
        kept = tmp_path / "data" / "proposals.sqlite"
        with closing(sqlite3.connect(kept, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert main(["gov", "list", "-n", net.url]) == 0
        said = capsys.readouterr()
        assert "database is locked" in said.err
        assert "ongoing" in said.out
