"""Writing files so that a crash leaves the old content or the new, and no one else can read it."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from taoctl.errors import BadDataError, DeadlineError, UsageError

TEMP_PREFIX = ".taoctl-"
"""What is unfinished is named `.taoctl-<random>.tmp` and stands beside what it becomes."""

_LOCK_S = 10.0
_AT_FDCWD_LINUX, _NOREPLACE_LINUX = -100, 1
_EXCL_DARWIN = 4


def atomic_write(path: Path, data: bytes, *, replace: bool = False, mode: int = 0o600) -> None:
    """Write a file whole and fsynced; a crash leaves the old content or the new.

    The folder must exist (see `private_folder`). `mode` is the file's from its creation on.

    Raises:
        FileExistsError: something has that name and `replace` is false.
        OSError: it cannot be written; nothing is left behind.
    """
    temp = path.with_name(temporary_name())
    handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            os.fchmod(handle, mode)
            _write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        if replace:
            temp.replace(path)
        else:
            rename_new(temp, path)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def rename_new(source: Path, target: Path) -> None:
    """Rename a file or folder to a name that must be free, in one step.

    Raises:
        FileExistsError: the name is taken, even by an empty folder or a dangling link.
        OSError: any other failure.
    """
    if not _rename_exclusive(source, target):
        _rename_checked(source, target)


def private_folder(path: Path) -> None:
    """Make a folder and its missing parents with mode 0700; an existing one is left as it is.

    Raises:
        OSError: it cannot be made, or a file has its name.
    """
    if path.is_dir():
        return
    if path.parent != path:
        private_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        sync_folder(path.parent)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def read_bounded(path: Path, limit: int) -> bytes:
    """The content of a regular file; never waits, and never reads more than `limit` bytes.

    Raises:
        BadDataError: larger than that, or not a regular file.
        OSError: it cannot be opened or read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadDataError(f"{path} is not a regular file")
        parts: list[bytes] = []
        left = limit + 1
        while left and (part := os.read(handle, left)):
            parts.append(part)
            left -= len(part)
    finally:
        os.close(handle)
    if not left:
        raise BadDataError(f"{path} is larger than {limit} bytes", "it is not a file of this kind")
    return b"".join(parts)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable, where the filesystem lets folders be synced."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def folder_lock(path: Path) -> Iterator[None]:
    """Hold a folder against other taoctl processes that rename or replace in it.

    Raises:
        DeadlineError: another process held it for 10 s.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def is_leftover(path: Path) -> bool:
    """Whether a name is that of a write which was killed before it finished."""
    return path.name.startswith(TEMP_PREFIX) and path.name.endswith(".tmp")


def temporary_name() -> str:
    """A name for an unfinished file or folder, which `is_leftover` knows again."""
    return f"{TEMP_PREFIX}{secrets.token_hex(8)}.tmp"


def cannot(doing: str, path: Path, error: OSError) -> UsageError:
    """The error a user sees for a failed file operation."""
    return UsageError(
        f"cannot {doing} {path}: {error.strerror or error}",
        "check the folder's permissions and free space, or name another with --wallet-path",
    )


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _lock(handle: int, path: Path) -> None:
    deadline = monotonic() + _LOCK_S
    while True:
        try:
            return flock(handle, LOCK_EX | LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                return None  # a filesystem without locks; every rename still refuses a taken name
        if monotonic() > deadline:
            raise DeadlineError(f"another taoctl is changing {path}", "try again when it is done")
        sleep(0.05)


def _rename_checked(source: Path, target: Path) -> None:
    """Rename where the filesystem has no exclusive rename: files by hard link, folders checked."""
    if source.is_dir() and not source.is_symlink():
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        return
    os.link(source, target, follow_symlinks=False)
    source.unlink()


def _rename_exclusive(source: Path, target: Path) -> bool:
    """Rename in one step that fails on a taken name; False where the system cannot."""
    function = _exclusive_rename_function()
    if function is None:
        return False
    old, new = os.fsencode(source), os.fsencode(target)
    if sys.platform == "darwin":
        failed = function(old, new, _EXCL_DARWIN)
    else:
        failed = function(_AT_FDCWD_LINUX, old, _AT_FDCWD_LINUX, new, _NOREPLACE_LINUX)
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(code, os.strerror(code), str(source), None, str(target))


@cache
def _exclusive_rename_function() -> Any:
    name = "renamex_np" if sys.platform == "darwin" else "renameat2"
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is not None:
        text, number = ctypes.c_char_p, ctypes.c_int
        darwin = [text, text, ctypes.c_uint]
        linux = [number, text, number, text, ctypes.c_uint]
        function.argtypes = darwin if sys.platform == "darwin" else linux
        function.restype = number
    return function
