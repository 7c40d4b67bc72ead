"""`taoctl subnet hyperparameters`: what they are, and setting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Result, Section
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.writing import WriteFlags, writes
from taoctl.reads.hyperparameter_changes import HyperparameterChangeRow

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.economics.hyperparameter import Value
    from taoctl.wallet.accounts import Account

NETUID = "netuid"
DIFF_SCHEMA = "taoctl.subnet.hyperparameters.diff/1"
SCHEMAS: dict[str, Shape | Plain] = {
    DIFF_SCHEMA: Shape("taoctl subnet hyperparameters --diff", HyperparameterChangeRow)
}


class AfterNetuid(LazyGroup):
    """A group that takes a subnet first; without a subcommand its options may come after it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Leave what follows a subcommand to that, and take everything where there is none."""
        if args and args[0] in self.list_commands(ctx) and {"-h", "--help"}.intersection(args):
            # Help is the same for every subnet.
            args = ["0", *args]
        ctx.allow_interspersed_args = not set(args).intersection(self.list_commands(ctx))
        return super().parse_args(ctx, args)


app = typer.Typer(cls=AfterNetuid, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def hyperparameters(
    ctx: typer.Context,
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
    diff: Annotated[
        str | None,
        typer.Option(
            "--diff", metavar="NUMBER|HASH", help="Show only what was another at this block."
        ),
    ] = None,
) -> None:
    """The hyperparameters of a subnet: value, meaning, default, and who may set it from when.

    With `set`, after the number of the subnet, one of them is set; `export` writes all that its
    owner sets to a file, and `apply` brings the subnet to what a file says.

    \b
    Examples:
      taoctl subnet hyperparameters 1
      taoctl subnet hyperparameters 1 -o json
      taoctl subnet hyperparameters 1 --at-block 5000000 -n archive
      taoctl subnet hyperparameters 1 --diff 5000000 -n archive
      taoctl subnet hyperparameters 1 set immunity_period 5000 --wallet my-wallet
    """
    if ctx.invoked_subcommand is not None:
        return
    if diff is not None:
        _show_changes(netuid, diff)
        return
    from taoctl.reads.hyperparameters import HyperparameterRow, hyperparameters

    rows, origin = context.run(lambda view: hyperparameters(view, netuid))
    section = Section(rows, HyperparameterRow)
    output.show(Result("taoctl.subnet.hyperparameters/1", origin, (section,)))


def _show_changes(netuid: int, since: str) -> None:
    from taoctl.reads.hyperparameter_changes import hyperparameter_changes

    async def work(view: View) -> tuple[HyperparameterChangeRow, ...]:
        then = await context.pinned(view.chain, since)
        return await hyperparameter_changes(then, view, netuid)

    rows, origin = context.run(work)
    output.show(Result(DIFF_SCHEMA, origin, (Section(rows, HyperparameterChangeRow),)))


def _names(incomplete: str) -> list[str]:
    from taoctl.economics.hyperparameters import KNOWN

    return [
        name
        for name, one in KNOWN.items()
        if one.change is not None and name.startswith(incomplete)
    ]


@app.command("set")
@writes
def set_(
    ctx: typer.Context,
    flags: WriteFlags,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As listed.", autocompletion=_names)],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="In its own unit: 0.5, 18%, yes, 360.")
    ],
    raw: Annotated[
        bool, typer.Option("--raw", help="VALUE is the number as the chain counts.")
    ] = False,
) -> None:
    """Set a hyperparameter of a subnet that the wallet owns.

    What the chain would refuse is said before anything is signed: who may set it, its bounds, the
    window before an epoch in which nothing is changed, and how often it may be changed, with the
    block from which it would be taken. What root alone sets takes --sudo, on chains of your own.

    \b
    Examples:
      taoctl subnet hyperparameters 1 set immunity_period 5000 --wallet my-wallet
      taoctl subnet hyperparameters 1 set min_burn 0.5 --wallet my-wallet --dry-run
      taoctl subnet hyperparameters 1 set commit_reveal_weights_enabled yes --wallet my-wallet
      taoctl subnet hyperparameters 1 set bonds_penalty 65535 --raw --wallet my-wallet
    """
    send_change(given_netuid(ctx), name, _value(name, value, raw), flags)


def send_change(netuid: int, name: str, value: Value, flags: WriteFlags) -> None:
    """Set a hyperparameter, by a plan that holds up to the window before the next epoch."""
    from taoctl.calls.owner.hyperparameter import SetHyperparameter, before_the_window
    from taoctl.cli.transact import transact

    async def build(view: View, account: Account) -> SetHyperparameter:
        return await before_the_window(view, netuid, name, value)

    transact(build, flags)


def given_netuid(ctx: typer.Context) -> int:
    """The subnet that the group was given."""
    assert ctx.parent is not None
    return int(ctx.parent.params[NETUID])


def _value(name: str, text: str, raw: bool) -> Value:
    from taoctl.calls.owner.hyperparameter import settable
    from taoctl.calls.owner.values import parse_value

    known = settable(name)[0]
    if known.unit == "account":
        text = context.account(text).ss58
    return parse_value(known, text, raw=raw)
