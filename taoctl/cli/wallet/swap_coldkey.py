"""`taoctl wallet swap-coldkey`: everything that a coldkey has, to another coldkey."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.addresses import is_ss58
from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Result, Section
from taoctl.cli.wallet.app import app
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import RefusedError, UsageError

group = typer.Typer(
    cls=LazyGroup,
    help="Swap a coldkey for another: announce, wait, carry out; dispute or call off.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group, name="swap-coldkey")

_HASH_DIGITS = 64

New = Annotated[
    str,
    typer.Argument(
        metavar="NEW", help="The new coldkey.", autocompletion=context.account_completions
    ),
]


@group.command("announce")
@writes
def announce(
    flags: WriteFlags,
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW",
            help="The new coldkey; or its 0x hash, which is all that the chain is told.",
            autocompletion=context.account_completions,
        ),
    ],
) -> None:
    """Announce that a coldkey is to be swapped for another, which must be unused.

    For days from then on the chain takes nothing else from the old coldkey, and this cannot be
    undone before. The plan says for how long.

    \b
    Examples:
      taoctl wallet new-coldkey my-new
      taoctl wallet swap-coldkey announce my-new --wallet my-wallet --dry-run
      taoctl wallet swap-coldkey announce my-new --wallet my-wallet
    """
    from taoctl.calls.coldkey_swap.announcing import AnnounceColdkeySwap
    from taoctl.cli.transact import transact

    if _is_hash(new):
        transact(AnnounceColdkeySwap(new.lower()), flags)
    else:
        address = _address(new)
        context.warn_insecure([address])
        transact(AnnounceColdkeySwap.of(address), flags)


@group.command("execute")
@writes
def execute(flags: WriteFlags, new: New) -> None:
    """Carry the swap out: everything that the old coldkey has becomes the new one's.

    \b
    Examples:
      taoctl wallet swap-coldkey execute my-new --wallet my-wallet --dry-run
      taoctl wallet swap-coldkey execute my-new --wallet my-wallet
    """
    from taoctl.calls.coldkey_swap.executing import SwapColdkey
    from taoctl.cli.transact import transact

    transact(SwapColdkey(_address(new)), flags)


@group.command("clear")
@writes
def clear(flags: WriteFlags) -> None:
    """Call an announced swap off, which the chain allows some time after it could be carried out.

    \b
    Examples:
      taoctl wallet swap-coldkey clear --wallet my-wallet
    """
    from taoctl.calls.coldkey_swap.announcing import ClearColdkeySwap
    from taoctl.cli.transact import transact

    transact(ClearColdkeySwap(), flags)


@group.command("dispute")
@writes
def dispute(flags: WriteFlags) -> None:
    """Freeze an announced swap, and the coldkey with it, until root decides.

    This is for a swap that somebody else announced with a stolen key. You cannot take it back.

    \b
    Examples:
      taoctl wallet swap-coldkey dispute --wallet my-wallet
    """
    from taoctl.calls.coldkey_swap.announcing import DisputeColdkeySwap
    from taoctl.cli.transact import transact

    transact(DisputeColdkeySwap(), flags)


@group.command("status")
def status(
    accounts: Accounts = None,
    new: Annotated[
        str | None,
        typer.Option(
            "--new",
            metavar="SS58|NAME",
            help="Check that this is the coldkey that was announced; exit 1 where it is not.",
            autocompletion=context.account_completions,
        ),
    ] = None,
) -> None:
    """Which coldkeys are announced to be swapped, for whom, and what may be done when.

    The chain keeps the hash of the new coldkey. It is shown where a wallet, the address book or
    --new has it.

    \b
    Examples:
      taoctl wallet swap-coldkey status
      taoctl wallet swap-coldkey status my-wallet --new my-new
      taoctl wallet swap-coldkey status my-wallet -o json
    """
    from taoctl.reads.coldkey_swaps import ColdkeySwapRow, coldkey_swaps

    coldkeys, names = context.addresses(accounts or ())
    wanted = None if new is None else context.account(new)
    if wanted is not None:
        names = context.names([wanted]) | names
        names.setdefault(wanted.ss58, wanted.ss58)
    rows, origin = context.run(lambda view: coldkey_swaps(view, coldkeys, names))
    output.show(Result("taoctl.wallet.swap-coldkey/1", origin, (Section(rows, ColdkeySwapRow),)))
    context.warn_insecure(coldkeys)
    if wanted is None:
        return
    other = [row.coldkey for row in rows if row.new_coldkey != wanted.ss58]
    if other:
        raise RefusedError(
            f"{', '.join(other)} did not announce to be swapped for {wanted.ss58}",
            "compare the hash; a swap that you did not announce is stopped with "
            "`taoctl wallet swap-coldkey dispute`",
        )


def _is_hash(text: str) -> bool:
    digits = text.lower().removeprefix("0x")
    return (
        digits != text.lower()
        and len(digits) == _HASH_DIGITS
        and all(one in "0123456789abcdef" for one in digits)
    )


def _address(text: str) -> str:
    if is_ss58(text):
        return text
    account = context.account(text)
    if account.kind == "hotkey":
        raise UsageError(
            f"a coldkey is swapped for a coldkey, and {account.label} is a hotkey",
            "name the wallet alone",
        )
    return account.ss58
