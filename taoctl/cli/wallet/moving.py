"""`taoctl wallet rename` and `remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output, prompts
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.forgetting import addresses, forget
from taoctl.cli.wallet.named import (
    KeyName,
    address,
    check_wallet_name,
    existing,
    existing_wallet,
    store,
    warn_loose,
)
from taoctl.errors import DeclinedError, UsageError
from taoctl.text import printable

Target = Annotated[
    str,
    typer.Argument(
        metavar="WALLET[/HOTKEY]",
        help="A wallet, or one of its hotkeys.",
        autocompletion=context.key_completions,
    ),
]


@app.command("rename")
def rename(
    key: Target,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="Its new name.")],
) -> None:
    """Give a wallet or a hotkey another name; nothing is overwritten.

    The agent and the keyring forget its keys; unlock them again by the new name.

    \b
    Examples:
      taoctl wallet rename my-wallet cold-storage
      taoctl wallet rename my-wallet/default miner-1
    """
    output.require_form()
    old = existing(key)
    warn_loose(store().key_path(old.wallet, old.hotkey))
    keys = addresses(old)
    _check_new_name(old, new_name)
    if old.hotkey is None:
        path = store().rename(old.wallet, new_name)
        new = KeyName(new_name)
    else:
        path = store().rename_hotkey(old.wallet, old.hotkey, new_name)
        new = KeyName(old.wallet, new_name)
    forget(keys)
    data = {"old": str(old), "new": str(new), "path": str(path)}
    shown = f"{printable(str(old))} is now {printable(str(new))}"
    output.show_data("taoctl.wallet.rename/1", data, shown)


@app.command("remove")
def remove(
    key: Target,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="NAME", help="The same name again, instead of asking."),
    ] = None,
) -> None:
    """Move a wallet or a hotkey to the dated trash folder, after typing its name.

    Nothing is deleted: it can be moved back by hand from `.trash` in the wallet folder. The agent
    and the keyring forget its keys.

    \b
    Examples:
      taoctl wallet remove old-wallet
      taoctl wallet remove my-wallet/miner-7 --confirm my-wallet/miner-7
    """
    output.require_form()
    target = existing(key)
    warn_loose(store().key_path(target.wallet, target.hotkey))
    _agree(target, confirm)
    keys = addresses(target)
    place = store().remove(target.wallet, target.hotkey)
    forget(keys)
    data = {"removed": str(target), "trash": str(place)}
    shown = f"{printable(str(target))} is now in {place}"
    output.show_data("taoctl.wallet.remove/1", data, shown)


def _check_new_name(old: KeyName, new_name: str) -> None:
    """Refuse a wallet's new name that the book has for another address than its coldkey's."""
    ss58 = address(old)
    if old.hotkey is None and (ss58 or store().has_key(old.wallet)):
        check_wallet_name(KeyName(new_name), ss58)


def _agree(target: KeyName, confirm: str | None) -> None:
    name = str(target)
    if confirm is not None:
        if confirm != name:
            raise UsageError(f"--confirm says {confirm!r}, and not {name!r}", "nothing was removed")
        return
    question = f"Move {_described(target)} to the trash?"
    hint = f"confirm beforehand with --confirm {name}"
    if not prompts.type_to_confirm(name, question, hint=hint):
        raise DeclinedError(f"{name!r} was not typed: nothing was removed")


def _described(target: KeyName) -> str:
    """The key in words, with its address and, of a wallet, all that goes with it."""
    wallet = existing_wallet(target.wallet)
    if target.hotkey is not None:
        return f"{target.words} ({address(target) or 'address unknown'})"
    hotkeys = f"{len(wallet.hotkeys)} hotkey{'' if len(wallet.hotkeys) == 1 else 's'}"
    return f"wallet {printable(target.wallet)!r} ({wallet.coldkey or 'address unknown'}, {hotkeys})"
