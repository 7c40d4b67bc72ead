"""`taoctl stake list`: the positions of accounts and what they are worth."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.stake.app import app


@app.command("list")
def list_(
    accounts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SS58|NAME]...",
            help="Every wallet when left out.",
            autocompletion=context.wallet_completions,
        ),
    ] = None,
) -> None:
    """Every stake position of addresses or wallets, and what it is worth.

    \b
    Examples:
      taoctl stake list
      taoctl stake list my-wallet -o wide
      taoctl stake list 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY -o csv
    """
    from taoctl.reads.stake import StakeRow, stake

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: stake(view, coldkeys, names))
    output.show(Result("taoctl.stake.list/1", origin, (Section(rows, StakeRow),)))
    context.warn_insecure(coldkeys)
