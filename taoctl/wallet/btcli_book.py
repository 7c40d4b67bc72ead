"""What btcli keeps about addresses: its books are read, never written.

btcli 11 has JSON lists beside the wallets: addresses, proxies and multisig accounts.
bittensor-cli 9 has an SQLite file with the tables `address_book` and `proxy_address_book`.
Whatever cannot be read is left out, as those programs do themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taoctl import paths
from taoctl.addresses import is_ss58
from taoctl.errors import TaoctlError
from taoctl.wallet.book import BookEntry, multisig_entry

_MAX_BYTES = 4 * 1024 * 1024
_MAX_ROWS = 10_000
_TABLES = ("address_book", "proxy_address_book")


def btcli_entries(environ: Mapping[str, str] | None = None) -> tuple[BookEntry, ...]:
    """Every usable entry of btcli's books; equal ones count once.

    Args:
        environ: environment variables, the process's own by default. `BTCLI_ADDRESSES_PATH`,
            `BTCLI_PROXIES_PATH` and `BTCLI_MULTISIGS_PATH` move the books.
    """
    variables = os.environ if environ is None else environ
    addresses = _file(variables, "BTCLI_ADDRESSES_PATH", "btcli_addresses.json")
    # The same variable moves version 11's JSON list and version 9's database.
    proxies = _file(variables, "BTCLI_PROXIES_PATH", "btcli_proxies.json")
    database = _file(variables, "BTCLI_PROXIES_PATH", "bittensor.db")
    multisigs = _file(variables, "BTCLI_MULTISIGS_PATH", "btcli_multisigs.json")
    plain = [*_plain(addresses), *_plain(proxies), *_tables(database)]
    found = [*plain, *_multisigs(multisigs, {entry.name: entry.ss58 for entry in plain})]
    return tuple({(entry.name, entry.ss58): entry for entry in found}.values())


def _file(environ: Mapping[str, str], variable: str, name: str) -> Path | None:
    """Where a book is; None where no variable names it and the user has no home."""
    given = environ.get(variable)
    if given:
        return Path(given)
    try:
        return paths.expanded("~/.bittensor") / name
    except TaoctlError:
        return None


def _plain(file: Path | None) -> Iterator[BookEntry]:
    for row in _rows(file):
        yield from _entry(row.get("name"), row.get("address"), row.get("note"))


def _entry(name: Any, ss58: Any, note: Any) -> Iterator[BookEntry]:
    if isinstance(name, str) and name and isinstance(ss58, str) and is_ss58(ss58):
        yield BookEntry(name, ss58, note if isinstance(note, str) and note else None, "btcli")


def _multisigs(file: Path | None, names: Mapping[str, str]) -> Iterator[BookEntry]:
    """Multisig accounts whose members are all addresses or names of the same books."""
    for row in _rows(file):
        name, threshold, members = row.get("name"), row.get("threshold"), row.get("signatories")
        note = row.get("note")
        if not isinstance(name, str) or not name or type(threshold) is not int:
            continue
        if not isinstance(members, list) or not all(isinstance(one, str) for one in members):
            continue
        known = tuple(names.get(member, member) for member in members)
        try:
            yield multisig_entry(
                name, threshold, known, note if isinstance(note, str) and note else None, "btcli"
            )
        except TaoctlError:
            continue


def _rows(file: Path | None) -> list[dict[str, Any]]:
    from taoctl.wallet.files import read_bounded

    if file is None:
        return []
    try:
        content: Any = json.loads(read_bounded(file, _MAX_BYTES))
    except (OSError, ValueError, RecursionError, TaoctlError):
        return []
    rows = content[:_MAX_ROWS] if isinstance(content, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _tables(file: Path | None) -> Iterator[BookEntry]:
    if file is None:
        return
    try:
        with file.open("rb") as opened:
            if opened.read(16) != b"SQLite format 3\0":
                return
    except OSError:
        return
    import sqlite3

    try:
        database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
    except sqlite3.Error:
        return
    try:
        for table in _TABLES:
            query = f"SELECT name, ss58_address, note FROM {table} LIMIT {_MAX_ROWS}"
            try:
                rows = database.execute(query).fetchall()
            except sqlite3.Error:
                continue
            for row in rows:
                yield from _entry(*row)
    finally:
        database.close()
