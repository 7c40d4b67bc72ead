"""What the agent and its clients say to each other, and where they meet.

A Unix socket (0600) in a folder (0700) of the user's own. Each connection carries requests and
answers in turn: four bytes of length, big-endian, then a JSON object. Both sides ask the kernel
who the other is and talk to nobody but their own user.

| `op` | asks | answer |
|---|---|---|
| `status` | | `pid`, `problems`, `keys`: `ss58`, `public_key`, `crypto`, `label`, `seconds_left` |
| `add` | `private_key` (hex), `crypto`, `label`, `seconds` | `ss58` |
| `sign` | `ss58`, `message` (hex) | `signature` (hex) |
| `lock` | `ss58`, or null for every key | `locked`: their addresses |

An answer has `ok`; when that is false, `problem` says why.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import socket
import stat
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taoctl import paths

MAX_MESSAGE_BYTES = 1024 * 1024
"""The longest message the agent signs; signing payloads have at most 256 bytes."""

MAX_FRAME_BYTES = 2 * MAX_MESSAGE_BYTES + 4096
"""The longest request or answer."""

MAX_SECONDS = 7 * 24 * 3600
"""The longest time for which the agent takes a key."""

MAX_KEYS = 256
"""How many keys the agent holds at once."""

_LENGTH = struct.Struct(">I")
_MAX_PATH = 100
"""Bytes of a socket path that every Unix takes (Linux 107, macOS 103)."""


class ProtocolError(Exception):
    """What came is not what the protocol says; the message quotes nothing of it."""


def socket_path(environ: Mapping[str, str] | None = None) -> Path:
    """Where the agent of this user listens.

    Below TAOCTL_HOME if that is set, else in XDG_RUNTIME_DIR if it is this user's (the system
    empties it on logout; after `su` it is another user's), else in the state directory. Where that
    path is too long for a socket, in a folder of the user's own in /tmp.
    """
    variables = os.environ if environ is None else environ
    runtime = variables.get("XDG_RUNTIME_DIR")
    if runtime and not variables.get(paths.HOME_VARIABLE) and _own(Path(runtime)):
        folder = Path(runtime) / "taoctl"
    else:
        folder = paths.state_dir() / "run"
    if len(os.fsencode(folder / "agent.sock")) > _MAX_PATH:
        digest = hashlib.blake2b(os.fsencode(folder), digest_size=8).hexdigest()
        folder = Path("/tmp") / f"taoctl-{os.getuid()}-{digest}"
    return folder / "agent.sock"


def _own(folder: Path) -> bool:
    try:
        about = folder.stat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()


def folder_problem(folder: Path) -> str | None:
    """Why a folder is not safe to meet in, or None: it must be the user's own, and closed."""
    try:
        about = folder.lstat()
    except OSError as error:
        return f"{folder} cannot be used: {error.strerror or error}"
    if not stat.S_ISDIR(about.st_mode):
        return f"{folder} is not a folder"
    if about.st_uid != os.geteuid():
        return f"{folder} belongs to another user"
    if about.st_mode & 0o077:
        return f"{folder} is open to others (mode {stat.S_IMODE(about.st_mode):04o})"
    return None


def peer(connection: socket.socket) -> tuple[int, int | None]:
    """User id of the process at the other end, and its process id where the system tells.

    Raises:
        OSError: the system does not say.
    """
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        pid, uid, _ = struct.unpack("3i", raw)
        return uid, pid or None
    found_uid, found_gid = ctypes.c_uint32(), ctypes.c_uint32()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.getpeereid(connection.fileno(), ctypes.byref(found_uid), ctypes.byref(found_gid)):
        raise OSError(ctypes.get_errno(), "getpeereid failed")
    return found_uid.value, _peer_pid(connection)


def _peer_pid(connection: socket.socket) -> int | None:
    """The process at the other end as macOS tells it (LOCAL_PEERPID)."""
    if os.uname().sysname != "Darwin":
        return None
    return int.from_bytes(connection.getsockopt(0, 2, 4), sys.byteorder) or None


def pack(content: Mapping[str, Any]) -> bytes:
    """A request or an answer as bytes."""
    body = json.dumps(content).encode()
    if len(body) > MAX_FRAME_BYTES:
        raise ProtocolError("the message is too long")
    return _LENGTH.pack(len(body)) + body


def length(head: bytes) -> int:
    """The length of the frame that four bytes announce.

    Raises:
        ProtocolError: longer than any frame may be.
    """
    (size,) = _LENGTH.unpack(head)
    if not 0 < size <= MAX_FRAME_BYTES:
        raise ProtocolError("a frame of such a length is not taken")
    return int(size)


def unpack(body: bytes) -> dict[str, Any]:
    """The JSON object of a frame.

    Raises:
        ProtocolError: it is none.
    """
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    # Not chained: the error would quote what came, which can be a key.
    if not isinstance(content, dict):
        raise ProtocolError("not a JSON object")
    return content


HEAD_BYTES = _LENGTH.size
"""Bytes before a frame's body."""
