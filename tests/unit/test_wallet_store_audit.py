"""The audit of a wallet folder: what it finds, what it mends, and what it never touches."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from keyfile_data import FOLDER, MNEMONIC, SEED

from taoctl.errors import UsageError
from taoctl.wallet import keyfile
from taoctl.wallet.audit import Finding, audit, fix
from taoctl.wallet.keyfile import public_of
from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore

COLD = Key.from_mnemonic(MNEMONIC)
HOT = Key.from_seed(SEED)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WalletStore:
    monkeypatch.setattr(keyfile, "_nacl_key", lambda password: sha256(password).digest())
    store = WalletStore(tmp_path / "wallets")
    store.write_key("mine", None, COLD, "pw")
    store.write_key("mine", "miner", HOT, None)
    return store


def test_a_wallet_as_taoctl_writes_it_has_no_findings(store: WalletStore) -> None:
    store.remove("mine", "miner")
    assert audit(store.path) == ()
    assert audit(store.path / "none") == ()


def test_loose_modes_are_found_and_closed(store: WalletStore) -> None:
    store.key_path("mine").chmod(0o640)
    store.key_path("mine", "miner").chmod(0o644)
    store.public_path("mine").chmod(0o666)
    (store.path / "mine").chmod(0o755)
    (store.path / "mine" / "hotkeys").chmod(0o711)
    found = audit(store.path)
    assert _kinds(store, found) == {
        ("loose_file", "mine/coldkey"),
        ("loose_file", "mine/hotkeys/miner"),
        ("loose_file", "mine/coldkeypub.txt"),
        ("loose_folder", "mine"),
        ("loose_folder", "mine/hotkeys"),
    }
    assert "others may change it" in next(one.problem for one in found if one.path.suffix)
    for finding in found:
        assert fix(finding)
    assert audit(store.path) == ()


def test_a_public_file_that_others_may_read_is_no_finding(store: WalletStore) -> None:
    store.public_path("mine").chmod(0o644)
    assert audit(store.path) == ()


def test_the_trash_is_looked_at_too(store: WalletStore) -> None:
    place = store.remove("mine")
    (place / "coldkey").chmod(0o644)
    assert [one.kind for one in audit(store.path)] == ["loose_file"]


def test_leftovers_are_moved_and_never_deleted(store: WalletStore) -> None:
    left = store.path / "mine" / ".taoctl-0123456789abcdef.tmp"
    left.write_bytes(b"half")
    left.chmod(0o644)
    (finding,) = audit(store.path)
    assert (finding.kind, finding.path) == ("leftover", left)
    fix(finding)
    assert not left.exists()
    (kept,) = (store.path / ".trash").iterdir()
    assert kept.read_bytes() == b"half" and kept.stat().st_mode & 0o777 == 0o600
    assert audit(store.path) == ()


def test_a_missing_public_file_is_written_from_an_open_key_only(store: WalletStore) -> None:
    for hotkey in (None, "miner"):
        store.public_path("mine", hotkey).unlink()
    cold, hot = audit(store.path)
    assert (cold.kind, cold.fixable) == ("missing_public", False)
    assert (hot.kind, hot.fixable) == ("missing_public", True)
    fix(hot)
    assert public_of(store.public_path("mine", "miner").read_bytes()) == (HOT.ss58, HOT.crypto)
    with pytest.raises(UsageError, match=r"coldkeypub\.txt is missing"):
        fix(cold)
    store.reencrypt("mine", None, "pw", "pw2")
    assert audit(store.path) == ()


def test_keys_without_a_password_and_old_encryptions_are_told(store: WalletStore) -> None:
    store.reencrypt("mine", None, "pw", None)
    assert [one.kind for one in audit(store.path)] == ["unencrypted"]
    for name, kind in (("cli9-sr25519.ansible", "ansible"), ("python-sr25519.legacy", "legacy")):
        store.key_path("mine").write_bytes((FOLDER / name).read_bytes())
        (finding,) = audit(store.path)
        assert finding.kind == "old_encryption" and kind in finding.problem
        assert not finding.fixable and "passwd" in finding.remedy


def test_files_that_are_no_keys_are_damaged(store: WalletStore) -> None:
    store.key_path("mine").write_bytes(b"not a key")
    store.public_path("mine", "miner").write_bytes(b"{")
    assert _kinds(store, audit(store.path)) == {
        ("damaged", "mine/coldkey"),
        ("damaged", "mine/hotkeys/minerpub.txt"),
    }


def test_a_public_file_of_another_key_is_told_and_left(store: WalletStore) -> None:
    public = store.public_path("mine", "miner")
    public.write_bytes(store.public_path("mine").read_bytes())
    before = public.read_bytes()
    (finding,) = audit(store.path)
    assert finding.kind == "wrong_public"
    assert HOT.ss58 in finding.problem and COLD.ss58 in finding.problem
    with pytest.raises(UsageError):
        fix(finding)
    assert public.read_bytes() == before


def test_a_second_public_file_of_a_hotkey_goes_to_the_trash(store: WalletStore) -> None:
    twin = store.public_path("mine", "digger")
    twin.write_bytes(store.public_path("mine", "miner").read_bytes())
    twin.chmod(0o600)
    (finding,) = audit(store.path)
    assert (finding.kind, finding.path) == ("duplicate_public", twin)
    assert "'miner'" in finding.problem
    fix(finding)
    assert not twin.exists() and audit(store.path) == ()


def test_links_are_told(store: WalletStore) -> None:
    store.write_public("seen", "miner", HOT.public_key)
    store.key_path("seen", "miner").symlink_to(store.key_path("mine", "miner"))
    assert _kinds(store, audit(store.path)) == {("link", "seen/hotkeys/miner")}


def test_a_folder_of_another_user_hides_nothing_of_the_others(
    store: WalletStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.path / "closed").mkdir(mode=0o700)
    store.key_path("mine").chmod(0o644)
    listed = Path.iterdir

    def refused(self: Path) -> Iterator[Path]:
        if self.name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", refused)
    assert _kinds(store, audit(store.path)) == {
        ("unreadable", "closed"),
        ("loose_file", "mine/coldkey"),
    }


def test_other_things_in_the_folder_are_left_alone(store: WalletStore) -> None:
    (store.path / "notes.txt").write_text("mine")
    (store.path / ".hidden").mkdir()
    (store.path / "mine" / "hotkeys" / ".DS_Store").write_bytes(b"\0")
    assert audit(store.path) == ()


def _kinds(store: WalletStore, found: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(one.kind, str(one.path.relative_to(store.path))) for one in found}
