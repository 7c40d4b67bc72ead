"""What `taoctl gov show` is given to look at: a call's bytes, code, files of a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taoctl.cli import batch_file
from taoctl.errors import UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.reads.governance.upgrade import UpgradeFiles

_LARGEST = 32 * 1024 * 1024


def call_bytes(given: str | None) -> bytes | None:
    """The bytes of a call out of hexadecimal, or a file that holds them, as hexadecimal or not.

    Raises:
        UsageError: neither, or nothing in it.
    """
    if given is None:
        return None
    found = _hexadecimal(given) if given.lower().startswith("0x") else _in_file(Path(given))
    if not found:
        raise UsageError(
            f"{printable(given, 80)!r} is no call",
            "give the call's bytes as 0x hex, or a file that holds them",
        )
    return found


def _in_file(path: Path) -> bytes:
    data = read_bytes(path)
    try:
        return _hexadecimal(data.decode("ascii")) or data
    except UnicodeDecodeError:
        return data


def _hexadecimal(text: str) -> bytes:
    """The bytes that hexadecimal stands for; nothing where it is none."""
    digits = text.strip().removeprefix("0x").removeprefix("0X")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""


def upgrade_files(wasm: Path | None, manifest: Path | None, digest: Path | None) -> UpgradeFiles:
    """What an upgrade is compared with.

    Raises:
        UsageError: a file that cannot be read, or is no JSON where it should be.
    """
    from taoctl.reads.governance.upgrade import UpgradeFiles

    return UpgradeFiles(
        wasm=None if wasm is None else read_bytes(wasm),
        manifest=None if manifest is None else batch_file.json_object(manifest),
        digest=None if digest is None else batch_file.json_object(digest),
    )


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; raises UsageError."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(data) > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST} bytes", "it is no call and no runtime")
    return data
