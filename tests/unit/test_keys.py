"""Keys from words, seeds, private keys and polkadot.js files, against other implementations."""

from __future__ import annotations

import base64
import copy
import json
import pickle

import bittensor_core
import pytest
import sr25519
from bip39 import bip39_to_mini_secret
from keyfile_data import (
    ED25519_SEED_SS58,
    ED25519_SS58,
    MNEMONIC,
    SECRETS,
    SEED,
    SR25519_SEED_SS58,
    SR25519_SS58,
)
from substrateinterface import Keypair
from substrateinterface.utils.encrypted_json import encode_pair

from taoctl.errors import BadDataError, NoKeyError, TaoctlError, UsageError
from taoctl.scale.crypto import ED25519, SR25519, verify
from taoctl.wallet.keys import WORD_COUNTS, Key, crypto_of, new_mnemonic
from taoctl.wallet.polkadot_js import open_backup, seal_backup

BOTH = pytest.mark.parametrize("crypto", [SR25519, ED25519])
EXPANDED_ALICE = (
    "0x98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48"
    "925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011"
)


@BOTH
@pytest.mark.parametrize("count", WORD_COUNTS)
def test_a_fresh_mnemonic_is_the_same_key_to_another_implementation(
    count: int, crypto: int
) -> None:
    words = new_mnemonic(count)
    assert len(words.split()) == count
    key = Key.from_mnemonic(words, crypto)
    other = Keypair.create_from_mnemonic(words, crypto_type=crypto)
    assert (key.ss58, key.public_key) == (other.ss58_address, other.public_key)
    assert other.verify(b"message", key.sign(b"message"))
    assert key.secrets().mnemonic == words


@BOTH
def test_a_seed_is_the_same_key_to_another_implementation(crypto: int) -> None:
    key = Key.from_seed(SEED, crypto)
    assert key.ss58 == Keypair.create_from_seed(SEED, crypto_type=crypto).ss58_address
    assert key.ss58 == (SR25519_SEED_SS58 if crypto == SR25519 else ED25519_SEED_SS58)
    assert key.secrets().seed == SEED
    assert key.secrets().mnemonic is None


@BOTH
def test_a_private_key_alone_gives_the_key_back(crypto: int) -> None:
    made = Key.from_mnemonic(MNEMONIC, crypto)
    private = made.secrets().private_key
    assert private is not None
    key = Key.from_private_key(private, crypto)
    assert key.ss58 == made.ss58
    assert verify(b"m", key.sign(b"m"), made.ss58, crypto)
    other = Keypair.create_from_private_key(
        private, public_key=made.public_key, ss58_format=42, crypto_type=crypto
    )
    assert verify(b"m", other.sign(b"m"), key.ss58, crypto)


def test_words_may_be_written_in_any_case_and_spacing() -> None:
    key = Key.from_mnemonic(f"  {MNEMONIC.upper().replace(' ', '  ')}\n")
    assert key.ss58 == SR25519_SS58
    assert key.secrets().mnemonic == MNEMONIC


def test_a_bip39_password_gives_another_key_that_keeps_no_words() -> None:
    key = Key.from_mnemonic(MNEMONIC, bip39_password="pass")
    other = Keypair.create_from_seed(bytes(bip39_to_mini_secret(MNEMONIC, "pass")).hex())
    assert key.ss58 == other.ss58_address != SR25519_SS58
    assert key.secrets().mnemonic is None
    assert key.secrets().seed is not None
    assert Key.from_mnemonic(MNEMONIC, bip39_password="").ss58 == SR25519_SS58


def test_the_expanded_form_of_polkadot_js_is_the_same_private_key() -> None:
    assert Key.from_private_key(EXPANDED_ALICE).ss58 == (
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    )


def test_an_ed25519_private_key_may_carry_its_public_key_and_no_other() -> None:
    key = Key.from_mnemonic(MNEMONIC, ED25519)
    private = key.secrets().private_key
    assert private is not None
    assert Key.from_private_key(private + key.public_key.hex(), ED25519).ss58 == ED25519_SS58
    with pytest.raises(UsageError, match="second half"):
        Key.from_private_key(private + "00" * 32, ED25519)


WRONG = {
    "words: too few": lambda: Key.from_mnemonic("legal winner"),
    "words: not in the list": lambda: Key.from_mnemonic(MNEMONIC.replace("yellow", "yelow")),
    "words: checksum": lambda: Key.from_mnemonic(MNEMONIC.replace("yellow", "year")),
    "words: none": lambda: Key.from_mnemonic(""),
    "words: surrogate": lambda: Key.from_mnemonic("legal " * 11 + "\udcff"),
    "seed: short": lambda: Key.from_seed(SEED[:-2]),
    "seed: odd": lambda: Key.from_seed(SEED[:-1]),
    "seed: not hex": lambda: Key.from_seed("zz" * 32),
    "seed: other digits": lambda: Key.from_seed("\u0661" * 64),
    "private: short": lambda: Key.from_private_key("0x" + "42" * 32, SR25519),
    "private: not reduced": lambda: Key.from_private_key("0x" + "ff" * 64, SR25519),
    "private: zero": lambda: Key.from_private_key("0x" + "00" * 64, SR25519),
    "private: ed25519 length": lambda: Key.from_private_key("0x" + "42" * 33, ED25519),
    "crypto": lambda: Key.from_seed(SEED, 7),
    "crypto name": lambda: crypto_of("ecdsa"),
    "count": lambda: new_mnemonic(13),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_is_not_a_key_is_refused_without_quoting_it(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        WRONG[name]()
    _quotes_nothing(caught.value)


@BOTH
def test_no_secret_shows_in_reprs_and_copies_are_refused(crypto: int) -> None:
    key = Key.from_mnemonic(MNEMONIC, crypto)
    for text in (repr(key), str(key), f"{key.secrets()!r} {key.secrets()}"):
        assert not any(secret in text for secret in SECRETS)
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.deepcopy(key)


@BOTH
def test_backups_open_elsewhere(crypto: int) -> None:
    key = Key.from_mnemonic(MNEMONIC, crypto)
    text = seal_backup(key, "pässword", "mine")
    assert open_backup(text, "pässword").ss58 == key.ss58
    core = bittensor_core.Keypair.create_from_encrypted_json(text, "pässword")
    assert (core.ss58_address, core.crypto_type) == (key.ss58, crypto)
    if crypto == SR25519:
        other = Keypair.create_from_encrypted_json(text, "pässword", 42)
        assert other.ss58_address == key.ss58
    assert json.loads(text)["address"] == key.ss58


def test_backups_of_another_implementation_open() -> None:
    pair = Keypair.create_from_mnemonic(MNEMONIC)
    expanded = sr25519.convert_secret_key_to_ed25519(pair.private_key)
    text = _backup(encode_pair(pair.public_key, expanded, "pw"))
    assert Key.from_json(text, "pw").ss58 == SR25519_SS58


def test_a_backup_without_encryption_opens_with_any_password() -> None:
    key = Key.from_mnemonic(MNEMONIC, ED25519)
    seed = bytes.fromhex((key.secrets().seed or "")[2:])
    header, divider = bytes.fromhex("3053020101300506032b657004220420"), bytes([161, 35, 3, 33, 0])
    for secret in (seed, seed + key.public_key):
        plain = header + secret + divider + key.public_key
        text = _backup(plain, types=["none"], name="ed25519")
        assert open_backup(text, "").ss58 == ED25519_SS58


def test_a_wrong_password_of_a_backup_is_no_access_to_the_key() -> None:
    text = seal_backup(Key.from_seed(SEED), "right", "mine")
    with pytest.raises(NoKeyError, match="password is wrong"):
        open_backup(text, "wrong")


def test_damaged_and_foreign_backups_are_bad_data() -> None:
    good = json.loads(seal_backup(Key.from_seed(SEED), "pw", "mine"))
    sealed = base64.b64decode(good["encoded"])
    huge = sealed[:32] + (1 << 30).to_bytes(4, "little") + sealed[36:]
    slow = sealed[:36] + (1 << 20).to_bytes(4, "little") + sealed[40:]
    for changed in (
        {"encoded": "!"},
        {"encoded": 7},
        {"encoded": base64.b64encode(sealed[:50]).decode()},
        {"encoded": base64.b64encode(huge).decode()},
        {"encoded": base64.b64encode(slow).decode()},
        {"encoding": good["encoding"] | {"version": "2"}},
        {"encoding": good["encoding"] | {"content": ["batch-pkcs8"]}},
        {"encoding": good["encoding"] | {"content": ["pkcs8", "ecdsa"]}},
        {"encoding": good["encoding"] | {"content": ["pkcs8", ["sr25519"]]}},
        {"encoding": good["encoding"] | {"content": ["pkcs8", "ed25519"]}},
        {"encoding": good["encoding"] | {"type": ["rot13"]}},
        {"encoding": []},
    ):
        with pytest.raises(BadDataError):
            open_backup(json.dumps(good | changed), "pw")
    for text in ("", "[]", "{", "[" * 60_000, " " * 70_000 + "{}", "5" * 5_000):
        with pytest.raises(BadDataError):
            open_backup(text, "pw")


def test_a_backup_needs_a_password() -> None:
    with pytest.raises(UsageError):
        seal_backup(Key.from_seed(SEED), "", "mine")


def _backup(encoded: bytes, types: list[str] | None = None, name: str = "sr25519") -> str:
    kinds = types or ["scrypt", "xsalsa20-poly1305"]
    encoding = {"content": ["pkcs8", name], "type": kinds, "version": "3"}
    return json.dumps({"encoded": base64.b64encode(encoded).decode(), "encoding": encoding})


def _quotes_nothing(error: TaoctlError) -> None:
    assert error.__cause__ is None
    assert error.__context__ is None
    said = f"{error.message} {error.hint}"
    assert not any(secret in said for secret in SECRETS)
