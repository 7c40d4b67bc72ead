"""`taoctl wallet passwd`: another password for a key file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taoctl.cli import output
from taoctl.cli.passwords import NoPassword, PasswordFd, PasswordFile, new_password, open_file
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.forgetting import forget
from taoctl.cli.wallet.named import ExistingKey, account_text, address, existing, store


@app.command("passwd")
def passwd(
    key: ExistingKey = None,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
    new_password_fd: Annotated[
        int | None,
        typer.Option(
            "--new-password-fd", metavar="N", min=0, help="Read the new one from this descriptor."
        ),
    ] = None,
    new_password_file: Annotated[
        Path | None,
        typer.Option("--new-password-file", metavar="FILE", help="Read the new one from here."),
    ] = None,
    no_password: NoPassword = False,
) -> None:
    """Change the password of a coldkey or a hotkey, or encrypt one that has none.

    The key and its address stay the same. The file is replaced whole or not at all. A public
    file that is missing is written.

    \b
    Examples:
      taoctl wallet passwd my-wallet
      taoctl wallet passwd my-wallet/miner-1
      taoctl wallet passwd ci --password-file old.txt --new-password-file new.txt
    """
    output.require_form()
    name = existing(account_text(key))
    opened = open_file(name, address(name), password_fd, password_file)
    new = new_password(
        new_password_fd, new_password_file, no_password, name.words, option="--new-password"
    )
    old = None if opened.password is None else opened.password.text
    path = store().reencrypt(name.wallet, name.hotkey, old, new)
    ss58 = opened.key.ss58
    forget([ss58])
    if new is None:
        output.warn(f"{name.words} is not encrypted now: whoever reads its file has the key")
    data = {"key": str(name), "ss58": ss58, "path": str(path), "encrypted": new is not None}
    shown = f"{path} has {'its new' if new is not None else 'no'} password"
    output.show_data("taoctl.wallet.passwd/1", data, shown)
