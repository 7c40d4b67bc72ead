"""Keeping a process's memory to itself: no core dumps, no debugger, no swap where possible."""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_PR_SET_DUMPABLE = 4
_PT_DENY_ATTACH = 31
_MCL_CURRENT, _MCL_FUTURE = 1, 2
_CAP_IPC_LOCK = 14
_ENOUGH_BYTES = 512 * 1024 * 1024
"""Far more than the agent ever needs, code and libraries included."""


def harden() -> tuple[str, ...]:
    """Close the process's memory to others; returns what could not be done, in words.

    Other processes of the same user can no longer read it or attach to it (root can), it leaves
    no core dump, and it is kept out of swap where the system lets it lock all of its memory.
    """
    attempts = (_no_core, _no_debugger, _no_swap)
    return tuple(problem for attempt in attempts if (problem := attempt()) is not None)


@cache
def no_dumps() -> None:
    """Let a process that is about to hold a key leave no core dump and not be read by others."""
    _no_core()
    _no_debugger()


def _no_core() -> str | None:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return "core dumps could not be switched off"
    return None


def _no_debugger() -> str | None:
    problem = "other processes of this user can read its memory"
    libc = _libc()
    if libc is None:
        return problem
    if sys.platform == "linux":
        done = libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    elif sys.platform == "darwin":
        done = libc.ptrace(_PT_DENY_ATTACH, 0, None, 0) == 0
    else:
        done = False
    return None if done else problem


def _no_swap() -> str | None:
    """Lock all memory, but only where no limit could make a later allocation fail."""
    problem = "its memory could be written to swap"
    libc = _libc()
    if libc is None or not hasattr(libc, "mlockall"):
        return problem
    if not _may_lock():
        return f"{problem} (the limit of locked memory is too low)"
    return None if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0 else problem


def _may_lock() -> bool:
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY or soft >= _ENOUGH_BYTES:
        return True
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    effective = next((line for line in status.splitlines() if line.startswith("CapEff:")), "0")
    return bool(int(effective.split()[-1], 16) >> _CAP_IPC_LOCK & 1)


def _libc() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None, use_errno=True)
    except OSError:
        return None
