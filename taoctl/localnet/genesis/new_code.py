"""The code of a runtime that the demo proposes: a module that holds a version and nothing else."""

from __future__ import annotations

from taoctl.localnet.pallets.system import runtime_version
from taoctl.scale.compact import compact_bytes, length_prefixed
from taoctl.scale.crypto import api_id

_MAGIC = b"\x00asm\x01\x00\x00\x00"
_CUSTOM, _MEMORY = 0, 5
_ONE_PAGE = bytes((1, 0, 1))
_CORE_API_VERSION = 5


def new_code(spec_version: int) -> bytes:
    """A valid WebAssembly module without functions, with the sections that `sp_version` writes."""
    version = runtime_version(())
    parts = [
        length_prefixed(version["spec_name"].encode()),
        length_prefixed(version["impl_name"].encode()),
        _u32(version["authoring_version"]),
        _u32(spec_version),
        _u32(version["impl_version"]),
        compact_bytes(0),  # the APIs have a section of their own
        _u32(version["transaction_version"]),
        bytes((version["system_version"],)),
    ]
    apis = api_id("Core") + _u32(_CORE_API_VERSION)
    return b"".join(
        (
            _MAGIC,
            _section(_MEMORY, _ONE_PAGE),
            _custom(b"runtime_apis", apis),
            _custom(b"runtime_version", b"".join(parts)),
        )
    )


def _custom(name: bytes, content: bytes) -> bytes:
    return _section(_CUSTOM, _leb128(len(name)) + name + content)


def _section(kind: int, content: bytes) -> bytes:
    return bytes((kind,)) + _leb128(len(content)) + content


def _leb128(number: int) -> bytes:
    data = bytearray()
    while number >= 0x80:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*data, number))


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "little")
