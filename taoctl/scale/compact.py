"""SCALE compact integers, and byte strings behind their length."""

from __future__ import annotations

from collections.abc import Iterable

from taoctl.errors import BadDataError


def compact(data: bytes, at: int = 0) -> tuple[int, int]:
    """A SCALE compact integer at an offset: its value and the offset after it."""
    try:
        mode = data[at] & 3
        if mode < 3:
            size = 1 << mode
        else:
            size, at = (data[at] >> 2) + 4, at + 1
    except IndexError:
        raise BadDataError("the data ends before a length") from None
    if len(data) < at + size:
        raise BadDataError("the data ends inside a length")
    number = int.from_bytes(data[at : at + size], "little")
    return (number if mode == 3 else number >> 2), at + size


def compact_bytes(number: int) -> bytes:
    """A non-negative integer below 2**536 as a SCALE compact."""
    for mode in range(3):
        if number < 1 << ((8 << mode) - 2):
            return (number << 2 | mode).to_bytes(1 << mode, "little")
    size = (number.bit_length() + 7) // 8
    return bytes([(size - 4) << 2 | 3]) + number.to_bytes(size, "little")


def length_prefixed(data: bytes) -> bytes:
    """Bytes behind their SCALE length, as `Vec<u8>` writes them."""
    return compact_bytes(len(data)) + data


def strip_length(data: bytes) -> bytes:
    """The content of a SCALE `Vec<u8>`; raises BadDataError when the length does not match."""
    length, offset = compact(data)
    if len(data) - offset != length:
        raise BadDataError(f"a byte vector says {length} bytes and has {len(data) - offset}")
    return data[offset:]


def byte_vectors(data: bytes, count: int) -> tuple[bytes, ...]:
    """The contents of so many SCALE `Vec<u8>` that stand one after the other and fill the data.

    What a codec decodes as text may stand for other bytes; these are the bytes.

    Raises:
        BadDataError: the data ends too early, or there are more or fewer of them.
    """
    found = []
    at = 0
    while at < len(data):
        length, start = compact(data, at)
        at = start + length
        if at > len(data):
            raise BadDataError("the data ends inside a byte vector")
        found.append(data[start:at])
    if len(found) != count:
        raise BadDataError(f"the data holds {len(found)} byte vectors, not {count}")
    return tuple(found)


def array_bytes(value: str | Iterable[int]) -> bytes:
    """Bytes of a decoded `[u8; N]`, which the codec always gives as `0x` text, or numbers."""
    if isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x"))
    return bytes(value)
