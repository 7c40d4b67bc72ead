"""The journal's file: SQLite, written through to the disk, read by many processes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from taoctl import paths
from taoctl.journal.record import Record, State, Step

FILE_NAME = "journal.sqlite3"


def default_path() -> Path:
    """Where the user's journal is."""
    return paths.data_dir() / FILE_NAME


class Journal:
    """The transactions of one file. Calls block for a disk write; they may come from any thread.

    Args:
        path: of the file, created (0600 in a 0700 folder) by the first write.

    Every method raises BadDataError (exit 8) when the file is damaged or of another version, which
    is never overwritten, and UsageError when it cannot be read or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()

    def add(self, record: Record) -> Record:
        """Write a new record, on disk when this returns; as it was written, with its id."""
        raise NotImplementedError

    def move(self, record_id: int, state: State | None = None, **changes: object) -> Record:
        """Set a record's state and other attributes, on disk when this returns.

        A final record is not moved any more: it comes back as it is.
        """
        raise NotImplementedError

    def get(self, record_id: int) -> Record:
        """One record; raises UsageError for an unknown number."""
        raise NotImplementedError

    def list(self, genesis: str | None = None, limit: int | None = None) -> tuple[Record, ...]:
        """Records, newest first, of one chain or of all."""
        raise NotImplementedError

    def pending(self, genesis: str | None = None, signer: str | None = None) -> tuple[Record, ...]:
        """Records that are not final, oldest first."""
        raise NotImplementedError

    def find_identical(self, digest: str) -> Record | None:
        """The newest unresolved record of this digest."""
        raise NotImplementedError

    def find(self, extrinsic_hash: str) -> Record | None:
        """The record of an extrinsic's `0x` hash."""
        raise NotImplementedError

    def steps(self, record_id: int) -> tuple[Step, ...]:
        """What happened to a record, oldest first."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
