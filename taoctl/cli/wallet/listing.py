"""`taoctl wallet list` and `show`: the keys on this machine."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from taoctl.addresses import decode_ss58
from taoctl.cli import context, output
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.named import ExistingKey as Named
from taoctl.cli.wallet.named import KeyName, account_text, existing, store, warn_loose
from taoctl.cli.wallet.rows import KeyDetailRow, KeyRow
from taoctl.errors import TaoctlError
from taoctl.text import printable
from taoctl.wallet.public import WalletRef, discover


@app.command("list")
def list_(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WALLET]...",
            help="Every wallet when left out.",
            autocompletion=context.wallet_completions,
        ),
    ] = None,
) -> None:
    """Every key on this machine: coldkeys, hotkeys, watch-only addresses.

    \b
    Examples:
      taoctl wallet list
      taoctl wallet list my-wallet -o wide
      taoctl wallet list -o json
    """
    from taoctl.cli.wallet.named import existing_wallet

    folder = context.wallet_path()
    wallets = [existing_wallet(name) for name in names] if names else list(discover(folder))
    rows = [row for wallet in wallets for row in _rows(wallet)]
    output.show(
        Result(
            "taoctl.wallet.list/1",
            Origin(),
            (Section(rows, KeyRow),),
            headline=f"wallets in {folder}",
        )
    )
    if not rows:
        output.note(
            "`taoctl wallet create NAME` makes a wallet; --wallet-path names another folder"
        )
    _warn(rows)


@app.command("show")
def show(key: Named = None) -> None:
    """A wallet's keys and their files: type, encryption, permissions.

    Key files are looked at and not opened; no password is needed.

    \b
    Examples:
      taoctl wallet show my-wallet
      taoctl wallet show my-wallet/miner-1 -o json
    """
    from taoctl.cli.wallet.named import existing_wallet

    name = existing(account_text(key))
    rows = _rows(existing_wallet(name.wallet))
    if name.hotkey is not None:
        rows = [row for row in rows if row.hotkey == name.hotkey]
    section = Section([_detailed(row) for row in rows], KeyDetailRow, listed=True)
    output.show(Result("taoctl.wallet.show/1", Origin(), (section,)))
    warn_loose(*(store().key_path(row.wallet, row.hotkey) for row in rows))
    _warn(section.rows)


def _warn(rows: Sequence[KeyRow]) -> None:
    for row in rows:
        if row.problem:
            name = KeyName(row.wallet, row.hotkey)
            output.warn(f"{name.words}: {printable(row.problem)}")
    context.warn_insecure(row.ss58 for row in rows)


def _rows(wallet: WalletRef) -> list[KeyRow]:
    rows = []
    if wallet.coldkey is not None or wallet.problem or not _watch_only(KeyName(wallet.name)):
        rows.append(
            KeyRow(
                wallet=wallet.name,
                hotkey=None,
                ss58=wallet.coldkey,
                watch_only=_watch_only(KeyName(wallet.name)),
                problem=wallet.problem or _damage(KeyName(wallet.name)),
            )
        )
    for hotkey in wallet.hotkeys:
        rows.append(
            KeyRow(
                wallet=wallet.name,
                hotkey=hotkey.name,
                ss58=hotkey.ss58,
                watch_only=_watch_only(KeyName(wallet.name, hotkey.name)),
                problem=hotkey.problem or _damage(KeyName(wallet.name, hotkey.name)),
            )
        )
    return rows


def _damage(name: KeyName) -> str | None:
    from taoctl.wallet.audit import key_problem

    return key_problem(store().key_path(name.wallet, name.hotkey))


def _watch_only(name: KeyName) -> bool | None:
    """Whether there is no private key; None where that cannot be looked up."""
    try:
        return not store().has_key(name.wallet, name.hotkey)
    except TaoctlError:
        return None


def _detailed(row: KeyRow) -> KeyDetailRow:
    encryption, problem = None, row.problem
    path = store().key_path(row.wallet, row.hotkey)
    if row.watch_only:
        path = store().public_path(row.wallet, row.hotkey)
    else:
        encryption, problem = _looked_at(row, problem)
    return KeyDetailRow(
        wallet=row.wallet,
        hotkey=row.hotkey,
        ss58=row.ss58,
        watch_only=row.watch_only,
        problem=problem,
        encryption=encryption,
        crypto=_crypto(row),
        public_key=None if row.ss58 is None else f"0x{decode_ss58(row.ss58).hex()}",
        mode=_mode(path),
        path=str(path),
    )


def _looked_at(row: KeyRow, problem: str | None) -> tuple[str | None, str | None]:
    from taoctl.wallet.keyfile import encryption_of

    try:
        return encryption_of(store().read(row.wallet, row.hotkey)).value, problem
    except TaoctlError as error:
        return None, problem or error.message


def _crypto(row: KeyRow) -> str | None:
    """The key's type, of its public file or of a key file that is not encrypted."""
    from taoctl.wallet.files import read_bounded
    from taoctl.wallet.keyfile import MAX_KEYFILE_BYTES, public_of
    from taoctl.wallet.keys import CRYPTO_NAMES

    for path in (
        store().public_path(row.wallet, row.hotkey),
        store().key_path(row.wallet, row.hotkey),
    ):
        try:
            found = public_of(read_bounded(path, MAX_KEYFILE_BYTES))
        except (OSError, TaoctlError):
            continue
        if found is not None:
            return CRYPTO_NAMES[found[1]]
    return None


def _mode(path: Path) -> str | None:
    try:
        return f"{stat.S_IMODE(path.stat().st_mode):04o}"
    except OSError:
        return None
