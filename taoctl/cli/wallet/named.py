"""Which key of the wallet folder a command means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.wallet.public import WalletRef, discover

if TYPE_CHECKING:
    from taoctl.wallet.store import WalletStore


@dataclass(frozen=True, slots=True)
class KeyName:
    """A coldkey, or a hotkey, by the names of its files."""

    wallet: str
    hotkey: str | None = None

    def __str__(self) -> str:
        return self.wallet if self.hotkey is None else f"{self.wallet}/{self.hotkey}"

    @property
    def words(self) -> str:
        """The key in words, safe to show."""
        if self.hotkey is None:
            return f"coldkey {printable(self.wallet)!r}"
        return f"hotkey {printable(str(self))!r}"


ExistingKey = Annotated[
    str | None,
    typer.Argument(
        metavar="[WALLET[/HOTKEY]]",
        help="The key; --wallet when left out.",
        autocompletion=context.key_completions,
    ),
]


def store() -> WalletStore:
    """The folder of wallets that the options name."""
    from taoctl.wallet.store import WalletStore

    return WalletStore(context.wallet_path())


def existing(text: str | None) -> KeyName:
    """The key that an argument, or else --wallet, names among those on this machine.

    The exact name counts first, then one that differs only in case.

    Raises:
        UsageError: nothing is named, nothing has the name, or several things have it.
    """
    wallet_text, slash, hotkey_text = account_text(text).partition("/")
    wallet = existing_wallet(wallet_text)
    if not slash:
        return KeyName(wallet.name)
    names = [hotkey.name for hotkey in wallet.hotkeys]
    what = f"hotkey {hotkey_text!r} in wallet {wallet.name!r}"
    return KeyName(wallet.name, _chosen(hotkey_text, names, what, "hotkeys"))


def existing_wallet(name: str) -> WalletRef:
    """The wallet folder of a name; raises as `existing`."""
    folder = context.wallet_path()
    wallets = {wallet.name: wallet for wallet in discover(folder)}
    return wallets[_chosen(name, list(wallets), f"wallet {name!r} in {folder}", "wallets")]


def check_wallet_name(name: KeyName, ss58: str | None) -> None:
    """Refuse the name of a coldkey (hotkeys have none to lose) that the book has for another.

    Raises:
        UsageError: it would be ambiguous from then on.
    """
    from taoctl.wallet.accounts import check_wallet_name as check
    from taoctl.wallet.book import default_path

    if name.hotkey is None:
        check(name.wallet, ss58, default_path())


def say_other_names(name: KeyName, ss58: str) -> None:
    """Say which other wallets or hotkeys here have an address that was just written."""
    others = [
        KeyName(wallet.name, hotkey)
        for wallet in discover(context.wallet_path())
        for hotkey, found in (
            (None, wallet.coldkey),
            *((one.name, one.ss58) for one in wallet.hotkeys),
        )
        if found == ss58 and KeyName(wallet.name, hotkey) != name
    ]
    if others:
        listed = ", ".join(one.words for one in others)
        output.warn(f"{name.words} has the same address as {listed}")


def address(name: KeyName) -> str | None:
    """The address of a key on this machine; None where no file tells it."""
    wallet = existing_wallet(name.wallet)
    if name.hotkey is None:
        return wallet.coldkey
    return next((one.ss58 for one in wallet.hotkeys if one.name == name.hotkey), None)


def warn_loose(*files: Path) -> None:
    """Say which of these key files, and of their folders, others may read."""
    from taoctl.wallet.store import loose_permissions

    said = [loose_permissions(file) for file in files]
    for text in dict.fromkeys(one for one in said if one):
        output.warn(text)


def account_text(text: str | None) -> str:
    """What an argument, or else --wallet, says; UsageError when neither or several names."""
    if text is not None:
        return text
    named = context.wallet_names()
    if len(named) != 1:
        said = "no key was named" if not named else "--wallet names several keys, one is needed"
        raise UsageError(said, "name it as WALLET or WALLET/HOTKEY")
    return named[0]


def _chosen(name: str, names: Sequence[str], what: str, plural: str) -> str:
    if name in names:
        return name
    alike = [one for one in names if one.lower() == name.lower()]
    if len(alike) == 1:
        return alike[0]
    if alike:
        listed = ", ".join(map(repr, alike))
        raise UsageError(f"{name!r} could be any of {listed}", "write the name exactly")
    close = get_close_matches(name, names, n=3) or list(names[:8])
    listed = ", ".join(map(repr, close))
    raise UsageError(f"there is no {what}", f"{plural} there: {listed}" if close else None)
