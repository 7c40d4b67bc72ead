"""The names under which the scheduler keeps what is to happen to a referendum."""

from __future__ import annotations

from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256

_LOCK = b"referend"


def task_name(index: int) -> str:
    """The `0x` name under which the scheduler keeps what enacts a referendum."""
    return _name(b"enactment", index)


def alarm_name(index: int) -> str:
    """The `0x` name under which the scheduler keeps what looks at a referendum's votes."""
    return _name(b"alarm", index)


def _name(kind: bytes, index: int) -> str:
    data = _LOCK + compact_bytes(len(kind)) + kind + index.to_bytes(4, "little")
    return "0x" + blake2_256(data).hex()
