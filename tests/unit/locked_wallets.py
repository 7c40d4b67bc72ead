"""Wallets to unlock in tests, encrypted with ansible-vault, the one encryption that is quick."""

from __future__ import annotations

import hmac
import os
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path

from Crypto.Cipher import AES

from taoctl.wallet.keyfile import public_file, seal_keyfile
from taoctl.wallet.keys import Key

MNEMONIC = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
"""The mnemonic of the development accounts, which everybody knows."""

PASSWORD = "correct horse 7!"


def key(crypto: int = 1) -> Key:
    """The key of the well-known mnemonic."""
    return Key.from_mnemonic(MNEMONIC, crypto)


def ansible(plain: bytes, password: str) -> bytes:
    """The ansible-vault text of some bytes."""
    salt = os.urandom(32)
    keys = pbkdf2_hmac("sha256", password.encode(), salt, 10_000, 80)
    pad = 16 - len(plain) % 16
    cipher = AES.new(keys[:32], AES.MODE_CTR, nonce=b"", initial_value=keys[64:])
    sealed = cipher.encrypt(plain + bytes([pad]) * pad)
    tag = hmac.digest(keys[32:64], sealed, sha256)
    inner = b"\n".join(part.hex().encode() for part in (salt, tag, sealed)).hex()
    lines = [inner[at : at + 80] for at in range(0, len(inner), 80)]
    return "\n".join(["$ANSIBLE_VAULT;1.1;AES256", *lines, ""]).encode()


def write_wallet(
    folder: Path, name: str = "w", *, password: str | None = PASSWORD, hotkey: str | None = None
) -> Key:
    """Write a wallet with the well-known key as its coldkey, or as one hotkey; returns the key."""
    made = key()
    plain = seal_keyfile(made, None)
    path = folder / name / ("coldkey" if hotkey is None else f"hotkeys/{hotkey}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(plain if password is None else ansible(plain, password))
    path.chmod(0o600)
    path.with_name(f"{path.name}pub.txt").write_bytes(public_file(made.public_key))
    return made
