"""From names to accounts: wallets, hotkeys, book names, development accounts, and what clashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from locked_wallets import write_wallet

from taoctl.errors import BadDataError, UsageError
from taoctl.wallet.accounts import names, resolve, signing_account
from taoctl.wallet.book import AddressBook

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
CHARLIE = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"
STRANGER = "5DjYJStmdZ2rcqXbXGX7TW85JsrW6uG4y9MUcLq2BoPMpRA7"
MINE = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"


@pytest.fixture(autouse=True)
def no_btcli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADDRESSES", "PROXIES", "MULTISIGS"):
        monkeypatch.setenv(f"BTCLI_{name}_PATH", str(tmp_path / f"btcli-{name}"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def wallets(tmp_path: Path) -> Path:
    folder = tmp_path / "wallets"
    watch(folder, "mine", MINE, h1=BOB)
    return folder


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "addresses.json"


def watch(folder: Path, name: str, coldkey: str | None, **hotkeys: str) -> None:
    (folder / name / "hotkeys").mkdir(parents=True)
    if coldkey:
        (folder / name / "coldkeypub.txt").write_text(json.dumps({"ss58Address": coldkey}))
    for hotkey, ss58 in hotkeys.items():
        file = folder / name / "hotkeys" / f"{hotkey}pub.txt"
        file.write_text(json.dumps({"ss58Address": ss58}))


def test_each_form_is_found(wallets: Path, book: Path) -> None:
    AddressBook(book).add("exchange", CHARLIE)
    assert resolve(MINE, wallets, book).kind == "ss58"
    assert resolve(MINE, wallets, book).label == "mine"
    coldkey = resolve("mine", wallets, book)
    assert (coldkey.ss58, coldkey.kind, coldkey.wallet, coldkey.hotkey) == (
        MINE,
        "coldkey",
        "mine",
        None,
    )
    hotkey = resolve("mine/h1", wallets, book)
    assert (hotkey.ss58, hotkey.kind, hotkey.label) == (BOB, "hotkey", "mine/h1")
    assert (hotkey.wallet, hotkey.hotkey) == ("mine", "h1")
    booked = resolve("exchange", wallets, book)
    assert (booked.ss58, booked.kind, booked.label) == (CHARLIE, "book", "exchange")
    dev = resolve("//Alice", wallets, book)
    assert (dev.ss58, dev.kind, dev.label) == (ALICE, "dev", "//Alice INSECURE")


def test_a_name_of_two_addresses_is_an_error_that_lists_both(wallets: Path, book: Path) -> None:
    AddressBook(book).add("mine", CHARLIE)
    with pytest.raises(UsageError, match="ambiguous") as caught:
        resolve("mine", wallets, book)
    assert MINE in caught.value.message
    assert CHARLIE in caught.value.message
    assert caught.value.exit_code == 2


def test_the_same_address_under_one_name_twice_is_no_clash(wallets: Path, book: Path) -> None:
    AddressBook(book).add("mine", MINE)
    assert resolve("mine", wallets, book).kind == "coldkey"


def test_btclis_book_counts_as_much_as_ones_own(wallets: Path, book: Path, tmp_path: Path) -> None:
    AddressBook(book).add("pool", CHARLIE)
    rows = [{"name": "pool", "address": BOB}, {"name": "theirs", "address": ALICE}]
    (tmp_path / "btcli-ADDRESSES").write_text(json.dumps(rows))
    assert resolve("theirs", wallets, book).ss58 == ALICE
    with pytest.raises(UsageError, match="ambiguous"):
        resolve("pool", wallets, book)


def test_case_is_ignored_only_when_nothing_matches_exactly(wallets: Path, book: Path) -> None:
    AddressBook(book).add("Mine", CHARLIE)
    assert resolve("mine", wallets, book).ss58 == MINE
    assert resolve("Mine", wallets, book).ss58 == CHARLIE
    with pytest.raises(UsageError, match="ambiguous"):
        resolve("MINE", wallets, book)


def test_an_unknown_name_lists_what_is_close(wallets: Path, book: Path) -> None:
    AddressBook(book).add("exchange", CHARLIE)
    with pytest.raises(UsageError, match="neither an address") as caught:
        resolve("exchagne", wallets, book)
    assert "exchange" in str(caught.value.hint)
    with pytest.raises(UsageError, match="is not a hotkey of wallet 'mine'") as caught:
        resolve("mine/h2", wallets, book)
    assert "h1" in str(caught.value.hint)
    with pytest.raises(UsageError, match="checksum"):
        resolve(MINE[:-1] + "W", wallets, book)
    with pytest.raises(UsageError, match="not a development account") as caught:
        resolve("//Mallory", wallets, book)
    assert "//Alice" in str(caught.value.hint)


def test_names_of_files_cannot_steer_the_terminal(wallets: Path, book: Path) -> None:
    watch(wallets, "evil\x1b[31m", ALICE)
    account = resolve("evil\x1b[31m", wallets, book)
    assert account.label is not None
    assert "\x1b" not in account.label
    with pytest.raises(UsageError) as caught:
        resolve("no\x1b[31m", wallets, book)
    assert "\x1b" not in f"{caught.value.message}{caught.value.hint}"


def test_a_wallet_without_an_address_says_so_unless_the_book_knows_it(
    wallets: Path, book: Path
) -> None:
    watch(wallets, "bare", None, h=BOB)
    with pytest.raises(UsageError, match="coldkeypub"):
        resolve("bare", wallets, book)
    AddressBook(book).add("bare", CHARLIE)
    assert resolve("bare", wallets, book).ss58 == CHARLIE


def test_a_damaged_hotkey_file_says_so(wallets: Path, book: Path) -> None:
    (wallets / "mine" / "hotkeys" / "bad").write_text("{")
    with pytest.raises(BadDataError, match="mine/bad"):
        resolve("mine/bad", wallets, book)


def test_only_wallets_here_can_sign(wallets: Path, book: Path, tmp_path: Path) -> None:
    AddressBook(book).add("exchange", CHARLIE)
    with pytest.raises(UsageError):
        signing_account("exchange", wallets)
    with pytest.raises(UsageError, match="holds the key"):
        signing_account(STRANGER, wallets)
    by_address = signing_account(MINE, wallets)
    assert (by_address.wallet, by_address.kind) == ("mine", "coldkey")
    assert signing_account("//Bob", wallets).kind == "dev"


def test_of_two_wallets_with_one_key_the_one_that_has_it_signs(wallets: Path) -> None:
    write_wallet(wallets, "zz", password=None)
    assert signing_account(MINE, wallets).wallet == "zz"


def test_names_to_show_mark_development_accounts(wallets: Path, book: Path) -> None:
    AddressBook(book).add("friend", ALICE)
    AddressBook(book).add("other", MINE)
    shown = names(wallets, book)
    assert shown[MINE] == "mine"
    assert shown[ALICE] == "friend, //Alice INSECURE"


def test_a_wallet_whose_address_cannot_be_told_is_not_taken_for_a_book_entry(
    wallets: Path, book: Path
) -> None:
    AddressBook(book).add("gpu", CHARLIE)
    watch(wallets, "gpu", None, h1=BOB)
    assert resolve("gpu", wallets, book).ss58 == CHARLIE
    (wallets / "gpu" / "coldkeypub.txt").write_text("{}")
    with pytest.raises(BadDataError, match="no valid address"):
        resolve("gpu", wallets, book)
    (wallets / "gpu" / "coldkeypub.txt").unlink()
    (wallets / "gpu" / "coldkey").write_text("$NACL")
    with pytest.raises(UsageError, match="address is unknown"):
        resolve("gpu", wallets, book)


def test_a_hotkey_that_is_named_alone_is_told_with_its_wallets(wallets: Path, book: Path) -> None:
    watch(wallets, "other", CHARLIE, h1=STRANGER, h2=ALICE)
    with pytest.raises(UsageError, match="nor in the address book") as caught:
        resolve("h1", wallets, book)
    assert caught.value.hint == "name a hotkey with its wallet: 'mine/h1', 'other/h1'"
