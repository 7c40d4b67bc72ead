"""SS58 addresses, with nothing but the standard library."""

from __future__ import annotations

from hashlib import blake2b

from taoctl.errors import UsageError

SS58_PREFIX = 42
"""Bittensor uses the generic Substrate prefix."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {c: i for i, c in enumerate(_ALPHABET)}


def _checksum(payload: bytes) -> bytes:
    return blake2b(b"SS58PRE" + payload).digest()[:2]


def encode_ss58(public_key: bytes) -> str:
    """SS58 text of a 32-byte public key with prefix 42."""
    if len(public_key) != 32:
        raise ValueError(f"a public key has 32 bytes, not {len(public_key)}")
    payload = bytes([SS58_PREFIX]) + public_key
    number = int.from_bytes(payload + _checksum(payload), "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return text


def decode_ss58(address: str) -> bytes:
    """The 32-byte public key of an SS58 address.

    Raises:
        UsageError: for a wrong length, character, checksum or network prefix, naming which.
    """
    number = 0
    for char in address:
        if char not in _DIGIT:
            raise _wrong(address, f"the character {char!r} is not base58")
        number = number * 58 + _DIGIT[char]
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != 35:
        raise _wrong(address, "its length is wrong")
    payload, check = raw[:-2], raw[-2:]
    if _checksum(payload) != check:
        raise _wrong(address, "its checksum does not match, so a character was mistyped or lost")
    if payload[0] != SS58_PREFIX:
        raise _wrong(address, f"it belongs to another network (prefix {payload[0]}, not 42)")
    return payload[1:]


def is_ss58(text: str) -> bool:
    """Whether the text is a valid Bittensor address."""
    try:
        decode_ss58(text)
    except UsageError:
        return False
    return True


def short_ss58(address: str, head: int = 5, tail: int = 4) -> str:
    """An address shortened for a narrow column: `5Grwv…utQY`."""
    return address if len(address) <= head + tail + 1 else f"{address[:head]}…{address[-tail:]}"


def _wrong(address: str, why: str) -> UsageError:
    return UsageError(
        f"{address!r} is not a Bittensor address: {why}",
        "an address is 48 characters and starts with 5, for example "
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    )
