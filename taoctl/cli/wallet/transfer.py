"""`taoctl wallet transfer`: send TAO."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.addresses import is_ss58
from taoctl.calls.batch_mode import BatchMode
from taoctl.cli import batch_file, context
from taoctl.cli.wallet.app import app
from taoctl.cli.writing import WriteFlags, tao_amount, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent


@app.command("transfer")
@writes
def transfer(
    flags: WriteFlags,
    dest: Annotated[
        str | None,
        typer.Argument(
            metavar="DEST", help="Who receives it.", autocompletion=context.account_completions
        ),
    ] = None,
    amount: Annotated[
        str | None,
        typer.Argument(metavar="AMOUNT", help="TAO, as 1.5 or 1.5tao; or as 1500000000rao."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that can leave the account, less the fee.")
    ] = False,
    allow_death: Annotated[
        bool,
        typer.Option("--allow-death", help="Even if less than the existential deposit is left."),
    ] = False,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", metavar="FILE", help="Lines of DEST,AMOUNT instead; - reads stdin."
        ),
    ] = None,
    batch_mode: Annotated[
        BatchMode, typer.Option("--batch-mode", help="What a failing transfer does to the others.")
    ] = BatchMode.ALL,
) -> None:
    """Send TAO from a wallet; --wallet names the one that signs.

    \b
    Examples:
      taoctl wallet transfer 5FHn…94ty 1.5 --wallet my-wallet
      taoctl wallet transfer exchange 10 --wallet my-wallet --dry-run
      taoctl wallet transfer my-other --all --wallet my-wallet -y -o json
      taoctl wallet transfer --batch payouts.csv --wallet my-wallet
    """
    from taoctl.cli.transact import transact

    transact(_intent(dest, amount, everything, allow_death, batch, batch_mode), flags)


def _intent(
    dest: str | None,
    amount: str | None,
    everything: bool,
    allow_death: bool,
    batch: Path | None,
    mode: BatchMode,
) -> Intent:
    from taoctl.calls.batch import one_or_batch
    from taoctl.calls.transfer import TransferAll

    if batch is not None:
        if dest is not None or amount is not None or everything:
            raise UsageError("--batch takes the place of DEST, AMOUNT and --all")
        return one_or_batch(_listed(batch_file.transfers(batch), allow_death), mode)
    if dest is None:
        raise UsageError("nobody to send to was named", "taoctl wallet transfer DEST AMOUNT")
    if everything:
        if amount is not None:
            raise UsageError("give either an amount or --all")
        return TransferAll(_address(dest), allow_death)
    if amount is None:
        raise UsageError("no amount was given", "give it in TAO, such as 1.5, or use --all")
    return _one(dest, amount, allow_death)


def _one(dest: str, amount: str, allow_death: bool) -> Intent:
    from taoctl.calls.transfer import Transfer

    return Transfer(_address(dest), tao_amount(amount), allow_death)


def _listed(lines: Sequence[tuple[str, str, str]], allow_death: bool) -> list[Intent]:
    found = []
    address = cache(_address)
    for where, dest, amount in lines:
        try:
            found.append(_one(address(dest), amount, allow_death))
        except UsageError as problem:
            raise UsageError(f"{where}: {problem.message}", problem.hint) from None
    return found


def _address(dest: str) -> str:
    """The address that a destination means; wallets and books are read only for a name."""
    return dest if is_ss58(dest) else context.account(dest).ss58
