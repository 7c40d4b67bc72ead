"""The two encryptions of old btwallet keyfiles: ansible-vault and Fernet. Read, never written.

Both authenticate everything, so a wrong password and a damaged file look the same, except where
the structure itself is broken.
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import urlsafe_b64decode
from hashlib import pbkdf2_hmac, sha256

from taoctl.errors import BadDataError

_FERNET_SALT = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins"
_FERNET_ROUNDS = 10_000_000
_ANSIBLE_ROUNDS = 10_000
_ANSIBLE_HEADER = re.compile(rb"\$ANSIBLE_VAULT;1\.[12];AES256(;[^\r\n]*)?")


def open_fernet(data: bytes, password: bytes) -> bytes | None:
    """What a Fernet token holds, or None when the password does not fit. Takes seconds.

    Raises:
        BadDataError: not a Fernet token.
    """
    token = _token(data)
    key = pbkdf2_hmac("sha256", password, _FERNET_SALT, _FERNET_ROUNDS)
    signed, tag = token[:-32], token[-32:]
    if not hmac.compare_digest(hmac.digest(key[:16], signed, sha256), tag):
        return None
    from Crypto.Cipher import AES

    plain = AES.new(key[16:], AES.MODE_CBC, iv=signed[9:25]).decrypt(signed[25:])
    return _unpadded(plain)


def open_ansible(data: bytes, password: bytes) -> bytes | None:
    """What an ansible-vault text holds, or None when the password does not fit.

    Raises:
        BadDataError: not an ansible-vault text of version 1.1 or 1.2.
    """
    salt, tag, sealed = _vault(data)
    keys = pbkdf2_hmac("sha256", password, salt, _ANSIBLE_ROUNDS, 80)
    if not hmac.compare_digest(hmac.digest(keys[32:64], sealed, sha256), tag):
        return None
    from Crypto.Cipher import AES

    plain = AES.new(keys[:32], AES.MODE_CTR, nonce=b"", initial_value=keys[64:]).decrypt(sealed)
    return _unpadded(plain)


def _token(data: bytes) -> bytes:
    try:
        text = data.strip()
        token = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        token = b""
    if len(token) < 73 or (len(token) - 57) % 16 or token[0] != 0x80:
        raise _damaged("legacy")
    return token


def _vault(data: bytes) -> tuple[bytes, bytes, bytes]:
    header, *lines = data.split(b"\n")
    if not _ANSIBLE_HEADER.fullmatch(header.strip()):
        raise BadDataError(
            "the key file is an ansible-vault of a version that is not known",
            "keyfiles have $ANSIBLE_VAULT;1.1;AES256 or 1.2",
        )
    try:
        salt, tag, sealed = binascii.unhexlify(b"".join(lines).replace(b"\r", b"")).split(b"\n")
        parts = binascii.unhexlify(salt), binascii.unhexlify(tag), binascii.unhexlify(sealed)
    except (binascii.Error, ValueError):
        raise _damaged("ansible-vault") from None
    if len(parts[1]) != 32 or not parts[2] or len(parts[2]) % 16:
        raise _damaged("ansible-vault")
    return parts


def _unpadded(plain: bytes) -> bytes:
    size = plain[-1]
    if not 1 <= size <= 16 or plain[-size:] != bytes([size]) * size:
        raise _damaged("old")
    return plain[:-size]


def _damaged(kind: str) -> BadDataError:
    return BadDataError(
        f"the key file is damaged: it is not a whole {kind} encryption",
        "restore it from a backup, or import the mnemonic again",
    )
