"""Where the journal is, for those who only want to know whether there is one."""

from __future__ import annotations

from pathlib import Path

from taoctl import paths

FILE_NAME = "journal.sqlite3"


def default_path() -> Path:
    """Where the user's journal is."""
    return paths.data_dir() / FILE_NAME
