"""What the records of a state directory hold, and how single files are written and opened."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from taoctl.errors import BadDataError, UsageError
from taoctl.localnet.block import Block, Header
from taoctl.localnet.changes import Changes, decode_changes
from taoctl.localnet.records import Record, corrupt, read_records
from taoctl.scale.compact import compact, length_prefixed

FORMAT = 1
NUMBER = struct.Struct("<I")
BLOCK, DELTA, AMEND, REVERT, CHUNK, END = b"B", b"D", b"A", b"R", b"S", b"E"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What chain a state directory holds. `recipe` is everything that block 0 follows from."""

    scenario: str
    genesis: str
    created_ms: int
    recipe: dict[str, Any]
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Delta:
    """One step of the saved chain: a block's changes, an amendment of the head, or a revert.

    `changes` is None for a revert to `block`.
    """

    block: int
    changes: Changes | None
    amends: bool = False


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """Where a block lies in `blocks.log`."""

    hash: bytes
    start: int
    end: int


def checksum(manifest: Manifest) -> str:
    """The checksum that `chain.json` carries of its own content."""
    text = json.dumps(asdict(manifest), sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all; raises UsageError."""
    aside = path.with_suffix(".part")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except OSError as error:
        raise UsageError(
            f"the state directory {path.parent} cannot be written: {error.strerror}",
            "choose another with --state-dir",
        ) from error


def read_delta(record: Record, path: Path) -> Delta:
    """The step that a record of a delta log holds; raises BadDataError."""
    kind, number = record.payload[:1], record_number(record.payload, path)
    if kind == REVERT:
        return Delta(number, None)
    return Delta(number, record_changes(record.payload, path, record.start), kind == AMEND)


def end_of(path: Path) -> int:
    """The offset after a log's last whole record; 0 when there is no such file."""
    end = 0
    if path.exists():
        for record in read_records(path):
            end = record.end
    return end


def record_number(payload: bytes, path: Path) -> int:
    """The block that a record is about; raises BadDataError."""
    if len(payload) < 1 + NUMBER.size:
        raise corrupt(path, "a record is too short")
    return int(NUMBER.unpack_from(payload, 1)[0])


def record_changes(payload: bytes, path: Path, start: int) -> Changes:
    """The changes in a record that starts at an offset; raises BadDataError."""
    try:
        return decode_changes(payload[1 + NUMBER.size :])
    except (ValueError, TypeError, KeyError) as error:
        raise corrupt(path, f"the record at byte {start} cannot be read: {error}") from None


def read_chunks(path: Path) -> Iterator[Changes]:
    """The parts of a snapshot; raises BadDataError, at the latest when its end is missing."""
    for record in read_records(path):
        if record.payload[:1] == END:
            return
        yield record_changes(record.payload, path, record.start)
    raise corrupt(path, "it has no end")


def block_record(block: Block) -> bytes:
    """A block as the payload of a record."""
    body = length_prefixed(block.header.encoded)
    body += b"".join(length_prefixed(raw) for raw in block.extrinsics)
    return BLOCK + NUMBER.pack(block.number) + body


def read_block(payload: bytes, path: Path) -> Block:
    """The block of a record's payload; raises BadDataError."""
    try:
        data, at = _take(payload, 1 + NUMBER.size)
        number, number_end = compact(data, 32)
        roots = data[number_end : number_end + 64]
        header = Header(data[:32], number, roots[:32], roots[32:])
        extrinsics = []
        while at < len(payload):
            raw, at = _take(payload, at)
            extrinsics.append(raw)
    except BadDataError as error:
        raise corrupt(path, f"a block cannot be read: {error}") from None
    return Block(header, tuple(extrinsics))


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = compact(data, at)
    return data[at : at + length], at + length
