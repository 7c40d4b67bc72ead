"""`taoctl stake add`, `remove` and `unstake-all`: buying and selling alpha."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.calls.batch_mode import BatchMode
from taoctl.cli.stake import options
from taoctl.cli.stake.app import app
from taoctl.cli.writing import WriteFlags, writes

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account


@app.command("add")
@writes
def add(
    flags: WriteFlags,
    amount: options.TaoAmount,
    netuid: options.Netuids,
    hotkey: options.Hotkeys = None,
    tolerance: options.Tolerance = None,
    limit: options.LimitPrice = None,
    unsafe: options.Unsafe = False,
    partial: options.Partial = False,
    batch_mode: options.Mode = BatchMode.ALL,
) -> None:
    """Stake TAO: buy alpha of a subnet and hold it through a hotkey; --wallet names who pays.

    The amount is for each subnet and hotkey; a share of the free TAO, or all of it, is divided
    evenly among them. Without --hotkey it is the wallet's own, if it has one or one called
    `default`. With several --wallet each of them stakes.

    \b
    Examples:
      taoctl stake add 10tao --netuid 1 --hotkey 5FHn…94ty --wallet my-wallet
      taoctl stake add 50% --netuid 1,4,64 --hotkey validator --wallet my-wallet --dry-run
      taoctl stake add 100tao --netuid 8 --hotkey validator --wallet my-wallet --tolerance 0.5%
      taoctl stake add all --netuid 0 --hotkey validator --wallet my-wallet
    """
    from taoctl.calls.stake.add import AddStake
    from taoctl.calls.stake.amount import parse_amount
    from taoctl.cli.stake import orders

    wanted, until = parse_amount(amount, "tao"), options.limit_of(tolerance, limit, unsafe, partial)
    netuids = options.netuids_of(netuid)

    async def order(view: View, account: Account) -> Intent:
        hotkeys = orders.staking_hotkeys(hotkey, account)
        each = wanted.divided(len(hotkeys) * len(netuids))
        trades = [AddStake(one, n, each, until, partial) for n in netuids for one in hotkeys]
        return orders.together(trades, batch_mode)

    orders.send(order, flags)


@app.command("remove")
@writes
def remove(
    flags: WriteFlags,
    amount: options.AlphaAmount,
    netuid: options.Netuids,
    hotkey: options.Hotkeys = None,
    tolerance: options.Tolerance = None,
    limit: options.LimitPrice = None,
    unsafe: options.Unsafe = False,
    partial: options.Partial = False,
    batch_mode: options.Mode = BatchMode.ALL,
) -> None:
    """Unstake: sell alpha of a subnet for TAO; --wallet names whose.

    The amount is of each position. Without --hotkey it is the one that holds the stake there, if
    there is only one. `all` sells whatever the position holds when the transaction runs.

    \b
    Examples:
      taoctl stake remove 10alpha --netuid 1 --wallet my-wallet
      taoctl stake remove all --netuid 1,4 --wallet my-wallet --dry-run
      taoctl stake remove 50% --netuid 8 --hotkey validator --wallet my-wallet --limit 0.02
    """
    from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
    from taoctl.cli.stake import orders

    netuids = options.netuids_of(netuid)
    wanted = options.alpha_of(amount, netuids)
    until = options.limit_of(tolerance, limit, unsafe, partial)

    async def order(view: View, account: Account) -> Intent:
        held = await orders.held_by(view, account, netuids, hotkey)
        if wanted.kind == "all" and not partial:
            whole = [RemoveAllAtLimit(one, n, until) for one, n in held]
            return orders.together(whole, batch_mode)
        parts = [RemoveStake(one, n, wanted, until, partial) for one, n in held]
        return orders.together(parts, batch_mode)

    orders.send(order, flags)


@app.command("unstake-all")
@writes
def unstake_all(
    flags: WriteFlags,
    hotkey: options.Hotkeys = None,
    alpha: Annotated[
        bool,
        typer.Option("--alpha", help="Leave root stake, and stake the TAO of the others there."),
    ] = False,
    tolerance: options.Tolerance = None,
    unsafe: options.Unsafe = False,
    batch_mode: options.Mode = BatchMode.ALL,
) -> None:
    """Unstake every position, or those with some hotkeys; --wallet names whose.

    Each position is sold by a call of its own within the tolerance. Those that cannot be sold,
    because they are locked or too small, stay, and the plan says which. --unsafe uses the chain's
    own unstake_all, which has no limit.

    \b
    Examples:
      taoctl stake unstake-all --wallet my-wallet --dry-run
      taoctl stake unstake-all --hotkey validator --wallet my-wallet --tolerance 3%
      taoctl stake unstake-all --alpha --wallet my-wallet
    """
    from taoctl.calls.stake.all import UnstakeAll
    from taoctl.cli.stake import orders

    until = options.limit_of(tolerance, None, unsafe)

    async def order(view: View, account: Account) -> Intent:
        named = tuple(orders.staking_hotkeys(hotkey, account)) if hotkey else ()
        return UnstakeAll(until, named, alpha, batch_mode)

    orders.send(order, flags)
