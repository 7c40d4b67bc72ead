"""Which localnets run on this machine."""

from __future__ import annotations

from pathlib import Path

from taoctl.errors import DeadlineError, TaoctlError
from taoctl.localnet.processes import alive, read_pidfile
from taoctl.localnet.service import status

_LOOK_SECONDS = 1.0


def running_ports() -> tuple[int, ...]:
    """The ports of the localnets that were started from here and answer, in order."""
    from taoctl.localnet.serve import pidfile_path

    try:
        files = list(pidfile_path(0).parent.glob("*.json"))
    except OSError:
        return ()
    named = (int(one.stem) for one in files if one.stem.isascii() and one.stem.isdecimal())
    return tuple(port for port in sorted(named) if _answers(port, pidfile_path(port)))


def _answers(port: int, path: Path) -> bool:
    """Whether the localnet of a pidfile is there; what has ended is not waited for."""
    saved = read_pidfile(path)
    if saved is None or not alive(saved["pid"]):
        return False
    try:
        return bool(status(port, timeout=_LOOK_SECONDS)["instance"] == saved["instance"])
    except DeadlineError:
        return True
    except TaoctlError:
        return False
