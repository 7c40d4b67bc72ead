"""`taoctl multisig`: accounts that several keys share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Result, Section
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

app = typer.Typer(
    cls=LazyGroup,
    help="Accounts that several keys share: their address, what is pending, approvals.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Shared = Annotated[
    str,
    typer.Argument(
        metavar="NAME|N:SS58,SS58,…",
        help="The multisig account: a name of the address book, or its members.",
        autocompletion=context.account_completions,
    ),
]


@app.command("address")
def address(account: Shared) -> None:
    """The address of a multisig account, worked out from its members.

    \b
    Examples:
      taoctl multisig address 2:alice,bob,5FLS…S59Y
      taoctl multisig address treasury -o json
    """
    from taoctl.cli.transact import group

    found = group(account)
    data = {
        "ss58": found.ss58,
        "threshold": found.threshold,
        "signatories": list(found.sorted),
    }
    output.show_data("taoctl.multisig.address/1", data, found.ss58)


@app.command("list")
def list_(
    accounts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|SS58|N:SS58,SS58,…]...",
            help="Every multisig of the address book when left out.",
            autocompletion=context.account_completions,
        ),
    ] = None,
) -> None:
    """The calls of multisig accounts that wait for approvals.

    \b
    Examples:
      taoctl multisig list
      taoctl multisig list treasury -o json
    """
    from taoctl.reads.delegations import PendingRow, multisigs

    wanted, names = _addresses(accounts or ()), context.names()
    rows, origin = context.run(lambda view: multisigs(view, wanted, names))
    section = Section(rows, PendingRow)
    output.show(Result("taoctl.multisig.list/1", origin, (section,)))


@app.command("approve")
@writes
def approve(
    flags: WriteFlags,
    account: Shared,
    call: Annotated[
        str,
        typer.Argument(metavar="CALL|HASH", help="The call's 0x bytes, or only its hash."),
    ],
) -> None:
    """Approve a pending call, or open one; the last approval needs the call's bytes.

    \b
    Examples:
      taoctl multisig approve treasury 0x0503…59 --wallet my-wallet
      taoctl multisig approve treasury 0x1a2b… --wallet my-wallet --dry-run
    """
    from taoctl.cli.call_hash import call_or_hash
    from taoctl.cli.transact import group, transact

    shared = group(account)
    data, digest = call_or_hash(call)
    if flags.multisig is not None:
        raise UsageError("--multisig means nothing here: the account is named already")

    async def build(view: View, signer: Account) -> Intent:
        from taoctl.calls.generic import Generic, from_bytes
        from taoctl.calls.multisig import ByMultisig
        from taoctl.calls.multisig_by_hash import ApproveHash

        if data is None:
            return ApproveHash(shared, digest)
        return ByMultisig(Generic(from_bytes(view.codec, data)), shared)

    transact(build, flags)


@app.command("cancel")
@writes
def cancel(
    flags: WriteFlags,
    account: Shared,
    call: Annotated[
        str, typer.Argument(metavar="CALL|HASH", help="The call's 0x bytes, or its hash.")
    ],
) -> None:
    """Withdraw a pending call; only the member who opened it may.

    \b
    Examples:
      taoctl multisig cancel treasury 0x1a2b… --wallet my-wallet
    """
    from taoctl.calls.multisig_by_hash import Cancel
    from taoctl.cli.call_hash import call_or_hash
    from taoctl.cli.transact import group, transact

    _, digest = call_or_hash(call)
    transact(Cancel(group(account), digest), flags)


def _addresses(given: Sequence[str]) -> list[str]:
    from taoctl.cli.transact import group
    from taoctl.wallet.book import all_entries, default_path

    if given:
        return [group(one).ss58 if ":" in one else context.account(one).ss58 for one in given]
    found = [one.ss58 for one in all_entries(default_path()) if one.threshold is not None]
    if not found:
        raise UsageError(
            "the address book has no multisig account",
            "name one, or add it with `taoctl address add NAME SS58... --threshold N`",
        )
    return list(dict.fromkeys(found))
