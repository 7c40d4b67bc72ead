"""`taoctl tx`: what is in the journal, and how commands go on with it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl.cli.main import main
from taoctl.cli.schemas import every, file_name
from taoctl.errors import Exit
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from submit_child import submit

from taoctl.submit.options import Wait

GENESIS = "0x" + "ab" * 32
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("TAOCTL_", "BT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    return tmp_path


def write(number: int, **values: Any) -> Record:
    known: dict[str, Any] = {
        "network": "ws://127.0.0.1:1",
        "genesis": GENESIS,
        "endpoint": "ws://127.0.0.1:1",
        "signer_ss58": ALICE,
        "intent": f"send {number} TAO",
        "call": "Balances.transfer_keep_alive",
        "digest": f"{number:x}",
        "extrinsic": bytes([number]),
        "extrinsic_hash": f"0x{number:064x}",
        "nonce": number,
        "tip_rao": 0,
        "spec_version": 424,
        "from_block": 10,
        "last_block": 73,
    }
    with Journal() as journal:
        return journal.add(Record(**{**known, **values}))


def answer(argv: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    assert main([*argv, "-o", "json"]) == code
    said = json.loads(capsys.readouterr().out)
    jsonschema.validate(said, every()[file_name(said["schema"])])
    return said["data"]


def test_without_a_journal_there_is_nothing_and_no_file(
    capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    assert answer(["tx", "list"], capsys) == []
    assert answer(["tx", "resume"], capsys) == []
    assert main(["tx", "show", "1"]) == Exit.USAGE
    assert not (own_home / "home" / "data").exists()


def test_the_list_is_newest_first_and_can_be_narrowed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(1, network="finney")
    write(2)
    write(3, network="finney")
    with Journal() as journal:
        journal.move(3, State.FINALIZED, final=True, block=20)
    assert [one["id"] for one in answer(["tx", "list"], capsys)] == [3, 2, 1]
    assert [one["id"] for one in answer(["tx", "list", "--pending"], capsys)] == [2, 1]
    assert [one["id"] for one in answer(["tx", "list", "-n", "finney"], capsys)] == [3, 1]
    assert [one["id"] for one in answer(["tx", "list", "--limit", "1"], capsys)] == [3]
    assert main(["tx", "list"]) == 0
    out = capsys.readouterr().out
    assert "finalized" in out and "send 3 TAO" in out


def test_one_transaction_has_its_steps(capsys: pytest.CaptureFixture[str]) -> None:
    record = write(1)
    with Journal() as journal:
        journal.move(record.id, State.SENT, acknowledged=True)
        journal.move(record.id, State.UNKNOWN, reason="the\x1b[31m node said\nso")
    shown = answer(["tx", "show", record.extrinsic_hash], capsys)
    assert shown["extrinsic"] == "0x01"
    assert shown["transaction"]["state"] == "unknown"
    assert [step["state"] for step in shown["steps"]] == ["prepared", "sent", "unknown"]
    assert main(["tx", "show", "1"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "node said" in out
    assert main(["tx", "show", "0xdead"]) == Exit.USAGE
    assert "no transaction" in capsys.readouterr().err


def test_a_damaged_journal_is_exit_8(capsys: pytest.CaptureFixture[str]) -> None:
    write(1)
    path = Journal().path
    path.write_bytes(b"nonsense" * 1000)
    assert main(["tx", "list"]) == Exit.BAD_DATA
    assert "damaged" in capsys.readouterr().err


def test_a_chain_that_is_gone_leaves_them_open(capsys: pytest.CaptureFixture[str]) -> None:
    write(1)
    assert main(["tx", "resume", "--timeout", "1"]) == Exit.UNREACHABLE
    assert "1 on ws://127.0.0.1:1" in capsys.readouterr().err
    with Journal() as journal:
        assert journal.get(1).unresolved


def test_what_is_gone_for_good_can_be_closed(capsys: pytest.CaptureFixture[str]) -> None:
    write(1)
    assert main(["tx", "close", "1"]) == Exit.USAGE
    assert "--yes" in capsys.readouterr().err
    (row,) = answer(["tx", "close", "1", "-y"], capsys)
    assert (row["id"], row["state"], row["final"]) == (1, "prepared", True)
    assert answer(["tx", "list", "--pending"], capsys) == []
    assert answer(["tx", "resume"], capsys) == []
    with Journal() as journal:
        assert journal.find_identical("1") is None
        assert journal.steps(1)[-1].reason == "closed by the user"


def test_what_could_not_be_asked_about_is_open_still(capsys: pytest.CaptureFixture[str]) -> None:
    import asyncio

    with ThreadChain(block_time=60, finality_lag=0) as chain, Journal() as journal:
        asyncio.run(submit(chain.url, "//Alice", BOB, 5, Wait.NONE, 5, journal))
        chain.make_blocks(1)
        write(2)
        write(3, network=chain.url)
        done = answer(["tx", "resume", "--timeout", "2"], capsys, Exit.UNKNOWN_OUTCOME)
        assert [row["state"] for row in done] == ["finalized"]
        # On that network there is another chain now.
        assert answer(["tx", "resume", "3"], capsys, Exit.UNKNOWN_OUTCOME) == []


def test_resume_and_wait_find_out(capsys: pytest.CaptureFixture[str]) -> None:
    import asyncio

    with ThreadChain(block_time=60, finality_lag=2) as chain, Journal() as journal:
        chain.make_blocks(2)
        asyncio.run(submit(chain.url, "//Alice", BOB, 5, Wait.NONE, 5, journal))
        (row,) = answer(["tx", "resume"], capsys, Exit.UNKNOWN_OUTCOME)
        assert (row["state"], row["final"], row["block"]) == ("sent", False, None)
        assert main(["tx", "wait", "1", "--limit", "0.2"]) == Exit.UNKNOWN_OUTCOME
        assert "tx resume 1" in capsys.readouterr().err
        # Any other command says it, in one line.
        assert main(["chain", "info", "-n", chain.url, "-q"]) == 0
        (line,) = capsys.readouterr().err.splitlines()
        assert "transaction 1" in line and "tx resume 1" in line
        chain.make_blocks(1)
        row = answer(["tx", "wait", "1", "--wait", "inblock"], capsys)
        assert (row["state"], row["block"]) == ("in_block", 3)
        chain.make_blocks(3)
        row = answer(["tx", "wait", "1"], capsys)
        assert (row["state"], row["final"]) == ("finalized", True)
        assert row["fee"]["rao"].isdecimal()
        assert main(["tx", "wait", "1", "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["simulated"] is True
        assert main(["tx", "wait", "1"]) == 0
        assert f"{chain.url} SIM · block 3" in capsys.readouterr().err
        assert answer(["tx", "resume"], capsys) == []
        assert main(["chain", "info", "-n", chain.url, "-q"]) == 0
        assert capsys.readouterr().err == ""


def test_a_failed_one_is_exit_1_and_another_chain_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import asyncio

    with ThreadChain(block_time=60) as chain, Journal() as journal:
        asyncio.run(submit(chain.url, "//Alice", BOB, 5, Wait.NONE, 5, journal))
        write(7, network=chain.url)
        chain.make_blocks(30)
        assert main(["tx", "wait", "2"]) == Exit.USAGE
        assert "another chain" in capsys.readouterr().err
        journal.move(1, State.EXPIRED, final=True, reason="as a test says")
        row = answer(["tx", "wait", "1"], capsys, Exit.REFUSED)
        assert row["state"] == "expired"


_PROBE = """
import json, sys
from taoctl.cli.main import main
code = main(["chain", "info", "-q", "-o", "json", "-n", sys.argv[1]])
print(json.dumps([code, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def test_reads_load_no_database_while_there_is_no_journal() -> None:
    import subprocess

    def loaded(url: str) -> set[str]:
        words = [sys.executable, "-c", _PROBE, url]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        code, names = json.loads(done.stdout.splitlines()[-1])
        assert code == 0
        return set(names)

    with ThreadChain(block_time=60) as chain:
        names = loaded(chain.url)
        assert names & {"sqlite3", "keyring", "substrateinterface", "scalecodec"} == set()
        assert "bittensor_core" in names
        write(1)
        assert "sqlite3" in loaded(chain.url)
