"""Accounts by label: real key pairs for those who sign, bare public keys for the rest."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from taoctl.addresses import encode_ss58
from taoctl.scale.crypto import KeySigner

DEV_ACCOUNTS = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
"""Well-known development accounts; anyone can sign for them."""


def account(label: str) -> str:
    """The address of an account that nobody can sign for, made from its label."""
    return encode_ss58(
        blake2b(b"taoctl localnet account " + label.encode(), digest_size=32).digest()
    )


@lru_cache(maxsize=4096)
def signer(label: str) -> KeySigner:
    """The key of an account that signs, made from its label: public knowledge, so INSECURE."""
    seed = blake2b(b"taoctl localnet signer " + label.encode(), digest_size=32).hexdigest()
    return KeySigner(f"0x{seed}")


@lru_cache(maxsize=16)
def dev_account(name: str) -> str:
    """The address of a well-known development account such as `Alice`."""
    return KeySigner(f"//{name}").ss58
