"""SCALE compact integers, and byte strings behind their length."""

from __future__ import annotations


def compact_bytes(number: int) -> bytes:
    """SCALE compact encoding of a natural number."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    size = (number.bit_length() + 7) // 8
    return bytes([(size - 4) << 2 | 3]) + number.to_bytes(size, "little")


def length_prefixed(data: bytes) -> bytes:
    """Bytes behind their SCALE length, as `Vec<u8>` writes them."""
    return compact_bytes(len(data)) + data
