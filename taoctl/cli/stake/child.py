"""`taoctl stake child`: hotkeys that are lent the stake weight of others."""

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
from taoctl.cli.stake.take import show_takes
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.stake.children import Child
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

group = typer.Typer(
    cls=LazyGroup,
    help="Childkeys: lend a hotkey's stake weight on a subnet to other hotkeys.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group, name="child")

Parent = Annotated[
    str | None,
    typer.Option(
        "--hotkey",
        metavar="SS58|NAME",
        help="The parent; the wallet's own hotkey when left out.",
        autocompletion=context.key_completions,
    ),
]


@group.command("get")
def get(
    hotkeys: Hotkeys = None,
) -> None:
    """Children and parents of hotkeys, and changes that wait with the block they wait for.

    \b
    Examples:
      taoctl stake child get
      taoctl stake child get my-wallet/validator -o json
    """
    from taoctl.reads.children import ChildRow, children

    coldkeys, keys, names = context.keys(hotkeys or ())
    rows, origin = context.run(lambda view: children(view, coldkeys, keys, names))
    section = Section(rows, ChildRow)
    output.show(Result("taoctl.stake.child/1", origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@group.command("set")
@writes
def set_(
    flags: WriteFlags,
    shares: Annotated[
        list[str],
        typer.Argument(metavar="CHILD=SHARE...", help="Whom to lend how much: 10% or 0.1."),
    ],
    netuid: options.Netuids,
    hotkey: Parent = None,
) -> None:
    """Set the children of a hotkey on a subnet, in place of those it has.

    The change waits: it takes effect with the subnet's first epoch after the chain's cooldown.

    \b
    Examples:
      taoctl stake child set 5FHn…94ty=10% --netuid 1 --wallet my-wallet
      taoctl stake child set miner=50% 5DAA…wTXV=0.25 --netuid 4 --wallet my-wallet --dry-run
    """
    from taoctl.calls.batch import one_or_batch
    from taoctl.calls.batch_mode import BatchMode
    from taoctl.calls.stake.children import SetChildren
    from taoctl.cli.stake import orders

    written = [_written(text) for text in shares]
    netuids = options.netuids_of(netuid)

    async def order(view: View, account: Account) -> Intent:
        parent = orders.staking_hotkeys([hotkey] if hotkey else None, account)[0]
        children = _children(written, account)
        return one_or_batch([SetChildren(parent, one, children) for one in netuids], BatchMode.ALL)

    orders.send(order, flags)


def _written(text: str) -> tuple[str, int]:
    """A child as it was named, and its share; raises UsageError for anything else."""
    from taoctl.calls.stake.proportion import parse_proportion
    from taoctl.units import U64_MAX

    name, equals, share = text.rpartition("=")
    if not equals or not name.strip():
        raise UsageError(
            f"{printable(text, 80)!r} is no child with its share",
            "write CHILD=SHARE, as in 5F…=10%",
        )
    return name.strip(), parse_proportion(share, U64_MAX)


def _children(written: Sequence[tuple[str, int]], account: Account) -> tuple[Child, ...]:
    from taoctl.calls.stake.children import Child
    from taoctl.cli.stake import orders

    return tuple(Child(orders.hotkey_of(name, account), share) for name, share in written)


@group.command("revoke")
@writes
def revoke(flags: WriteFlags, netuid: options.Netuids, hotkey: Parent = None) -> None:
    """Take all children of a hotkey on a subnet back.

    \b
    Examples:
      taoctl stake child revoke --netuid 1 --wallet my-wallet
      taoctl stake child revoke --netuid 1,4 --hotkey validator --wallet my-wallet --dry-run
    """
    from taoctl.calls.batch import one_or_batch
    from taoctl.calls.batch_mode import BatchMode
    from taoctl.calls.stake.children import SetChildren
    from taoctl.cli.stake import orders

    netuids = options.netuids_of(netuid)

    async def order(view: View, account: Account) -> Intent:
        parent = orders.staking_hotkeys([hotkey] if hotkey else None, account)[0]
        return one_or_batch([SetChildren(parent, one, ()) for one in netuids], BatchMode.ALL)

    orders.send(order, flags)


@group.command("take")
@writes
def take(
    flags: WriteFlags,
    share: Annotated[
        str | None, typer.Argument(metavar="[TAKE]", help="18% or 0.18; shown when left out.")
    ] = None,
    netuid: Annotated[
        list[str] | None,
        typer.Option("--netuid", metavar="N[,N…]", help="The subnet; repeatable."),
    ] = None,
    hotkey: Parent = None,
) -> None:
    """Set the share of dividends that a child keeps of what parents lend it; or show it.

    It may be lowered at any time, and raised only so many blocks after it was last set.

    \b
    Examples:
      taoctl stake child take --wallet my-wallet
      taoctl stake child take 9% --netuid 1 --hotkey miner --wallet my-wallet
    """
    if share is None:
        show_takes("taoctl.stake.child.take/1", hotkey, of="parents", netuids=netuid)
        return
    from taoctl.calls.batch import one_or_batch
    from taoctl.calls.batch_mode import BatchMode
    from taoctl.calls.stake.proportion import parse_proportion
    from taoctl.calls.stake.takes import SetChildkeyTake
    from taoctl.cli.stake import orders
    from taoctl.units import U16_MAX

    wanted, netuids = parse_proportion(share, U16_MAX), options.netuids_of(netuid or ())

    async def order(view: View, account: Account) -> Intent:
        child = orders.staking_hotkeys([hotkey] if hotkey else None, account)[0]
        takes = [SetChildkeyTake(child, one, wanted) for one in netuids]
        return one_or_batch(takes, BatchMode.ALL)

    orders.send(order, flags)
