"""Keyfiles: those of other programs open, ours open elsewhere, and damage is told plainly."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path

import bittensor_core
import pytest
from keyfile_data import (
    ED25519_SEED_SS58,
    ED25519_SS58,
    FOLDER,
    MNEMONIC,
    PASSWORD,
    SECRETS,
    SEED,
    SR25519_SEED_SS58,
    SR25519_SS58,
    one_stretch,
)

from taoctl.errors import BadDataError, NoKeyError, TaoctlError, UsageError
from taoctl.scale.crypto import ED25519, SR25519, verify
from taoctl.wallet import keyfile, vaults
from taoctl.wallet.keyfile import (
    Encryption,
    encryption_of,
    open_keyfile,
    public_file,
    public_of,
    seal_keyfile,
)
from taoctl.wallet.keys import Key

__all__ = ["one_stretch"]

FILES = {
    "btcli11-ed25519.nacl": (Encryption.NACL, ED25519_SS58),
    "btcli11-sr25519.nacl": (Encryption.NACL, SR25519_SS58),
    "btcli11-ed25519-seed.json": (Encryption.NONE, ED25519_SEED_SS58),
    "btcli11-sr25519-seed.json": (Encryption.NONE, SR25519_SEED_SS58),
    "cli9-ed25519.ansible": (Encryption.ANSIBLE, ED25519_SS58),
    "cli9-ed25519.json": (Encryption.NONE, ED25519_SS58),
    "cli9-ed25519.nacl": (Encryption.NACL, ED25519_SS58),
    "cli9-ed25519-private.json": (Encryption.NONE, ED25519_SEED_SS58),
    "cli9-sr25519.ansible": (Encryption.ANSIBLE, SR25519_SS58),
    "cli9-sr25519.json": (Encryption.NONE, SR25519_SS58),
    "cli9-sr25519.nacl": (Encryption.NACL, SR25519_SS58),
    "cli9-sr25519-private.json": (Encryption.NONE, SR25519_SS58),
    "python-sr25519.json": (Encryption.NONE, SR25519_SS58),
    "python-sr25519.legacy": (Encryption.LEGACY, SR25519_SS58),
}


def test_every_keyfile_of_the_folder_is_tried() -> None:
    kept = {path.name for path in FOLDER.iterdir() if path.suffix not in (".md", ".txt")}
    assert kept == set(FILES)


@pytest.mark.usefixtures("one_stretch")
@pytest.mark.parametrize("name", sorted(FILES))
def test_keyfiles_of_other_programs_open(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    kind, ss58 = FILES[name]
    assert encryption_of(data) is kind
    key = open_keyfile(data, None if kind is Encryption.NONE else PASSWORD)
    assert key.ss58 == ss58
    assert verify(b"message", key.sign(b"message"), ss58, key.crypto)
    assert public_of(data) == ((ss58, key.crypto) if kind is Encryption.NONE else None)


@pytest.mark.usefixtures("one_stretch")
def test_what_is_sealed_here_opens_with_the_library_of_btcli() -> None:
    key = Key.from_mnemonic(MNEMONIC, ED25519)
    sealed = seal_keyfile(key, PASSWORD)
    assert encryption_of(sealed) is Encryption.NACL
    assert open_keyfile(sealed, PASSWORD).ss58 == key.ss58
    plain = bytes(bittensor_core.decrypt_keyfile_data(sealed, PASSWORD))
    other = bittensor_core.deserialize_keypair_from_keyfile_data(plain)
    assert (other.ss58_address, other.crypto_type) == (key.ss58, ED25519)
    assert plain == seal_keyfile(key, None)


@pytest.mark.parametrize("crypto", [SR25519, ED25519])
def test_files_hold_the_fields_that_btcli_writes(crypto: int) -> None:
    name = "sr25519" if crypto == SR25519 else "ed25519"
    key = Key.from_seed(SEED, crypto)
    assert json.loads(seal_keyfile(key, None)) == _stored(f"btcli11-{name}-seed.json")
    made = Key.from_mnemonic(MNEMONIC, crypto)
    assert json.loads(seal_keyfile(made, None)) == _stored(f"cli9-{name}.json")
    assert json.loads(public_file(made.public_key, crypto)) == _stored(f"btcli11-{name}-pub.txt")


def test_each_sealing_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "_nacl_key", _cheap)
    key = Key.from_seed(SEED)
    assert seal_keyfile(key, "pw") != seal_keyfile(key, "pw")


def test_a_wrong_password_is_no_access_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyfile, "_nacl_key", _cheap)
    monkeypatch.setattr(vaults, "_FERNET_ROUNDS", 1)
    sealed = seal_keyfile(Key.from_mnemonic(MNEMONIC), PASSWORD)
    files = [sealed, _stored_bytes("cli9-sr25519.ansible"), _stored_bytes("python-sr25519.legacy")]
    for data in files:
        with pytest.raises(NoKeyError, match="password is wrong") as caught:
            open_keyfile(data, "secret-of-mine")
        _quotes_nothing(caught.value, "secret-of-mine")
        with pytest.raises(NoKeyError, match="no password was given"):
            open_keyfile(data, None)


def test_a_password_that_is_no_unicode_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "_nacl_key", _cheap)
    sealed = seal_keyfile(Key.from_seed(SEED), "\udcff")
    assert open_keyfile(sealed, "\udcff").ss58 == SR25519_SEED_SS58


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(UsageError, match="protects nothing"):
        seal_keyfile(Key.from_seed(SEED), "")


def test_too_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from nacl.pwhash import argon2i

    def starved(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(argon2i, "kdf", starved)
    with pytest.raises(NoKeyError, match="512 MiB"):
        open_keyfile(_stored_bytes("cli9-sr25519.nacl"), PASSWORD)


def test_structural_damage_is_told_without_a_password() -> None:
    for data in (
        b"$NACL",
        _stored_bytes("cli9-sr25519.nacl")[:40],
        b"{" * 65_000,
        b"\xff\xfe",
        b"",
        b"[]",
        b'{"ss58Address": 5}',
        b'{"secretSeed": 1}',
        b"0x" + b"42" * 32,
        b"x" * 70_000,
    ):
        with pytest.raises(BadDataError):
            open_keyfile(data, None)


def test_old_encryptions_that_are_cut_short_are_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaults, "_FERNET_ROUNDS", 1)
    ansible, fernet = _stored_bytes("cli9-sr25519.ansible"), _stored_bytes("python-sr25519.legacy")
    for data in (
        ansible.replace(b"1.1", b"3.0", 1),
        ansible[:100],
        ansible[:-1] + b"z",
        ansible[: len(ansible) // 2],
        fernet[:60],
        fernet[:-3],
        b"gAAAAA\xff" + fernet,
    ):
        with pytest.raises(BadDataError):
            open_keyfile(data, PASSWORD)


def test_a_vault_whose_padding_is_wrong_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tag fits, so the password is right, and the inside is still not whole."""
    monkeypatch.setattr(vaults, "_FERNET_ROUNDS", 1)
    key = pbkdf2_hmac("sha256", b"pw", vaults._FERNET_SALT, 1)
    signed = b"\x80" + bytes(8) + bytes(16) + bytes(32)
    token = base64.urlsafe_b64encode(signed + hmac.digest(key[:16], signed, sha256))
    assert encryption_of(token) is Encryption.LEGACY
    with pytest.raises(BadDataError):
        open_keyfile(token, "pw")


def test_the_key_must_be_that_of_the_address() -> None:
    fields = _stored("cli9-sr25519.json")
    other = Key.from_seed(SEED)
    public = "0x" + other.public_key.hex()
    strange = {"ss58Address": other.ss58, "publicKey": public, "accountId": public}
    with pytest.raises(BadDataError, match="not the one of its address"):
        open_keyfile(json.dumps(fields | strange).encode(), None)
    with pytest.raises(BadDataError, match="several public keys"):
        open_keyfile(json.dumps(fields | {"ss58Address": other.ss58}).encode(), None)
    with pytest.raises(BadDataError, match="several public keys"):
        public_of(json.dumps(fields | {"accountId": public}).encode())


def test_a_field_that_is_damaged_does_not_hide_the_others() -> None:
    fields = _stored("cli9-sr25519.json") | {"secretPhrase": "lost words"}
    assert open_keyfile(json.dumps(fields).encode(), None).ss58 == SR25519_SS58
    only = {name: fields[name] for name in ("ss58Address", "secretPhrase")}
    with pytest.raises(BadDataError) as caught:
        open_keyfile(json.dumps(only).encode(), None)
    _quotes_nothing(caught.value, "lost words")


def test_an_ed25519_file_without_a_scheme_opens_by_its_address() -> None:
    fields = _stored("cli9-ed25519.json")
    del fields["cryptoType"]
    key = open_keyfile(json.dumps(fields).encode(), None)
    assert (key.ss58, key.crypto) == (ED25519_SS58, ED25519)


@pytest.mark.parametrize("value", [2, -1, True, "1", 1.0, [1]])
def test_an_unknown_scheme_is_bad_data(value: object) -> None:
    data = json.dumps(_stored("cli9-sr25519.json") | {"cryptoType": value}).encode()
    with pytest.raises(BadDataError):
        open_keyfile(data, None)


def test_a_public_file_has_no_key_to_sign_with() -> None:
    for name in ("btcli11-sr25519-pub.txt", "btcli11-ed25519-pub.txt"):
        with pytest.raises(NoKeyError, match="only a public key"):
            open_keyfile((FOLDER / name).read_bytes(), None)
    assert public_of(_stored_bytes("btcli11-ed25519-pub.txt")) == (ED25519_SS58, ED25519)


def _cheap(password: bytes) -> bytes:
    return sha256(password).digest()


def _stored_bytes(name: str) -> bytes:
    return Path(FOLDER / name).read_bytes()


def _stored(name: str) -> dict[str, object]:
    fields: dict[str, object] = json.loads(_stored_bytes(name))
    return fields


def _quotes_nothing(error: TaoctlError, *more: str) -> None:
    assert error.__cause__ is None
    said = f"{error.message} {error.hint} {error.__context__!r}"
    assert not any(secret in said for secret in (*SECRETS, *more))
