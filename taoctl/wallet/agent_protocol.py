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
import fcntl
import hashlib
import json
import os
import socket
import stat
import struct
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

SOCKET = "agent.sock"
"""The socket's name in its folder."""

_LOCK = "agent.lock"
_RUNTIME = Path("/run/user")
_LENGTH = struct.Struct(">I")
_MAX_PATH = 100
"""Bytes of a socket path that every Unix takes (Linux 107, macOS 103)."""


class ProtocolError(Exception):
    """What came is not what the protocol says; the message quotes nothing of it."""


def socket_path(environ: Mapping[str, str] | None = None) -> Path:
    """Where the agent of this user listens.

    Below TAOCTL_HOME if that is set, else in the user's runtime folder if there is one (the system
    empties it on logout), else in the state directory. Where that path is too long for a socket,
    in a folder of the user's own in /tmp.
    """
    return socket_paths(environ)[0]


def socket_paths(environ: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Everywhere an agent of this user may listen, of logins with a runtime folder and without."""
    variables = os.environ if environ is None else environ
    runtime = None if variables.get(paths.HOME_VARIABLE) else _runtime_folder(variables)
    folders = [paths.state_dir() / "run"]
    if runtime is not None:
        folders.insert(0, runtime / "taoctl")
    return tuple(_short(folder) / SOCKET for folder in folders)


def _runtime_folder(environ: Mapping[str, str]) -> Path | None:
    """The user's runtime folder, also where nothing names it, as in cron.

    What XDG_RUNTIME_DIR names counts only if it is this user's; after `su` it is another's.
    """
    named = environ.get("XDG_RUNTIME_DIR")
    found = (Path(named) if named else None, _RUNTIME / str(os.geteuid()))
    return next((folder for folder in found if folder is not None and _own(folder)), None)


def _short(folder: Path) -> Path:
    if len(os.fsencode(folder / SOCKET)) <= _MAX_PATH:
        return folder
    digest = hashlib.blake2b(os.fsencode(folder), digest_size=8).hexdigest()
    return Path("/tmp") / f"taoctl-{os.getuid()}-{digest}"


def _own(folder: Path) -> bool:
    try:
        about = folder.stat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()


def hold_lock(path: Path) -> bool:
    """Be the one agent of a socket until this process ends; False when there is one.

    Raises:
        OSError: the lock's file cannot be made.
    """
    handle = os.open(path.with_name(_LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    return True


def lock_holder(path: Path) -> int | None:
    """The process that is a socket's agent, whether it answers or not; None when there is none."""
    try:
        handle = os.open(path.with_name(_LOCK), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(handle, 20)
        return int(pid) if pid.isdigit() else None
    except OSError:
        return None
    finally:
        os.close(handle)
    return None


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


def peer_uid(connection: socket.socket) -> int:
    """User id of the process at the other end, as the kernel tells it.

    Raises:
        OSError: the system does not say.
    """
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        _, uid, _ = struct.unpack("3i", raw)
        return int(uid)
    found_uid, found_gid = ctypes.c_uint32(), ctypes.c_uint32()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.getpeereid(connection.fileno(), ctypes.byref(found_uid), ctypes.byref(found_gid)):
        raise OSError(ctypes.get_errno(), "getpeereid failed")
    return found_uid.value


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
