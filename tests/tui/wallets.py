"""Wallets whose keys the tests know, on disk as people have them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from taoctl.wallet.files import private_folder
from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore
from tui.options import WalletRef

MADE_BY_BTCLI = Path(__file__).resolve().parents[1] / "data" / "keyfiles"
PASSWORD = "open sesame"
"""Of the key that btcli made, and of those that `make_wallets` encrypts."""

SEED_BYTE = "5a"


@dataclass(frozen=True)
class Wallets:
    """A folder with one wallet, `mine`, and its hotkey `vali`."""

    folder: Path
    coldkey_ss58: str
    hotkey_ss58: str

    @property
    def mine(self) -> WalletRef:
        """The wallet as the dashboard knows it."""
        return WalletRef("mine", self.coldkey_ss58, (("vali", self.hotkey_ss58),))

    @property
    def coldkey_file(self) -> Path:
        """What must not be opened before the user says so."""
        return WalletStore(self.folder).key_path("mine")


def make_wallets(folder: Path, password: str | None = PASSWORD) -> Wallets:
    """Write the wallet, its coldkey encrypted with the password, or not at all."""
    key = Key.from_seed("0x" + SEED_BYTE * 32)
    WalletStore(folder).write_key("mine", None, key, password)
    return _with_hotkey(folder, key.ss58)


def btcli_wallets(folder: Path) -> Wallets:
    """The wallet with a coldkey that btcli encrypted; deriving its password takes seconds."""
    private_folder(folder / "mine")
    for made, name in (("btcli11-sr25519.nacl", "coldkey"), ("btcli11-sr25519-pub.txt", "")):
        target = folder / "mine" / (name or "coldkeypub.txt")
        shutil.copyfile(MADE_BY_BTCLI / made, target)
        target.chmod(0o600)
    return _with_hotkey(folder, "5EHgWw2Af1pnoc7f1A8bfmM97W3DAYW8xr82RfhLL9oAabAe")


def _with_hotkey(folder: Path, coldkey_ss58: str) -> Wallets:
    hotkey = Key.from_seed("0x" + "6b" * 32)
    WalletStore(folder).write_key("mine", "vali", hotkey, None)
    return Wallets(folder, coldkey_ss58, hotkey.ss58)
