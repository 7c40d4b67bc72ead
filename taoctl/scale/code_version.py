"""What a runtime's code says of itself: its size, its hashes and the version inside.

The version is a custom section of the WebAssembly module, written by `sp_version`; the code on
chain is mostly a zstd frame behind the mark of `sp_maybe_compressed_blob`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from taoctl.errors import BadDataError
from taoctl.scale.compact import compact
from taoctl.scale.crypto import blake2_256

_COMPRESSED = bytes((82, 188, 83, 118, 70, 219, 142, 5))
_WASM = b"\x00asm\x01\x00\x00\x00"
_SECTION = b"runtime_version"
_LARGEST = 50 * 1024 * 1024
"""Bytes that a node unpacks at most; more is a bomb."""
_API_SIZE = 12
_MOST_SECTIONS = 1_000
"""Sections that are looked at; a runtime has some twenty, and a bomb millions of empty ones."""


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """The version of a runtime, as its code carries it; `transaction_version` may be absent."""

    spec_name: str
    impl_name: str
    authoring_version: int
    spec_version: int
    impl_version: int
    transaction_version: int | None


@dataclass(frozen=True, slots=True)
class Code:
    """A runtime's code.

    Attributes:
        size: bytes as they were given.
        blake2_256, sha256: `0x` hashes of those bytes.
        compressed: whether they are a zstd frame.
        wasm_size: bytes of the module itself; None where it could not be unpacked.
        version: what the module says; None with a `problem`.
        problem: why the version is not known.
    """

    size: int
    blake2_256: str
    sha256: str
    compressed: bool
    wasm_size: int | None
    version: CodeVersion | None
    problem: str | None


def read_code(data: bytes) -> Code:
    """What a runtime's code says of itself; never raises for what is in the bytes."""
    compressed = data.startswith(_COMPRESSED)
    size: int | None = None
    version: CodeVersion | None = None
    problem: str | None = None
    try:
        module = _unpacked(data[len(_COMPRESSED) :]) if compressed else data
        size = len(module)
        version = _version(module)
    except BadDataError as error:
        problem = error.message
    return Code(
        size=len(data),
        blake2_256="0x" + blake2_256(data).hex(),
        sha256="0x" + hashlib.sha256(data).hexdigest(),
        compressed=compressed,
        wasm_size=size,
        version=version,
        problem=problem,
    )


def _unpacked(frames: bytes) -> bytes:
    # Few commands see code, and the library is not free to load.
    import zstandard

    try:
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        with unpacker.stream_reader(frames, read_across_frames=True) as reader:
            unpacked = reader.read(_LARGEST + 1)
    except (zstandard.ZstdError, MemoryError):
        raise BadDataError("the code is compressed and cannot be unpacked") from None
    if len(unpacked) > _LARGEST:
        raise BadDataError(f"the code unpacks to more than {_LARGEST} bytes, which no node takes")
    return unpacked


def _version(module: bytes) -> CodeVersion:
    if not module.startswith(_WASM):
        raise BadDataError("the code is no WebAssembly module")
    found = next((body for name, body in _custom_sections(module) if name == _SECTION), None)
    if found is None:
        raise BadDataError("the code has no runtime_version section")
    return _read_version(found)


def _custom_sections(module: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the custom sections of a module."""
    at = len(_WASM)
    for _ in range(_MOST_SECTIONS):
        if at >= len(module):
            return
        kind = module[at]
        size, start = _leb128(module, at + 1)
        at = start + size
        if at > len(module):
            raise BadDataError("the code ends inside a section")
        if kind == 0:
            length, name = _leb128(module, start)
            if name + length > at:
                raise BadDataError("a section of the code has a name longer than itself")
            yield module[name : name + length], module[name + length : at]
    if at < len(module):
        raise BadDataError(f"the code has more than {_MOST_SECTIONS} sections, as no runtime has")


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned 32-bit LEB128 integer at an offset, and the offset after it."""
    number = 0
    for place in range(5):
        if at + place >= len(data):
            raise BadDataError("the code ends inside a number")
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return number, at + place + 1
    raise BadDataError("the code has a number that is too long")


def _read_version(data: bytes) -> CodeVersion:
    spec_name, at = _text(data, 0)
    impl_name, at = _text(data, at)
    (authoring, spec, impl), at = _u32s(data, at, 3)
    apis, at = compact(data, at)
    at += apis * _API_SIZE
    # Runtimes of Core API version 1 and 2 carry no transaction version.
    transaction = _u32s(data, at, 1)[0][0] if len(data) >= at + 4 else None
    return CodeVersion(spec_name, impl_name, authoring, spec, impl, transaction)


def _text(data: bytes, at: int) -> tuple[str, int]:
    size, start = compact(data, at)
    if start + size > len(data):
        raise BadDataError("the version in the code ends too early")
    return data[start : start + size].decode("utf-8", "replace"), start + size


def _u32s(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    end = at + 4 * count
    if end > len(data):
        raise BadDataError("the version in the code ends too early")
    numbers = [int.from_bytes(data[one : one + 4], "little") for one in range(at, end, 4)]
    return numbers, end
