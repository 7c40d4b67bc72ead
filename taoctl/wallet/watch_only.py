"""Watch-only wallets: folders that hold addresses and no key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from taoctl.addresses import decode_ss58
from taoctl.wallet.store import WalletStore


def write_watch_only(
    folder: Path, name: str, coldkey_ss58: str, hotkeys: Mapping[str, str]
) -> Path:
    """Write a wallet's public files as btwallet lays them out; returns the wallet's folder.

    Args:
        folder: the wallet path, made if it is not there (0700).
        name: of the wallet; a wallet of that name must not exist.
        coldkey_ss58: address of the coldkey.
        hotkeys: addresses by name.

    Raises:
        UsageError: there is a wallet of that name, which is left as it is, or an address is wrong.
    """
    store = WalletStore(folder)
    store.write_public(name, None, decode_ss58(coldkey_ss58))
    for hotkey, address in hotkeys.items():
        store.write_public(name, hotkey, decode_ss58(address))
    return folder / name
