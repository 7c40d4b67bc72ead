"""`taoctl stake take`: the share of dividends that a hotkey keeps of its stakers'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.arguments import Hotkeys
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
    help="Take: the share of dividends that a hotkey keeps of its stakers'.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group, name="take")


@group.command("get")
def get(
    hotkeys: Hotkeys = None,
) -> None:
    """The takes of hotkeys, their bounds, and the block from which they may be raised.

    \b
    Examples:
      taoctl stake take get
      taoctl stake take get 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty -o json
    """
    _show("taoctl.stake.take/1", hotkeys or (), of="stakers", netuids=None)


def show_takes(
    schema: str, hotkey: str | None, *, of: str, netuids: Sequence[str] | None = None
) -> None:
    """Write the takes of a hotkey, or of those of the wallets named, to stdout.

    Args:
        of: whose dividends: `stakers` or `parents`.
        netuids: of childkey takes, only those of these subnets.
    """
    _show(schema, [_named(hotkey)] if hotkey else [], of=of, netuids=netuids)


def _named(hotkey: str) -> str:
    """The address of a hotkey, whose name counts first among those of the one wallet named."""
    from taoctl.cli.stake import orders

    wallets = context.wallet_names()
    if len(wallets) != 1:
        return hotkey
    return orders.hotkey_of(hotkey, context.account(wallets[0]))


def _show(schema: str, given: Sequence[str], *, of: str, netuids: Sequence[str] | None) -> None:
    from taoctl.reads.takes import TakeRow, takes

    only = set(options.netuids_of(netuids)) if netuids else None
    coldkeys, keys, names = context.keys(given)
    found, origin = context.run(lambda view: takes(view, coldkeys, keys, names))
    rows = tuple(one for one in found if one.of == of and (only is None or one.netuid in only))
    section = Section(rows, TakeRow)
    output.show(Result(schema, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@group.command("set")
@writes
def set_(
    flags: WriteFlags,
    share: Annotated[str, typer.Argument(metavar="TAKE", help="18% or 0.18.")],
    hotkey: Annotated[
        str | None,
        typer.Option(
            "--hotkey",
            metavar="SS58|NAME",
            help="Whose take; the wallet's own hotkey when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
) -> None:
    """Set the take of a hotkey that the wallet owns: raise or lower it.

    It may be lowered at any time, and raised only so many blocks after its last change.

    \b
    Examples:
      taoctl stake take set 9% --wallet my-wallet
      taoctl stake take set 0.18 --hotkey validator --wallet my-wallet --dry-run
    """
    from taoctl.calls.stake.proportion import parse_proportion
    from taoctl.calls.stake.takes import SetTake
    from taoctl.cli.stake import orders
    from taoctl.units import U16_MAX

    wanted = parse_proportion(share, U16_MAX)

    async def order(view: View, account: Account) -> Intent:
        return SetTake(orders.staking_hotkeys([hotkey] if hotkey else None, account)[0], wanted)

    orders.send(order, flags)
