"""The public side of wallets: names and addresses in btwallet folders, and nothing secret.

No coldkey file is ever opened. Of a hotkey file only the address is kept, and only when no
`pub.txt` stands beside it.
"""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from taoctl.addresses import decode_ss58, is_ss58
from taoctl.errors import BadDataError, UsageError
from taoctl.text import natural_order

_MAX_BYTES = 65_536
_PUBLIC_SUFFIX = "pub.txt"


@dataclass(frozen=True, slots=True)
class HotkeyRef:
    """A hotkey by name; `ss58` is None when its file does not tell, and `problem` says why."""

    name: str
    ss58: str | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class WalletRef:
    """A wallet folder; `coldkey` is None when no public file tells its address.

    `problem` says what of the folder could not be read.
    """

    name: str
    coldkey: str | None
    hotkeys: tuple[HotkeyRef, ...]
    path: Path
    problem: str | None = None


def discover(path: Path) -> tuple[WalletRef, ...]:
    """Every wallet below a folder, by name, numbers as numbers; a missing folder holds none.

    Raises:
        UsageError: the folder cannot be listed.
    """
    try:
        folders = [entry for entry in path.iterdir() if entry.is_dir()]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UsageError(
            f"the wallet folder {path} cannot be read: {error.strerror or error}",
            "check its permissions, or name another with --wallet-path",
        ) from error
    folders.sort(key=lambda folder: natural_order(folder.name))
    found = (_wallet(folder) for folder in folders if not folder.name.startswith("."))
    return tuple(wallet for wallet in found if wallet is not None)


def names_by_address(wallets: tuple[WalletRef, ...]) -> dict[str, str]:
    """Wallet and hotkey names by address; the names of several wallets of one are joined."""
    coldkeys: dict[str, list[str]] = {}
    hotkeys: dict[str, list[str]] = {}
    for wallet in wallets:
        if wallet.coldkey:
            coldkeys.setdefault(wallet.coldkey, []).append(wallet.name)
        for hotkey in wallet.hotkeys:
            if hotkey.ss58:
                hotkeys.setdefault(hotkey.ss58, []).append(hotkey.name)
    return {ss58: ", ".join(dict.fromkeys(names)) for ss58, names in (hotkeys | coldkeys).items()}


def find_wallet(name: str, path: Path) -> WalletRef:
    """The wallet with a name; the exact name first, then one that differs only in case.

    Raises:
        UsageError: no wallet has it, or several do; the candidates are named.
    """
    wallets = discover(path)
    exact = [wallet for wallet in wallets if wallet.name == name]
    close = exact or [wallet for wallet in wallets if wallet.name.lower() == name.lower()]
    if len(close) == 1:
        return close[0]
    if close:
        listed = ", ".join(repr(wallet.name) for wallet in close)
        raise UsageError(f"{name!r} could be any of {listed}", "write the name exactly")
    raise _no_wallet(name, path, wallets)


def coldkey_address(text: str, path: Path) -> str:
    """The coldkey address that an address, or the name of a wallet, stands for.

    Raises:
        UsageError: neither an address nor a wallet with a public coldkey.
        BadDataError: the wallet's public key file is damaged.
    """
    if is_ss58(text):
        return text
    if looks_like_address(text):
        decode_ss58(text)
    wallet = find_wallet(text, path)
    if wallet.coldkey:
        return wallet.coldkey
    if wallet.problem:
        raise BadDataError(
            f"wallet {wallet.name!r}: {wallet.problem}",
            "restore coldkeypub.txt, or give the address itself",
        )
    raise UsageError(
        f"wallet {wallet.name!r} has no coldkeypub.txt, so its address is unknown",
        f"give the address itself, or let `taoctl wallet passwd {wallet.name}` write the file "
        "from the key",
    )


def looks_like_address(text: str) -> bool:
    """Whether a text is more likely a mistyped address than a wallet's name."""
    return len(text) in range(44, 53) and text.isalnum()


def _no_wallet(name: str, path: Path, wallets: tuple[WalletRef, ...]) -> UsageError:
    names = [wallet.name for wallet in wallets]
    if not names:
        return UsageError(
            f"{name!r} is not an address, and there are no wallets in {path}",
            "give an ss58 address, or the wallet folder with --wallet-path",
        )
    close = get_close_matches(name, names, n=3) or names[:8]
    listed = ", ".join(repr(one) for one in close)
    return UsageError(
        f"{name!r} is neither an address nor a wallet in {path}", f"wallets there: {listed}"
    )


def _wallet(folder: Path) -> WalletRef | None:
    public = folder / f"coldkey{_PUBLIC_SUFFIX}"
    coldkey: str | None = None
    hotkeys: tuple[HotkeyRef, ...] = ()
    locked = False
    try:
        coldkey, problem = _address_in(public) if public.exists() else (None, None)
        locked = (folder / "coldkey").exists()
        hotkeys = _hotkeys(folder / "hotkeys")
    except OSError as error:
        problem = _unreadable(Path(error.filename), error)
    if coldkey is None and problem is None and not hotkeys and not locked:
        return None
    return WalletRef(folder.name, coldkey, hotkeys, folder, problem)


def _hotkeys(folder: Path) -> tuple[HotkeyRef, ...]:
    """The hotkeys of a wallet; raises OSError when their folder cannot be listed."""
    try:
        files = sorted(entry for entry in folder.iterdir() if entry.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return ()
    by_name: dict[str, Path] = {}
    for file in files:
        if file.name.startswith("."):
            continue
        if file.name.endswith(_PUBLIC_SUFFIX) and file.name != _PUBLIC_SUFFIX:
            by_name[file.name.removesuffix(_PUBLIC_SUFFIX)] = file
        else:
            by_name.setdefault(file.name, file)
    names = sorted(by_name, key=natural_order)
    return tuple(HotkeyRef(name, *_address_in(by_name[name])) for name in names)


def _address_in(file: Path) -> tuple[str | None, str | None]:
    """The address a key file tells, or None and why not."""
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            # Reading a pipe could wait for ever.
            return None, f"{file.name} is not a file"
        if about.st_size > _MAX_BYTES:
            return None, f"{file.name} is too large for a key file"
        data = file.read_bytes()
    except OSError as error:
        return None, _unreadable(file, error)
    if data.startswith((b"$NACL", b"$ANSIBLE_VAULT", b"gAAAAA")):
        return None, f"{file.name} is encrypted and has no {_PUBLIC_SUFFIX} beside it"
    try:
        fields: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None, f"{file.name} is not a key file"
    address = fields.get("ss58Address") if isinstance(fields, dict) else None
    if not isinstance(address, str) or not is_ss58(address):
        return None, f"{file.name} holds no valid address"
    return address, None


def _unreadable(path: Path, error: OSError) -> str:
    return f"{path.name} cannot be read: {error.strerror or error}"
