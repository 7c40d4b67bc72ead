"""`taoctl stake lock`: alpha that stays, so that a hotkey gains conviction."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Result, Section
from taoctl.cli.stake import options
from taoctl.cli.stake.app import app
from taoctl.cli.writing import WriteFlags, writes

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

group = typer.Typer(
    cls=LazyGroup,
    help="Locks: alpha that cannot leave, so that a hotkey gains conviction on a subnet.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group, name="lock")


class LockMode(StrEnum):
    """Whether a lock lets go."""

    DECAYING = "decaying"
    PERPETUAL = "perpetual"


class Answer(StrEnum):
    """Yes or no."""

    YES = "yes"
    NO = "no"


@group.command("list")
def list_(
    accounts: Accounts = None,
) -> None:
    """The locks of accounts as they are now: alpha, conviction, and what stays locked how long.

    \b
    Examples:
      taoctl stake lock list
      taoctl stake lock list my-wallet -o wide
    """
    from taoctl.reads.locks import LockRow, locks

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: locks(view, coldkeys, names))
    output.show(Result("taoctl.stake.lock.list/1", origin, (Section(rows, LockRow),)))
    context.warn_insecure(coldkeys)


@group.command("add")
@writes
def add(
    flags: WriteFlags,
    amount: Annotated[
        str,
        typer.Argument(metavar="AMOUNT", help="10alpha; or 50%, or all, of what is not locked."),
    ],
    netuid: options.Netuid,
    hotkey: options.Hotkey = None,
) -> None:
    """Lock alpha that the wallet has staked on a subnet, for a hotkey's conviction.

    It cannot be undone: a decaying lock lets half go in its half life, a perpetual one nothing.
    One lock per subnet, on one hotkey, which need not be the one that holds the stake.

    \b
    Examples:
      taoctl stake lock add 10alpha --netuid 1 --hotkey validator --wallet my-wallet
      taoctl stake lock add 50% --netuid 4 --hotkey 5FHn…94ty --wallet my-wallet --dry-run
    """
    from taoctl.calls.stake.amount import parse_amount
    from taoctl.calls.stake.locks import LockStake
    from taoctl.cli.stake import orders

    wanted, on = parse_amount(amount, "alpha"), context.netuid(netuid)

    async def order(view: View, account: Account) -> Intent:
        backed = orders.staking_hotkeys([hotkey] if hotkey else None, account)[0]
        return LockStake(backed, on, wanted)

    orders.send(order, flags)


@group.command("move")
@writes
def move(
    flags: WriteFlags,
    netuid: options.Netuid,
    to_hotkey: Annotated[
        str,
        typer.Option(
            "--to-hotkey",
            metavar="SS58|NAME",
            help="Whom the lock shall back.",
            autocompletion=context.key_completions,
        ),
    ],
) -> None:
    """Have the wallet's lock on a subnet back another hotkey.

    Conviction begins anew, unless one coldkey owns both hotkeys.

    \b
    Examples:
      taoctl stake lock move --netuid 1 --to-hotkey 5FHn…94ty --wallet my-wallet
    """
    from taoctl.calls.stake.locks import MoveLock
    from taoctl.cli.stake import orders

    on = context.netuid(netuid)

    async def order(view: View, account: Account) -> Intent:
        return MoveLock(orders.hotkey_of(to_hotkey, account), on)

    orders.send(order, flags)


@group.command("mode")
@writes
def mode(
    flags: WriteFlags,
    kind: Annotated[LockMode, typer.Argument(help="Let it decay, or stay whole.")],
    netuid: options.Netuid,
) -> None:
    """Let the wallet's lock on a subnet decay, or stay whole.

    \b
    Examples:
      taoctl stake lock mode perpetual --netuid 1 --wallet my-wallet
      taoctl stake lock mode decaying --netuid 1 --wallet my-wallet
    """
    from taoctl.calls.stake.locks import SetPerpetualLock
    from taoctl.cli.stake import orders

    wanted = SetPerpetualLock(context.netuid(netuid), kind is LockMode.PERPETUAL)

    async def order(view: View, account: Account) -> Intent:
        return wanted

    orders.send(order, flags)


@group.command("accept")
@writes
def accept(
    flags: WriteFlags,
    answer: Annotated[
        Answer | None, typer.Argument(help="Whether to take it; shown when left out.")
    ] = None,
) -> None:
    """Take locked alpha that others transfer to the wallet, or refuse it; or say which it is.

    Every account refuses it at first: with locked alpha comes its lock.

    \b
    Examples:
      taoctl stake lock accept
      taoctl stake lock accept yes --wallet my-wallet
    """
    if answer is None:
        _show_answers()
        return
    from taoctl.calls.stake.locks import SetRejectLockedAlpha
    from taoctl.cli.stake import orders

    wanted = SetRejectLockedAlpha(answer is Answer.NO)

    async def order(view: View, account: Account) -> Intent:
        return wanted

    orders.send(order, flags)


def _show_answers() -> None:
    from taoctl.reads.locks import AcceptRow, locked_alpha

    coldkeys, names = context.addresses(())
    rows, origin = context.run(lambda view: locked_alpha(view, coldkeys, names))
    output.show(Result("taoctl.stake.lock.accept/1", origin, (Section(rows, AcceptRow),)))
    context.warn_insecure(coldkeys)
