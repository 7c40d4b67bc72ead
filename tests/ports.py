"""Ports for what tests start, which nothing else takes from it."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from functools import cache
from itertools import count, islice
from pathlib import Path

_PORTS = range(10_000, 16_000)
"""Below what systems give to clients, so that no connection takes one while it is unused."""
_taken = count(os.getpid() * 97)


@cache
def _register() -> int:
    """The file in which test processes lock a byte for each port they have."""
    path = Path(tempfile.gettempdir(), f"taoctl-test-ports-{os.getuid()}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def free_port() -> int:
    """A port that nothing listens on, and that no other test process is given.

    It stays this process's own until that ends: what listens there may stop and start again.
    """
    for number in islice(_taken, len(_PORTS)):
        port = _PORTS[number % len(_PORTS)]
        try:
            fcntl.lockf(_register(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except OSError:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
