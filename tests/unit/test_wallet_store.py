"""The wallet folder: what is written, refused, renamed, removed and put under passwords."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
from keyfile_data import MNEMONIC, SEED, SR25519_SEED_SS58, SR25519_SS58

from taoctl.errors import BadDataError, DeadlineError, Exit, NoKeyError, UsageError
from taoctl.scale.crypto import ED25519
from taoctl.wallet import files, keyfile
from taoctl.wallet.files import atomic_write, folder_lock, private_folder, read_bounded, rename_new
from taoctl.wallet.keyfile import Encryption, encryption_of, open_keyfile, public_of
from taoctl.wallet.keys import Key
from taoctl.wallet.public import discover
from taoctl.wallet.store import WalletStore, loose_permissions

COLD = Key.from_mnemonic(MNEMONIC)
HOT = Key.from_seed(SEED)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "_nacl_key", lambda password: sha256(password).digest())


@pytest.fixture(params=["one step", "checked"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WalletStore:
    """A store on a filesystem with exclusive renames, and on one without."""
    if request.param == "checked":
        monkeypatch.setattr(files, "_rename_exclusive", lambda *_: False)
    return WalletStore(tmp_path / "wallets")


def test_a_wallet_has_the_files_of_btwallet_and_no_one_else_reads_them(store: WalletStore) -> None:
    old = os.umask(0)
    try:
        cold = store.write_key("mine", None, COLD, "pw")
        hot = store.write_key("mine", "miner", HOT, None)
    finally:
        os.umask(old)
    assert _tree(store.path) == {
        "": 0o700,
        "mine": 0o700,
        "mine/coldkey": 0o600,
        "mine/coldkeypub.txt": 0o600,
        "mine/hotkeys": 0o700,
        "mine/hotkeys/miner": 0o600,
        "mine/hotkeys/minerpub.txt": 0o600,
    }
    assert cold.key == store.key_path("mine")
    assert hot.public == store.public_path("mine", "miner")
    assert encryption_of(store.read("mine")) is Encryption.NACL
    assert open_keyfile(store.read("mine"), "pw").ss58 == SR25519_SS58
    (wallet,) = discover(store.path)
    assert wallet.coldkey == SR25519_SS58
    assert [(one.name, one.ss58) for one in wallet.hotkeys] == [("miner", SR25519_SEED_SS58)]


def test_nothing_is_overwritten(store: WalletStore) -> None:
    store.write_key("mine", None, COLD, None)
    store.write_key("mine", "miner", HOT, None)
    store.write_public("seen", None, HOT.public_key)
    before = _contents(store.path)
    for refused in (
        lambda: store.write_key("mine", None, HOT, None),
        lambda: store.write_key("mine", None, COLD, None),
        lambda: store.write_key("mine", "miner", COLD, None),
        lambda: store.write_public("mine", None, HOT.public_key),
        lambda: store.write_public("seen", None, HOT.public_key),
        lambda: store.write_key("seen", None, COLD, None),
        lambda: store.rename("mine", "seen"),
        lambda: store.rename_hotkey("mine", "miner", "miner"),
        lambda: store.check_free("mine"),
    ):
        with pytest.raises(UsageError, match="exists already") as caught:
            refused()
        assert caught.value.exit_code is Exit.USAGE
    assert _contents(store.path) == before


def test_a_name_that_a_dangling_link_has_is_taken(store: WalletStore) -> None:
    folder = store.path / "mine"
    folder.mkdir(parents=True)
    (folder / "coldkey").symlink_to(store.path / "nowhere")
    with pytest.raises(UsageError, match="exists already"):
        store.write_key("mine", None, COLD, None)
    (store.path / "gone").symlink_to(store.path / "nowhere")
    with pytest.raises(UsageError, match="exists already"):
        store.rename("mine", "gone")


def test_an_empty_folder_is_not_replaced_by_a_rename(store: WalletStore) -> None:
    store.write_key("mine", None, COLD, None)
    (store.path / "empty").mkdir()
    with pytest.raises(UsageError, match="exists already"):
        store.rename("mine", "empty")


def test_a_watch_only_wallet_is_completed_by_its_own_key_alone(store: WalletStore) -> None:
    written = store.write_public("seen", "miner", HOT.public_key)
    assert written.key is None and not store.has_key("seen", "miner")
    with pytest.raises(UsageError, match="watch-only"):
        store.read("seen", "miner")
    with pytest.raises(UsageError, match="exists already"):
        store.write_key("seen", "miner", COLD, None)
    before = written.public.read_bytes()
    store.write_key("seen", "miner", HOT, None)
    assert written.public.read_bytes() == before
    assert open_keyfile(store.read("seen", "miner"), None).ss58 == HOT.ss58


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "-rf", "a/b", "../up", "a\0b", "a\nb", "x" * 201, "~root"]
)
def test_names_that_lead_elsewhere_are_refused(store: WalletStore, name: str) -> None:
    for refused in (
        lambda: store.write_key(name, None, COLD, None),
        lambda: store.write_key("mine", name, HOT, None),
        lambda: store.write_public(name, None, HOT.public_key),
        lambda: store.rename("mine", name),
        lambda: store.rename_hotkey("mine", "miner", name),
    ):
        with pytest.raises(UsageError):
            refused()
    assert not store.path.exists()


@pytest.mark.parametrize("name", [" mine", "mine ", COLD.ss58, COLD.ss58[:-1] + "x"])
def test_names_that_would_be_taken_for_something_else_are_refused(
    store: WalletStore, name: str
) -> None:
    for refused in (
        lambda: store.write_key(name, None, COLD, None),
        lambda: store.write_public(name, None, HOT.public_key),
        lambda: store.rename("mine", name),
    ):
        with pytest.raises(UsageError):
            refused()
    assert not store.path.exists()


def test_a_hotkey_is_not_named_as_a_public_file(store: WalletStore) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        store.write_key("mine", "minerpub.txt", HOT, None)


def test_renaming_keeps_everything(store: WalletStore) -> None:
    store.write_key("mine", None, COLD, "pw")
    store.write_key("mine", "miner", HOT, None)
    store.write_public("mine", "seen", COLD.public_key)
    assert store.rename("mine", "ours") == store.path / "ours"
    assert store.rename_hotkey("ours", "miner", "digger") == store.key_path("ours", "digger")
    assert store.rename_hotkey("ours", "seen", "watched") == store.public_path("ours", "watched")
    assert sorted(_contents(store.path)) == [
        "ours/coldkey",
        "ours/coldkeypub.txt",
        "ours/hotkeys/digger",
        "ours/hotkeys/diggerpub.txt",
        "ours/hotkeys/watchedpub.txt",
    ]
    assert open_keyfile(store.read("ours", "digger"), None).ss58 == HOT.ss58
    for missing in (
        lambda: store.rename("mine", "other"),
        lambda: store.rename_hotkey("ours", "miner", "other"),
    ):
        with pytest.raises(UsageError, match="there is no"):
            missing()


def test_a_rename_that_was_killed_halfway_can_be_finished(store: WalletStore) -> None:
    store.write_key("mine", "miner", HOT, None)
    new = store.public_path("mine", "digger")
    new.write_bytes(store.public_path("mine", "miner").read_bytes())
    store.rename_hotkey("mine", "miner", "digger")
    assert sorted(_contents(store.path)) == ["mine/hotkeys/digger", "mine/hotkeys/diggerpub.txt"]


def test_what_is_removed_is_in_the_trash_and_comes_back(store: WalletStore) -> None:
    store.write_key("mine", None, COLD, None)
    store.write_key("mine", "miner", HOT, None)
    before = _contents(store.path)
    hotkey = store.remove("mine", "miner")
    assert hotkey.parent == store.path / ".trash" and hotkey.name.endswith("-mine-miner")
    assert not store.has_key("mine", "miner")
    wallet = store.remove("mine")
    assert _tree(store.path)[".trash"] == 0o700
    assert discover(store.path) == ()
    wallet.rename(store.path / "mine")
    for file in (hotkey / "hotkeys").iterdir():
        file.rename(store.path / "mine" / "hotkeys" / file.name)
    (hotkey / "hotkeys").rmdir()
    hotkey.rmdir()
    assert _contents(store.path) == before


def test_removing_twice_in_a_second_keeps_both(store: WalletStore) -> None:
    places = set()
    for key in (COLD, HOT, COLD):
        store.write_key("mine", None, key, None)
        places.add(store.remove("mine"))
    assert len(places) == 3
    with pytest.raises(UsageError, match="there is no"):
        store.remove("mine")
    with pytest.raises(UsageError, match="there is no"):
        store.remove("mine", "miner")


def test_a_password_is_set_changed_and_taken_away(store: WalletStore) -> None:
    store.write_key("mine", None, COLD, None)
    store.public_path("mine").unlink()
    for old, new in ((None, "one"), ("one", "two"), ("two", None)):
        store.reencrypt("mine", None, old, new)
        assert open_keyfile(store.read("mine"), new).ss58 == COLD.ss58
        kind = Encryption.NONE if new is None else Encryption.NACL
        assert encryption_of(store.read("mine")) is kind
    assert public_of(store.public_path("mine").read_bytes()) == (COLD.ss58, COLD.crypto)


def test_a_wrong_password_changes_nothing(store: WalletStore) -> None:
    store.write_key("mine", None, COLD, "one")
    before = _contents(store.path)
    with pytest.raises(NoKeyError):
        store.reencrypt("mine", None, "two", "three")
    store.key_path("mine").write_bytes(b"damaged")
    with pytest.raises(BadDataError):
        store.reencrypt("mine", None, "one", "three")
    store.key_path("mine").write_bytes(before["mine/coldkey"])
    assert _contents(store.path) == before


def test_fields_that_taoctl_does_not_know_survive_a_new_password(store: WalletStore) -> None:
    plain = store.write_key("mine", None, COLD, None).key
    assert plain is not None
    plain.write_bytes(plain.read_bytes()[:-1] + b',"note":"kept"}')
    store.reencrypt("mine", None, None, "pw")
    store.reencrypt("mine", None, "pw", None)
    assert b'"note":"kept"' in store.read("mine")


def test_a_key_file_that_is_a_link_is_read_and_never_replaced(store: WalletStore) -> None:
    store.write_key("vault", None, COLD, None)
    (store.path / "mine").mkdir()
    store.key_path("mine").symlink_to(store.key_path("vault"))
    assert open_keyfile(store.read("mine"), None).ss58 == COLD.ss58
    with pytest.raises(UsageError, match="is a link"):
        store.reencrypt("mine", None, None, "pw")
    assert store.key_path("mine").is_symlink()


def test_a_file_that_changed_meanwhile_is_not_replaced(
    store: WalletStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.write_key("mine", None, COLD, None).key
    assert path is not None

    def meanwhile(password: bytes) -> bytes:
        path.write_bytes(b"{}")
        return sha256(password).digest()

    monkeypatch.setattr(keyfile, "_nacl_key", meanwhile)
    with pytest.raises(UsageError, match="changed meanwhile"):
        store.reencrypt("mine", None, None, "pw")
    assert path.read_bytes() == b"{}"


def test_strange_files_at_a_key_s_place_are_told(store: WalletStore) -> None:
    store.write_public("mine", None, COLD.public_key)
    path = store.key_path("mine")
    os.mkfifo(path)
    with pytest.raises(BadDataError, match="not a regular file"):
        store.read("mine")
    path.unlink()
    path.mkdir()
    with pytest.raises(BadDataError, match="not a regular file"):
        store.read("mine")
    path.rmdir()
    path.write_bytes(bytes(70_000))
    with pytest.raises(BadDataError, match="larger than"):
        store.read("mine")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        WalletStore(tmp_path / "file").write_key("mine", None, COLD, None)


def test_loose_permissions_are_told_with_the_remedy(store: WalletStore) -> None:
    path = store.write_key("mine", None, COLD, None).key
    assert path is not None and loose_permissions(path) is None
    path.chmod(0o644)
    assert "coldkey is mode 0644" in (loose_permissions(path) or "")
    path.chmod(0o600)
    path.parent.chmod(0o755)
    said = loose_permissions(path) or ""
    assert "mine is mode 0755" in said and "audit --fix" in said
    assert loose_permissions(store.path / "none") is None


def test_a_locked_folder_waits_and_then_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_LOCK_S", 0.1)
    with folder_lock(tmp_path), pytest.raises(DeadlineError), folder_lock(tmp_path):
        pass
    with folder_lock(tmp_path):
        pass


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "key"
    atomic_write(target, b"old")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    for replace in (True, False):
        with pytest.raises(OSError, match="space"):
            atomic_write(target, b"new", replace=replace)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert target.read_bytes() == b"old"
    with pytest.raises(FileExistsError):
        atomic_write(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_folders_are_made_private_and_existing_ones_left(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    (tmp_path / "there").chmod(0o755)
    private_folder(tmp_path / "there" / "a" / "b")
    assert _tree(tmp_path / "there") == {"": 0o755, "a": 0o700, "a/b": 0o700}
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        private_folder(tmp_path / "file" / "a")
    assert read_bounded(tmp_path / "file", 0) == b""


def test_a_folder_never_takes_a_taken_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for checked in (False, True):
        if checked:
            monkeypatch.setattr(files, "_rename_exclusive", lambda *_: False)
        for name in ("from", "to"):
            (tmp_path / name).mkdir(exist_ok=True)
        with pytest.raises(FileExistsError):
            rename_new(tmp_path / "from", tmp_path / "to")


def test_ed25519_wallets_say_so_in_both_files(store: WalletStore) -> None:
    key = Key.from_seed(SEED, ED25519)
    written = store.write_key("mine", None, key, None)
    assert public_of(written.public.read_bytes()) == (key.ss58, ED25519)
    assert open_keyfile(store.read("mine"), None).crypto == ED25519


def _tree(root: Path) -> dict[str, int]:
    paths = [root, *root.rglob("*")]
    found = {str(path.relative_to(root)): path.stat().st_mode & 0o777 for path in paths}
    return {"" if name == "." else name: mode for name, mode in found.items()}


def _contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
