"""The journal's file: SQLite, written through to the disk, read by many processes at once."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from taoctl.errors import BadDataError, TaoctlError, UsageError
from taoctl.journal import schema
from taoctl.journal.place import default_path
from taoctl.journal.record import UNRESOLVED, Record, State, Step
from taoctl.text import printable

BUSY_S = 10.0
"""How long a write waits for another process's write."""

_SELECT = f"SELECT {schema.COLUMNS} FROM transactions"
_INSERT = (
    f"INSERT INTO transactions ({schema.COLUMNS}) VALUES ({', '.join('?' * len(schema.NAMES))})"
)
_STEP = "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?)"
_FIXED = frozenset({"id", "created_ms", "extrinsic", "extrinsic_hash", "digest", "genesis"})


class JournalUnusableError(UsageError):
    """The journal's file cannot be read or written now."""


class JournalDamagedError(BadDataError):
    """The journal's file is damaged, or not one that this program reads."""


JOURNAL_TROUBLE = (JournalUnusableError, JournalDamagedError)
"""What says that the journal is in the way, and not the chain."""


class Journal:
    """The transactions of one file. Calls block for a disk write; they may come from any thread.

    Args:
        path: of the file, created (0600 in a 0700 folder) by the first write; None means the
            user's own.

    Every method raises JournalDamagedError (exit 8) when the file is damaged or of another version,
    which is never overwritten, and JournalUnusableError when it cannot be read or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._db: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    # writing

    def add(self, record: Record) -> Record:
        """Write a new record, on disk when this returns; as it was written, with its id."""
        now = _now_ms()
        with self.writing() as db:
            written = replace(record, created_ms=now, updated_ms=now)
            cells = [schema.cell(getattr(written, name)) for name in schema.NAMES]
            cells[schema.NAMES.index("id")] = None
            number = db.execute(_INSERT, cells).lastrowid
            written = replace(written, id=int(number or 0))
            _add_step(db, written, written.endpoint)
        return written

    def move(
        self,
        record_id: int,
        state: State | None = None,
        *,
        seen: Record | None = None,
        **changes: Any,
    ) -> Record:
        """Set a record's state and other attributes, on disk when this returns.

        A final record is not moved any more: it comes back as it is. So does one that is no
        longer as it was `seen` when the changes were worked out, because another process has
        moved it. Setting what holds already is no step.
        """
        unknown = changes.keys() - set(schema.NAMES) | changes.keys() & _FIXED
        if unknown:
            raise ValueError(f"not to be changed: {', '.join(sorted(unknown))}")
        with self.writing() as db:
            old = self._get(db, record_id)
            new = replace(old, state=state or old.state, **changes)
            if old.final or new == old or (seen is not None and _is_step(seen, old)):
                return old
            if _is_step(old, new):
                new = replace(new, updated_ms=_now_ms())
            names = [n for n in schema.NAMES if getattr(new, n) != getattr(old, n)]
            settings = ", ".join(f'"{name}" = ?' for name in names)
            cells = [schema.cell(getattr(new, name)) for name in names]
            db.execute(f"UPDATE transactions SET {settings} WHERE id = ?", [*cells, record_id])
            if _is_step(old, new):
                _add_step(db, new, new.endpoint)
        return new

    # reading

    def get(self, record_id: int) -> Record:
        """One record; raises UsageError for an unknown number."""
        with self.reading() as db:
            if db is None:
                raise _unknown(record_id)
            return self._get(db, record_id)

    def list(self, genesis: str | None = None, limit: int | None = None) -> tuple[Record, ...]:
        """Records, newest first, of one chain or of all."""
        return self._records(
            "WHERE ?1 IS NULL OR genesis = ?1 ORDER BY id DESC LIMIT ?2",
            (genesis, -1 if limit is None else limit),
        )

    def pending(self, genesis: str | None = None, signer: str | None = None) -> tuple[Record, ...]:
        """Records that are not final, oldest first."""
        return self._records(
            "WHERE final = 0 AND (?1 IS NULL OR genesis = ?1)"
            " AND (?2 IS NULL OR signer_ss58 = ?2) ORDER BY id",
            (genesis, signer),
        )

    def find_identical(self, digest: str) -> Record | None:
        """The newest unresolved record of this digest."""
        states = ", ".join(f"'{state.value}'" for state in sorted(UNRESOLVED))
        found = self._records(
            f"WHERE final = 0 AND digest = ? AND state IN ({states}) ORDER BY id DESC LIMIT 1",
            (digest,),
        )
        return found[0] if found else None

    def newest(self, digest: str) -> Record | None:
        """The newest record of this digest, whatever became of it."""
        found = self._records("WHERE digest = ? ORDER BY id DESC LIMIT 1", (digest,))
        return found[0] if found else None

    def find(self, extrinsic_hash: str) -> Record | None:
        """The record of an extrinsic's `0x` hash."""
        found = self._records("WHERE extrinsic_hash = ?", (extrinsic_hash.lower(),))
        return found[0] if found else None

    def steps(self, record_id: int) -> tuple[Step, ...]:
        """What happened to a record, oldest first."""
        with self.reading() as db:
            if db is None:
                return ()
            rows = db.execute(
                "SELECT at_ms, state, final, block, endpoint, reason FROM steps"
                " WHERE transaction_id = ? ORDER BY rowid",
                (record_id,),
            ).fetchall()
        return tuple(Step(r[0], State(r[1]), bool(r[2]), *r[3:]) for r in rows)

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        with self._lock:
            db, self._db = self._db, None
            if db is not None:
                db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _records(self, where: str, values: Sequence[Any]) -> tuple[Record, ...]:
        with self.reading() as db:
            if db is None:
                return ()
            rows = db.execute(f"{_SELECT} {where}", values).fetchall()
            return tuple(schema.record_of(row) for row in rows)

    def _get(self, db: sqlite3.Connection, record_id: int) -> Record:
        row = db.execute(f"{_SELECT} WHERE id = ?", (record_id,)).fetchone()
        if row is None:
            raise _unknown(record_id)
        return schema.record_of(row)

    # the file

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """The open file, for this package; None while there is none."""
        with self._lock, self._translating():
            if self._db is None and not self.path.exists():
                yield None
            else:
                yield self._open()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction of the file, which other processes wait for; for this package."""
        with self._lock, self._translating():
            db = self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as problem:
            raise JournalUnusableError(
                f"the journal {self.path} cannot be used: {problem}",
                "check that it and its folder are writable and the disk has room",
            ) from problem
        except (sqlite3.DatabaseError, ValueError, TypeError) as problem:
            if isinstance(problem, sqlite3.IntegrityError):
                raise UsageError("this transaction is in the journal already") from problem
            raise self._damaged(printable(str(problem))) from problem
        except OSError as problem:
            raise JournalUnusableError(
                f"the journal {self.path} cannot be used: {problem.strerror}",
                "check the permissions of its folder",
            ) from problem

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._create_file()
            # Statements outside of a transaction are their own; this class begins its own.
            db = sqlite3.connect(
                self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            try:
                db.execute("PRAGMA synchronous = FULL")
                self._prepare(db)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db

    def _create_file(self) -> None:
        if self.path.exists():
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _prepare(self, db: sqlite3.Connection) -> None:
        if self._is_ready(db):
            return
        _write_ahead(db)
        db.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been first.
            if not self._is_ready(db):
                for statement in schema.CREATE:
                    db.execute(statement)
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _is_ready(self, db: sqlite3.Connection) -> bool:
        """Whether the tables are there; raises BadDataError for a file of something else."""
        version = db.execute("PRAGMA user_version").fetchone()[0]
        application = db.execute("PRAGMA application_id").fetchone()[0]
        if version == schema.VERSION and application == schema.APPLICATION_ID:
            return True
        if application == schema.APPLICATION_ID:
            raise JournalDamagedError(
                f"the journal {self.path} has version {version}, "
                f"this taoctl reads version {schema.VERSION}",
                "use the taoctl that wrote it",
            )
        if version or application or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise self._damaged("it is another program's file")
        return False

    def _damaged(self, why: str) -> JournalDamagedError:
        return JournalDamagedError(
            f"the journal {self.path} is damaged: {why}",
            "move the file aside, with those that begin with its name, and keep it: taoctl starts "
            "a new one, which cannot reveal the commits to weights that this one keeps",
        )


def _write_ahead(db: sqlite3.Connection) -> None:
    """Let readers go on while a process writes; SQLite asks for this without waiting its turn."""
    until = time.monotonic() + BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _is_step(old: Record, new: Record) -> bool:
    told = ("state", "final", "block_hash", "endpoint", "reason")
    return any(getattr(old, name) != getattr(new, name) for name in told)


def _add_step(db: sqlite3.Connection, record: Record, endpoint: str) -> None:
    row = (
        record.id,
        record.updated_ms,
        record.state.value,
        int(record.final),
        record.block,
        endpoint,
        record.reason,
    )
    db.execute(_STEP, row)


def _unknown(record_id: int) -> TaoctlError:
    return UsageError(f"there is no transaction {record_id} in the journal", "see `taoctl tx list`")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
