"""`taoctl subnet create` and `start`: a subnet of one's own, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context
from taoctl.cli.writing import WriteFlags, tao_amount, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

_Text = str | None


@writes
def create(
    flags: WriteFlags,
    hotkey: Annotated[
        str | None,
        typer.Option(
            "--hotkey",
            metavar="SS58|NAME",
            help="Its first neuron, which speaks for the owner. The wallet's own when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
    max_cost: Annotated[
        str | None,
        typer.Option(
            "--max-cost",
            metavar="TAO",
            help="The most that it may cost; what the plan quotes when left out.",
        ),
    ] = None,
    name: Annotated[_Text, typer.Option("--name", help="Its name; at most 256 bytes.")] = None,
    github: Annotated[
        _Text, typer.Option("--github", help="Where its code is; at most 1024 bytes.")
    ] = None,
    contact: Annotated[
        _Text, typer.Option("--contact", help="Whom to write to; at most 1024 bytes.")
    ] = None,
    url: Annotated[_Text, typer.Option("--url", help="Web page; at most 1024 bytes.")] = None,
    discord: Annotated[_Text, typer.Option("--discord", help="At most 256 bytes.")] = None,
    description: Annotated[_Text, typer.Option("--description", help="At most 1024 bytes.")] = None,
    logo: Annotated[
        _Text, typer.Option("--logo", help="Where its picture is; at most 1024 bytes.")
    ] = None,
    additional: Annotated[
        _Text, typer.Option("--additional", help="Anything else; at most 1024 bytes.")
    ] = None,
    unguarded: Annotated[
        bool,
        typer.Option(
            "--unguarded",
            help="Pay whatever it costs in its block: for proxies that may not transfer.",
        ),
    ] = False,
) -> None:
    """Create a subnet, for no more than --max-cost.

    The plan says what it costs now, when it costs less, which subnet goes for it where the chain
    is full, and what becomes of the TAO. The chain's call knows no limit: a second call in the same
    batch sees to it that all is undone, for the fee alone, where the account has less left than
    the limit and the fee allow. Start the subnet afterwards with `taoctl subnet start`.

    \b
    Examples:
      taoctl subnet create --hotkey owner --wallet my-wallet --dry-run
      taoctl subnet create --hotkey owner --wallet my-wallet --max-cost 900 --name "My subnet"
    """
    from taoctl.cli.identity import utf8
    from taoctl.cli.subnet_creating import carry_out

    if len(dict.fromkeys(context.wallet_names())) > 1:
        raise UsageError("a subnet has one owner", "name one wallet")
    if unguarded and max_cost is not None:
        raise UsageError("--unguarded and --max-cost contradict each other", "give one of them")
    given = {
        "subnet_name": name,
        "github_repo": github,
        "subnet_contact": contact,
        "subnet_url": url,
        "discord": discord,
        "description": description,
        "logo_url": logo,
        "additional": additional,
    }
    identity = tuple((field, utf8(text)) for field, text in given.items() if text is not None)
    carry_out(
        hotkey,
        None if max_cost is None else tao_amount(max_cost),
        identity,
        flags,
        guarded=not unguarded,
    )


@writes
def start(
    flags: WriteFlags,
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
) -> None:
    """Start a subnet of yours: its alpha is traded then, and it may take part in emission.

    Once, and for good; signed by the coldkey that owns the subnet. Root must switch its emission on
    as well.

    \b
    Examples:
      taoctl subnet start 12 --wallet my-wallet --dry-run
      taoctl subnet start 12 --wallet my-wallet --yes
    """
    from taoctl.calls.network.start import StartSubnet
    from taoctl.cli.stake import orders

    async def order(view: View, account: Account) -> Intent:
        return StartSubnet(netuid)

    orders.send(order, flags)
