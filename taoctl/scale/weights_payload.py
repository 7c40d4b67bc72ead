"""Weights as timelocked commits hide them: the hotkey they are of, UIDs, weights, version key."""

from __future__ import annotations

from typing import TypeAlias

from taoctl.addresses import encode_ss58
from taoctl.errors import BadDataError
from taoctl.scale.compact import compact, compact_bytes

Revealed: TypeAlias = tuple[list[int], list[int], int]
"""UIDs, weights and version key."""


def weights_in(payload: bytes, hotkey: str) -> Revealed | None:
    """What a payload holds for the hotkey that committed to it; None where it is none of its.

    Payloads without a hotkey, which older clients made, are taken too. Bytes behind do not count.
    """
    try:
        length, at = _length(payload, 0)
        found, whose = _row_in(payload, at + length), payload[at : at + length]
        if len(whose) >= 32:
            return found if encode_ss58(whose[:32]) == hotkey else None
    except BadDataError:
        pass
    try:
        return _row_in(payload, 0)
    except BadDataError:
        return None


def _row_in(payload: bytes, at: int) -> Revealed:
    uids, at = _u16s(payload, at)
    values, at = _u16s(payload, at)
    if len(payload) < at + 8:
        raise BadDataError("the data ends before the version key")
    return uids, values, int.from_bytes(payload[at : at + 8], "little")


def _u16s(payload: bytes, at: int) -> tuple[list[int], int]:
    count, at = _length(payload, at)
    end = at + 2 * count
    if len(payload) < end:
        raise BadDataError("the data ends inside a list")
    pairs = zip(payload[at:end:2], payload[at + 1 : end : 2], strict=True)
    return [low | high << 8 for low, high in pairs], end


def _length(payload: bytes, at: int) -> tuple[int, int]:
    length, end = compact(payload, at)
    if compact_bytes(length) != payload[at:end]:
        raise BadDataError("a length takes more bytes than it needs")
    return length, end
