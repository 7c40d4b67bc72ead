"""Append-only files of checksummed records.

A record is a 16-byte head (payload length, checksum of the head, digest of the payload) and the
payload. A file that ends inside a record was cut by a crash: the piece is dropped. Anything else
that does not check out is corruption, which is reported and never repaired silently.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO

from taoctl.errors import BadDataError

_HEAD = struct.Struct("<II8s")
_LENGTH = struct.Struct("<I")
MAX_RECORD = 1 << 30


def frame(payload: bytes) -> bytes:
    """A payload as a record."""
    digest = blake2b(payload, digest_size=8).digest()
    length = _LENGTH.pack(len(payload))
    return _HEAD.pack(len(payload), zlib.crc32(length + digest), digest) + payload


@dataclass(frozen=True, slots=True)
class Record:
    """A payload with the offsets in its file where its record starts and ends."""

    payload: bytes
    start: int
    end: int


def read_records(path: Path) -> Iterator[Record]:
    """Every whole record of a file; a piece cut off at the end is left out.

    Raises:
        BadDataError: a record does not match its checksum.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = 0
        while size - start >= _HEAD.size:
            length, check, digest = _HEAD.unpack(file.read(_HEAD.size))
            if zlib.crc32(_LENGTH.pack(length) + digest) != check or length > MAX_RECORD:
                raise corrupt(path, f"the record at byte {start} has a broken head")
            end = start + _HEAD.size + length
            if end > size:
                return
            payload = file.read(length)
            if blake2b(payload, digest_size=8).digest() != digest:
                raise corrupt(path, f"the record at byte {start} does not match its checksum")
            yield Record(payload, start, end)
            start = end


class Log:
    """A file of records that is appended to; what cannot be written whole is taken back.

    Args:
        path: of the file, which is made when it is not there.
        end: where its last whole record ends; what follows is cut off.

    Raises:
        BadDataError: the file cannot be opened.
    """

    def __init__(self, path: Path, end: int = 0) -> None:
        self.path, self.end = path, end
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            os.ftruncate(self._file, end)
        except OSError as error:
            raise _unsaved(path, error) from error

    def append(self, record: bytes) -> int:
        """Write a record; returns where it starts. Raises BadDataError and leaves the log as is."""
        start, data = self.end, memoryview(record)
        try:
            while data:
                data = data[os.pwrite(self._file, data, self.end + len(record) - len(data)) :]
        except OSError as error:
            self.cut(start)
            raise _unsaved(self.path, error) from error
        self.end += len(record)
        return start

    def cut(self, end: int) -> None:
        """Take back everything after an offset."""
        self.end = end
        with suppress(OSError):  # the next record is written over what could not be cut off
            os.ftruncate(self._file, end)

    def close(self) -> None:
        """Bring everything to the disk and close the file."""
        with suppress(OSError):
            os.fsync(self._file)
        os.close(self._file)


def _unsaved(path: Path, error: OSError) -> BadDataError:
    return BadDataError(
        f"the chain could not be saved in {path}: {error.strerror}",
        "make room on the disk; the localnet continues from its last whole block",
    )


def read_at(file: IO[bytes], start: int, path: Path) -> bytes:
    """The payload of the record at an offset; raises BadDataError when it is not whole."""
    file.seek(start)
    head = file.read(_HEAD.size)
    if len(head) == _HEAD.size:
        length, _, digest = _HEAD.unpack(head)
        payload = file.read(length)
        if blake2b(payload, digest_size=8).digest() == digest:
            return payload
    raise corrupt(path, f"the record at byte {start} does not match its checksum")


def corrupt(path: Path, why: str) -> BadDataError:
    """The error for a state file that cannot be trusted."""
    return BadDataError(
        f"the saved localnet state is corrupt: {path}: {why}",
        "nothing was changed; `--fresh` moves the old state aside and starts a new chain",
    )
