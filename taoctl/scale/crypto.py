"""Hashes, signature checks and dev-account signers."""

from __future__ import annotations

from hashlib import blake2b

import bittensor_core

from taoctl.addresses import decode_ss58
from taoctl.errors import UsageError

ED25519: int = bittensor_core.CRYPTO_ED25519
"""Signature version of ed25519, as MultiSignature numbers it."""
SR25519: int = bittensor_core.CRYPTO_SR25519
"""Signature version of sr25519, as MultiSignature numbers it."""

_M64 = 2**64 - 1
_P1, _P2, _P3, _P4, _P5 = (
    11400714785074694791,
    14029467366897019727,
    1609587929392839161,
    9650029242287828579,
    2870177450012600261,
)


def blake2_256(data: bytes) -> bytes:
    """The 32-byte BLAKE2b hash that Substrate uses for blocks and extrinsics."""
    return blake2b(data, digest_size=32).digest()


def blake2_128(data: bytes) -> bytes:
    """The 16-byte BLAKE2b hash of `Blake2_128Concat` storage keys."""
    return blake2b(data, digest_size=16).digest()


def account_hash(ss58: str) -> str:
    """The hash that stands for an account before it is told: BLAKE2b-256 of its key, `0x` text."""
    return "0x" + blake2_256(decode_ss58(ss58)).hex()


def api_id(name: str) -> bytes:
    """The 8-byte id of a runtime API, as runtime versions list it."""
    return blake2b(name.encode(), digest_size=8).digest()


def twox_64(data: bytes) -> bytes:
    """The 8-byte xxHash64 (seed 0) of `Twox64Concat` storage keys."""
    return _xxh64(data, 0).to_bytes(8, "little")


def twox_128(data: bytes) -> bytes:
    """The 16-byte xxHash (seeds 0 and 1) of pallet and item names in storage keys."""
    return twox_64(data) + _xxh64(data, 1).to_bytes(8, "little")


def verify(message: bytes, signature: bytes, ss58: str, crypto: int = SR25519) -> bool:
    """Whether the signature is this address's over exactly this message.

    A signature over the `<Bytes>`-wrapped message, which wallets make for texts, does not count:
    the underlying check accepts it, a chain does not.
    """
    wrapped = b"<Bytes>" + message + b"</Bytes>"
    try:
        return bool(
            bittensor_core.verify(message, signature, ss58, crypto)
            and not bittensor_core.verify(wrapped, signature, ss58, crypto)
        )
    except (ValueError, TypeError, OverflowError):
        return False


def metadata_digest(metadata: bytes, spec_version: int, spec_name: str) -> bytes:
    """The RFC-0078 digest of a runtime's metadata, which `CheckMetadataHash` signs."""
    return bytes(bittensor_core.metadata_digest(metadata, spec_version, spec_name))


class KeySigner:
    """A key derived from a secret URI such as `//Alice`: for dev accounts, never for users' keys.

    Raises:
        UsageError: the URI is not one.
    """

    def __init__(self, uri: str, crypto: int = SR25519) -> None:
        try:
            self._pair = bittensor_core.Keypair.create_from_uri(uri, crypto)
        except ValueError as error:
            raise UsageError(
                "the secret URI is not valid", "dev accounts look like //Alice"
            ) from error
        self.crypto = crypto
        self.public_key = bytes(self._pair.public_key)
        self.ss58 = str(self._pair.ss58_address)

    def __repr__(self) -> str:
        return f"KeySigner({self.ss58})"

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over the message."""
        return bytes(self._pair.sign(message))


def _xxh64(data: bytes, seed: int) -> int:
    size, at = len(data), 0
    if size >= 32:
        lanes = [(seed + _P1 + _P2) & _M64, (seed + _P2) & _M64, seed, (seed - _P1) & _M64]
        while at + 32 <= size:
            for lane in range(4):
                lanes[lane] = _round(lanes[lane], int.from_bytes(data[at : at + 8], "little"))
                at += 8
        acc = sum(_rotl(v, r) for v, r in zip(lanes, (1, 7, 12, 18), strict=True)) & _M64
        for value in lanes:
            acc = ((acc ^ _round(0, value)) * _P1 + _P4) & _M64
    else:
        acc = (seed + _P5) & _M64
    return _xxh64_tail(data, at, (acc + size) & _M64)


def _xxh64_tail(data: bytes, at: int, acc: int) -> int:
    while at + 8 <= len(data):
        acc ^= _round(0, int.from_bytes(data[at : at + 8], "little"))
        acc, at = (_rotl(acc, 27) * _P1 + _P4) & _M64, at + 8
    if at + 4 <= len(data):
        acc ^= int.from_bytes(data[at : at + 4], "little") * _P1 & _M64
        acc, at = (_rotl(acc, 23) * _P2 + _P3) & _M64, at + 4
    for byte in data[at:]:
        acc = _rotl(acc ^ (byte * _P5 & _M64), 11) * _P1 & _M64
    acc = (acc ^ (acc >> 33)) * _P2 & _M64
    acc = (acc ^ (acc >> 29)) * _P3 & _M64
    return acc ^ (acc >> 32)


def _round(acc: int, value: int) -> int:
    return _rotl((acc + value * _P2) & _M64, 31) * _P1 & _M64


def _rotl(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _M64
