"""New keys in the wallet folder: what appears when, and what others do there meanwhile."""

from __future__ import annotations

import errno
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from keyfile_data import MNEMONIC, SEED

from taoctl.errors import UsageError
from taoctl.wallet import files, keyfile
from taoctl.wallet.keyfile import open_keyfile, public_of
from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore

COLD = Key.from_mnemonic(MNEMONIC)
HOT = Key.from_seed(SEED)


@pytest.fixture(params=["one step", "checked"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WalletStore:
    """A store on a filesystem with exclusive renames, and on one without."""
    monkeypatch.setattr(keyfile, "_nacl_key", lambda password: sha256(password).digest())
    if request.param == "checked":
        monkeypatch.setattr(files, "_rename_exclusive", lambda *_: False)
    return WalletStore(tmp_path / "wallets")


def test_the_first_key_of_a_wallet_appears_with_its_public_file(
    store: WalletStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    write = files.atomic_write

    def watched(path: Path, data: bytes, **more: bool) -> None:
        write(path, data, **more)
        seen.append({one.name for one in store.path.iterdir() if not one.name.startswith(".")})

    monkeypatch.setattr("taoctl.wallet.store.atomic_write", watched)
    store.write_key("mine", None, COLD, "pw")
    assert seen == [set(), set()]
    assert {one.name for one in (store.path / "mine").iterdir()} == {"coldkey", "coldkeypub.txt"}


def test_a_folder_that_appears_meanwhile_takes_the_key_too(
    store: WalletStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = files.rename_new

    def late(source: Path, target: Path) -> None:
        if target.name == "mine" and not target.exists():
            (target / "hotkeys").mkdir(parents=True, mode=0o700)
        rename(source, target)

    monkeypatch.setattr("taoctl.wallet.store.rename_new", late)
    store.write_key("mine", None, COLD, None)
    assert open_keyfile(store.read("mine"), None).ss58 == COLD.ss58
    assert [one.name for one in store.path.iterdir()] == ["mine"]


def test_a_key_is_told_from_another_of_its_name(store: WalletStore) -> None:
    assert not store.holds("mine", None, COLD.public_key)
    store.write_key("mine", None, COLD, "pw")
    assert store.holds("mine", None, COLD.public_key)
    assert not store.holds("mine", None, HOT.public_key)
    store.write_public("seen", None, HOT.public_key)
    assert not store.holds("seen", None, HOT.public_key)


def test_a_folder_that_may_not_be_looked_into_is_told(
    store: WalletStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_file", refused)
    with pytest.raises(UsageError, match="Permission denied"):
        store.has_key("mine")


def test_two_writers_at_once_never_overwrite(tmp_path: Path) -> None:
    """Processes that create the same keys: each key is one writer's whole, and one is refused."""
    program = (
        "import sys; from pathlib import Path\n"
        "from taoctl.errors import UsageError\n"
        "from taoctl.wallet.keys import Key; from taoctl.wallet.store import WalletStore\n"
        "store, key = WalletStore(Path(sys.argv[1])), Key.from_seed(sys.argv[2] * 32)\n"
        "sys.stdin.readline()\n"
        "for number in range(60):\n"
        "    try: store.write_key('w', f'h{number}', key, None); print(number, flush=True)\n"
        "    except UsageError: pass\n"
    )
    wrote: list[set[int]] = []
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), byte],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for byte in ("11", "22", "33")
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        out, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0
        wrote.append({int(line) for line in out.split()})
    assert sum(map(len, wrote)) == 60, "each key has exactly one writer that succeeded"
    store = WalletStore(tmp_path)
    for numbers, byte in zip(wrote, ("11", "22", "33"), strict=True):
        for number in numbers:
            key = open_keyfile(store.read("w", f"h{number}"), None)
            assert key.ss58 == Key.from_seed(byte * 32).ss58
            named = public_of(store.public_path("w", f"h{number}").read_bytes())
            assert named == (key.ss58, key.crypto)
