"""The password ladder: where the password of an encrypted key may come from, and in what order.

A source that was given is the one that counts: when it fails, the error names it and nothing
below it is tried, so that a typo never ends in a question or in another wallet's password.
Python cannot wipe strings; a password lives until the process ends, which is soon after.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taoctl import paths
from taoctl.errors import NoKeyError, UsageError
from taoctl.secrecy import remember
from taoctl.text import printable

FILE_VARIABLES = ("TAOCTL_PASSWORD_FILE", "BT_WALLET_PASSWORD_FILE")
"""Environment variables that name a password file; the first that is set counts."""

OPTIONS_HINT = (
    "give it with --password-fd N or --password-file FILE, set TAOCTL_PASSWORD_FILE, "
    "or unlock the key first with `taoctl wallet unlock`"
)
"""What to do where nobody can be asked for a password."""

_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Password:
    """A password and where it came from, in words; its text is in no repr."""

    text: str = field(repr=False)
    source: str
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        remember(self.text)


@dataclass(frozen=True)
class PasswordSources:
    """Where a password may come from in this run.

    Args:
        fd: number given with --password-fd; read once, to its end.
        file: path given with --password-file.
        environ: environment variables.
        ask: asks the user on the terminal, given the question; None where there is no terminal
            or --no-input was given.
    """

    fd: int | None = None
    file: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    ask: Callable[[str], str] | None = field(default=None, repr=False)
    _read: list[Password] = field(default_factory=list, init=False, repr=False, compare=False)

    def given(self) -> Password | None:
        """The password of --password-fd, --password-file or a variable that names a file.

        Raises:
            NoKeyError: it was given and cannot be read, or is empty; says which.
            UsageError: both options were given.
        """
        if self.fd is not None and self.file is not None:
            raise UsageError("--password-fd and --password-file were both given", "give one")
        if self.fd is not None:
            if not self._read:
                self._read.append(_from_fd(self.fd))
            return self._read[0]
        if self.file is not None:
            return _from_file(self.file, f"--password-file {printable(str(self.file))}")
        for variable in FILE_VARIABLES:
            path = self.environ.get(variable)
            if path:
                return _from_file(paths.expanded(path), f"${variable} ({printable(path)})")
        return None

    def of_btwallet(self, key_file: Path) -> Password | None:
        """The password that btwallet keeps in the environment for this key file.

        Raises:
            NoKeyError: the variable is set and holds no password; says which.
        """
        absolute = Path.cwd() / key_file
        for variable in dict.fromkeys((btwallet_variable(key_file), btwallet_variable(absolute))):
            value = self.environ.get(variable)
            if value:
                return Password(_unscrambled(variable, value), f"${variable}")
        return None


def btwallet_variable(key_file: Path) -> str:
    """The name of the variable in which btwallet keeps a key file's password."""
    return "BT_PW_" + str(key_file).replace(os.sep, "_").replace(".", "_").upper()


def password_text(data: bytes, source: str) -> str:
    """The password in what a file or descriptor holds: UTF-8, one line end at its end dropped.

    Args:
        data: the content, at most 4,096 bytes.
        source: where it came from, for the error.

    Raises:
        NoKeyError: it is empty, too long or no text.
    """
    if len(data) > _MAX_BYTES:
        raise NoKeyError(
            f"{source} is longer than {_MAX_BYTES} bytes", "it must hold the password and no more"
        )
    try:
        text = data.decode()
    except UnicodeDecodeError:
        # The error would quote the password.
        raise NoKeyError(f"the password from {source} is not UTF-8 text") from None
    text = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    if not text:
        raise NoKeyError(f"{source} is empty", "put the password in it, and nothing else")
    return text


def _from_fd(fd: int) -> Password:
    source = f"--password-fd {fd}"
    data = b""
    try:
        _refuse_terminal(fd, source)
        while len(data) <= _MAX_BYTES and (part := os.read(fd, _MAX_BYTES)):
            data += part
    except OSError as error:
        raise NoKeyError(
            f"{source} cannot be read: {error.strerror or error}",
            "open it for the command, for example: taoctl … --password-fd 3 3< FILE",
        ) from None
    return Password(password_text(data, source), source)


def _refuse_terminal(fd: int, source: str) -> None:
    if os.isatty(fd):
        raise NoKeyError(
            f"{source} is a terminal, which would show the password",
            "leave it out to be asked, or give a pipe or a file",
        )


def _from_file(path: Path, source: str) -> Password:
    warnings: tuple[str, ...] = ()
    try:
        # Not to wait for a writer that never comes when the path is a FIFO.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            _refuse_terminal(opened, source)
            about = os.fstat(opened)
            os.set_blocking(opened, True)
            data = os.read(opened, _MAX_BYTES + 1)
            while len(data) <= _MAX_BYTES and (part := os.read(opened, _MAX_BYTES)):
                data += part
        finally:
            os.close(opened)
    except OSError as error:
        raise NoKeyError(
            f"the password file of {source} cannot be read: {error.strerror or error}",
            "check the path and its permissions",
        ) from None
    if stat.S_ISREG(about.st_mode) and about.st_mode & 0o077:
        mode = stat.S_IMODE(about.st_mode)
        warnings = (
            f"the password file {printable(str(path))} can be read by others (mode {mode:04o}): "
            f"chmod 600 it",
        )
    return Password(password_text(data, source), source, warnings)


def _unscrambled(variable: str, value: str) -> str:
    """The password that btwallet hid with its variable's own name (XOR, base64): not encryption."""
    try:
        data = base64.b64decode(value, validate=True)
        key = variable.encode()
        plain = bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))
        text = plain.decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text:
        raise NoKeyError(
            f"${variable} holds no password as btwallet writes it",
            "unset it, or let btwallet save it again",
        ) from None
    return text
