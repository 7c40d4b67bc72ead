"""What is wrong with a wallet folder, and mending what can be mended without touching a key."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shlex import quote

from taoctl.addresses import decode_ss58
from taoctl.errors import TaoctlError, UsageError
from taoctl.text import printable
from taoctl.wallet.files import atomic_write, cannot, is_leftover, read_bounded
from taoctl.wallet.keyfile import (
    MAX_KEYFILE_BYTES,
    Encryption,
    encryption_of,
    public_file,
    public_of,
)
from taoctl.wallet.names import PUBLIC_SUFFIX
from taoctl.wallet.public import WalletRef, discover
from taoctl.wallet.trash import TRASH, move_to_trash


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a wallet folder that should not be so.

    `kind` is a stable word for machines; `problem` says what, `remedy` what to do; `fixable`
    tells whether `fix` mends it; `root` is the folder of wallets.
    """

    kind: str
    root: Path
    path: Path
    problem: str
    remedy: str
    fixable: bool


def audit(root: Path) -> tuple[Finding, ...]:
    """Every finding below a folder of wallets, in the order of its names; changes nothing.

    Encrypted keys stay closed. Of an unencrypted one the address is read.

    Raises:
        UsageError: the folder cannot be listed.
    """
    if not root.exists():
        return ()
    try:
        found = [*_folder_modes(root, root, 0o022), *_leftovers(root, root)]
        folders = _entries(root)
    except OSError as error:
        raise cannot("list", root, error) from error
    for folder in folders:
        if folder.name == TRASH:
            found += _as_far_as_readable(root, folder, _trash(root, folder))
        elif folder.is_dir() and not folder.name.startswith("."):
            found += _as_far_as_readable(root, folder, _wallet(root, folder))
    return (*found, *_same_address(root))


def key_problem(key: Path) -> str | None:
    """Why a key file is none, or is not the key of its public file; None where that is not seen.

    An encrypted key stays closed, and of one that is missing nothing is said.
    """
    if not os.path.lexists(key):
        return None
    told, problem = _address(key)
    public = key.with_name(key.name + PUBLIC_SUFFIX)
    if problem or told is None or not os.path.lexists(public):
        return problem
    named = _address(public)[0]
    return _contradiction(public, named, told) if named and named != told else None


def fix(finding: Finding) -> str:
    """Mend one finding and say what was done; no key file's content is changed or deleted.

    Raises:
        UsageError: it is not fixable, or mending failed.
    """
    mend = _MENDERS.get(finding.kind)
    if mend is None or not finding.fixable:
        raise UsageError(f"{finding.path}: {finding.problem}", finding.remedy)
    try:
        return mend(finding)
    except OSError as error:
        raise cannot("mend", finding.path, error) from error


def _as_far_as_readable(root: Path, folder: Path, found: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of a folder; one that may not be looked into becomes a finding itself."""
    try:
        yield from found
    except OSError as error:
        problem = f"it cannot be looked into: {error.strerror or error}"
        remedy = "make it yours, or look at it as the user to whom it belongs"
        yield Finding("unreadable", root, Path(error.filename or folder), problem, remedy, False)


def _wallet(root: Path, folder: Path) -> Iterator[Finding]:
    yield from _folder_modes(root, folder)
    yield from _leftovers(root, folder)
    yield from _pair(root, folder / "coldkey")
    hotkeys = folder / "hotkeys"
    if not hotkeys.is_dir():
        return
    yield from _folder_modes(root, hotkeys)
    yield from _leftovers(root, hotkeys)
    names = [path.name for path in _entries(hotkeys) if not path.name.startswith(".")]
    for name in sorted({name.removesuffix(PUBLIC_SUFFIX) or name for name in names}):
        yield from _pair(root, hotkeys / name)
    yield from _duplicates(root, hotkeys, names)


def _pair(root: Path, key: Path) -> Iterator[Finding]:
    """What is wrong with a key file and the public file beside it."""
    public = key.with_name(key.name + PUBLIC_SUFFIX)
    told: str | None = None
    if os.path.lexists(key):
        yield from _file_modes(root, key, 0o077)
        told, problem = _address(key)
        if problem:
            yield Finding("damaged", root, key, problem, "restore it from a backup", False)
            return
        yield from _encryption(root, key)
    if not os.path.lexists(public):
        if os.path.lexists(key):
            yield _without_public(root, key, told)
        return
    yield from _file_modes(root, public, 0o022)
    named, problem = _address(public)
    if problem:
        yield Finding("damaged", root, public, problem, "restore it from a backup", False)
    elif told and named != told:
        yield Finding(
            "wrong_public",
            root,
            public,
            _contradiction(public, named, told),
            f"find out who changed it; move {public.name} away and run audit --fix to write it",
            False,
        )


def _contradiction(public: Path, named: str | None, told: str) -> str:
    return f"{public.name} names {named}, but the key beside it is that of {told}"


def _same_address(root: Path) -> Iterator[Finding]:
    """Wallets whose public files name the coldkey of a wallet that comes before them."""
    first: dict[str, WalletRef] = {}
    for wallet in discover(root):
        if wallet.coldkey is None:
            continue
        other = first.setdefault(wallet.coldkey, wallet)
        if other is not wallet:
            yield Finding(
                "same_address",
                root,
                wallet.path / f"coldkey{PUBLIC_SUFFIX}",
                f"it names {wallet.coldkey}, as wallet {printable(other.name)!r} does",
                "a copy can be moved away with `taoctl wallet remove`; if they should be two keys, "
                "move the wrong public file away and let `taoctl wallet passwd` write it",
                False,
            )


def _without_public(root: Path, key: Path, told: str | None) -> Finding:
    return Finding(
        "missing_public",
        root,
        key,
        f"{key.name}{PUBLIC_SUFFIX} is missing, so the address is known only to who opens the key",
        "audit --fix writes it" if told else f"{_passwd(key)} writes it",
        told is not None,
    )


def _passwd(key: Path) -> str:
    """The command that seals a key file anew."""
    hotkey = key.parent.name == "hotkeys"
    name = f"{key.parent.parent.name}/{key.name}" if hotkey else key.parent.name
    return f"`taoctl wallet passwd {quote(printable(name))}`"


def _encryption(root: Path, key: Path) -> Iterator[Finding]:
    kind = encryption_of(read_bounded(key, MAX_KEYFILE_BYTES))
    sealed = f"{_passwd(key)} puts it under a password, encrypted as today"
    if kind is Encryption.NONE and key.name == "coldkey" and key.parent.name != "hotkeys":
        yield Finding(
            "unencrypted",
            root,
            key,
            "the coldkey is not encrypted: its file is money",
            sealed,
            False,
        )
    elif kind in (Encryption.LEGACY, Encryption.ANSIBLE):
        yield Finding(
            "old_encryption", root, key, f"encrypted with the old {kind} method", sealed, False
        )


def _duplicates(root: Path, hotkeys: Path, names: list[str]) -> Iterator[Finding]:
    """Public files without a key that name a hotkey which stands there under another name."""
    keys = {name for name in names if not name.endswith(PUBLIC_SUFFIX)}
    owned = {_address(hotkeys / f"{name}{PUBLIC_SUFFIX}")[0]: name for name in sorted(keys)}
    for name in sorted(names):
        if not name.endswith(PUBLIC_SUFFIX) or name.removesuffix(PUBLIC_SUFFIX) in keys:
            continue
        address = _address(hotkeys / name)[0]
        if address is not None and address in owned:
            yield Finding(
                "duplicate_public",
                root,
                hotkeys / name,
                f"{name} names the hotkey that stands here as {owned[address]!r}",
                "audit --fix moves it to the trash",
                True,
            )


def _trash(root: Path, folder: Path) -> Iterator[Finding]:
    for place, _, files in os.walk(folder):
        yield from _folder_modes(root, Path(place))
        for name in sorted(files):
            yield from _file_modes(root, Path(place) / name, 0o077)


def _leftovers(root: Path, folder: Path) -> Iterator[Finding]:
    for path in _entries(folder):
        if is_leftover(path):
            yield Finding(
                "leftover",
                root,
                path,
                "an unfinished write: the program was killed before it took its name",
                "audit --fix moves it to the trash",
                True,
            )


def _folder_modes(root: Path, folder: Path, forbidden: int = 0o077) -> Iterator[Finding]:
    found = folder.stat()
    mode = stat.S_IMODE(found.st_mode)
    yield from _owner(root, folder, found)
    if mode & forbidden:
        problem = f"the folder is mode {mode:04o}: others may {_may(mode)} it"
        yield Finding("loose_folder", root, folder, problem, f"chmod 0700 {folder}", True)


def _file_modes(root: Path, file: Path, forbidden: int) -> Iterator[Finding]:
    if file.is_symlink():
        problem = f"a link to {file.readlink()}: taoctl reads through it and never replaces it"
        yield Finding("link", root, file, problem, "put the file itself here", False)
    try:
        found = file.stat()
    except OSError:
        return
    mode = stat.S_IMODE(found.st_mode)
    yield from _owner(root, file, found)
    if stat.S_ISREG(found.st_mode) and mode & forbidden:
        problem = f"the file is mode {mode:04o}: others may {_may(mode)} it"
        yield Finding("loose_file", root, file, problem, f"chmod 0600 {file}", True)


def _owner(root: Path, path: Path, found: os.stat_result) -> Iterator[Finding]:
    if found.st_uid not in (os.geteuid(), 0):
        problem = f"it belongs to user {found.st_uid}, who may change it"
        yield Finding("foreign_owner", root, path, problem, f"chown it: {path}", False)


def _may(mode: int) -> str:
    return "change" if mode & 0o022 else "read" if mode & 0o044 else "enter"


def _address(path: Path) -> tuple[str | None, str | None]:
    """The address that a file tells (None when it is encrypted), and why it is not a key file."""
    try:
        told = public_of(read_bounded(path, MAX_KEYFILE_BYTES))
    except TaoctlError as error:
        return None, error.message
    except OSError as error:
        return None, f"{path.name} cannot be read: {error.strerror or error}"
    return (told[0] if told else None), None


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _tighten(finding: Finding) -> str:
    mode = 0o700 if finding.path.is_dir() else 0o600
    finding.path.chmod(mode)
    return f"{finding.path} is mode {mode:04o} now"


def _discard(finding: Finding) -> str:
    if finding.path.is_file() and not finding.path.is_symlink():
        finding.path.chmod(0o600)
    name = finding.path.name.strip(".")
    place = move_to_trash(finding.root, name, [finding.path], None, datetime.now())
    return f"{finding.path} was moved to {place}"


def _write_public(finding: Finding) -> str:
    told = public_of(read_bounded(finding.path, MAX_KEYFILE_BYTES))
    if told is None:
        raise UsageError(f"{finding.path} is encrypted now", "`taoctl wallet passwd` writes it")
    public = finding.path.with_name(finding.path.name + PUBLIC_SUFFIX)
    atomic_write(public, public_file(decode_ss58(told[0]), told[1]))
    return f"{public} was written"


_MENDERS = {
    "loose_folder": _tighten,
    "loose_file": _tighten,
    "leftover": _discard,
    "duplicate_public": _discard,
    "missing_public": _write_public,
}
