"""Rows of weights: as people write them, as the chain takes them, and their commit's hash."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from taoctl.addresses import decode_ss58
from taoctl.errors import UsageError
from taoctl.scale.compact import compact_bytes, length_prefixed
from taoctl.scale.crypto import blake2_256
from taoctl.text import printable
from taoctl.units import U16_MAX

Row: TypeAlias = tuple[tuple[int, int], ...]
"""(uid, u16 weight) in the order in which they are sent."""

MECHANISM_STRIDE = 4096
"""Storage index of a mechanism = mechanism * 4096 + netuid."""

_WEIGHT = re.compile(r"^[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?$")
_SHOWN = 12


def parse_weight(text: str) -> Fraction:
    """A weight such as `1`, `0.25`, `5e-05` or `12.5%`; only what they are to each other counts.

    Raises:
        UsageError: it is negative, or no number.
    """
    figure = text.strip().removesuffix("%").strip()
    if not _WEIGHT.match(figure) or not figure.isascii():
        raise UsageError(f"{printable(text, 40)!r} is no weight", "write 1, 0.25 or 12.5%")
    return Fraction(figure)


def parse_uid(text: str) -> int:
    """A UID; raises UsageError."""
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or int(text) > U16_MAX:
        raise UsageError(f"{printable(text, 40)!r} is no UID", f"a UID goes from 0 to {U16_MAX}")
    return int(text)


def parse_pair(text: str) -> tuple[int, Fraction]:
    """A `UID=WEIGHT`; raises UsageError."""
    uid, sign, weight = text.partition("=")
    if not sign:
        raise UsageError(f"{printable(text, 40)!r} is not UID=WEIGHT", "write 4=0.25")
    return parse_uid(uid.strip()), parse_weight(weight)


def to_row(given: Iterable[tuple[int, Fraction]]) -> Row:
    """The row that clients of the chain send: the largest is 65535, what rounds to 0 is left out.

    Raises:
        UsageError: a UID is named twice, or no weight is above zero.
    """
    pairs = sorted(given)
    uids = [uid for uid, _ in pairs]
    twice = [uid for uid, after in pairwise(uids) if uid == after]
    if twice:
        raise UsageError(f"UID {twice[0]} has two weights", "name each UID once")
    largest = max((weight for _, weight in pairs), default=Fraction(0))
    if not largest:
        raise UsageError("no weight is above zero", "write UID=WEIGHT, such as 4=1 7=0.5")
    scaled = ((uid, int(weight * U16_MAX / largest + Fraction(1, 2))) for uid, weight in pairs)
    return tuple((uid, weight) for uid, weight in scaled if weight)


def row_text(row: Sequence[Sequence[int]]) -> str:
    """The largest weights of a row in words; `none` for an empty one."""
    if not row:
        return "none"
    ordered = sorted(((int(uid), int(weight)) for uid, weight in row), key=lambda p: (-p[1], p[0]))
    shown = [f"{uid}={weight}" for uid, weight in ordered[:_SHOWN]]
    if len(ordered) > _SHOWN:
        shown.append(f"and {len(ordered) - _SHOWN} more")
    return " ".join(shown)


def index_of(netuid: int, mechanism: int) -> int:
    """The number under which the chain stores what is of one mechanism of a subnet."""
    return mechanism * MECHANISM_STRIDE + netuid


def commit_hash(hotkey: str, index: int, row: Row, salt: Sequence[int], version_key: int) -> str:
    """The `0x` hash that commits a hotkey to weights.

    Args:
        hotkey: ss58 address of who commits.
        index: what `index_of` says of the mechanism.
        row: the weights, in the order in which they will be revealed.
        salt: u16 numbers that nobody can guess.
        version_key: u64, as it will be revealed.

    Source: get_commit_hash of subtensor: blake2-256 over the SCALE bytes of all of it.
    """
    parts = [[uid for uid, _ in row], [weight for _, weight in row], salt]
    vectors = b"".join(_vector(one) for one in parts)
    ends = struct.pack("<H", index), struct.pack("<Q", version_key)
    return "0x" + blake2_256(decode_ss58(hotkey) + ends[0] + vectors + ends[1]).hex()


def timelocked_payload(hotkey: str, row: Row, version_key: int) -> bytes:
    """What is encrypted of a row that the chain reveals by itself, as SCALE bytes.

    Args:
        hotkey: ss58 address of who commits; the chain opens it for nobody else.
        row: the weights.
        version_key: u64.

    Source: WeightsTlockPayload of subtensor.
    """
    whose = length_prefixed(decode_ss58(hotkey))
    lists = _vector([uid for uid, _ in row]) + _vector([weight for _, weight in row])
    return whose + lists + struct.pack("<Q", version_key)


def _vector(values: Sequence[int]) -> bytes:
    return compact_bytes(len(values)) + struct.pack(f"<{len(values)}H", *values)
