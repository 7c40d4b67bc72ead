"""Keyfiles as btwallet writes them: plain JSON, or that JSON encrypted."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.errors import BadDataError, NoKeyError, UsageError
from taoctl.scale.crypto import SR25519
from taoctl.wallet.keys import CRYPTO_NAMES, Key, keyfile_fields
from taoctl.wallet.vaults import open_ansible, open_fernet

MAX_KEYFILE_BYTES = 65_536
"""A key file is about 600 bytes; nothing larger is read."""

_NACL_MARK = b"$NACL"
_NACL_SALT = bytes.fromhex("137183dff15a09bc9c90b5518739e9b1")  # the same in every keyfile
_NACL_OVERHEAD = 24 + 16
_ORDER = (
    "accountId",
    "publicKey",
    "privateKey",
    "secretPhrase",
    "secretSeed",
    "ss58Address",
    "cryptoType",
)
_SECRETS = ("secretPhrase", "secretSeed", "privateKey")


class Encryption(StrEnum):
    """How a keyfile is encrypted."""

    NONE = "none"
    NACL = "nacl"
    LEGACY = "legacy"
    ANSIBLE = "ansible"


def encryption_of(data: bytes) -> Encryption:
    """How these bytes of a keyfile are encrypted, by their first bytes; opens nothing."""
    if data.startswith(_NACL_MARK):
        return Encryption.NACL
    if data.startswith(b"$ANSIBLE_VAULT"):
        return Encryption.ANSIBLE
    return Encryption.LEGACY if data.startswith(b"gAAAAA") else Encryption.NONE


def open_keyfile(data: bytes, password: str | None) -> Key:
    """The key in a keyfile. An encrypted one takes seconds and 512 MiB: call it in a thread.

    Raises:
        NoKeyError: encrypted and no password or a wrong one; or only a public key in it.
        BadDataError: damaged, or not a keyfile.
    """
    return key_in(decrypt_keyfile(data, password))


def seal_keyfile(key: Key, password: str | None) -> bytes:
    """The bytes of the key's file: encrypted with NaCl, or plain JSON without a password.

    Encrypting takes seconds and 512 MiB: call it in a thread.

    Raises:
        UsageError: the password is empty.
    """
    return encrypt_keyfile(_json(keyfile_fields(key)), password)


def public_file(public_key: bytes, crypto: int = SR25519) -> bytes:
    """The bytes of `coldkeypub.txt` or `<hotkey>pub.txt`: the address and nothing secret."""
    text = "0x" + public_key.hex()
    fields = {"accountId": text, "publicKey": text, "ss58Address": encode_ss58(public_key)}
    return _json(fields | {"cryptoType": crypto})


def public_of(data: bytes) -> tuple[str, int] | None:
    """Address and scheme that a public file or an unencrypted keyfile tells; None when encrypted.

    Raises:
        BadDataError: damaged, or not a keyfile.
    """
    if encryption_of(data) is not Encryption.NONE:
        return None
    fields = _fields(data)
    public = _public(fields)
    if public is None:
        key = key_in(data)
        return key.ss58, key.crypto
    return encode_ss58(public), _crypto(fields, SR25519)


def decrypt_keyfile(data: bytes, password: str | None) -> bytes:
    """The plain content of a keyfile; the bytes themselves when it is not encrypted.

    Raises:
        NoKeyError: encrypted and no password or a wrong one, or too little memory.
        BadDataError: damaged.
    """
    if len(data) > MAX_KEYFILE_BYTES:
        raise BadDataError(f"a key file is never larger than {MAX_KEYFILE_BYTES} bytes")
    kind = encryption_of(data)
    if kind is Encryption.NONE:
        return data
    if kind is Encryption.NACL and len(data) < len(_NACL_MARK) + _NACL_OVERHEAD + 2:
        raise BadDataError("the key file is damaged: its end is missing", _RESTORE)
    if password is None:
        raise NoKeyError("the key file is encrypted and no password was given", _GIVE)
    secret = password.encode("utf-8", "surrogateescape")
    plain = _OPENERS[kind](data, secret)
    if plain is None:
        raise NoKeyError("the password is wrong, or the key file is damaged", "try it again")
    return plain


def encrypt_keyfile(plain: bytes, password: str | None) -> bytes:
    """A keyfile's content under a password, with NaCl; unchanged without one.

    Raises:
        UsageError: the password is empty.
        NoKeyError: too little memory.
    """
    if password is None:
        return plain
    if not password:
        raise UsageError("an empty password protects nothing", "give one, or none at all")
    from nacl.secret import SecretBox

    box = SecretBox(_nacl_key(password.encode("utf-8", "surrogateescape")))
    sealed = bytes(box.encrypt(plain))
    if box.decrypt(sealed) != plain:
        raise BadDataError("the encryption did not read back", "check this machine's memory")
    return _NACL_MARK + sealed


def key_in(plain: bytes) -> Key:
    """The key in the plain content of a keyfile; it must be that of the address beside it.

    Raises:
        NoKeyError: only a public key in it.
        BadDataError: damaged, or not a keyfile.
    """
    fields = _fields(plain)
    public = _public(fields)
    given = [name for name in _SECRETS if fields.get(name) is not None]
    if not given:
        if public is None:
            raise BadDataError("the key file names neither a key nor an address", _RESTORE)
        raise NoKeyError(
            "the file holds only a public key", "sign where the private key is, or import it here"
        )
    schemes = (_crypto(fields),) if fields.get("cryptoType") is not None else (1, 0)
    broken = ""
    for name in given:
        for crypto in schemes:
            try:
                key = _MAKERS[name](fields[name], crypto)
            except UsageError as error:
                broken = broken or f"{name}: {error.message}"
                continue
            if public is None or key.public_key == public:
                return key
    raise BadDataError(_mismatch(broken), _RESTORE)


def _mismatch(broken: str) -> str:
    if broken:
        return f"the key file is damaged ({broken})"
    return "the key file is damaged: its private key is not the one of its address"


def _fields(plain: bytes) -> dict[str, Any]:
    """The JSON fields of a keyfile.

    Bare hex is refused: some programs took it for a seed and others for a public key.
    """
    try:
        fields = json.loads(plain.decode())
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise BadDataError("this is not a key file", _RESTORE)
    for name in (*_SECRETS, "publicKey", "accountId", "ss58Address"):
        if not isinstance(fields.get(name), str | None):
            raise BadDataError(f"the key file is damaged: {name} is not a text", _RESTORE)
    return fields


def _public(fields: dict[str, Any]) -> bytes | None:
    """The public key that a keyfile names, in as many places as it likes."""
    named: set[bytes] = set()
    for name in ("publicKey", "accountId"):
        if (text := fields.get(name)) is not None:
            named.add(_public_hex(name, text))
    if (address := fields.get("ss58Address")) is not None:
        try:
            named.add(decode_ss58(address))
        except UsageError:
            raise BadDataError("the key file's ss58Address is not valid", _RESTORE) from None
    if len(named) > 1:
        raise BadDataError("the key file is damaged: it names several public keys", _RESTORE)
    return named.pop() if named else None


def _public_hex(name: str, text: str) -> bytes:
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise BadDataError(f"the key file is damaged: {name} is not 32 bytes of hex", _RESTORE)
    return raw


def _crypto(fields: dict[str, Any], default: int | None = None) -> int:
    value = fields.get("cryptoType", default)
    if value is None and default is not None:
        return default
    if type(value) is not int or value not in CRYPTO_NAMES:
        raise BadDataError("the key file's cryptoType is not known", "0 is ed25519, 1 is sr25519")
    return value


def _json(fields: dict[str, Any]) -> bytes:
    ordered = {name: fields[name] for name in _ORDER if fields.get(name) is not None}
    return json.dumps(ordered, separators=(",", ":")).encode()


def _open_nacl(data: bytes, password: bytes) -> bytes | None:
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    try:
        return bytes(SecretBox(_nacl_key(password)).decrypt(data[len(_NACL_MARK) :]))
    except CryptoError:
        return None


def _nacl_key(password: bytes) -> bytes:
    """The 32-byte key of a password: Argon2i with libsodium's sensitive limits, 512 MiB."""
    from nacl.exceptions import RuntimeError as SodiumError
    from nacl.pwhash import argon2i

    try:
        return bytes(
            argon2i.kdf(
                32, password, _NACL_SALT, argon2i.OPSLIMIT_SENSITIVE, argon2i.MEMLIMIT_SENSITIVE
            )
        )
    except (MemoryError, SodiumError):
        pass
    raise NoKeyError(
        "there is not enough memory to work with this key's password: 512 MiB are needed",
        "end other programs, or unlock the key on another machine",
    )


_RESTORE = "restore it from a backup, or import the mnemonic again"
_GIVE = "give one with --password-file or --password-fd"
_OPENERS = {
    Encryption.NACL: _open_nacl,
    Encryption.LEGACY: open_fernet,
    Encryption.ANSIBLE: open_ansible,
}
_MAKERS: dict[str, Callable[[str, int], Key]] = {
    "secretPhrase": Key.from_mnemonic,
    "secretSeed": Key.from_seed,
    "privateKey": Key.from_private_key,
}
