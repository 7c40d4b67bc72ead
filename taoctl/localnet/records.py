"""Append-only files of checksummed records, and plain values as JSON.

A record is a 16-byte head (payload length, checksum of the head, digest of the payload) and the
payload. A file that ends inside a record was cut by a crash: the piece is dropped. Anything else
that does not check out is corruption, which is reported and never repaired silently.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from taoctl.errors import BadDataError
from taoctl.localnet.scaletypes import VariantValue, variant

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


# plain values as JSON: tuples are lists, bytes {"$b": hex}, enum variants {"$v": [name, value]},
# maps with other than text keys {"$m": [[key, value], ...]}; other dicts stand for themselves


def pack(value: Any) -> Any:
    """A plain value in JSON's terms."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is tuple or kind is list:
        return [item if type(item) in _ATOMS else pack(item) for item in value]
    if isinstance(value, bytes):
        return {"$b": value.hex()}
    if isinstance(value, VariantValue):
        ((name, item),) = value.items()
        return {"$v": [name, pack(item)]}
    if isinstance(value, dict):
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {key: pack(item) for key, item in value.items()}
        return {"$m": [[pack(key), pack(item)] for key, item in value.items()]}
    raise TypeError(f"{kind.__name__} is not a plain value")


def unpack(value: Any) -> Any:
    """The plain value of what `pack` made; sequences come back as tuples."""
    kind = type(value)
    if kind is list:
        return tuple([item if type(item) in _ATOMS else unpack(item) for item in value])
    if kind is dict:
        if len(value) == 1:
            tag = next(iter(value))
            make = _TAGS.get(tag)
            if make is not None:
                return make(value[tag])
        return {key: unpack(item) for key, item in value.items()}
    return value


def _unpack_map(pairs: list[list[Any]]) -> dict[Any, Any]:
    return {unpack(key): unpack(item) for key, item in pairs}


_ATOMS = frozenset((int, str, bool, type(None)))
_TAGS: dict[str, Callable[[Any], Any]] = {
    "$b": bytes.fromhex,
    "$m": _unpack_map,
    "$v": lambda pair: variant(pair[0], unpack(pair[1])),
}


def to_json(value: Any) -> bytes:
    """Compressed JSON of a plain value."""
    return zlib.compress(json.dumps(pack(value), separators=(",", ":")).encode(), 1)


def from_json(data: bytes) -> Any:
    """The plain value of `to_json`; raises ValueError when it is not that."""
    try:
        return unpack(json.loads(zlib.decompress(data)))
    except zlib.error as error:
        raise ValueError(str(error)) from error
