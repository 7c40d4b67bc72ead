"""`taoctl stake auto`: the hotkeys that mining rewards are staked to."""

from __future__ import annotations

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
    help="Auto-stake: the hotkeys that mining rewards are staked to.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group, name="auto")


@group.command("get")
def get(
    accounts: Accounts = None,
) -> None:
    """The hotkeys that coldkeys have their mining rewards staked to, by subnet.

    A subnet that is not listed has none set: there each miner's rewards stay on its own hotkey.

    \b
    Examples:
      taoctl stake auto get
      taoctl stake auto get my-wallet -o json
    """
    from taoctl.reads.auto_stake import AutoStakeRow, auto_stake

    coldkeys, names = context.addresses(accounts or ())
    rows, origin = context.run(lambda view: auto_stake(view, coldkeys, names))
    section = Section(rows, AutoStakeRow)
    output.show(Result("taoctl.stake.auto/1", origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@group.command("set")
@writes
def set_(
    flags: WriteFlags,
    hotkey: Annotated[
        str,
        typer.Argument(
            metavar="HOTKEY",
            help="Whom to stake to: it must have a UID on the subnet.",
            autocompletion=context.key_completions,
        ),
    ],
    netuid: options.Netuids,
) -> None:
    """Have what miners of the wallet earn on a subnet staked to a hotkey.

    \b
    Examples:
      taoctl stake auto set validator --netuid 1 --wallet my-wallet
      taoctl stake auto set 5FHn…94ty --netuid 1,4 --wallet my-wallet --dry-run
    """
    from taoctl.calls.batch import one_or_batch
    from taoctl.calls.batch_mode import BatchMode
    from taoctl.calls.stake.auto_stake import SetAutoStake
    from taoctl.cli.stake import orders

    netuids = options.netuids_of(netuid)

    async def order(view: View, account: Account) -> Intent:
        chosen = orders.hotkey_of(hotkey, account)
        return one_or_batch([SetAutoStake(one, chosen) for one in netuids], BatchMode.ALL)

    orders.send(order, flags)
