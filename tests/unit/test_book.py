"""The address book's file: kept whole, one writer at a time, and btcli's books beside it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import bittensor_core
import pytest

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.errors import BadDataError, DeadlineError, UsageError
from taoctl.wallet import files
from taoctl.wallet.book import AddressBook, all_entries
from taoctl.wallet.btcli_book import btcli_entries

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
CHARLIE = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"
MULTISIG = "5DjYJStmdZ2rcqXbXGX7TW85JsrW6uG4y9MUcLq2BoPMpRA7"
"""Two of Alice, Bob and Charlie, as polkadot.js documents it."""


@pytest.fixture
def book(tmp_path: Path) -> AddressBook:
    return AddressBook(tmp_path / "config" / "addresses.json")


def test_what_is_added_is_there_and_what_is_removed_is_not(book: AddressBook) -> None:
    assert book.entries() == ()
    book.add("b", BOB)
    book.add("a", ALICE, "my note")
    assert [(e.name, e.ss58, e.note) for e in book.entries()] == [
        ("a", ALICE, "my note"),
        ("b", BOB, None),
    ]
    assert book.path.stat().st_mode & 0o777 == 0o600
    assert book.remove("a").ss58 == ALICE
    assert [entry.name for entry in book.entries()] == ["b"]
    with pytest.raises(UsageError, match="not in the address book"):
        book.remove("a")


def test_a_writer_that_hangs_is_not_waited_for_without_end(
    book: AddressBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.add("a", ALICE)
    monkeypatch.setattr(files, "_LOCK_S", 0.2)
    with files.folder_lock(book.path.parent), pytest.raises(DeadlineError, match="another taoctl"):
        book.add("b", BOB)
    book.add("b", BOB)
    assert len(book.entries()) == 2


def test_a_book_that_is_a_link_stays_one(book: AddressBook, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "addresses.json"
    real.parent.mkdir()
    AddressBook(real).add("a", ALICE)
    book.path.parent.mkdir()
    book.path.symlink_to(real)
    book.add("b", BOB)
    assert book.path.is_symlink()
    assert [entry.name for entry in AddressBook(real).entries()] == ["a", "b"]


def test_a_taken_name_is_refused(book: AddressBook) -> None:
    book.add("a", ALICE)
    with pytest.raises(UsageError, match=f"already has 'a' .{ALICE}"):
        book.add("a", BOB)
    assert book.entries()[0].ss58 == ALICE


def test_a_multisig_account_has_the_chains_address(book: AddressBook) -> None:
    entry = book.add_multisig("treasury", 2, (CHARLIE, ALICE, BOB))
    account, ordered = bittensor_core.multisig_account_id(
        [decode_ss58(a) for a in (ALICE, BOB, CHARLIE)], 2
    )
    assert entry.ss58 == encode_ss58(bytes(account)) == MULTISIG
    assert entry.signatories == tuple(encode_ss58(bytes(one)) for one in ordered)
    assert book.entries() == (entry,)


@pytest.mark.parametrize(
    ("threshold", "members", "why"),
    [
        (0, (ALICE, BOB), "threshold"),
        (3, (ALICE, BOB), "threshold"),
        (1, (ALICE,), "2 to 100"),
        (2, (ALICE, ALICE), "twice"),
        (2, (ALICE, "5Bob"), "not a Bittensor address"),
    ],
)
def test_a_multisig_account_that_cannot_be_is_refused(
    threshold: int, members: tuple[str, ...], why: str, book: AddressBook
) -> None:
    with pytest.raises(UsageError, match=why):
        book.add_multisig("m", threshold, members)
    assert book.entries() == ()


@pytest.mark.parametrize(
    "name", ["", " a", "a/b", "-a", "a,b", "2:a", ALICE, "0xabc", "x" * 65, "a\x1b[31m", "a\u202eb"]
)
def test_a_name_that_could_mislead_is_refused(name: str, book: AddressBook) -> None:
    with pytest.raises(UsageError, match="cannot be a name"):
        book.add(name, ALICE)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"version": 2, "entries": []}',
        b'{"version": 1}',
        b'{"version": 1, "entries": [1]}',
        b'{"version": 1, "entries": [{"name": "a"}]}',
        b'{"version": 1, "entries": [{"name": "a", "ss58": "5x"}]}',
        b'{"version": 1, "entries": [{"name": "a", "threshold": 2}]}',
        b'{"version": 1, "entries": [{"name": "a", "threshold": null, "signatories": []}]}',
        b'{"version": 1, "entries": [{"name": "a/b", "ss58": "' + ALICE.encode() + b'"}]}',
    ],
)
def test_a_damaged_book_says_so_and_is_left_alone(content: bytes, book: AddressBook) -> None:
    book.path.parent.mkdir()
    book.path.write_bytes(content)
    with pytest.raises(BadDataError, match=str(book.path)) as caught:
        book.entries()
    assert caught.value.exit_code == 8
    with pytest.raises(BadDataError):
        book.add("new", BOB)
    assert book.path.read_bytes() == content


def test_writers_at_once_lose_nothing(book: AddressBook) -> None:
    script = (
        "import sys; from pathlib import Path; from taoctl.wallet.book import AddressBook\n"
        f"book = AddressBook(Path({str(book.path)!r}))\n"
        f"for n in range(10): book.add(f'{{sys.argv[1]}}{{n}}', {ALICE!r})"
    )
    children = [subprocess.Popen([sys.executable, "-c", script, name]) for name in "pqr"]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert len(book.entries()) == 30


def environ(folder: Path) -> dict[str, str]:
    return {
        "BTCLI_ADDRESSES_PATH": str(folder / "addresses"),
        "BTCLI_PROXIES_PATH": str(folder / "proxies"),
        "BTCLI_MULTISIGS_PATH": str(folder / "multisigs"),
    }


def test_the_books_of_btcli_11_are_read(book: AddressBook, tmp_path: Path) -> None:
    addresses = [{"name": "carol", "address": CHARLIE, "note": "n", "signer": "vault"}]
    proxies = [{"name": "pure", "address": BOB, "spawner": ALICE, "proxy_type": "Any"}]
    members = ["carol", ALICE, BOB]
    multisigs = [
        {"name": "team", "threshold": 2, "signatories": members, "note": ""},
        {"name": "unknown", "threshold": 2, "signatories": ["someone", ALICE]},
    ]
    for name, rows in (("addresses", addresses), ("proxies", proxies), ("multisigs", multisigs)):
        (tmp_path / name).write_text(json.dumps(rows))
    book.add("mine", ALICE)
    book.add("carol", CHARLIE)
    found = {(e.name, e.source): e for e in all_entries(book.path, environ(tmp_path))}
    assert set(found) == {
        ("mine", "taoctl"),
        ("carol", "taoctl"),
        ("pure", "btcli"),
        ("team", "btcli"),
    }
    assert found["pure", "btcli"].ss58 == BOB
    assert found["team", "btcli"].ss58 == MULTISIG
    assert found["team", "btcli"].threshold == 2


def test_the_database_of_bittensor_cli_9_is_read_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "proxies"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE address_book (name TEXT, ss58_address TEXT, note TEXT)")
        database.execute(
            "CREATE TABLE proxy_address_book (name TEXT, ss58_address TEXT, delay INTEGER, "
            "spawner TEXT, proxy_type TEXT, note TEXT)"
        )
        database.execute("INSERT INTO address_book VALUES ('bob', ?, 'hi')", (BOB,))
        database.execute("INSERT INTO address_book VALUES ('bad', 'not ss58', '')")
        database.execute("INSERT INTO address_book VALUES (NULL, ?, NULL)", (BOB,))
        database.execute(
            "INSERT INTO proxy_address_book VALUES ('p', ?, 0, 's', 'Any', '')", (ALICE,)
        )
    database.close()
    before = file.read_bytes()
    found = btcli_entries(environ(tmp_path))
    assert {(e.name, e.ss58, e.note) for e in found} == {("bob", BOB, "hi"), ("p", ALICE, None)}
    assert file.read_bytes() == before
    assert not list(tmp_path.glob("proxies-*"))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1, null, {}]", b"[" * 10_000, b"SQLite format 3\0 and no more"]
)
def test_a_damaged_foreign_book_holds_nothing_and_harms_nobody(
    content: bytes, book: AddressBook, tmp_path: Path
) -> None:
    for name in ("addresses", "proxies", "multisigs"):
        (tmp_path / name).write_bytes(content)
    book.add("mine", ALICE)
    assert [e.name for e in all_entries(book.path, environ(tmp_path))] == ["mine"]
