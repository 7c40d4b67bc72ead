"""Wallets whose keys the tests know, on disk as people have them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore
from tui.options import WalletRef

PASSWORD = "Tr0ub4dor & drei"


@dataclass(frozen=True)
class Wallets:
    """A folder with one wallet, `mine`, and its hotkey `vali`."""

    folder: Path
    coldkey: Key
    hotkey: Key

    @property
    def mine(self) -> WalletRef:
        """The wallet as the dashboard knows it."""
        return WalletRef("mine", self.coldkey.ss58, (("vali", self.hotkey.ss58),))

    @property
    def coldkey_file(self) -> Path:
        """What must not be opened before the user says so."""
        return WalletStore(self.folder).key_path("mine")


def make_wallets(folder: Path, password: str | None = PASSWORD) -> Wallets:
    """Write the wallet, encrypted with the password, or not at all."""
    cold, hot = Key.from_seed("0x" + "5a" * 32), Key.from_seed("0x" + "6b" * 32)
    store = WalletStore(folder)
    store.write_key("mine", None, cold, password)
    store.write_key("mine", "vali", hot, None)
    return Wallets(folder, cold, hot)
