"""The hash by which a hotkey commits to weights."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from taoctl.addresses import decode_ss58
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256


def commit_hash(
    hotkey: str,
    index: int,
    uids: Sequence[int],
    values: Sequence[int],
    salt: Sequence[int],
    version_key: int,
) -> str:
    """The `0x` hash of a row for a mechanism's storage index; source: get_commit_hash."""
    vectors = b"".join(map(_vector, (uids, values, salt)))
    ends = struct.pack("<H", index), struct.pack("<Q", version_key)
    return "0x" + blake2_256(decode_ss58(hotkey) + ends[0] + vectors + ends[1]).hex()


def _vector(values: Sequence[int]) -> bytes:
    return compact_bytes(len(values)) + struct.pack(f"<{len(values)}H", *values)
