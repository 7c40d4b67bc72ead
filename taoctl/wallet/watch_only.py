"""Watch-only wallets: folders that hold addresses and no key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from taoctl.addresses import decode_ss58


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
        FileExistsError: there is a wallet of that name; it is left as it is.
        UsageError: an address is wrong.
    """
    wallet = folder / name
    wallet.mkdir(mode=0o700, parents=True)
    _write(wallet / "coldkeypub.txt", coldkey_ss58)
    if hotkeys:
        (wallet / "hotkeys").mkdir(mode=0o700)
    for hotkey, address in hotkeys.items():
        _write(wallet / "hotkeys" / f"{hotkey}pub.txt", address)
    return wallet


def _write(file: Path, ss58: str) -> None:
    public = f"0x{decode_ss58(ss58).hex()}"
    content = {"accountId": public, "publicKey": public, "ss58Address": ss58}
    with file.open("x", encoding="utf-8") as out:
        file.chmod(0o600)
        json.dump(content, out)
