"""`taoctl wallet create`, `new-coldkey` and `new-hotkey`."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context
from taoctl.cli.passwords import NoPassword, PasswordFd, PasswordFile, new_password
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.making import Crypto, MnemonicOut, Order, Scheme, Words, check, make
from taoctl.cli.wallet.named import KeyName
from taoctl.errors import UsageError

_MOST_AT_ONCE = 1000

NewWallet = Annotated[str, typer.Argument(metavar="NAME", help="Name of the new wallet.")]


@app.command("create")
def create(
    name: NewWallet,
    hotkey: Annotated[
        str | None, typer.Option("--hotkey", metavar="HOTKEY", help="Make this hotkey too.")
    ] = None,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
    no_password: NoPassword = False,
    mnemonic_out: MnemonicOut = None,
    crypto: Scheme = Crypto.SR25519,
    words: Words = 12,
) -> None:
    """Make a wallet: an encrypted coldkey, and a hotkey if one is named.

    The words of each key are shown once, on a screen that is wiped, and three of them are asked
    for. Hotkeys are not encrypted, since miners and validators read them unattended.

    \b
    Examples:
      taoctl wallet create my-wallet
      taoctl wallet create my-wallet --hotkey miner-1
      taoctl wallet create ci --password-file pw.txt --mnemonic-out words.txt
    """
    coldkey = KeyName(name)
    names = [coldkey] if hotkey is None else [coldkey, KeyName(name, hotkey)]
    check(names, mnemonic_out, words)
    password = new_password(password_fd, password_file, no_password, coldkey.words)
    orders = [Order(coldkey, crypto, password), *(Order(one, crypto) for one in names[1:])]
    make(orders, words, mnemonic_out, "taoctl.wallet.create/1")


@app.command("new-coldkey")
def new_coldkey(
    name: NewWallet,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
    no_password: NoPassword = False,
    mnemonic_out: MnemonicOut = None,
    crypto: Scheme = Crypto.SR25519,
    words: Words = 12,
) -> None:
    """Make the coldkey of a wallet that has none.

    \b
    Examples:
      taoctl wallet new-coldkey my-wallet
      taoctl wallet new-coldkey my-wallet --words 24 --crypto ed25519
    """
    coldkey = KeyName(name)
    check([coldkey], mnemonic_out, words)
    password = new_password(password_fd, password_file, no_password, coldkey.words)
    order = Order(coldkey, crypto, password)
    make([order], words, mnemonic_out, "taoctl.wallet.new-coldkey/1")


@app.command("new-hotkey")
def new_hotkey(
    wallet: Annotated[
        str,
        typer.Argument(
            metavar="WALLET",
            help="The wallet; made if it is not there.",
            autocompletion=context.wallet_completions,
        ),
    ],
    hotkey: Annotated[
        str | None, typer.Argument(metavar="[HOTKEY]", help="Name of the new hotkey.")
    ] = None,
    count: Annotated[
        int | None,
        typer.Option("--count", metavar="N", min=1, max=_MOST_AT_ONCE, help="Make so many."),
    ] = None,
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="TEXT", help="With --count: TEXT-1, TEXT-2 ...")
    ] = "hotkey",
    start: Annotated[
        int, typer.Option("--start", metavar="N", min=0, help="With --count: the first number.")
    ] = 1,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt the hotkeys with one password.")
    ] = False,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
    mnemonic_out: MnemonicOut = None,
    crypto: Scheme = Crypto.SR25519,
    words: Words = 12,
) -> None:
    """Make hotkeys: one by name, or many by number.

    They are not encrypted unless --encrypt is given.

    \b
    Examples:
      taoctl wallet new-hotkey my-wallet miner-1
      taoctl wallet new-hotkey my-wallet --count 20 --prefix miner --mnemonic-out words.txt
    """
    if (hotkey is None) == (count is None):
        raise UsageError("give either the name of a hotkey or --count", "--count 20 makes twenty")
    if not encrypt and (password_fd is not None or password_file is not None):
        raise UsageError("hotkeys have no password without --encrypt", "add --encrypt")
    numbered = [f"{prefix}-{number}" for number in range(start, start + (count or 0))]
    names = [KeyName(wallet, one) for one in ([hotkey] if hotkey is not None else numbered)]
    check(names, mnemonic_out, words)
    what = names[0].words if len(names) == 1 else f"{len(names)} hotkeys of {wallet!r}"
    password = new_password(password_fd, password_file, not encrypt, what)
    orders = [Order(name, crypto, password) for name in names]
    make(orders, words, mnemonic_out, "taoctl.wallet.new-hotkey/1")
