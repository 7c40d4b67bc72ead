"""Wallet folders read without their secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from taoctl.errors import BadDataError, UsageError
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS, insecure_name
from taoctl.wallet.public import coldkey_address, discover, find_wallet, names_by_address

ALICE, BOB, CHARLIE = list(DEV_ACCOUNTS)[:3]


def wallet(root: Path, name: str, coldkey: str | None = ALICE, **hotkeys: str) -> Path:
    folder = root / name
    (folder / "hotkeys").mkdir(parents=True)
    if coldkey:
        (folder / "coldkeypub.txt").write_text(json.dumps({"ss58Address": coldkey}))
    for hotkey, address in hotkeys.items():
        content = {"ss58Address": address, "secretSeed": "0x" + "11" * 32}
        (folder / "hotkeys" / hotkey).write_text(json.dumps(content))
    return folder


def test_wallets_and_hotkeys_are_found_by_name(tmp_path: Path) -> None:
    wallet(tmp_path, "b", BOB, default=CHARLIE)
    wallet(tmp_path, "a", ALICE)
    (tmp_path / "note.txt").write_text("not a wallet")
    (tmp_path / "empty").mkdir()
    found = discover(tmp_path)
    assert [(w.name, w.coldkey) for w in found] == [("a", ALICE), ("b", BOB)]
    assert [(h.name, h.ss58) for h in found[1].hotkeys] == [("default", CHARLIE)]
    assert names_by_address(found) == {ALICE: "a", BOB: "b", CHARLIE: "default"}


def test_no_coldkey_file_is_ever_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = wallet(tmp_path, "a", ALICE, one=BOB)
    (folder / "coldkey").write_text("secret")
    (folder / "hotkeys" / "onepub.txt").write_text(json.dumps({"ss58Address": BOB}))
    opened: list[str] = []
    real = Path.read_bytes

    def spy(path: Path) -> bytes:
        opened.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", spy)
    (found,) = discover(tmp_path)
    assert [h.ss58 for h in found.hotkeys] == [BOB]
    assert sorted(opened) == ["coldkeypub.txt", "onepub.txt"]


def test_a_missing_folder_holds_no_wallets(tmp_path: Path) -> None:
    assert discover(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"$NACLxxxx", "encrypted"),
        (b"\xff\xfe", "not a key file"),
        (b"[]", "no valid address"),
        (b'{"ss58Address": "5Grw"}', "no valid address"),
        (b'{"ss58Address": 5}', "no valid address"),
        (b"x" * 70_000, "too large"),
    ],
)
def test_a_damaged_hotkey_says_why_and_harms_nobody(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    folder = wallet(tmp_path, "a", ALICE, good=BOB)
    (folder / "hotkeys" / "bad").write_bytes(content)
    (found,) = discover(tmp_path)
    bad, good = found.hotkeys
    assert (good.ss58, good.problem) == (BOB, None)
    assert bad.ss58 is None
    assert problem in str(bad.problem)


def test_an_address_stands_for_itself(tmp_path: Path) -> None:
    assert coldkey_address(ALICE, tmp_path) == ALICE


def test_a_mistyped_address_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="checksum"):
        coldkey_address(ALICE[:-1] + "Z", tmp_path)


def test_an_unknown_name_lists_what_comes_close(tmp_path: Path) -> None:
    for name in ("miner-one", "miner-two", "other"):
        wallet(tmp_path, name)
    with pytest.raises(UsageError) as caught:
        coldkey_address("miner-on", tmp_path)
    assert "'miner-one'" in str(caught.value.hint)


def test_a_name_that_differs_in_case_only_is_found_unless_two_do(tmp_path: Path) -> None:
    wallet(tmp_path, "Main", BOB)
    assert coldkey_address("main", tmp_path) == BOB
    wallet(tmp_path, "MAIN", CHARLIE)
    with pytest.raises(UsageError, match="'MAIN', 'Main'"):
        find_wallet("main", tmp_path)
    assert find_wallet("Main", tmp_path).coldkey == BOB


def test_a_wallet_without_its_public_key_cannot_be_read(tmp_path: Path) -> None:
    wallet(tmp_path, "a", None, one=BOB)
    with pytest.raises(UsageError, match=r"no coldkeypub\.txt"):
        coldkey_address("a", tmp_path)
    (tmp_path / "a" / "coldkeypub.txt").write_text("{")
    with pytest.raises(BadDataError, match="not a key file"):
        coldkey_address("a", tmp_path)


def test_development_accounts_are_marked() -> None:
    assert insecure_name(ALICE) == "//Alice INSECURE"
    assert insecure_name("5Grw") is None


@pytest.mark.parametrize(("locked", "known"), [("hidden", None), ("hidden/hotkeys", ALICE)])
def test_a_folder_that_may_not_be_entered_is_a_problem_of_its_wallet_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str, known: str | None
) -> None:
    wallet(tmp_path, "hidden", ALICE, one=BOB)
    wallet(tmp_path, "open", BOB)
    closed = tmp_path / locked
    stat, listdir = os.stat, os.listdir

    def refused(path: object) -> bool:
        return isinstance(path, (str, Path)) and closed in (Path(path), Path(path).parent)

    def stat_below(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
        if refused(path) and Path(path) != closed:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *args, **kwargs)

    def list_below(path: Any) -> list[str]:
        if refused(path):
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    # As root, who runs some test machines, no mode of a folder keeps anybody out.
    monkeypatch.setattr(os, "stat", stat_below)
    monkeypatch.setattr(os, "listdir", list_below)
    hidden, other = discover(tmp_path)
    assert (other.name, other.coldkey, other.problem) == ("open", BOB, None)
    assert (hidden.coldkey, hidden.hotkeys) == (known, ())
    assert "cannot be read: Permission denied" in (hidden.problem or "")
    if known is None:
        with pytest.raises(BadDataError, match="Permission denied"):
            coldkey_address("hidden", tmp_path)


def test_a_pipe_and_a_maze_are_no_key_files(tmp_path: Path) -> None:
    os.mkfifo(wallet(tmp_path, "pipe", None) / "coldkeypub.txt")
    (wallet(tmp_path, "maze", None) / "coldkeypub.txt").write_text("[" * 60_000)
    assert {found.name: found.problem for found in discover(tmp_path)} == {
        "maze": "coldkeypub.txt is not a key file",
        "pipe": "coldkeypub.txt is not a file",
    }
