"""`taoctl subnet tempo`: when epochs come, setting that, and having one run before its time."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.cli.subnet_hyperparameters import AfterNetuid, given_netuid, send_change
from taoctl.cli.writing import WriteFlags, writes
from taoctl.reads.tempo import TempoRow

SCHEMA = "taoctl.subnet.tempo/1"
SCHEMAS: dict[str, Shape | Plain] = {SCHEMA: Shape("taoctl subnet tempo", TempoRow, single=True)}

app = typer.Typer(cls=AfterNetuid, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def tempo(
    ctx: typer.Context,
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
) -> None:
    """When epochs of a subnet come, and from which block its owner may change that.

    \b
    Examples:
      taoctl subnet tempo 1
      taoctl subnet tempo 1 -o json
      taoctl subnet tempo 1 set 720 --wallet my-wallet
      taoctl subnet tempo 1 trigger --wallet my-wallet --dry-run
    """
    if ctx.invoked_subcommand is not None:
        return
    from taoctl.reads.tempo import tempo as read

    row, origin = context.run(lambda view: read(view, netuid))
    output.show(Result(SCHEMA, origin, (Section([row], TempoRow, single=True),)))


@app.command("set")
@writes
def set_(
    ctx: typer.Context,
    flags: WriteFlags,
    blocks: Annotated[str, typer.Argument(metavar="BLOCKS", help="From 360 to 50400.")],
) -> None:
    """Set the blocks from one epoch to the next; they count anew from the block of the change.

    Its owner sets it every 360 blocks at most, and not in the window before an epoch.

    \b
    Examples:
      taoctl subnet tempo 1 set 720 --wallet my-wallet
      taoctl subnet tempo 1 set 360 --wallet my-wallet --dry-run
    """
    from taoctl.calls.owner.hyperparameter import settable
    from taoctl.calls.owner.values import parse_value

    send_change(given_netuid(ctx), "tempo", parse_value(settable("tempo")[0], blocks), flags)


@app.command("trigger")
@writes
def trigger(ctx: typer.Context, flags: WriteFlags) -> None:
    """Have an epoch run some blocks from now, as many as the freeze window has.

    Only where weights are not hidden. Nothing of the subnet can be changed until then, and the
    tempo counts from then.

    \b
    Examples:
      taoctl subnet tempo 1 trigger --wallet my-wallet --dry-run
      taoctl subnet tempo 1 trigger --wallet my-wallet
    """
    from taoctl.calls.owner.trigger import TriggerEpoch
    from taoctl.cli.transact import transact

    transact(TriggerEpoch(given_netuid(ctx)), flags)
