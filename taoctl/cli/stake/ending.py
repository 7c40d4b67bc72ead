"""`taoctl stake recycle` and `burn`: giving alpha up for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context
from taoctl.cli.stake import options
from taoctl.cli.stake.app import app
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

EitherAmount = Annotated[
    str,
    typer.Argument(
        metavar="AMOUNT", help="10alpha, 50% or all of a position; or 10tao, to buy and burn."
    ),
]


@app.command("recycle")
@writes
def recycle(
    flags: WriteFlags,
    amount: options.AlphaAmount,
    netuid: options.Netuid,
    hotkey: options.Hotkey = None,
) -> None:
    """Give alpha back to its subnet, which emits it again; nothing comes back to you.

    \b
    Examples:
      taoctl stake recycle 10alpha --netuid 1 --wallet my-wallet --dry-run
    """
    from taoctl.calls.stake.amount import parse_amount
    from taoctl.calls.stake.recycle import RecycleAlpha
    from taoctl.cli.stake import orders

    wanted, number = parse_amount(amount, "alpha"), context.netuid(netuid)

    async def order(view: View, account: Account) -> Intent:
        named = None if hotkey is None else [hotkey]
        [(holder, _)] = await orders.held_by(view, account, [number], named)
        return RecycleAlpha(holder, number, wanted)

    orders.send(order, flags)


@app.command("burn")
@writes
def burn(
    flags: WriteFlags,
    amount: EitherAmount,
    netuid: options.Netuid,
    hotkey: options.Hotkey = None,
    tolerance: options.Tolerance = None,
    limit: options.LimitPrice = None,
    unsafe: options.Unsafe = False,
) -> None:
    """Destroy alpha: that of a position, or with TAO what it buys; nothing comes back to you.

    A share and `all` are of the position. The limit is that of the purchase.

    \b
    Examples:
      taoctl stake burn 10alpha --netuid 1 --wallet my-wallet --dry-run
      taoctl stake burn 10tao --netuid 1 --hotkey validator --wallet my-wallet
    """
    from taoctl.calls.stake.amount import parse_amount
    from taoctl.calls.stake.recycle import AddStakeBurn, BurnAlpha
    from taoctl.cli.stake import orders

    wanted, number = parse_amount(amount, "either"), context.netuid(netuid)
    named = None if hotkey is None else [hotkey]
    if wanted.kind != "tao" and (unsafe or tolerance is not None or limit is not None):
        raise UsageError(
            "there is no price to limit: alpha that is burned is not traded",
            "leave --tolerance, --limit and --unsafe out",
        )
    until = options.limit_of(tolerance, limit, unsafe)

    async def order(view: View, account: Account) -> Intent:
        if wanted.kind == "tao":
            return AddStakeBurn(orders.staking_hotkeys(named, account)[0], number, wanted, until)
        [(holder, _)] = await orders.held_by(view, account, [number], named)
        return BurnAlpha(holder, number, wanted)

    orders.send(order, flags)
