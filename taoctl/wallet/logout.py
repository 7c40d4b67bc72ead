"""When the login that unlocked a key is over, so that the agent does not outlive it.

Where systemd-logind keeps the session (`XDG_SESSION_ID`), it is over when logind says `closing` or
has forgotten it. Elsewhere, and in a terminal multiplexer that outlived its login, the process that
leads the terminal session counts: the shell of that terminal. A command that leads its own session,
as one run by `ssh HOST COMMAND` where no logind is, has no login to watch; then only time ends the
agent.
Besides, the agent ends when its socket goes, which is what logind does to `XDG_RUNTIME_DIR` when
the user's last session ends.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SESSIONS = Path("/run/systemd/sessions")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Login:
    """A login to watch: a session of logind, or a process that leads a terminal session."""

    session: str | None = None
    leader: int | None = None
    leader_started: float | None = None

    def over(self) -> bool:
        """Whether the login has ended; one that cannot be watched never does."""
        if self.session is not None:
            return not _open(self.session)
        if self.leader is not None:
            return _started(self.leader) != self.leader_started
        return False


def this_login(environ: Mapping[str, str], sessions: Path = _SESSIONS) -> Login:
    """The login that this process belongs to.

    Args:
        environ: environment variables; `XDG_SESSION_ID` names the session.
        sessions: where logind keeps its sessions.
    """
    session = environ.get("XDG_SESSION_ID", "")
    if session.isalnum() and _open(str(sessions / session)):
        return Login(session=str(sessions / session))
    leader = os.getsid(0)
    started = None if leader in (0, os.getpid()) else _started(leader)
    return Login() if started is None else Login(leader=leader, leader_started=started)


def _open(session: str) -> bool:
    try:
        lines = Path(session).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return "STATE=closing" not in lines


def _started(pid: int) -> float | None:
    """When a process started, which tells it from a later one of the same number."""
    return _ticks(pid) if (_PROC / "self" / "stat").exists() else _time(pid)


def _ticks(pid: int) -> float | None:
    """In clock ticks since boot: the time of day would differ after the clock was set."""
    try:
        # The command's name, which may hold anything, ends at the last parenthesis.
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else float(fields[19])


def _time(pid: int) -> float | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None
