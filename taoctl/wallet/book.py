"""The address book: names for addresses and multisig accounts, and what btcli's books add."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from taoctl import paths
from taoctl.addresses import decode_ss58, encode_ss58, is_ss58
from taoctl.errors import BadDataError, UsageError
from taoctl.text import printable

MAX_SIGNATORIES = 100
"""More members than any runtime's `Multisig.MaxSignatories` allows."""

_MAX_BYTES = 4 * 1024 * 1024
_MAX_NAME = 64
_VERSION = 1


@dataclass(frozen=True, slots=True)
class BookEntry:
    """A name in an address book.

    Args:
        name: as typed by whoever added it; of another program's book, `printable` it first.
        ss58: the address; of a multisig account, the one that its members have together.
        note: free text.
        source: whose book it is in.
        threshold: signatures needed, for a multisig account only.
        signatories: members' addresses, sorted as the chain sorts them; empty for a plain address.
    """

    name: str
    ss58: str
    note: str | None = None
    source: Literal["taoctl", "btcli"] = "taoctl"
    threshold: int | None = None
    signatories: tuple[str, ...] = ()


def default_path() -> Path:
    """The address book's file."""
    return paths.config_dir() / "addresses.json"


def all_entries(path: Path, environ: Mapping[str, str] | None = None) -> tuple[BookEntry, ...]:
    """Every entry of taoctl's book and of btcli's, by name; equal ones count once.

    Args:
        path: file of taoctl's book.
        environ: environment variables, the process's own by default; they may move btcli's.

    Raises:
        BadDataError: taoctl's own book is damaged. Of btcli's, what cannot be read is left out.
    """
    from taoctl.wallet.btcli_book import btcli_entries

    own = AddressBook(path).entries()
    known = {(entry.name, entry.ss58) for entry in own}
    foreign = (e for e in btcli_entries(environ) if (e.name, e.ss58) not in known)
    return tuple(sorted((*own, *foreign), key=lambda entry: (entry.name, entry.source)))


def multisig_entry(
    name: str,
    threshold: int,
    signatories: tuple[str, ...],
    note: str | None = None,
    source: Literal["taoctl", "btcli"] = "taoctl",
) -> BookEntry:
    """A multisig account by its members; its address is derived as the chain derives it.

    Raises:
        UsageError: a wrong address, the same member twice, or a threshold they cannot reach.
    """
    import bittensor_core

    members = [decode_ss58(address) for address in signatories]
    if len(set(members)) != len(members):
        raise UsageError(f"the multisig account {name!r} names a member twice", "name each once")
    if not 2 <= len(members) <= MAX_SIGNATORIES:
        raise UsageError(
            f"a multisig account has 2 to {MAX_SIGNATORIES} members, not {len(members)}"
        )
    if not 1 <= threshold <= len(members):
        raise UsageError(f"{threshold} of {len(members)} members cannot be the threshold")
    account, ordered = bittensor_core.multisig_account_id(members, threshold)
    listed = tuple(encode_ss58(bytes(member)) for member in ordered)
    return BookEntry(name, encode_ss58(bytes(account)), note, source, threshold, listed)


class AddressBook:
    """taoctl's own book, a JSON file that changes atomically and one writer at a time.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> tuple[BookEntry, ...]:
        """Every entry, by name.

        Raises:
            BadDataError: the file is damaged; it is left as it is.
        """
        return tuple(sorted(self._read().values(), key=lambda entry: entry.name))

    def add(self, name: str, ss58: str, note: str | None = None) -> BookEntry:
        """Add an address.

        Raises:
            UsageError: the name is taken or unfit, or the address is wrong.
        """
        decode_ss58(ss58)
        return self._add(BookEntry(check_name(name), ss58, note or None))

    def add_multisig(
        self, name: str, threshold: int, signatories: tuple[str, ...], note: str | None = None
    ) -> BookEntry:
        """Add a multisig account by its members' addresses, in any order.

        Raises:
            UsageError: the name is taken or unfit, or no such account can exist.
        """
        return self._add(multisig_entry(check_name(name), threshold, signatories, note or None))

    def remove(self, name: str) -> BookEntry:
        """Remove a name.

        Raises:
            UsageError: it is not in the book.
        """
        with self._locked():
            entries = self._read()
            if name not in entries:
                raise UsageError(
                    f"{name!r} is not in the address book {self.path}",
                    "`taoctl address list` shows what is; btcli's own books are not changed here",
                )
            removed = entries.pop(name)
            self._write(entries)
        return removed

    def _add(self, entry: BookEntry) -> BookEntry:
        with self._locked():
            entries = self._read()
            taken = entries.get(entry.name)
            if taken is not None:
                raise UsageError(
                    f"the address book already has {entry.name!r} ({taken.ss58})",
                    f"remove it first: taoctl address remove {entry.name}",
                )
            self._write({**entries, entry.name: entry})
        return entry

    def _read(self) -> dict[str, BookEntry]:
        from taoctl.wallet.files import read_bounded

        try:
            content: Any = json.loads(read_bounded(self.path, _MAX_BYTES))
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            raise self._damaged("it is not JSON") from None
        except OSError as error:
            raise UsageError(
                f"the address book {self.path} cannot be read: {error.strerror or error}",
                "check its permissions",
            ) from None
        if not isinstance(content, dict) or content.get("version") != _VERSION:
            raise self._damaged(f"it is not of version {_VERSION}")
        rows = content.get("entries")
        if not isinstance(rows, list):
            raise self._damaged("it has no list of entries")
        entries = (self._entry(row) for row in rows)
        return {entry.name: entry for entry in entries}

    def _entry(self, row: Any) -> BookEntry:
        name, note = (row.get("name"), row.get("note")) if isinstance(row, dict) else (None, None)
        if not isinstance(name, str) or not (note is None or isinstance(note, str)):
            raise self._damaged("an entry has no name")
        shown = printable(name)
        try:
            check_name(name)
            if "threshold" not in row:
                decode_ss58(str(row.get("ss58")))
                return BookEntry(name, str(row["ss58"]), note)
            members = tuple(str(member) for member in row["signatories"])
            return multisig_entry(name, int(row["threshold"]), members, note)
        except UsageError as error:
            raise self._damaged(f"{shown!r}: {printable(error.message)}") from None
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._damaged(f"{shown!r} is no multisig account") from None

    def _damaged(self, why: str) -> BadDataError:
        return BadDataError(
            f"the address book {self.path} is damaged: {why}",
            "repair it in an editor, or move it away to begin a new one",
        )

    def _write(self, entries: Mapping[str, BookEntry]) -> None:
        from taoctl.wallet.files import atomic_write

        rows = [_row(entries[name]) for name in sorted(entries)]
        text = json.dumps({"version": _VERSION, "entries": rows}, indent=2, ensure_ascii=False)
        # A link, as into a folder of settings that is under version control, stays one.
        atomic_write(self.path.resolve(), f"{text}\n".encode(), replace=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, across processes; DeadlineError when another does not end."""
        from taoctl.wallet.files import folder_lock, private_folder

        try:
            private_folder(self.path.parent)
            with folder_lock(self.path.parent):
                yield
        except OSError as error:
            raise UsageError(
                f"the address book {self.path} cannot be written: {error.strerror or error}",
                "check the permissions of its folder",
            ) from None


def check_name(name: str) -> str:
    """The name itself, if it can name an entry.

    Raises:
        UsageError: it is empty, too long, unprintable, or could be taken for something else.
    """
    why = None
    if not name.strip() or name != name.strip():
        why = "it is empty or has space around it"
    elif len(name) > _MAX_NAME or printable(name, _MAX_NAME) != name:
        why = f"it must be printable and at most {_MAX_NAME} characters"
    elif name.startswith("-") or "/" in name or ":" in name or "," in name:
        why = "a name has no '/', ':' or ',' and does not begin with '-'"
    elif is_ss58(name) or name.lower().startswith("0x"):
        why = "it looks like an address or a key"
    if why:
        raise UsageError(f"{printable(name)!r} cannot be a name: {why}")
    return name


def _row(entry: BookEntry) -> dict[str, Any]:
    row: dict[str, Any] = {"name": entry.name, "ss58": entry.ss58}
    if entry.threshold is not None:
        row |= {"threshold": entry.threshold, "signatories": list(entry.signatories)}
    if entry.note:
        row["note"] = entry.note
    return row
