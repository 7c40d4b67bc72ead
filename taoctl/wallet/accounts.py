"""From what people type to an account: addresses, wallets, hotkeys, book names, dev accounts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from taoctl.addresses import decode_ss58, is_ss58
from taoctl.errors import BadDataError, UsageError
from taoctl.text import printable
from taoctl.wallet.book import BookEntry, all_entries
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS, insecure_name
from taoctl.wallet.public import (
    WalletRef,
    coldkey_address,
    discover,
    find_wallet,
    looks_like_address,
    names_by_address,
)

Kind = Literal["ss58", "coldkey", "hotkey", "book", "dev"]
"""How an account was named."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was named.

    Args:
        ss58: its address.
        label: the name it goes by here, safe to show; None when it has none.
        kind: how it was named.
        wallet: name of the wallet folder that holds it, when a wallet does.
        hotkey: name of the hotkey in that wallet; None for the coldkey.
        multisig: the book entry, when it is a multisig account of the address book.
    """

    ss58: str
    label: str | None
    kind: Kind
    wallet: str | None = None
    hotkey: str | None = None
    multisig: BookEntry | None = None


def resolve(
    text: str, wallet_path: Path, book_path: Path, environ: Mapping[str, str] | None = None
) -> Account:
    """The account that an address, `WALLET`, `WALLET/HOTKEY`, book name or `//Alice` stands for.

    The exact name of a wallet and that of a book entry count alike: if they stand for different
    addresses the name is ambiguous. Only when neither matches exactly is case ignored.

    Args:
        text: what was typed.
        wallet_path: folder of the wallets.
        book_path: the address book's file.
        environ: environment variables, the process's own by default; they may move btcli's books.

    Raises:
        UsageError: nothing has that name, or several things have it; the candidates are named.
        BadDataError: the file that tells the address is damaged.
    """
    if text.startswith("//"):
        return _dev(text)
    if is_ss58(text):
        known = names(wallet_path, book_path, environ)
        return Account(text, known.get(text), "ss58")
    if looks_like_address(text):
        decode_ss58(text)
    if "/" in text:
        return _hotkey(text, wallet_path)
    wallets = discover(wallet_path)
    entries = all_entries(book_path, environ)
    exact = _candidates(text, wallets, entries, lambda name: name == text)
    lower = text.lower()
    found = exact or _candidates(text, wallets, entries, lambda name: name.lower() == lower)
    if not found:
        raise _nothing(text, wallet_path, wallets, entries)
    by_address: dict[str, Account] = {}
    for account in found:
        by_address.setdefault(account.ss58, account)
    if len(by_address) > 1:
        listed = "; ".join(_described(account) for account in by_address.values())
        raise UsageError(f"{printable(text)!r} is ambiguous: {listed}", "give the address itself")
    return found[0]


def check_book_name(name: str, ss58: str, wallet_path: Path, book_path: Path) -> None:
    """Refuse a book name that a wallet or btcli's book has for another address.

    Raises:
        UsageError: it would be ambiguous from then on.
    """
    foreign = [entry for entry in all_entries(book_path) if entry.source == "btcli"]
    for found in _candidates(name, discover(wallet_path), foreign, name.__eq__):
        if found.ss58 != ss58:
            raise UsageError(
                f"{printable(name)!r} would be ambiguous: {_described(found)}",
                "choose another name",
            )


def check_wallet_name(name: str, ss58: str | None, book_path: Path) -> None:
    """Refuse the name of a coldkey that the address book has for another address.

    `ss58` is None for a key that is not made yet. A damaged book refuses nothing.

    Raises:
        UsageError: the name would be ambiguous from then on.
    """
    try:
        entries = all_entries(book_path)
    except BadDataError:
        return
    for entry in entries:
        if entry.name == name and entry.ss58 != ss58:
            how = f"; `taoctl address remove {name}` frees it" if entry.source == "taoctl" else ""
            raise UsageError(
                f"{printable(name)!r} would be ambiguous: in the address book it is {entry.ss58}",
                f"choose another name{how}",
            )


def signing_account(text: str, wallet_path: Path) -> Account:
    """The account of a wallet here that is to sign: `WALLET`, `WALLET/HOTKEY`, address, `//Alice`.

    An address must be that of a local wallet or a development account; the address book does not
    count, for it has no keys.

    Raises:
        UsageError: no wallet here has it, or several have the name.
        BadDataError: the public key file is damaged.
    """
    if text.startswith("//"):
        return _dev(text)
    if is_ss58(text):
        return _held(text, wallet_path)
    if looks_like_address(text):
        decode_ss58(text)
    if "/" in text:
        return _hotkey(text, wallet_path)
    return _coldkey(find_wallet(text, wallet_path), wallet_path)


def names(
    wallet_path: Path, book_path: Path, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The name to show by address: wallets first, then the address book.

    A development account is marked as such, whoever calls it what. Names are safe to show.

    Raises:
        UsageError: the wallet folder cannot be listed.
        BadDataError: taoctl's address book is damaged.
    """
    found = names_by_address(discover(wallet_path))
    for entry in all_entries(book_path, environ):
        found.setdefault(entry.ss58, entry.name)
    shown = {address: printable(name) for address, name in found.items()}
    for address in DEV_ACCOUNTS:
        parts = (shown.get(address), insecure_name(address))
        shown[address] = ", ".join(part for part in parts if part)
    return shown


def as_typed(accounts: Iterable[Account]) -> dict[str, str]:
    """By address the names by which accounts were typed; an address has no name of its own here."""
    typed: dict[str, list[str]] = {}
    for one in accounts:
        if one.label and one.kind != "ss58":
            typed.setdefault(one.ss58, []).append(one.label)
    for ss58, labels in typed.items():
        labels.append(insecure_name(ss58) or labels[0])
    return {ss58: ", ".join(dict.fromkeys(labels)) for ss58, labels in typed.items()}


def _dev(text: str) -> Account:
    for address, name in DEV_ACCOUNTS.items():
        if name.lower() == text.lower():
            return Account(address, insecure_name(address), "dev")
    raise UsageError(
        f"{printable(text)!r} is not a development account",
        f"there are {', '.join(DEV_ACCOUNTS.values())}",
    )


def _coldkey(wallet: WalletRef, wallet_path: Path) -> Account:
    ss58 = wallet.coldkey or coldkey_address(wallet.name, wallet_path)
    return Account(ss58, printable(wallet.name), "coldkey", wallet.name)


def _hotkey(text: str, wallet_path: Path) -> Account:
    wallet_name, _, wanted = text.partition("/")
    wallet = find_wallet(wallet_name, wallet_path)
    exact = [hotkey for hotkey in wallet.hotkeys if hotkey.name == wanted]
    close = exact or [one for one in wallet.hotkeys if one.name.lower() == wanted.lower()]
    if len(close) != 1:
        shown = [repr(printable(one.name)) for one in close or wallet.hotkeys][:8]
        said = "could be several hotkeys" if close else "is not a hotkey"
        raise UsageError(
            f"{printable(wanted)!r} {said} of wallet {wallet.name!r}",
            f"hotkeys there: {', '.join(shown) or 'none'}",
        )
    hotkey = close[0]
    label = printable(f"{wallet.name}/{hotkey.name}")
    if hotkey.ss58 is None:
        raise BadDataError(
            f"hotkey {label!r}: {printable(hotkey.problem or 'its address is unknown')}",
            f"restore {hotkey.name}pub.txt, let `taoctl wallet passwd` write it from the key, "
            "or give the address itself",
        )
    return Account(hotkey.ss58, label, "hotkey", wallet.name, hotkey.name)


def _held(ss58: str, wallet_path: Path) -> Account:
    """The account of a wallet here by its address; one with a private key file comes first."""
    if ss58 in DEV_ACCOUNTS:
        return Account(ss58, insecure_name(ss58), "dev")
    found: list[tuple[bool, Account]] = []
    for wallet in discover(wallet_path):
        if wallet.coldkey == ss58:
            locked = (wallet.path / "coldkey").is_file()
            found.append((locked, _coldkey(wallet, wallet_path)))
        for hotkey in wallet.hotkeys:
            if hotkey.ss58 == ss58:
                label = printable(f"{wallet.name}/{hotkey.name}")
                held = Account(ss58, label, "hotkey", wallet.name, hotkey.name)
                found.append(((wallet.path / "hotkeys" / hotkey.name).is_file(), held))
    if not found:
        raise UsageError(
            f"no wallet in {wallet_path} holds the key of {ss58}",
            "name the wallet, or give its folder with --wallet-path",
        )
    return max(found, key=lambda one: one[0])[1]


def _candidates(
    text: str,
    wallets: Sequence[WalletRef],
    entries: Sequence[BookEntry],
    fits: Callable[[str], bool],
) -> list[Account]:
    found: list[Account] = []
    booked = [entry for entry in entries if fits(entry.name)]
    for wallet in wallets:
        # Without a coldkey it does not hide the book entry of the same name; with one whose
        # address cannot be told it does, for that could be another.
        if fits(wallet.name) and (not booked or _has_coldkey(wallet)):
            found.append(_coldkey(wallet, wallet.path.parent))
    for entry in booked:
        multisig = entry if entry.threshold is not None else None
        found.append(Account(entry.ss58, printable(entry.name), "book", multisig=multisig))
    return found


def _has_coldkey(wallet: WalletRef) -> bool:
    return any(os.path.lexists(wallet.path / name) for name in ("coldkey", "coldkeypub.txt"))


def _described(account: Account) -> str:
    what = "wallet" if account.kind == "coldkey" else "address book"
    return f"{what} {account.label!r} is {account.ss58}"


def _nothing(
    text: str, wallet_path: Path, wallets: Sequence[WalletRef], entries: Sequence[BookEntry]
) -> UsageError:
    known = [printable(wallet.name) for wallet in wallets]
    known += [printable(entry.name) for entry in entries]
    close = get_close_matches(text, known, n=3) or known[:8]
    listed = ", ".join(repr(one) for one in dict.fromkeys(close))
    hint = f"known names: {listed}" if listed else "give an ss58 address, or --wallet-path"
    hotkeys = [
        repr(printable(f"{wallet.name}/{hotkey.name}"))
        for wallet in wallets
        for hotkey in wallet.hotkeys
        if hotkey.name == text
    ]
    if hotkeys:
        hint = f"name a hotkey with its wallet: {', '.join(hotkeys[:8])}"
    return UsageError(
        f"{printable(text)!r} is neither an address, a wallet in {wallet_path}, "
        "nor in the address book",
        hint,
    )
