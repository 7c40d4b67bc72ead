"""The tables of the journal, and records to rows and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from taoctl.journal.record import Record, State

VERSION = 1
"""`user_version` of a file that this program reads and writes."""
APPLICATION_ID = 0x7461_6F6A
"""Marks the file as a journal of taoctl: the letters `taoj`."""

CREATE = (
    """
    CREATE TABLE transactions (
        id             INTEGER PRIMARY KEY AUTOINCREMENT,
        created_ms     INTEGER NOT NULL,
        updated_ms     INTEGER NOT NULL,
        network        TEXT    NOT NULL,
        genesis        TEXT    NOT NULL,
        endpoint       TEXT    NOT NULL,
        signer_ss58    TEXT    NOT NULL,
        intent         TEXT    NOT NULL,
        call           TEXT    NOT NULL,
        digest         TEXT    NOT NULL,
        extrinsic      BLOB    NOT NULL,
        extrinsic_hash TEXT    NOT NULL UNIQUE,
        nonce          INTEGER NOT NULL,
        tip_rao        INTEGER NOT NULL,
        spec_version   INTEGER NOT NULL,
        from_block     INTEGER NOT NULL,
        last_block     INTEGER,
        state          TEXT    NOT NULL,
        final          INTEGER NOT NULL,
        acknowledged   INTEGER NOT NULL,
        scanned_to     INTEGER NOT NULL,
        block          INTEGER,
        block_hash     TEXT,
        "index"        INTEGER,
        fee_rao        INTEGER,
        error          TEXT,
        error_docs     TEXT,
        replaced_by    TEXT,
        reason         TEXT
    )
    """,
    """
    CREATE TABLE steps (
        transaction_id INTEGER NOT NULL REFERENCES transactions (id),
        at_ms          INTEGER NOT NULL,
        state          TEXT    NOT NULL,
        final          INTEGER NOT NULL,
        block          INTEGER,
        endpoint       TEXT,
        reason         TEXT
    )
    """,
    "CREATE INDEX steps_of ON steps (transaction_id)",
    "CREATE INDEX open_ones ON transactions (genesis, signer_ss58) WHERE final = 0",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
)

NAMES = tuple(one.name for one in fields(Record))
"""Attributes of a record, which are the columns of its row."""

COLUMNS = ", ".join(f'"{name}"' for name in NAMES)
"""The columns, quoted, in the order of `NAMES`."""

_FLAGS = frozenset({"final", "acknowledged"})


def record_of(row: Sequence[Any]) -> Record:
    """The record of a row of `COLUMNS`."""
    values = dict(zip(NAMES, row, strict=True))
    values["state"] = State(values["state"])
    values["extrinsic"] = bytes(values["extrinsic"])
    for name in _FLAGS:
        values[name] = bool(values[name])
    return Record(**values)


def cell(value: Any) -> Any:
    """An attribute's value as SQLite keeps it."""
    if isinstance(value, State):
        return value.value
    return int(value) if isinstance(value, bool) else value
