"""`taoctl wallet import`: keys from words, seeds, private keys and polkadot.js backups."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import output, prompts, secret_screen
from taoctl.cli.passwords import NoPassword, PasswordFd, PasswordFile, new_password, other_password
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.making import Crypto, report
from taoctl.cli.wallet.named import (
    KeyName,
    check_wallet_name,
    say_other_names,
    store,
    warn_loose,
)
from taoctl.cli.wallet.rows import KeyRow
from taoctl.errors import BadDataError, UsageError

if TYPE_CHECKING:
    from taoctl.wallet.keys import Key

_MAX_BYTES = 65_536


class Source(StrEnum):
    """What a key is made of."""

    MNEMONIC = "mnemonic"
    SEED = "seed"
    PRIVATE_KEY = "private-key"
    JSON = "json"


@app.command("import")
def import_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the wallet.")],
    source: Annotated[
        Source, typer.Option("--from", help="What the secret is; json: a polkadot.js backup.")
    ] = Source.MNEMONIC,
    hotkey: Annotated[
        str | None, typer.Option("--hotkey", metavar="HOTKEY", help="Import it as this hotkey.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Read the secret from this file.")
    ] = None,
    fd: Annotated[
        int | None,
        typer.Option("--fd", metavar="N", min=0, help="Read the secret from this descriptor."),
    ] = None,
    crypto: Annotated[
        Crypto | None, typer.Option("--crypto", help="Type of the key; sr25519 unless given.")
    ] = None,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
    no_password: NoPassword = False,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt a hotkey, which otherwise is not.")
    ] = False,
    backup_password_fd: Annotated[
        int | None,
        typer.Option(
            "--backup-password-fd", metavar="N", min=0, help="Password of the backup file."
        ),
    ] = None,
    backup_password_file: Annotated[
        Path | None,
        typer.Option(
            "--backup-password-file", metavar="FILE", help="The same, read from this file."
        ),
    ] = None,
) -> None:
    """Import a coldkey, or a hotkey, from what it was made of.

    The secret is asked for at the terminal, or read from a file or a descriptor; it is never an
    argument, since other users of the machine can see those.

    \b
    Examples:
      taoctl wallet import my-wallet
      taoctl wallet import my-wallet --from json --file backup.json
      taoctl wallet import my-wallet --hotkey miner-1 --from seed --fd 3 3< seed.txt
    """
    key_name = KeyName(name, hotkey)
    plain = no_password or (hotkey is not None and not encrypt)
    if encrypt and no_password:
        raise UsageError("--encrypt contradicts --no-password", "give one of them")
    if plain and not no_password and (password_fd is not None or password_file is not None):
        raise UsageError("hotkeys have no password without --encrypt", "add --encrypt")
    if store().has_key(name, hotkey):
        store().check_free(name, hotkey)
    backup = (backup_password_fd, backup_password_file)
    key = _key(source, _secret_text(source, file, fd), crypto, backup)
    # A watch-only entry of the same key is completed, any other is refused.
    store().check_free(name, hotkey, key.public_key)
    check_wallet_name(key_name, key.ss58)
    password = new_password(password_fd, password_file, plain, key_name.words)
    written = store().write_key(name, hotkey, key, password)
    warn_loose(*(path for path in (written.key,) if path is not None))
    row = KeyRow(wallet=name, hotkey=hotkey, ss58=key.ss58, watch_only=False, problem=None)
    report("taoctl.wallet.import/1", [row])
    say_other_names(key_name, key.ss58)


def _key(
    source: Source, text: str, crypto: Crypto | None, backup: tuple[int | None, Path | None]
) -> Key:
    from taoctl.wallet.keys import Key, crypto_of
    from taoctl.wallet.polkadot_js import check_backup

    if source is Source.JSON:
        if crypto is not None:
            raise UsageError("a backup file says the type of its key", "leave --crypto out")
        check_backup(text)
        return Key.from_json(text, other_password(*backup, "--backup-password", "the backup file"))
    if backup != (None, None):
        raise UsageError("only a backup file has a password of its own", "use --from json")
    scheme = crypto_of(crypto or Crypto.SR25519)
    if source is Source.MNEMONIC:
        return Key.from_mnemonic(text, scheme)
    if source is Source.SEED:
        return Key.from_seed(text, scheme)
    return Key.from_private_key(text, scheme)


def _secret_text(source: Source, file: Path | None, fd: int | None) -> str:
    """The secret as text; of a file or descriptor its first line, without a comment."""
    if file is not None and fd is not None:
        raise UsageError("--file and --fd were both given", "give one")
    if file is not None:
        text = _text(_from_file(file), str(file))
    elif fd is not None:
        text = _text(_from_fd(fd), f"descriptor {fd}")
    else:
        return _asked(source)
    if source is Source.JSON:
        return text
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    found = [line for line in lines if line]
    if len(found) != 1:
        raise BadDataError(
            f"one line with the {source.value} was expected, and there are {len(found)}",
            "leave only the line of the key to import",
        )
    return found[0]


def _asked(source: Source) -> str:
    hint = "give it through a file or a descriptor: --file FILE or --fd N"
    if source is Source.JSON:
        raise UsageError("a backup is a file", "name it with --file FILE")
    prompts.require(f"the {source.value} to import", hint)
    if source is Source.MNEMONIC:
        note = "They are wiped from the screen. End with Enter."
        return secret_screen.ask_on_screen("The words of the mnemonic, in their order:", note)
    return prompts.ask_password(f"The {source.value} in hex (not shown)").strip()


def _from_file(file: Path) -> bytes:
    from taoctl.wallet.files import read_bounded

    try:
        data = read_bounded(file, _MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    if file.stat().st_mode & 0o077:
        output.warn(f"{file} holds a secret, and others may read it: chmod 600 it, or destroy it")
    return data


def _from_fd(fd: int) -> bytes:
    if os.isatty(fd):
        raise UsageError(
            f"descriptor {fd} is a terminal, which would show the secret",
            "leave --fd out to be asked",
        )
    data = b""
    try:
        while len(data) <= _MAX_BYTES and (part := os.read(fd, _MAX_BYTES)):
            data += part
    except OSError as error:
        raise UsageError(f"descriptor {fd} cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_BYTES:
        raise BadDataError(f"descriptor {fd} gives more than {_MAX_BYTES} bytes")
    return data


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        # The inner error would quote the secret.
        raise BadDataError(f"{where} does not hold text in UTF-8") from None
