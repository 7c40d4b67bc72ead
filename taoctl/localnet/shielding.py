"""Extrinsics that only the block author can read: the author's key, and opening what is sealed.

On mainnet the key changes with every block and its author keeps half of it secret. Here one key
lasts for ever and everybody can derive it: shielding works as there, and hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import shake_256

from taoctl.errors import BadDataError
from taoctl.localnet import mlkem
from taoctl.localnet.host import Call
from taoctl.scale.compact import compact
from taoctl.scale.crypto import twox_128

PALLET, CARRIER = "MevShield", "submit_encrypted"
MAX_CIPHERTEXT = 8_192
MAX_ERA_BLOCKS = 8
"""A shielded extrinsic may not wait for longer, or its key would be gone."""

_SEED = shake_256(b"taoctl localnet: the block author's INSECURE key").digest(mlkem.SEED_BYTES)
_KEY_HASH = 16
_NONCE = 24
_TAG = 16


@cache
def author_key() -> mlkem.KeyPair:
    """The key pair of whoever makes the blocks of a localnet."""
    return mlkem.key_pair(_SEED)


@dataclass(frozen=True, slots=True)
class Shielded:
    """The parts of what `MevShield.submit_encrypted` takes."""

    key_hash: bytes
    kem_ciphertext: bytes
    nonce: bytes
    sealed: bytes

    @property
    def is_for_author(self) -> bool:
        """Whether it says that it was sealed with the author's key."""
        return self.key_hash == twox_128(author_key().encapsulation)


def read_shielded(ciphertext: bytes) -> Shielded | None:
    """Take a ciphertext apart; None for one that is too short for its parts."""
    head = _KEY_HASH + 2
    end = head + int.from_bytes(ciphertext[_KEY_HASH:head], "little")
    if len(ciphertext) < max(head, end + _NONCE):
        return None
    nonce, sealed = ciphertext[end : end + _NONCE], ciphertext[end + _NONCE :]
    return Shielded(ciphertext[:_KEY_HASH], ciphertext[head:end], nonce, sealed)


def is_carrier(call: Call) -> bool:
    """Whether a call carries an extrinsic for the block author."""
    return call.pallet == PALLET and call.name == CARRIER


def unshield(shielded: Shielded) -> bytes | None:
    """The extrinsic inside, with its length prefix; None where none can be had from it."""
    from Crypto.Cipher import ChaCha20_Poly1305

    body, tag = shielded.sealed[:-_TAG], shielded.sealed[-_TAG:]
    try:
        secret = mlkem.decapsulate(author_key().decapsulation, shielded.kem_ciphertext)
        cipher = ChaCha20_Poly1305.new(key=secret, nonce=shielded.nonce)
        plain: bytes = cipher.decrypt_and_verify(body, tag)
        length, at = compact(plain)
    except (ValueError, BadDataError):
        return None
    return plain[: at + length]
