"""Earnings and prices kept on disk: a sample for each hotkey and epoch, and for some blocks."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from taoctl.errors import BadDataError, UsageError
from taoctl.history.prices import PriceSample

T = TypeVar("T")

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE earnings (
    genesis     TEXT    NOT NULL,
    netuid      INTEGER NOT NULL,
    hotkey      TEXT    NOT NULL,
    epoch_block INTEGER NOT NULL,
    tempo       INTEGER NOT NULL,
    alpha_rao   INTEGER NOT NULL,
    price_rao   INTEGER,
    PRIMARY KEY (genesis, netuid, hotkey, epoch_block)
) WITHOUT ROWID;
"""
_LATER_TABLES = """
CREATE TABLE IF NOT EXISTS prices (
    genesis   TEXT    NOT NULL,
    netuid    INTEGER NOT NULL,
    block     INTEGER NOT NULL,
    price_rao INTEGER NOT NULL,
    PRIMARY KEY (genesis, netuid, block)
) WITHOUT ROWID;
"""
"""Tables that a store of this version may lack; programs that do not know them leave them alone."""
_INSERT = "INSERT OR IGNORE INTO earnings VALUES (?, ?, ?, ?, ?, ?, ?)"
_SELECT = """
SELECT genesis, netuid, hotkey, epoch_block, tempo, alpha_rao, price_rao FROM earnings
WHERE genesis = ? AND epoch_block >= ? ORDER BY epoch_block, netuid, hotkey
"""
_INSERT_PRICE = "INSERT OR REPLACE INTO prices VALUES (?, ?, ?, ?)"
_SELECT_PRICES = """
SELECT genesis, netuid, block, price_rao FROM prices
WHERE genesis = ? AND netuid = ? AND block >= ? ORDER BY block
"""


@dataclass(frozen=True, slots=True)
class EarningsSample:
    """What one hotkey was paid at one epoch.

    `alpha_rao` is the gross emission in rao of the subnet's alpha, `price_rao` the price at that
    epoch in rao of TAO per alpha (None when it was not known), `tempo` the epoch length in blocks.
    """

    genesis: str
    netuid: int
    hotkey: str
    epoch_block: int
    tempo: int
    alpha_rao: int
    price_rao: int | None


class Store:
    """The samples of one file; every statement runs on one thread of its own.

    A sample of earnings that is already there is left as it was, so recording is idempotent; of
    prices the one told last stays, since a reorganisation makes another block of the same number.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._db: sqlite3.Connection | None = None

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or create the file (mode 0600 in a 0700 folder).

        Raises:
            BadDataError: the file is not an earnings store of a version this program reads.
            UsageError: the file or its folder cannot be written.
        """
        store = cls(path)
        try:
            await store._run(store._connect)
        except BaseException:
            store._thread.shutdown(wait=False)
            raise
        return store

    async def record(self, samples: Iterable[EarningsSample]) -> int:
        """Add the samples not yet known and return how many those were."""
        rows = [
            (s.genesis, s.netuid, s.hotkey, s.epoch_block, s.tempo, s.alpha_rao, s.price_rao)
            for s in samples
        ]
        return await self._run(lambda: self._insert(rows)) if rows else 0

    async def samples(self, genesis: str, since_block: int = 0) -> tuple[EarningsSample, ...]:
        """All samples of one chain from a block on, oldest first."""
        rows = await self._run(
            lambda: self._open_db().execute(_SELECT, (genesis, since_block)).fetchall()
        )
        return tuple(EarningsSample(*row) for row in rows)

    async def record_prices(self, samples: Iterable[PriceSample]) -> None:
        """Keep prices; one that is known for the same block is replaced."""
        rows = [(s.genesis, s.netuid, s.block, s.price_rao) for s in samples]
        if rows:
            await self._run(lambda: self._insert(rows, _INSERT_PRICE))

    async def prices(
        self, genesis: str, netuid: int, since_block: int = 0
    ) -> tuple[PriceSample, ...]:
        """The kept prices of a subnet from a block on, oldest first."""
        wanted = (genesis, netuid, since_block)
        rows = await self._run(lambda: self._open_db().execute(_SELECT_PRICES, wanted).fetchall())
        return tuple(PriceSample(*row) for row in rows)

    async def close(self) -> None:
        """Write out and let go of the file; a second call does nothing."""
        if self._db is not None:
            await self._run(self._disconnect)
        self._thread.shutdown(wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.DatabaseError as problem:
            raise self._translated(problem) from problem
        except OverflowError as problem:
            raise BadDataError(
                f"the history store {self._path} holds no such number: {problem}",
                "the chain told an amount of more than 63 bits: ask another node",
            ) from problem

    def _translated(self, problem: sqlite3.DatabaseError) -> BadDataError | UsageError:
        if isinstance(problem, sqlite3.OperationalError):
            return UsageError(
                f"the history store {self._path} cannot be used: {problem}",
                "check that its folder is writable and the disk has room",
            )
        return BadDataError(
            f"the history store {self._path} is damaged: {problem}",
            "move the file aside; taoctl starts a new one",
        )

    def _disconnect(self) -> None:
        # On the thread of the statements: those that were asked for before are done first.
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _open_db(self) -> sqlite3.Connection:
        if self._db is None:
            raise RuntimeError("the store is closed")
        return self._db

    def _insert(self, rows: Sequence[tuple[object, ...]], statement: str = _INSERT) -> int:
        db = self._open_db()
        with db:
            before = db.total_changes
            db.executemany(statement, rows)
            return db.total_changes - before

    def _connect(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        except OSError as problem:
            raise UsageError(
                f"the history store {self._path} cannot be created: {problem.strerror}",
                "check the permissions of its folder",
            ) from problem
        db = sqlite3.connect(self._path, check_same_thread=False)
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        self._db = db

    def _prepare(self, db: sqlite3.Connection) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == _SCHEMA_VERSION:
            with db:
                db.execute(_LATER_TABLES)
            return
        if version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise BadDataError(
                f"the history store {self._path} has version {version}, "
                f"this taoctl reads version {_SCHEMA_VERSION}",
                "use the taoctl that wrote it, or move the file aside",
            )
        db.execute("PRAGMA journal_mode = WAL")
        with db:
            db.executescript(
                f"BEGIN; {_SCHEMA} {_LATER_TABLES} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            )
