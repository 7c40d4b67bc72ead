"""Keys in memory: made from words, seeds, private keys and polkadot.js files, and able to sign.

No secret appears in a repr, in an error or in a pickle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from string import hexdigits
from typing import Any, Never

import bittensor_core

from taoctl.addresses import encode_ss58
from taoctl.errors import UsageError
from taoctl.scale.crypto import ED25519, SR25519
from taoctl.secrecy import remember
from taoctl.wallet.memory import no_dumps

WORD_COUNTS = (12, 15, 18, 21, 24)
"""The lengths of mnemonics that BIP-39 knows."""

_BAD_WORD = re.compile(r"word in phrase with index ([0-9]+)")
_ANY_WORD = "abandon"

CRYPTO_NAMES = {SR25519: "sr25519", ED25519: "ed25519"}
"""Signature schemes by the number that MultiSignature and keyfiles give them."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What a key was made of, for an export that the user asked for; None where it is not known.

    `seed` and `private_key` are 0x hex: 32 bytes, and 64 (sr25519) or 32 (ed25519) bytes.
    """

    mnemonic: str | None
    seed: str | None
    private_key: str | None

    def __repr__(self) -> str:
        return "Secrets(…)"


class Key:
    """A private key and its address. Conforms to `Signer`.

    A process that has one leaves no core dump and is not read by others from then on.

    Attributes:
        crypto: signature scheme, `SR25519` or `ED25519`.
        public_key: 32 bytes.
        ss58: the address, prefix 42.
    """

    __slots__ = ("_pair", "crypto", "public_key", "ss58")

    def __init__(self, pair: Any) -> None:
        no_dumps()
        self._pair = pair
        self.crypto = int(pair.crypto_type)
        self.public_key = bytes(pair.public_key)
        self.ss58 = encode_ss58(self.public_key)

    def __repr__(self) -> str:
        return f"Key({self.ss58}, {CRYPTO_NAMES.get(self.crypto, self.crypto)})"

    def __reduce__(self) -> Never:
        raise TypeError("a key is never serialised except by seal_keyfile")

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over exactly these bytes."""
        return bytes(self._pair.sign(message))

    def secrets(self) -> Secrets:
        """The secrets themselves, for an export that the user asked for."""
        fields = keyfile_fields(self)
        return Secrets(
            fields.get("secretPhrase"), fields.get("secretSeed"), fields.get("privateKey")
        )

    @classmethod
    def from_mnemonic(
        cls, words: str, crypto: int = SR25519, bip39_password: str | None = None
    ) -> Key:
        """The key of a mnemonic; case and spacing of the words do not matter.

        Raises:
            UsageError: wrong number of words, a word not in the list, or a wrong checksum.
        """
        phrase = remember(" ".join(words.lower().split()))
        count = len(phrase.split())
        if count not in WORD_COUNTS:
            raise UsageError(
                f"a mnemonic has 12, 15, 18, 21 or 24 words, not {count}",
                "check that none is missing and that only spaces stand between them",
            )
        unknown = _unknown_words(phrase)
        if unknown:
            listed = ", ".join(map(str, unknown))
            raise UsageError(
                "not in the English word list of mnemonics: "
                f"word{'' if len(unknown) == 1 else 's'} {listed} of {count}",
                "compare with what was written down, letter by letter",
            )
        pair = _made(
            lambda: bittensor_core.Keypair.create_from_mnemonic(
                phrase, _scheme(crypto), bip39_password or None
            ),
            "every word is in the word list, but the checksum is wrong: one is another word than "
            "was written down, or they are not in their order",
            "compare each word, and their order, with what was written down",
        )
        return cls(pair)

    @classmethod
    def from_seed(cls, seed: str, crypto: int = SR25519) -> Key:
        """The key of a 32-byte seed in hex, with or without 0x.

        Raises:
            UsageError: not 32 bytes of hex.
        """
        raw = _hex(seed, (32,), "a seed is 32 bytes: 64 hex digits")
        make = bittensor_core.Keypair.create_from_seed
        return cls(_made(lambda: make(raw, _scheme(crypto)), "the seed makes no key"))

    @classmethod
    def from_private_key(cls, private_key: str, crypto: int = SR25519) -> Key:
        """The key of a private key in hex: 64 bytes for sr25519, 32 for ed25519.

        An ed25519 key may carry its public key behind it (64 bytes), and an sr25519 key may be in
        the expanded form of polkadot.js.

        Raises:
            UsageError: not hex of that length, or no valid key.
        """
        make = bittensor_core.Keypair.create_from_private_key
        if _scheme(crypto) == SR25519:
            raw = _hex(private_key, (64,), "an sr25519 private key is 64 bytes: 128 hex digits")
            raw = _contracted(raw)
            if not any(raw[:32]):
                raise UsageError("this is not a private key")
        else:
            raw = _hex(private_key, (32, 64), "an ed25519 private key is 32 bytes: 64 hex digits")
        size = 64 if crypto == SR25519 else 32
        key = cls(_made(lambda: make("0x" + raw[:size].hex(), crypto), "this is not a private key"))
        if len(raw) > size and raw[size:] != key.public_key:
            raise UsageError(
                "the second half of this private key is not its public key",
                "give the 32-byte ed25519 key, or import it as sr25519",
            )
        return key

    @classmethod
    def from_json(cls, text: str, password: str) -> Key:
        """The key of a polkadot.js backup file (JSON), sr25519 or ed25519.

        Raises:
            BadDataError: not such a file, or a damaged one.
            NoKeyError: the password is wrong.
        """
        from taoctl.wallet.polkadot_js import open_backup

        return open_backup(text, password)


def new_mnemonic(n_words: int = 12) -> str:
    """A fresh mnemonic from the system's randomness.

    Raises:
        UsageError: not a length that BIP-39 knows.
    """
    if n_words not in WORD_COUNTS:
        raise UsageError(f"a mnemonic has 12, 15, 18, 21 or 24 words, not {n_words}")
    no_dumps()
    return remember(str(bittensor_core.Keypair.generate_mnemonic(n_words)))


def crypto_of(name: str) -> int:
    """The scheme's number for `sr25519` or `ed25519`.

    Raises:
        UsageError: another word.
    """
    for number, known in CRYPTO_NAMES.items():
        if known == name.lower():
            return number
    raise UsageError(f"{name!r} is not a key type", "use sr25519 or ed25519")


def keyfile_fields(key: Key) -> dict[str, Any]:
    """The fields of the key's plain keyfile, secrets included, as btwallet names them."""
    fields: dict[str, Any] = json.loads(
        bittensor_core.serialized_keypair_to_keyfile_data(key._pair)
    )
    return fields


def _unknown_words(phrase: str) -> list[int]:
    """Which words, counted from 1, are not in the word list; quotes none of them."""
    import bip39

    words = phrase.split()
    unknown: list[int] = []
    for _ in range(len(words)):
        try:
            bip39.bip39_to_mini_secret(" ".join(words), "", "en")
        except ValueError as error:
            found = _BAD_WORD.search(str(error))
        else:
            found = None
        if found is None:
            break
        at = int(found[1])
        unknown.append(at + 1)
        words[at] = _ANY_WORD
    return unknown


def _made(make: Callable[[], Any], message: str, hint: str | None = None) -> Any:
    """What `make` returns; its failure becomes an error that quotes nothing of the secret.

    The error is raised outside of the handler, so that no chain leads to the inner one. Rust
    panics are BaseException.
    """
    try:
        return make()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        pass
    raise UsageError(message, hint)


def _scheme(crypto: int) -> int:
    if crypto not in CRYPTO_NAMES:
        raise UsageError(f"{crypto} is not a key type", "use sr25519 (1) or ed25519 (0)")
    return crypto


def _hex(text: str, sizes: tuple[int, ...], rule: str) -> bytes:
    digits = text.strip().removeprefix("0x").removeprefix("0X")
    if len(digits) // 2 not in sizes or len(digits) % 2 or set(digits) - set(hexdigits):
        raise UsageError(rule, "check that no digit was lost")
    return bytes.fromhex(digits)


def _contracted(raw: bytes) -> bytes:
    """The 64-byte sr25519 key, from the form that polkadot.js holds (scalar times 8, clamped).

    A scalar in the usual form is below 2^253, so the two never meet.
    """
    if raw[31] & 0xC0 == 0x40 and raw[0] & 7 == 0:
        return (int.from_bytes(raw[:32], "little") >> 3).to_bytes(32, "little") + raw[32:]
    return raw
