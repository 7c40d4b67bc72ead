"""What was seen and told of proposals, kept on disk: chains forget how they ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from taoctl.errors import BadDataError, UsageError
from taoctl.history.proposal_course import Seen, Told, courses, merged
from taoctl.history.proposal_forms import event_text, proposal_text, read_event, read_proposal
from taoctl.paths import data_dir
from taoctl.reads.governance.events import ProposalEvent
from taoctl.reads.governance.proposal import Proposal, Status

_VERSION = 1
_WAIT_S = 3.0
"""How long another program's writing is waited for; a command that waits twice still answers."""
_SCHEMA = """
CREATE TABLE seen (
    genesis TEXT    NOT NULL,
    backend TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    began   TEXT    NOT NULL,
    open    INTEGER NOT NULL,
    block   INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (genesis, backend, id, began, open)
) WITHOUT ROWID;
CREATE TABLE told (
    genesis TEXT    NOT NULL,
    block   INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (genesis, block, place)
) WITHOUT ROWID;
CREATE TABLE ranges (
    genesis TEXT    NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (genesis, first)
) WITHOUT ROWID;
"""
_FIND = "SELECT block, body FROM seen WHERE genesis=? AND backend=? AND id=? AND began=? AND open=?"
_ONE = "genesis=? AND backend=? AND id=? AND began=? AND open=?"
_LATER = "SELECT genesis, backend, id, began, open, body FROM seen WHERE genesis=? AND block>=?"
_FORGET_END = (
    "DELETE FROM seen WHERE genesis=? AND backend=? AND id=? AND began=? AND open=0 AND block<=?"
)


@dataclass(frozen=True, slots=True)
class BlockEvents:
    """The events of proposals in one block."""

    block: int
    events: tuple[ProposalEvent, ...]


def default_path() -> Path:
    """The file that the program keeps proposals in."""
    return data_dir() / "proposals.sqlite"


class ProposalStore:
    """The proposals of one file, by the genesis hash of their chains.

    Each method opens the file for itself, creating it (mode 0600 in a 0700 folder) where it is
    missing; several programs may use one at once. All of them block.

    Every method raises BadDataError for a file that is none of this program's, and UsageError
    for one that cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def see(self, genesis: str, block: int, proposals: Iterable[Proposal]) -> None:
        """Keep how proposals stand after a block; of each the newest look, and its call."""
        rows = [one for one in proposals if one.status is not Status.GONE]
        if not rows:
            return
        with self._opened() as db:
            for one in rows:
                self._see(db, genesis, block, one)

    def tell(
        self, genesis: str, blocks: Iterable[BlockEvents], read: tuple[int, int] | None = None
    ) -> None:
        """Keep the events of blocks, instead of those known of the same blocks.

        Args:
            read: first and last of finalized blocks that need not be read again.
        """
        with self._opened() as db:
            for one in blocks:
                db.execute("DELETE FROM told WHERE genesis=? AND block=?", (genesis, one.block))
                db.executemany(
                    "INSERT INTO told VALUES (?, ?, ?, ?)",
                    [(genesis, one.block, event.place, event_text(event)) for event in one.events],
                )
            if read is not None:
                _mark(db, genesis, *read)

    def forget_from(self, genesis: str, block: int) -> None:
        """Drop what is of this block or a later one: the chain has gone back behind it.

        Of a proposal that is older the call and the like stay, as of the block before.
        """
        with self._opened() as db:
            db.execute("DELETE FROM told WHERE genesis=? AND block>=?", (genesis, block))
            db.execute("DELETE FROM seen WHERE genesis=? AND block>=? AND open=0", (genesis, block))
            for key in db.execute(_LATER, (genesis, block)).fetchall():
                opened = read_proposal(key[-1]).opened_block
                if opened is not None and opened >= block:
                    db.execute(f"DELETE FROM seen WHERE {_ONE}", key[:-1])
                else:
                    db.execute(f"UPDATE seen SET block=? WHERE {_ONE}", (block - 1, *key[:-1]))

    def past(self, genesis: str) -> tuple[Proposal, ...]:
        """All proposals of a chain that are known of, as they were when they were last heard of."""
        with self._opened() as db:
            seen = db.execute("SELECT block, body FROM seen WHERE genesis=?", (genesis,)).fetchall()
            told = db.execute(
                "SELECT block, body FROM told WHERE genesis=? ORDER BY block, place", (genesis,)
            ).fetchall()
        return courses(
            [Seen(block, read_proposal(body)) for block, body in seen],
            [Told(block, read_event(body)) for block, body in told],
        )

    def unread(self, genesis: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """The parts of a range of blocks, by first and last, whose events were not read yet."""
        with self._opened() as db:
            known = _ranges(db, genesis)
        found, at = [], first
        for begin, end in known:
            if begin > last:
                break
            if begin > at:
                found.append((at, begin - 1))
            at = max(at, end + 1)
        if at <= last:
            found.append((at, last))
        return tuple(found)

    def _see(self, db: sqlite3.Connection, genesis: str, block: int, one: Proposal) -> None:
        began = "" if one.timepoint is None else "{}-{}".format(*one.timepoint)
        key = (genesis, one.backend.value, one.id, began)
        known = db.execute(_FIND, (*key, one.open)).fetchone()
        if known is not None and known[0] > block:
            block, one = known[0], merged(one, read_proposal(known[1]))
        elif known is not None:
            one = merged(read_proposal(known[1]), one)
        if one.open:
            # What is open now had not ended before: the chain has gone back behind that.
            db.execute(_FORGET_END, (*key, block))
        db.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, one.open, block, proposal_text(one)),
        )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, in one transaction that is written when the block ends well."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        except OSError as problem:
            raise UsageError(
                f"the history of proposals {self.path} cannot be created: {problem.strerror}",
                "check the permissions of its folder",
            ) from problem
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as db, db:
                db.execute("BEGIN IMMEDIATE")
                self._prepare(db)
                yield db
        except sqlite3.OperationalError as problem:
            raise UsageError(
                f"the history of proposals {self.path} cannot be used: {problem}",
                _remedy(problem),
            ) from problem
        except (sqlite3.DatabaseError, OverflowError) as problem:
            raise BadDataError(
                f"the history of proposals {self.path} is damaged: {problem}",
                "move the file aside; `taoctl gov backfill` reads it from the chain again",
            ) from problem

    def _prepare(self, db: sqlite3.Connection) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == _VERSION:
            return
        if version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise BadDataError(
                f"the history of proposals {self.path} has version {version}, "
                f"this taoctl reads version {_VERSION}",
                "use the taoctl that wrote it, or move the file aside",
            )
        for statement in _SCHEMA.split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {_VERSION}")


def _remedy(problem: sqlite3.OperationalError) -> str:
    # Errors of the module itself, and not of the library below it, have no code.
    if getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return "another program is writing it: try again, or end that program"
    return "check that its folder is writable and the disk has room"


def _ranges(db: sqlite3.Connection, genesis: str) -> Sequence[tuple[int, int]]:
    return db.execute(
        "SELECT first, last FROM ranges WHERE genesis=? ORDER BY first", (genesis,)
    ).fetchall()


def _mark(db: sqlite3.Connection, genesis: str, first: int, last: int) -> None:
    """Add a range to those that were read, as one with all that it touches."""
    touching = [one for one in _ranges(db, genesis) if one[0] <= last + 1 and one[1] >= first - 1]
    for begin, _ in touching:
        db.execute("DELETE FROM ranges WHERE genesis=? AND first=?", (genesis, begin))
    whole = [(first, last), *touching]
    db.execute(
        "INSERT INTO ranges VALUES (?, ?, ?)",
        (genesis, min(one[0] for one in whole), max(one[1] for one in whole)),
    )
