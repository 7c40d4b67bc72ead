"""The journal keeps every transaction, through crashes and beside other processes."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taoctl.errors import BadDataError, Exit, UsageError
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal

GENESIS = "0x" + "11" * 32
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


def a_record(number: int = 0, **values: object) -> Record:
    known: dict[str, object] = {
        "network": "local",
        "genesis": GENESIS,
        "endpoint": "ws://127.0.0.1:9944",
        "signer_ss58": ALICE,
        "intent": "transfer 1 TAO",
        "call": "Balances.transfer_keep_alive",
        "digest": f"{number:064x}",
        "extrinsic": bytes([number % 256, 4, 0]),
        "extrinsic_hash": f"0x{number:064x}",
        "nonce": number,
        "tip_rao": 0,
        "spec_version": 424,
        "from_block": 10,
        "last_block": 73,
    }
    return Record(**{**known, **values})  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def test_a_record_comes_back_as_it_was_written(path: Path) -> None:
    with Journal(path) as journal:
        written = journal.add(a_record(7, last_block=None, tip_rao=5))
        assert written.id == 1
        assert written.created_ms > 1_700_000_000_000
        assert journal.get(1) == written
    with Journal(path) as again:
        assert again.get(1) == written
        assert again.find(written.extrinsic_hash) == written
        assert again.find("0x00") is None


def test_its_file_is_the_users_alone(path: Path) -> None:
    with Journal(path) as journal:
        journal.add(a_record())
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_reading_makes_no_file(path: Path) -> None:
    journal = Journal(path)
    assert journal.pending() == journal.list() == journal.steps(1) == ()
    assert journal.find_identical("00") is None
    with pytest.raises(UsageError, match="no transaction 3"):
        journal.get(3)
    assert not path.parent.exists()


def test_what_is_on_disk_survives_without_closing(path: Path) -> None:
    Journal(path).add(a_record())
    assert len(Journal(path).list()) == 1


def test_every_write_waits_for_the_disk(path: Path) -> None:
    with Journal(path) as journal:
        journal.add(a_record())
        db = journal._db
        assert db is not None
        (mode,), (synchronous,) = (
            db.execute(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "synchronous")
        )
        # With a write-ahead log only FULL (2) and EXTRA flush each commit before it returns.
        assert (mode, synchronous) == ("wal", 2)


def test_a_record_that_moved_meanwhile_is_left_as_it_is(path: Path) -> None:
    with Journal(path) as journal, Journal(path) as other:
        old = journal.add(a_record())
        new = other.move(old.id, State.IN_BLOCK, block=14, block_hash="0x0e", index=1)
        assert journal.move(old.id, State.UNKNOWN, seen=old, reason="nobody saw it") == new
        assert journal.get(old.id) == new
        assert journal.move(old.id, State.SENT, seen=new, block=None).state is State.SENT


def test_states_are_steps_and_a_final_record_stays(path: Path) -> None:
    with Journal(path) as journal:
        record = journal.add(a_record())
        journal.move(record.id, State.SENT, acknowledged=True)
        journal.move(record.id, State.SENT, acknowledged=True)
        journal.move(record.id, scanned_to=12)
        journal.move(record.id, State.IN_BLOCK, block=14, block_hash="0x0e", index=1)
        final = journal.move(record.id, State.FINALIZED, final=True)
        assert journal.move(record.id, State.UNKNOWN, block=None, reason="late") == final
        assert journal.get(record.id) == final
        assert final.block == 14 and final.final and final.acknowledged
        steps = journal.steps(record.id)
        assert [step.state for step in steps] == [
            State.PREPARED,
            State.SENT,
            State.IN_BLOCK,
            State.FINALIZED,
        ]
        assert [step.final for step in steps] == [False, False, False, True]


def test_what_names_a_transaction_cannot_be_changed(path: Path) -> None:
    with Journal(path) as journal:
        record = journal.add(a_record())
        for name in ("extrinsic", "digest", "nonsense"):
            with pytest.raises(ValueError, match=name):
                journal.move(record.id, **{name: "x"})


def test_pending_and_identical(path: Path) -> None:
    with Journal(path) as journal:
        first = journal.add(a_record(1, digest="aa"))
        other = journal.add(a_record(2, digest="aa", signer_ss58=BOB))
        away = journal.add(a_record(3, genesis="0x22"))
        assert [r.id for r in journal.pending()] == [first.id, other.id, away.id]
        assert [r.id for r in journal.pending(GENESIS)] == [first.id, other.id]
        assert [r.id for r in journal.pending(GENESIS, BOB)] == [other.id]
        identical = journal.find_identical("aa")
        assert identical is not None and identical.id == other.id
        journal.move(other.id, State.IN_BLOCK)
        identical = journal.find_identical("aa")
        assert identical is not None and identical.id == first.id
        journal.move(first.id, State.EXPIRED, final=True)
        assert journal.find_identical("aa") is None
        assert [r.id for r in journal.list(limit=2)] == [away.id, other.id]
        assert [r.id for r in journal.list(GENESIS)] == [other.id, first.id]


def test_the_same_bytes_are_written_once(path: Path) -> None:
    with Journal(path) as journal:
        journal.add(a_record(1))
        with pytest.raises(UsageError, match="already"):
            journal.add(a_record(1))
        assert len(journal.list()) == 1


def _damaged_header(path: Path) -> bytes:
    return b"not a database at all" * 100


def _damaged_middle(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    return bytes(content)


def _cut(path: Path) -> bytes:
    return path.read_bytes()[:5000]


@pytest.mark.parametrize("damage", [_damaged_header, _damaged_middle, _cut])
def test_a_damaged_file_is_said_and_not_touched(path: Path, damage: object) -> None:
    with Journal(path) as journal:
        for number in range(40):
            journal.add(a_record(number))
    content = damage(path)  # type: ignore[operator]
    path.write_bytes(content)
    for work in (
        lambda journal: journal.list(),
        lambda journal: journal.add(a_record(99)),
        lambda journal: journal.move(1, State.SENT),
    ):
        with pytest.raises(BadDataError, match="damaged") as caught:
            work(Journal(path))
        assert caught.value.exit_code is Exit.BAD_DATA
        assert caught.value.hint is not None and "move the file aside" in caught.value.hint
    assert path.read_bytes() == content


def test_another_programs_file_and_a_newer_version_are_left_alone(path: Path) -> None:
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE x (y)")
    db.close()
    with pytest.raises(BadDataError, match="another program"):
        Journal(path).add(a_record())
    path.unlink()
    Journal(path).add(a_record())
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(BadDataError, match="version 2"):
        Journal(path).list()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(UsageError, match="cannot be used"):
        Journal(file / "journal.sqlite3").add(a_record())


_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_journal import a_record
from taoctl.journal.record import State
from taoctl.journal.store import Journal
journal = Journal(Path(sys.argv[1]))
first = int(sys.argv[2])
number = first
while number < first + int(sys.argv[4]):
    record = journal.add(a_record(number))
    print(record.id, flush=True)
    journal.move(record.id, State.SENT)
    number += 1
"""


def _writer(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", _WRITER, str(path), str(first), str(Path(__file__).parent)]
    return subprocess.Popen([*words, str(count)], stdout=subprocess.PIPE, text=True)


def test_two_processes_write_at_once(path: Path) -> None:
    writers = [_writer(path, first, 25) for first in (1000, 2000)]
    for writer in writers:
        assert writer.wait(120) == 0
        assert writer.stdout is not None
        writer.stdout.close()
    records = Journal(path).list()
    assert len(records) == 50 == len({record.id for record in records})
    assert {record.state for record in records} == {State.SENT}


def test_nothing_that_was_written_is_lost_to_kill_9(path: Path) -> None:
    told: set[int] = set()
    for turn in range(3):
        writer = _writer(path, 1000 * turn, 100_000)
        assert writer.stdout is not None
        told |= {int(writer.stdout.readline()) for _ in range(3)}
        time.sleep(0.05 + 0.03 * turn)
        os.kill(writer.pid, signal.SIGKILL)
        told |= {int(line) for line in writer.stdout.read().splitlines()}
        writer.wait()
        writer.stdout.close()
    known = {record.id for record in Journal(path).list()}
    assert told <= known
    assert len(known) <= len(told) + 3
    assert len(told) > 3
