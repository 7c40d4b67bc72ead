"""Block headers as JSON-RPC sends them, and the hash that names the block."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from taoctl.errors import BadDataError
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256


@dataclass(frozen=True, slots=True)
class Head:
    """A block that was the newest at `at_monotonic` (`time.monotonic()` when it was heard of)."""

    number: int
    hash: str
    parent_hash: str
    at_monotonic: float = field(default_factory=lambda: time.monotonic(), compare=False)


def read_header(header: Any) -> Head:
    """A JSON-RPC header with its hash, which is blake2-256 over the SCALE bytes of the header.

    Computing the hash here saves the round trip of asking for it, and a node cannot pair a
    header with another block's hash.

    Raises:
        BadDataError: the value is not a header.
    """
    try:
        return _read(header)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadDataError("the node sent a block header that cannot be read") from error


def _read(header: Mapping[str, Any]) -> Head:
    number = int(header["number"], 16)
    parent = _bytes(header["parentHash"], 32)
    logs = [bytes.fromhex(log.removeprefix("0x")) for log in header["digest"]["logs"]]
    encoded = b"".join(
        (
            parent,
            compact_bytes(number),
            _bytes(header["stateRoot"], 32),
            _bytes(header["extrinsicsRoot"], 32),
            compact_bytes(len(logs)),
            *logs,
        )
    )
    return Head(number, "0x" + blake2_256(encoded).hex(), "0x" + parent.hex())


def _bytes(text: str, size: int) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != size:
        raise ValueError(f"{len(data)} bytes where {size} belong")
    return data
