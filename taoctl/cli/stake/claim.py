"""`taoctl stake owed`, `claim` and `claim-type`: root dividends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.output import Result, Section
from taoctl.cli.stake import options
from taoctl.cli.stake.app import app
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import RefusedError, UsageError
from taoctl.text import printable
from taoctl.units import Tao

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.stake.claims import ClaimType
    from taoctl.chain.view import View
    from taoctl.reads.root_claims import RootClaimRow
    from taoctl.wallet.accounts import Account


@app.command("owed")
def owed(
    accounts: Accounts = None,
) -> None:
    """The root dividends that wait to be claimed, by hotkey and subnet.

    What is below a subnet's claim threshold waits until it has reached it. The chain also claims
    by itself, for a few accounts in each block.

    \b
    Examples:
      taoctl stake owed
      taoctl stake owed my-wallet -o json
    """
    from taoctl.reads.root_claims import RootClaimRow, root_claims

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: root_claims(view, coldkeys, names))
    section = Section(rows, RootClaimRow)
    output.show(Result("taoctl.stake.owed/1", origin, (section,), headline=_total(rows)))
    context.warn_insecure(coldkeys)


def _total(rows: Sequence[RootClaimRow]) -> str:
    """One line for people: what is owed at spot, and how much of it can be claimed now."""
    values = [(row.value_tao_rao, row.claimable) for row in rows]
    if not rows or any(value is None for value, _ in values):
        return ""
    total = sum(value or 0 for value, _ in values)
    ready = sum(value or 0 for value, claimable in values if claimable)
    return f"{Tao(total)} at spot, {Tao(ready)} of it can be claimed now"


@app.command("claim")
@writes
def claim(
    flags: WriteFlags,
    netuid: Annotated[
        list[str] | None,
        typer.Option(
            "--netuid",
            metavar="N[,N…]",
            help="Of these subnets; repeatable. Of all that owe enough when left out.",
        ),
    ] = None,
) -> None:
    """Claim root dividends; --wallet names whose.

    They become root stake, or stay alpha, as `taoctl stake claim-type` says. One call claims of
    five subnets at most; of more it is a batch.

    \b
    Examples:
      taoctl stake claim --wallet my-wallet
      taoctl stake claim --netuid 1,4 --wallet my-wallet --dry-run
    """
    from taoctl.calls.stake.claims import ClaimRoot, claimable_subnets
    from taoctl.cli.stake import orders

    named = options.netuids_of(netuid) if netuid else None

    async def order(view: View, account: Account) -> Intent:
        found = named or await claimable_subnets(view, account.ss58)
        if not found:
            raise RefusedError(
                f"{account.label or account.ss58} is owed no root dividends that can be claimed",
                "see `taoctl stake owed` for what waits below a threshold",
            )
        return ClaimRoot(tuple(found))

    orders.send(order, flags)


@app.command("claim-type")
@writes
def claim_type(
    flags: WriteFlags,
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[swap|keep|keep:N,N…]",
            help="Sell what is claimed, keep it as alpha, or keep that of some subnets.",
        ),
    ] = None,
) -> None:
    """Choose what becomes of claimed root dividends; without a type, say what does.

    `swap` sells them and stakes the TAO on root, as is the chain's default; `keep` keeps alpha;
    `keep:1,4` keeps that of some subnets and sells the others. It holds for the claims that the
    chain makes by itself, too.

    \b
    Examples:
      taoctl stake claim-type
      taoctl stake claim-type keep --wallet my-wallet
      taoctl stake claim-type keep:1,4 --wallet my-wallet --dry-run
    """
    if kind is None:
        _show_types()
        return
    from taoctl.calls.stake.claims import SetRootClaimType
    from taoctl.cli.stake import orders

    wanted = SetRootClaimType(parse_claim_type(kind))

    async def order(view: View, account: Account) -> Intent:
        return wanted

    orders.send(order, flags)


def _show_types() -> None:
    from taoctl.reads.root_claims import ClaimTypeRow, claim_types

    coldkeys, names = context.addresses(())
    rows, origin = context.run(lambda view: claim_types(view, coldkeys, names))
    output.show(Result("taoctl.stake.claim-type/1", origin, (Section(rows, ClaimTypeRow),)))
    context.warn_insecure(coldkeys)


def parse_claim_type(text: str) -> ClaimType:
    """The claim type that an argument says; raises UsageError for another word."""
    from taoctl.calls.stake.claims import KEEP, KEEP_SUBNETS, SWAP, ClaimType

    word, colon, listed = text.strip().lower().partition(":")
    if not colon and word in ("swap", "keep"):
        return ClaimType({"swap": SWAP, "keep": KEEP}[word])
    if word != "keep" or not listed.strip(", "):
        raise UsageError(
            f"{printable(text, 40)!r} is no claim type", "write swap, keep, or keep:1,4"
        )
    return ClaimType(KEEP_SUBNETS, tuple(sorted(options.netuids_of([listed]))))
