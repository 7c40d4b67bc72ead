"""Making new keys: their words are shown or written to a file before the key is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from taoctl.cli import output, prompts, secret_screen
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.wallet.named import KeyName, check_wallet_name, store, warn_loose
from taoctl.cli.wallet.rows import KeyRow
from taoctl.errors import UsageError
from taoctl.text import printable


class Crypto(StrEnum):
    """Signature schemes of keys."""

    SR25519 = "sr25519"
    ED25519 = "ed25519"


Scheme = Annotated[Crypto, typer.Option("--crypto", help="Type of the key.")]
Words = Annotated[
    int, typer.Option("--words", metavar="N", help="Length of a mnemonic: 12, 15, 18, 21 or 24.")
]
MnemonicOut = Annotated[
    Path | None,
    typer.Option(
        "--mnemonic-out",
        metavar="FILE",
        help="Write the mnemonic to this new file (0600) instead of showing it.",
    ),
]


@dataclass(frozen=True, slots=True)
class Order:
    """A key to make: where it goes and under which password, None for unencrypted."""

    name: KeyName
    crypto: Crypto
    password: str | None = None

    def __repr__(self) -> str:
        return f"Order({self.name})"


def check(names: Sequence[KeyName], mnemonic_out: Path | None, words: int) -> None:
    """Refuse what cannot be made, before a password is asked for.

    Raises:
        UsageError: a key is there already, a length that mnemonics do not have, or no way to
            hand over the mnemonic.
    """
    from taoctl.wallet.keys import WORD_COUNTS

    if words not in WORD_COUNTS:
        raise UsageError(f"a mnemonic has 12, 15, 18, 21 or 24 words, not {words}")
    for name in names:
        store().check_free(name.wallet, name.hotkey)
        check_wallet_name(name, None)
    if mnemonic_out is None:
        secret_screen.require_screen()
    elif mnemonic_out.exists() or mnemonic_out.is_symlink():
        raise _taken(mnemonic_out)


def make(orders: Sequence[Order], words: int, mnemonic_out: Path | None, schema: str) -> None:
    """Make keys from fresh mnemonics and show what was written.

    On a terminal each key is written once its words were confirmed. With a file for the words
    nothing is shown, and the file is there before the first key.
    """
    from taoctl.wallet.keys import new_mnemonic

    mnemonics = [new_mnemonic(words) for _ in orders]
    if mnemonic_out is not None:
        _write_words(mnemonic_out, orders, mnemonics)
    rows: list[KeyRow] = []
    try:
        for order, mnemonic in zip(orders, mnemonics, strict=True):
            if mnemonic_out is None:
                secret_screen.show_mnemonic(mnemonic, order.name.words)
            rows.append(_write(order, mnemonic))
    except BaseException:
        _say_what_was_made(orders, mnemonics)
        raise
    if mnemonic_out is not None:
        output.note(f"mnemonics are in {mnemonic_out}: keep it off this machine")
    report(schema, rows, mnemonic_out)


def report(schema: str, rows: Sequence[KeyRow], mnemonic_file: Path | None = None) -> None:
    """Show keys that were written."""
    extra = {"mnemonic_file": None if mnemonic_file is None else str(mnemonic_file)}
    output.show(Result(schema, Origin(), (Section(rows, KeyRow, key="keys"),), extra=extra))


def _write(order: Order, mnemonic: str) -> KeyRow:
    from taoctl.wallet.keys import Key, crypto_of

    key = Key.from_mnemonic(mnemonic, crypto_of(order.crypto))
    if order.password is not None and prompts.possible():
        output.note(f"encrypting {order.name.words}, which takes seconds")
    written = store().write_key(order.name.wallet, order.name.hotkey, key, order.password)
    if written.key is not None:
        warn_loose(written.key)
    return KeyRow(
        wallet=order.name.wallet,
        hotkey=order.name.hotkey,
        ss58=key.ss58,
        watch_only=False,
        problem=None,
    )


def _say_what_was_made(orders: Sequence[Order], mnemonics: Sequence[str]) -> None:
    """What of an unfinished order is there, looked up: Ctrl-C may come right after a write."""
    pairs = list(zip(orders, mnemonics, strict=True))
    made = [order.name.words for order, mnemonic in pairs if _is_there(order, mnemonic)]
    rest = [order.name.words for order in orders if order.name.words not in made]
    if made:
        output.warn(f"written: {', '.join(made)}")
    if rest:
        output.warn(f"not written: {', '.join(rest)}; the words of these keys are worth nothing")


def _is_there(order: Order, mnemonic: str) -> bool:
    from taoctl.wallet.keys import Key, crypto_of

    key = Key.from_mnemonic(mnemonic, crypto_of(order.crypto))
    try:
        return store().holds(order.name.wallet, order.name.hotkey, key.public_key)
    except UsageError:
        return False


def _write_words(file: Path, orders: Sequence[Order], mnemonics: Sequence[str]) -> None:
    """One mnemonic a line, in the order of the answer; of several, each says whose it is."""
    from taoctl.wallet.files import atomic_write

    lines = [
        mnemonic if len(orders) == 1 else f"{mnemonic}  # {printable(str(order.name))}"
        for order, mnemonic in zip(orders, mnemonics, strict=True)
    ]
    try:
        atomic_write(file, ("\n".join(lines) + "\n").encode())
    except FileExistsError:
        raise _taken(file) from None
    except OSError as error:
        raise UsageError(
            f"the mnemonic cannot be written to {file}: {error.strerror or 'unknown error'}",
            "name a new file in a folder that is there",
        ) from None


def _taken(file: Path) -> UsageError:
    return UsageError(f"{file} is there already, and is not overwritten", "name a new file")
