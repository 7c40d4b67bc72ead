"""WebAssembly modules that say which runtime they are, as real ones do."""

from __future__ import annotations

import zstandard

from taoctl.scale.compact import length_prefixed

MAGIC = b"\x00asm\x01\x00\x00\x00"
COMPRESSED = bytes((82, 188, 83, 118, 70, 219, 142, 5))


def version_bytes(
    spec_name: str = "node-subtensor", spec: int = 425, apis: int = 0, transaction: int | None = 1
) -> bytes:
    """`RuntimeVersion` in SCALE."""
    texts = length_prefixed(spec_name.encode()) + length_prefixed(b"node-subtensor")
    numbers = b"".join(one.to_bytes(4, "little") for one in (1, spec, 7))
    listed = bytes([apis << 2]) + bytes(12 * apis)
    tail = b"" if transaction is None else transaction.to_bytes(4, "little") + b"\x01"
    return texts + numbers + listed + tail


def leb128(number: int) -> bytes:
    """An unsigned LEB128 integer."""
    found = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def section(name: bytes, body: bytes) -> bytes:
    """A custom section."""
    inner = leb128(len(name)) + name + body
    return b"\x00" + leb128(len(inner)) + inner


def module(*sections: bytes, padding: int = 100) -> bytes:
    """A module with a data section of so many bytes between the custom ones."""
    return (
        MAGIC
        + b"".join(sections[:1])
        + (b"\x0b" + leb128(padding) + bytes(padding))
        + b"".join(sections[1:])
    )


def code(spec: int = 425, *, compressed: bool = False, spec_name: str = "node-subtensor") -> bytes:
    """A runtime's code of a spec version."""
    made = module(
        section(b"name", b"x"), section(b"runtime_version", version_bytes(spec_name, spec))
    )
    return COMPRESSED + zstandard.ZstdCompressor().compress(made) if compressed else made
