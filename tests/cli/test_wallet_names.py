"""Names and files of wallets that contradict each other: what is refused, shown and pointed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from taoctl.cli import context
from taoctl.cli.main import main
from taoctl.cli.output import Origin
from taoctl.errors import UsageError
from taoctl.text import natural_order
from taoctl.wallet.accounts import Account, as_typed
from taoctl.wallet.keys import Key
from taoctl.wallet.public import discover, names_by_address

WORDS = "abandon " * 11 + "about"
ADDRESS = "5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH"
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.chdir(tmp_path)
    for name, text in (("words", WORDS), ("pw", "123"), ("junk", "no backup")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], code: int, *argv: str) -> str:
    capsys.readouterr()
    assert main(list(argv)) == code
    return str(capsys.readouterr().err)


def test_wallets_of_one_address_are_all_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported = ("wallet", "import", "a", "--file", "words", "--no-password")
    assert "same address" not in said(capsys, 0, *imported)
    assert "same address as coldkey 'a'" in said(capsys, 0, *imported[:2], "b", *imported[3:])
    assert names_by_address(discover(home / "wallets")) == {ADDRESS: "a, b"}
    assert as_typed([Account(ADDRESS, "b", "coldkey", "b")]) == {ADDRESS: "b"}
    assert as_typed([Account(ADDRESS, "a, b", "ss58")]) == {}
    assert "INSECURE" in as_typed([Account(ALICE, "mine", "coldkey", "mine")])[ALICE]
    capsys.readouterr()
    assert main(["wallet", "audit", "-o", "csv"]) == 1
    assert "same_address" in capsys.readouterr().out


def test_a_name_of_two_addresses_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wallet", "watch", BOB, "bob"]) == 0
    assert main(["wallet", "watch", ALICE, "rest"]) == 0
    assert "ambiguous" in said(capsys, 2, "address", "add", "bob", ALICE)
    assert main(["address", "add", "bob", BOB]) == 0
    assert main(["address", "add", "booked", ADDRESS]) == 0
    for argv in (
        ("wallet", "watch", BOB, "booked"),
        ("wallet", "create", "booked", "--no-password", "--mnemonic-out", "m"),
        ("wallet", "rename", "rest", "booked"),
    ):
        said(capsys, 2, *argv)
    assert main(["wallet", "create", "own", "--no-password", "--mnemonic-out", "m"]) == 0
    assert "ambiguous" in said(capsys, 2, "wallet", "rename", "own", "booked")
    assert main(["wallet", "import", "booked", "--file", "words", "--no-password"]) == 0


def test_a_damaged_hotkey_file_is_seen_in_the_list(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wallet", "new-hotkey", "w", "h", "--mnemonic-out", "m"]) == 0
    (home / "wallets/w/hotkeys/h").write_text("{}x")
    assert "hotkey 'w/h': this is not a key file" in said(capsys, 0, "wallet", "list")


def test_empty_lists_and_refusals_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert "taoctl wallet create" in said(capsys, 0, "wallet", "list")
    text = said(capsys, 8, "wallet", "import", "j", "--from", "json", "--file", "junk")
    assert "not a polkadot.js backup" in text
    assert main(["wallet", "import", "a", "--file", "words", "--no-password"]) == 0
    text = said(capsys, 2, "wallet", "export", "a", "--to", "seed")
    assert "the seed is to be shown" in text and "new key" not in text
    assert "--backup-password" in said(capsys, 6, "wallet", "export", "a", "--out", "b.json")
    assert "no network 'nosuch'" in said(capsys, 2, "wallet", "balance", ALICE, "-n", "nosuch")


def test_a_short_new_password_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("wallet", "import", "a", "--file", "words", "--password-file", "pw")
    assert "fewer than 8 characters" in said(capsys, 0, *argv)


def test_a_contradicting_public_file_is_mended_as_the_hint_says(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ("wallet", "import", "a", "--file", "words", "--password-file", "pw")
    assert main(list(argv)) == 0
    public = home / "wallets/a/coldkeypub.txt"
    public.write_text(
        public.read_text()
        .replace(ADDRESS, BOB)
        .replace(
            Key.from_mnemonic(WORDS).public_key.hex(),
            "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
        )
    )
    sign = ("wallet", "sign", "a", "--message", "x", "--password-file", "pw")
    hint = said(capsys, 8, *sign)
    assert "move coldkeypub.txt away" in hint and "taoctl wallet passwd a" in hint
    public.unlink()
    assert main(["wallet", "passwd", "a", "--password-file", "pw", "--no-password"]) == 0
    assert ADDRESS in public.read_text()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("abandon " * 10 + "qqx zzy", "words 11, 12 of 12"),
        ("abandon " * 12, "checksum"),
        ("abandon " * 11, "not 11"),
    ],
)
def test_a_bad_mnemonic_says_why_and_quotes_no_word(words: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        Key.from_mnemonic(words)
    assert not {"abandon", "qqx", "zzy"} & set(str(caught.value).split())


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["bulk-10", "bulk-2", "alpha", "9", "bulk-1x"]
    assert sorted(names, key=natural_order) == ["9", "alpha", "bulk-1x", "bulk-2", "bulk-10"]


def test_a_block_hash_gives_way_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    origin = Origin("finney", None, 1234567, "0x" + "ab" * 32)
    assert "ab" * 32 in origin.caption()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    assert len(origin.caption()) <= 80 and "0xabababab…abababab" in origin.caption()


def test_a_typed_name_wins_where_rows_are_named() -> None:
    for wallet in ("a", "b"):
        assert main(["wallet", "watch", BOB, wallet]) == 0
    assert context.names([context.account("b")])[BOB].startswith("b, //Bob")
