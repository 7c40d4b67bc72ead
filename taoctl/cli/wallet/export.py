"""`taoctl wallet export`: a key in a form that other wallets take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output, prompts, secret_screen
from taoctl.cli.passwords import PasswordFd, PasswordFile, new_password, open_key
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.named import ExistingKey, KeyName, account_text, existing
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.wallet.keys import Key


class Form(StrEnum):
    """What a key is exported as."""

    JSON = "json"
    MNEMONIC = "mnemonic"
    SEED = "seed"
    PRIVATE_KEY = "private-key"


Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="A new file to write (0600).")
]


@app.command("export")
def export(
    key: ExistingKey = None,
    to: Annotated[
        Form, typer.Option("--to", help="A polkadot.js backup file, or the bare secret.")
    ] = Form.JSON,
    out: Out = None,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
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
    """Export a key: to a file that only you can read, or on a screen that is wiped.

    A mnemonic and a seed can be exported only where the key file still has them: a key that was
    imported by its private key, or from a backup file, has none.

    \b
    Examples:
      taoctl wallet export my-wallet --out my-wallet.json
      taoctl wallet export my-wallet --to mnemonic
      taoctl wallet export my-wallet/miner-1 --to seed --out seed.txt
    """
    from taoctl.wallet.accounts import signing_account

    output.require_form()
    name = existing(account_text(key))
    _check(to, out)
    given = (backup_password_fd, backup_password_file)
    # Where nobody can be asked for it later, it must be given before the key is opened.
    early = to is Form.JSON and (given != (None, None) or not prompts.possible())
    password = _backup_password(name, *given) if early else None
    account = signing_account(str(name), context.wallet_path())
    opened = open_key(account, password_fd, password_file)
    if to is Form.JSON:
        content = _backup(opened.key, name, password or _backup_password(name, *given))
    else:
        content = _secret(opened.key, to, name)
    if out is None:
        secret_screen.show_secret(content, f"The {_WORDS[to]} of {name.words}")
    else:
        _write(out, content)
    data = {
        "key": str(name),
        "ss58": account.ss58,
        "form": to.value,
        "path": None if out is None else str(out),
    }
    shown = f"shown: {_WORDS[to]} of {name}" if out is None else f"written to {out}"
    output.show_data("taoctl.wallet.export/1", data, shown)


_WORDS = {
    Form.JSON: "backup file",
    Form.MNEMONIC: "mnemonic",
    Form.SEED: "seed",
    Form.PRIVATE_KEY: "private key",
}


def _check(to: Form, out: Path | None) -> None:
    if out is not None:
        if out.exists() or out.is_symlink():
            raise _taken(out)
    elif to is Form.JSON:
        raise UsageError("a backup file needs a name", "give one with --out FILE")
    else:
        secret_screen.require_screen(
            "let taoctl write it to a file with --out FILE", f"the {_WORDS[to]} is to be shown"
        )


def _secret(key: Key, to: Form, name: KeyName) -> str:
    secrets = key.secrets()
    found = {
        Form.MNEMONIC: secrets.mnemonic,
        Form.SEED: secrets.seed,
        Form.PRIVATE_KEY: secrets.private_key,
    }[to]
    if not found:
        raise UsageError(
            f"the file of {name.words} has no {_WORDS[to]}: it was made from something else",
            "export its private key, or a backup file, instead",
        )
    return found


def _backup_password(name: KeyName, fd: int | None, file: Path | None) -> str:
    what = f"the backup of {name}"
    return new_password(fd, file, False, what, option="--backup-password") or ""


def _backup(key: Key, name: KeyName, password: str) -> str:
    from taoctl.wallet.polkadot_js import seal_backup

    return seal_backup(key, password, str(name))


def _write(out: Path, content: str) -> None:
    from taoctl.wallet.files import atomic_write

    try:
        atomic_write(out, f"{content}\n".encode())
    except FileExistsError:
        raise _taken(out) from None
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror or 'unknown error'}",
            "name a new file in a folder that is there",
        ) from None


def _taken(out: Path) -> UsageError:
    return UsageError(f"{out} is there already, and is not overwritten", "name a new file")
