"""The weights behind commits, kept so that they can be revealed after a crash as well.

Whoever reads them before they are revealed knows the weights; they open nothing else. They are in
the journal's file, which only its owner may read.
"""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, field
from typing import Any

from taoctl.journal.store import Journal
from taoctl.units import U16_MAX, U64_MAX

_CREATE = """
    CREATE TABLE IF NOT EXISTS weight_commits (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        created_ms  INTEGER NOT NULL,
        genesis     TEXT    NOT NULL,
        hotkey_ss58 TEXT    NOT NULL,
        netuid      INTEGER NOT NULL,
        mechanism   INTEGER NOT NULL,
        commit_hash TEXT    NOT NULL,
        weights     TEXT    NOT NULL,
        salt        TEXT    NOT NULL,
        version_key TEXT    NOT NULL
    )
"""
# A table of its own beside those of the file's version: programs that do not know it go on.

_THERE = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'weight_commits'"
_COLUMNS = "genesis, hotkey_ss58, netuid, mechanism, commit_hash, weights, salt, version_key"


@dataclass(frozen=True, slots=True)
class KeptWeights:
    """What reveals one commit.

    Attributes:
        genesis: `0x` hash of block 0 of the chain.
        hotkey_ss58: who commits.
        netuid: the subnet.
        mechanism: of the subnet.
        commit_hash: `0x` text.
        weights: (uid, u16) in the order in which they were hashed.
        salt: u16 numbers.
        version_key: u64.
    """

    genesis: str
    hotkey_ss58: str
    netuid: int
    mechanism: int
    commit_hash: str
    weights: tuple[tuple[int, int], ...] = field(repr=False)
    salt: tuple[int, ...] = field(repr=False)
    version_key: int = 0


def keep(journal: Journal, kept: KeptWeights) -> None:
    """Write down what reveals a commit, on disk when this returns; raises as the journal does."""
    with journal.writing() as db:
        db.execute(_CREATE)
        row = (
            kept.genesis,
            kept.hotkey_ss58,
            kept.netuid,
            kept.mechanism,
            kept.commit_hash,
            json.dumps(kept.weights),
            json.dumps(kept.salt),
            str(kept.version_key),
        )
        places = ", ".join("?" * (len(row) + 1))
        db.execute(
            f"INSERT INTO weight_commits (created_ms, {_COLUMNS}) VALUES ({places})",
            (time.time_ns() // 1_000_000, *row),
        )


def forget(journal: Journal, kept: KeptWeights) -> None:
    """Take back what reveals a commit that was not sent."""
    with journal.writing() as db:
        if _there(db):
            db.execute(
                "DELETE FROM weight_commits WHERE genesis = ? AND hotkey_ss58 = ?"
                " AND commit_hash = ?",
                (kept.genesis, kept.hotkey_ss58, kept.commit_hash),
            )


def kept_weights(
    journal: Journal, genesis: str, hotkey_ss58: str | None = None
) -> tuple[KeptWeights, ...]:
    """What was kept for a chain, of one hotkey or of all, oldest first."""
    with journal.reading() as db:
        if db is None or not _there(db):
            return ()
        rows = db.execute(
            f"SELECT {_COLUMNS} FROM weight_commits"
            " WHERE genesis = ?1 AND (?2 IS NULL OR hotkey_ss58 = ?2) ORDER BY id",
            (genesis, hotkey_ss58),
        ).fetchall()
        # Inside, so that a damaged row is told as a damaged journal.
        return tuple(
            KeptWeights(
                str(row[0]),
                str(row[1]),
                int(row[2]),
                int(row[3]),
                str(row[4]),
                tuple(
                    (_below(uid, U16_MAX), _below(weight, U16_MAX))
                    for uid, weight in json.loads(row[5])
                ),
                tuple(_below(one, U16_MAX) for one in json.loads(row[6])),
                _below(row[7], U64_MAX),
            )
            for row in rows
        )


def _below(number: Any, most: int) -> int:
    found = int(number)
    if not 0 <= found <= most:
        raise ValueError(f"{found} is not from 0 to {most}")
    return found


def _there(db: sqlite3.Connection) -> bool:
    return bool(db.execute(_THERE).fetchone()[0])
