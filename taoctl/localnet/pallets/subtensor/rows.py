"""Rows of weights and bonds as their SCALE bytes, the form they are stored in."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain

Pairs = Sequence[tuple[int, int]]
"""(uid, u16) entries of one row."""

EMPTY = b"\x00"
"""The SCALE bytes of a row without entries."""


def pack_row(pairs: Pairs) -> bytes:
    """SCALE bytes of a row: its length in compact form, then u16 pairs, little endian."""
    count = len(pairs)
    if count < 64:
        prefix = bytes([count << 2])
    elif count < 1 << 14:
        prefix = (count << 2 | 1).to_bytes(2, "little")
    else:
        prefix = (count << 2 | 2).to_bytes(4, "little")
    return prefix + struct.pack(f"<{2 * count}H", *chain.from_iterable(pairs))


def row_body(data: bytes) -> bytes:
    """The u16 pairs of a stored row without its length."""
    return data[(1, 2, 4)[data[0] & 3] :] if data else b""


def unpack_row(data: bytes) -> tuple[tuple[int, int], ...]:
    """The (uid, u16) entries of a stored row."""
    body = row_body(data)
    flat = struct.unpack(f"<{len(body) // 2}H", body)
    return tuple(zip(flat[::2], flat[1::2], strict=True))
