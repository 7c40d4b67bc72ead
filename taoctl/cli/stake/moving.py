"""`taoctl stake move`, `swap` and `transfer`: other hotkeys, subnets and coldkeys for stake."""

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

FromHotkey = Annotated[
    str | None,
    typer.Option(
        "--from-hotkey",
        metavar="SS58|NAME",
        help="Which hotkey holds it now; needed only where several do.",
        autocompletion=context.key_completions,
    ),
]
ToHotkey = Annotated[
    str,
    typer.Option(
        "--to-hotkey",
        metavar="SS58|NAME",
        help="Which hotkey it goes to.",
        autocompletion=context.key_completions,
    ),
]
Dest = Annotated[
    str,
    typer.Argument(
        metavar="DEST",
        help="The coldkey that receives it.",
        autocompletion=context.account_completions,
    ),
]


@app.command("move")
@writes
def move(
    flags: WriteFlags,
    amount: options.AlphaAmount,
    netuid: options.Netuid,
    to_hotkey: ToHotkey,
    from_hotkey: FromHotkey = None,
    to_netuid: options.ToNetuid = None,
    unsafe: options.Unsafe = False,
) -> None:
    """Move stake to another hotkey; --wallet names whose.

    Within a subnet nothing is traded and nothing lost. To another subnet at the same time the
    chain knows no limit, so that needs --unsafe; `taoctl stake swap`, and then a move, has one.

    \b
    Examples:
      taoctl stake move all --netuid 1 --to-hotkey 5FHn…94ty --wallet my-wallet
      taoctl stake move 10alpha --netuid 1 --from-hotkey old --to-hotkey new --wallet my-wallet
    """
    from taoctl.calls.stake.move import MoveStake
    from taoctl.cli.stake import orders

    source = context.netuid(netuid)
    wanted = options.alpha_of(amount, [source])
    target = source if to_netuid is None else context.netuid(to_netuid)

    async def order(view: View, account: Account) -> Intent:
        named = None if from_hotkey is None else [from_hotkey]
        [(holder, _)] = await orders.held_by(view, account, [source], named, "--from-hotkey")
        receiver = orders.hotkey_of(to_hotkey, account)
        return MoveStake(holder, receiver, source, target, wanted, unsafe)

    orders.send(order, flags)


@app.command("swap")
@writes
def swap(
    flags: WriteFlags,
    amount: options.AlphaAmount,
    netuid: options.Netuid,
    to_netuid: Annotated[
        str, typer.Option("--to-netuid", metavar="M", help="The subnet it goes to.")
    ],
    hotkey: options.Hotkey = None,
    tolerance: options.Tolerance = None,
    limit: options.LimitPrice = None,
    unsafe: options.Unsafe = False,
    partial: options.Partial = False,
) -> None:
    """Swap alpha of one subnet for alpha of another, at the same hotkey; --wallet names whose.

    A --limit is the least alpha of --to-netuid for one of --netuid: its price over the other's.

    \b
    Examples:
      taoctl stake swap 10alpha --netuid 1 --to-netuid 4 --wallet my-wallet
      taoctl stake swap all --netuid 1 --to-netuid 0 --wallet my-wallet --tolerance 0.5%
    """
    from taoctl.calls.stake.move import SwapStake
    from taoctl.cli.stake import orders

    source, target = context.netuid(netuid), context.netuid(to_netuid)
    wanted = options.alpha_of(amount, [source])
    until = options.limit_of(tolerance, limit, unsafe, partial)
    if source == target:
        raise UsageError("it is on that subnet already", "name another with --to-netuid")

    async def order(view: View, account: Account) -> Intent:
        named = None if hotkey is None else [hotkey]
        [(holder, _)] = await orders.held_by(view, account, [source], named)
        return SwapStake(holder, source, target, wanted, until, partial)

    orders.send(order, flags)


@app.command("transfer")
@writes
def transfer(
    flags: WriteFlags,
    amount: options.AlphaAmount,
    dest: Dest,
    netuid: options.Netuid,
    hotkey: options.Hotkey = None,
    to_netuid: options.ToNetuid = None,
    unsafe: options.Unsafe = False,
) -> None:
    """Give stake to another coldkey, at the same hotkey; --wallet names whose.

    Within a subnet nothing is traded. To another subnet at the same time the chain knows no limit,
    so that needs --unsafe; `taoctl stake swap`, and then a transfer, has one.

    \b
    Examples:
      taoctl stake transfer 10alpha my-other --netuid 1 --wallet my-wallet --dry-run
      taoctl stake transfer all 5FHn…94ty --netuid 1 --hotkey validator --wallet my-wallet
    """
    from taoctl.calls.stake.move import TransferStake
    from taoctl.cli.stake import orders

    source = context.netuid(netuid)
    wanted = options.alpha_of(amount, [source])
    target = source if to_netuid is None else context.netuid(to_netuid)
    receiver = context.account(dest).ss58

    async def order(view: View, account: Account) -> Intent:
        named = None if hotkey is None else [hotkey]
        [(holder, _)] = await orders.held_by(view, account, [source], named)
        return TransferStake(receiver, holder, source, target, wanted, unsafe)

    orders.send(order, flags)
