"""The processes that localnets are: what their pidfiles say, and whether they run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def read_pidfile(path: Path) -> dict[str, Any] | None:
    """What a localnet wrote of itself; None where nothing can be read."""
    try:
        saved = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    if isinstance(saved, dict) and isinstance(saved.get("pid"), int) and "instance" in saved:
        return saved
    return None


def alive(pid: int) -> bool:
    """Whether the process runs; a child of ours that has ended is reaped on the way."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except (ChildProcessError, PermissionError):
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] == ["Z"]
