"""`taoctl wallet balance`."""

from __future__ import annotations

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.output import Result, Section
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.swap_notice import swaps_of, warn_of


@app.command("balance")
def balance(
    accounts: Accounts = None,
) -> None:
    """Free, reserved and staked TAO of addresses or wallets.

    \b
    Examples:
      taoctl wallet balance
      taoctl wallet balance my-wallet
      taoctl wallet balance 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY -o json
    """
    import asyncio

    from taoctl.reads.balances import BalanceRow, balances

    coldkeys, names = context.addresses(accounts or ())
    (rows, swaps), origin = context.run(
        lambda view: asyncio.gather(balances(view, coldkeys, names), swaps_of(view, coldkeys))
    )
    output.show(Result("taoctl.wallet.balance/1", origin, (Section(rows, BalanceRow),)))
    context.warn_insecure(coldkeys)
    warn_of(swaps)
