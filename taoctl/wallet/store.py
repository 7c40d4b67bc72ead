"""The wallet folder: `<wallet>/{coldkey,coldkeypub.txt,hotkeys/<hotkey>,hotkeys/<hotkey>pub.txt}`.

Nothing is ever overwritten: a key that exists is refused, a removed one goes to `.trash`. Links
are followed for reading and for new files (a wallet may live on an encrypted volume), but a key
file that is a link is never replaced.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from taoctl.addresses import decode_ss58
from taoctl.errors import BadDataError, UsageError
from taoctl.scale.crypto import SR25519
from taoctl.wallet.files import (
    atomic_write,
    cannot,
    folder_lock,
    private_folder,
    read_bounded,
    rename_new,
    sync_folder,
    temporary_name,
)
from taoctl.wallet.keyfile import (
    MAX_KEYFILE_BYTES,
    decrypt_keyfile,
    encrypt_keyfile,
    key_in,
    public_file,
    public_of,
    seal_keyfile,
)
from taoctl.wallet.keys import Key
from taoctl.wallet.names import PUBLIC_SUFFIX, check_new_name, check_path_name
from taoctl.wallet.trash import move_to_trash


@dataclass(frozen=True, slots=True)
class Written:
    """The files that a write made; `key` is None for a watch-only wallet."""

    key: Path | None
    public: Path


@dataclass(frozen=True, slots=True)
class WalletStore:
    """A folder of wallets. Every name is checked; `hotkey` None means the coldkey.

    Everything here blocks: call it in a thread from asyncio.
    """

    path: Path

    def key_path(self, wallet: str, hotkey: str | None = None) -> Path:
        """Where the private key stands or would stand."""
        folder = self.path / check_path_name(wallet, "wallet")
        if hotkey is None:
            return folder / "coldkey"
        return folder / "hotkeys" / check_path_name(hotkey, "hotkey")

    def public_path(self, wallet: str, hotkey: str | None = None) -> Path:
        """Where the public file stands or would stand."""
        key = self.key_path(wallet, hotkey)
        return key.with_name(key.name + PUBLIC_SUFFIX)

    def has_key(self, wallet: str, hotkey: str | None = None) -> bool:
        """Whether a private key file is there (watch-only wallets have none).

        Raises:
            UsageError: the name is not possible, or the folder may not be looked into.
        """
        path = self.key_path(wallet, hotkey)
        try:
            return path.is_file()
        except OSError as error:
            raise cannot("look at", path, error) from error

    def holds(self, wallet: str, hotkey: str | None, public_key: bytes) -> bool:
        """Whether a private key is there that is this one, as far as its public file tells.

        Raises:
            UsageError: as `has_key`.
        """
        told = _public_key(self.public_path(wallet, hotkey))
        return self.has_key(wallet, hotkey) and told in (None, public_key)

    def check_free(
        self, wallet: str, hotkey: str | None = None, public_key: bytes | None = None
    ) -> None:
        """Refuse early what `write_key` would refuse, before a mnemonic is shown.

        A watch-only entry may be completed with its own private key: give its public key.

        Raises:
            UsageError: the name is not possible, or something has it already.
        """
        check_new_name(wallet, "wallet")
        if hotkey is not None:
            check_new_name(hotkey, "hotkey")
        key, public = self.key_path(wallet, hotkey), self.public_path(wallet, hotkey)
        if os.path.lexists(key):
            raise _taken(key)
        if os.path.lexists(public) and (public_key is None or _public_key(public) != public_key):
            raise _taken(public)

    def write_key(self, wallet: str, hotkey: str | None, key: Key, password: str | None) -> Written:
        """Write a new key and its public file, each whole and mode 0600 in folders of mode 0700.

        The first key of a wallet appears together with its public file and the folder; in a
        folder that is there a crash may leave a key whose public file `audit` misses.

        Raises:
            UsageError: something has the name already, or the folder cannot be written.
        """
        self.check_free(wallet, hotkey, key.public_key)
        sealed = seal_keyfile(key, password)
        path, public = self.key_path(wallet, hotkey), self.public_path(wallet, hotkey)
        told = public_file(key.public_key, key.crypto)
        if not _put_folder(self.path / wallet, {path: sealed, public: told}):
            _put(path, sealed)
            if not os.path.lexists(public):
                _put(public, told)
        return Written(path, public)

    def write_public(
        self, wallet: str, hotkey: str | None, public_key: bytes, crypto: int = SR25519
    ) -> Written:
        """Write a watch-only entry.

        Raises:
            UsageError: something has the name already, or the folder cannot be written.
        """
        self.check_free(wallet, hotkey)
        public = self.public_path(wallet, hotkey)
        _put(public, public_file(public_key, crypto))
        return Written(None, public)

    def read(self, wallet: str, hotkey: str | None = None) -> bytes:
        """The bytes of the private key file, at most 64 KiB.

        Raises:
            UsageError: there is none, or it cannot be read.
            BadDataError: it is too large, or not a file.
        """
        path = self.key_path(wallet, hotkey)
        try:
            return read_bounded(path, MAX_KEYFILE_BYTES)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise cannot("read", path, error) from error
        if self.public_path(wallet, hotkey).exists():
            raise UsageError(
                f"{_named(wallet, hotkey)} is watch-only: its private key is not on this machine",
                "sign where the key is, or import it here with `taoctl wallet import`",
            )
        raise UsageError(
            f"there is no {_named(wallet, hotkey)} in {self.path}",
            "`taoctl wallet list` shows what is there; --wallet-path names another folder",
        )

    def reencrypt(self, wallet: str, hotkey: str | None, old: str | None, new: str | None) -> Path:
        """Put the same key under another password (None: unencrypted), in one step.

        Raises:
            NoKeyError: the old password is wrong.
            UsageError: the file is a link, or changed meanwhile.
            BadDataError: the file is damaged.
        """
        path = self.key_path(wallet, hotkey)
        if path.is_symlink():
            raise UsageError(
                f"{path} is a link, and replacing it would leave the old file behind",
                f"use the wallet folder that holds {path.readlink()}",
            )
        before = self.read(wallet, hotkey)
        plain = decrypt_keyfile(before, old)
        key = key_in(plain)
        sealed = encrypt_keyfile(plain, new)
        with _locked(self.path):
            if self.read(wallet, hotkey) != before:
                raise UsageError(f"{path} changed meanwhile", "try again")
            atomic_write(path, sealed, replace=True)
            public = self.public_path(wallet, hotkey)
            if not os.path.lexists(public):
                atomic_write(public, public_file(key.public_key, key.crypto))
        return path

    def rename(self, wallet: str, new_name: str) -> Path:
        """Give a wallet another name, in one step; returns its new folder.

        Raises:
            UsageError: there is no such wallet, or the new name is taken or not possible.
        """
        source = self.path / check_path_name(wallet, "wallet")
        target = self.path / check_new_name(new_name, "wallet")
        if not source.is_dir():
            raise UsageError(f"there is no wallet {wallet!r} in {self.path}")
        with _locked(self.path):
            _rename(source, target)
            sync_folder(self.path)
        return target

    def rename_hotkey(self, wallet: str, hotkey: str, new_name: str) -> Path:
        """Give a hotkey another name; returns the new place of its key, or of its public file.

        A crash on the way leaves the key under one of the names, and a public file beside it.

        Raises:
            UsageError: there is no such hotkey, or the new name is taken or not possible.
        """
        check_new_name(new_name, "hotkey")
        key, public = self.key_path(wallet, hotkey), self.public_path(wallet, hotkey)
        if not key.is_file() and not public.is_file():
            raise UsageError(f"there is no {_named(wallet, hotkey)} in {self.path}")
        new_key, new_public = self.key_path(wallet, new_name), self.public_path(wallet, new_name)
        with _locked(self.path):
            self.check_free(wallet, new_name, _public_key(public))
            if public.is_file() and not new_public.exists():
                _put(new_public, read_bounded(public, MAX_KEYFILE_BYTES))
            if key.is_file():
                _rename(key, new_key)
            public.unlink(missing_ok=True)
            sync_folder(new_key.parent)
        return new_key if new_key.exists() else new_public

    def remove(self, wallet: str, hotkey: str | None = None) -> Path:
        """Move a wallet (or one of its hotkeys) to `.trash/<date>-<name>`, and return that place.

        `hotkey` None moves the whole wallet. The trash keeps the layout of a wallet folder, so
        moving it back restores it.

        Raises:
            UsageError: there is no such wallet or hotkey, or it cannot be moved.
        """
        folder = self.path / check_path_name(wallet, "wallet")
        files = [self.key_path(wallet, hotkey), self.public_path(wallet, hotkey)]
        found = [folder] if hotkey is None else [file for file in files if os.path.lexists(file)]
        if not folder.is_dir() or not found:
            raise UsageError(f"there is no {_named(wallet, hotkey)} in {self.path}")
        name = wallet if hotkey is None else f"{wallet}-{hotkey}"
        inside = None if hotkey is None else Path("hotkeys")
        with _locked(self.path):
            return move_to_trash(self.path, name, found, inside, datetime.now())


def loose_permissions(path: Path) -> str | None:
    """A sentence when others may read the key file or its folder, with what to do; else None."""
    try:
        file, folder = path.stat(), path.parent.stat()
    except OSError:
        return None
    wide = [
        f"{what.name} is mode {found.st_mode & 0o777:04o}"
        for what, found in ((path, file), (path.parent, folder))
        if found.st_mode & 0o077
    ]
    if file.st_uid != os.geteuid():
        wide.append(f"{path.name} belongs to another user")
    if not wide:
        return None
    return f"{path}: {' and '.join(wide)}; `taoctl wallet audit --fix` closes it to others"


def _public_key(public: Path) -> bytes | None:
    """The key that a public file names; None when it is not there or does not tell."""
    try:
        told = public_of(read_bounded(public, MAX_KEYFILE_BYTES))
    except (OSError, BadDataError):
        return None
    return None if told is None else decode_ss58(told[0])


def _put(path: Path, data: bytes) -> None:
    try:
        private_folder(path.parent)
        atomic_write(path, data)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise cannot("write", path, error) from error


def _put_folder(folder: Path, files: Mapping[Path, bytes]) -> bool:
    """Make a folder with these files in one step; False when something has its name."""
    if os.path.lexists(folder):
        return False
    stage = folder.with_name(temporary_name())
    try:
        for path, data in files.items():
            staged = stage / path.relative_to(folder)
            private_folder(staged.parent)
            atomic_write(staged, data)
        rename_new(stage, folder)
        sync_folder(folder.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise cannot("write", folder, error) from error
    finally:
        rmtree(stage, ignore_errors=True)
    return True


def _rename(source: Path, target: Path) -> None:
    try:
        rename_new(source, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError as error:
        raise cannot("rename", source, error) from error


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    try:
        with folder_lock(root):
            yield
    except OSError as error:
        raise cannot("change", root, error) from error


def _taken(path: Path) -> UsageError:
    return UsageError(
        f"{path} exists already, and nothing is ever overwritten",
        "choose another name, or move the old one away with `taoctl wallet remove` or `rename`",
    )


def _named(wallet: str, hotkey: str | None) -> str:
    return f"wallet {wallet!r}" if hotkey is None else f"hotkey {hotkey!r} of wallet {wallet!r}"
