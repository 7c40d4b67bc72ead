"""The JSON backup files of polkadot.js and the wallets like it, version 3: read and written."""

from __future__ import annotations

import binascii
import hashlib
import json
import os
import time
from base64 import b64decode, b64encode
from typing import Any

from taoctl.addresses import SS58_PREFIX
from taoctl.errors import BadDataError, NoKeyError, UsageError
from taoctl.scale.crypto import ED25519, SR25519
from taoctl.wallet.keys import CRYPTO_NAMES, Key

MAX_BACKUP_BYTES = 65_536
"""A backup is about 500 bytes; nothing larger is read."""

_HEADER = bytes.fromhex("3053020101300506032b657004220420")
_DIVIDER = bytes.fromhex("a123032100")
_SCRYPT_BYTES = 32 + 3 * 4
_NONCE_BYTES = 24
_N, _R, _P = 1 << 15, 8, 1
_MAX_SCRYPT_MEMORY = 1 << 29
_MAX_SCRYPT_WORK = 1 << 24
_AGAIN = "export it again from the wallet that made it, as one account"


def open_backup(text: str, password: str) -> Key:
    """The key of a backup file; scrypt takes about 0.1 s.

    Raises:
        BadDataError: not such a file, a damaged one, or of an older version.
        NoKeyError: the password is wrong.
    """
    fields = _fields(text)
    encoded, types, crypto = _encoding(fields)
    if "none" in types:
        plain = encoded
    elif "xsalsa20-poly1305" in types:
        plain = _decrypted(encoded, password, "scrypt" in types)
    else:
        raise BadDataError("the backup is encrypted in a way that is not known", _AGAIN)
    secret, public = _pkcs8(plain)
    key = _key(secret, crypto)
    if key is None or key.public_key != public:
        raise BadDataError("the backup is damaged: its key is not that of its address", _AGAIN)
    return key


def check_backup(text: str) -> None:
    """Refuse what is no backup file, before anybody is asked for its password.

    Raises:
        BadDataError: not such a file, a damaged one, or of an older version.
    """
    _encoding(_fields(text))


def seal_backup(key: Key, password: str, name: str) -> str:
    """A backup file of the key, which polkadot.js and its kin import; `name` is shown there.

    Raises:
        UsageError: the password is empty.
    """
    if not password:
        raise UsageError("a backup needs a password", "give one")
    from nacl.secret import SecretBox

    plain = _HEADER + _exported(key) + _DIVIDER + key.public_key
    salt = os.urandom(32)
    box = SecretBox(_scrypt(password, salt, _N, _R, _P))
    numbers = b"".join(number.to_bytes(4, "little") for number in (_N, _P, _R))
    fields = {
        "encoded": b64encode(salt + numbers + bytes(box.encrypt(plain))).decode(),
        "encoding": {
            "content": ["pkcs8", CRYPTO_NAMES[key.crypto]],
            "type": ["scrypt", "xsalsa20-poly1305"],
            "version": "3",
        },
        "address": key.ss58,
        "meta": {"name": name, "whenCreated": int(time.time() * 1000), "ss58Format": SS58_PREFIX},
    }
    return json.dumps(fields)


def _fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text) if len(text) <= MAX_BACKUP_BYTES else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or not isinstance(fields.get("encoding"), dict):
        raise BadDataError("this is not a polkadot.js backup file", _AGAIN)
    return fields


def _encoding(fields: dict[str, Any]) -> tuple[bytes, list[str], int]:
    encoding = fields["encoding"]
    content, kinds = encoding.get("content"), encoding.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if encoding.get("version") != "3" or not isinstance(kinds, list):
        raise BadDataError("the backup is of an older version than 3", _AGAIN)
    if not isinstance(content, list) or len(content) != 2 or content[0] != "pkcs8":
        raise BadDataError("the backup does not hold one account", _AGAIN)
    names = {name: number for number, name in CRYPTO_NAMES.items()}
    if not isinstance(content[1], str) or content[1] not in names:
        raise BadDataError(
            "the backup's key type is not known here", "sr25519 and ed25519 keys can be imported"
        )
    try:
        encoded = b64decode(fields.get("encoded", ""), validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise BadDataError("the backup is damaged: it is not base64", _AGAIN) from None
    return encoded, [kind for kind in kinds if isinstance(kind, str)], names[content[1]]


def _decrypted(encoded: bytes, password: str, stretched: bool) -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    head = _SCRYPT_BYTES if stretched else 0
    if len(encoded) < head + _NONCE_BYTES + 16:
        raise BadDataError("the backup is damaged: its end is missing", _AGAIN)
    if stretched:
        n, p, r = (int.from_bytes(encoded[at : at + 4], "little") for at in (32, 36, 40))
        key = _scrypt(password, encoded[:32], n, r, p)
    else:
        key = password.encode("utf-8", "surrogateescape")[:32].ljust(32, b"\0")
    try:
        return bytes(SecretBox(key).decrypt(encoded[head:]))
    except CryptoError:
        pass
    raise NoKeyError("the password is wrong, or the backup is damaged", "try it again")


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    """The key of a password; numbers that would take gigabytes or minutes are refused."""
    powers_of_two = n > 1 and n & (n - 1) == 0
    cheap = n * r * 128 <= _MAX_SCRYPT_MEMORY and n * r * p <= _MAX_SCRYPT_WORK
    if not powers_of_two or not r or not p or not cheap:
        raise BadDataError("the backup's scrypt numbers are not possible ones", _AGAIN)
    secret = password.encode("utf-8", "surrogateescape")
    try:
        return hashlib.scrypt(
            secret, salt=salt, n=n, r=r, p=p, maxmem=_MAX_SCRYPT_MEMORY + (1 << 21), dklen=32
        )
    except (ValueError, MemoryError):
        pass
    raise BadDataError("the backup's scrypt numbers are not possible ones", _AGAIN)


def _pkcs8(plain: bytes) -> tuple[bytes, bytes]:
    """Secret (64 bytes, 32 in early files) and public key."""
    for size in (64, 32):
        at = len(_HEADER) + size
        fits = len(plain) == at + len(_DIVIDER) + 32
        if fits and plain.startswith(_HEADER) and plain[at : at + 5] == _DIVIDER:
            return plain[len(_HEADER) : at], plain[at + 5 :]
    raise BadDataError("the backup is damaged: it opens, but holds no key", _AGAIN)


def _key(secret: bytes, crypto: int) -> Key | None:
    try:
        if len(secret) == 32:
            return Key.from_seed(secret.hex(), crypto)
        if crypto == ED25519:
            return Key.from_seed(secret[:32].hex(), crypto)
        scalar = int.from_bytes(secret[:32], "little") >> 3
        return Key.from_private_key((scalar.to_bytes(32, "little") + secret[32:]).hex(), crypto)
    except UsageError:
        return None


def _exported(key: Key) -> bytes:
    """The 64-byte secret as polkadot.js holds it: an sr25519 scalar times 8, or seed and key."""
    private = bytes.fromhex((key.secrets().private_key or "").removeprefix("0x"))
    if key.crypto == SR25519:
        scalar = int.from_bytes(private[:32], "little") << 3
        return scalar.to_bytes(32, "little") + private[32:]
    return private + key.public_key
