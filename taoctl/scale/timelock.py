"""Encryption that opens with a later pulse of drand's quicknet, as chain and clients do it.

The bytes are those of the runtime: TinyBLS381 identity-based encryption around AES-GCM.
"""

from __future__ import annotations

import bittensor_core

from taoctl.errors import UsageError
from taoctl.scale.compact import length_prefixed, strip_length
from taoctl.units import U64_MAX

QUICKNET_PUBLIC_KEY = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
    "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
    "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
"""The key of the beacon to which everything here is encrypted."""

_PROBE = b"pulse"


def encrypted(data: bytes, drand_round: int) -> bytes:
    """The ciphertext that the pulse of a round opens, other bytes each time.

    Raises:
        UsageError: the round is no u64.
    """
    if not 0 <= drand_round <= U64_MAX:
        raise UsageError(f"{drand_round} is no round of drand", "a round is a u64")
    envelope, _ = bittensor_core.encrypt_at_round(data, drand_round)
    return strip_length(bytes(envelope)[:-8])


def opened(ciphertext: bytes, signature: bytes) -> bytes | None:
    """What a ciphertext hides, opened with a pulse's signature; None where that does not open it.

    Bytes behind the ciphertext do not count.
    """
    # The round in the envelope is what a client would fetch the pulse by; it opens nothing.
    envelope = length_prefixed(ciphertext) + bytes(8)
    try:
        return bytes(bittensor_core.decrypt_with_signature(envelope, signature.hex()))
    except ValueError:
        return None


def is_pulse(drand_round: int, signature: bytes) -> bool:
    """Whether a signature is quicknet's of a round: nothing else opens what is encrypted to it."""
    return opened(encrypted(_PROBE, drand_round), signature) == _PROBE
