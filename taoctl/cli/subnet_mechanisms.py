"""`taoctl subnet mechanisms`: the incentive mechanisms of a subnet, their number and split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.subnet_hyperparameters import AfterNetuid, given_netuid, send_change
from taoctl.cli.writing import WriteFlags, writes

if TYPE_CHECKING:
    from taoctl.reads.mechanisms import Mechanisms

SCHEMA = "taoctl.subnet.mechanisms/1"
app = typer.Typer(cls=AfterNetuid, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def mechanisms(
    ctx: typer.Context,
    netuid: Annotated[
        int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
    ],
) -> None:
    """The incentive mechanisms of a subnet, and what each has of its emission.

    Each has weights and bonds of its own, and shares out its part of the subnet's epoch. After the
    number of the subnet, `set` sets how many there are, and `split` what each has.

    \b
    Examples:
      taoctl subnet mechanisms 1
      taoctl subnet mechanisms 1 -o json
      taoctl subnet mechanisms 1 set 2 --wallet my-wallet --dry-run
      taoctl subnet mechanisms 1 split 70% 30% --wallet my-wallet
    """
    if ctx.invoked_subcommand is not None:
        return
    from taoctl.reads.mechanisms import MechanismRow
    from taoctl.reads.mechanisms import mechanisms as read

    found, origin = context.run(lambda view: read(view, netuid))
    result = Result(
        SCHEMA,
        origin,
        (Section(found.rows, MechanismRow, key="mechanisms"),),
        extra={
            "netuid": found.netuid,
            "most": found.most,
            "max_uids": found.max_uids,
            "split": None if found.split is None else list(found.split),
            "count_from_block": found.count_from_block,
            "split_from_block": found.split_from_block,
        },
        headline=_headline(found),
    )
    output.show(result)


def _headline(found: Mechanisms) -> str:
    count = len(found.rows)
    said = f"subnet {found.netuid} has {count} mechanism{'s' if count != 1 else ''}"
    if found.most is not None:
        said += f", and may have {found.most}"
    said += f" with {found.max_uids} UIDs each"
    count_from, split_from = found.count_from_block, found.split_from_block
    if count_from is None or split_from is None:
        return said
    if count_from == split_from:
        return f"{said}; its owner may set number and split from block {count_from}"
    said += f"; its owner may set their number from block {count_from}"
    return f"{said}, and their split from block {split_from}"


@app.command("set")
@writes
def set_(
    ctx: typer.Context,
    flags: WriteFlags,
    count: Annotated[str, typer.Argument(metavar="COUNT", help="From 1 on.")],
) -> None:
    """Set how many mechanisms a subnet has; the split of its emission becomes even then.

    Those that are taken away, the last ones, lose all weights and bonds. All mechanisms together
    may have 256 UIDs, so that two need max_allowed_uids to be 128 at most. Its owner sets it every
    7200 blocks at most, and not in the window before an epoch.

    \b
    Examples:
      taoctl subnet mechanisms 1 set 2 --wallet my-wallet --dry-run
      taoctl subnet mechanisms 1 set 1 --wallet my-wallet
    """
    _set(ctx, flags, "mechanism_count", count)


@app.command("split")
@writes
def split(
    ctx: typer.Context,
    flags: WriteFlags,
    shares: Annotated[
        list[str],
        typer.Argument(metavar="SHARE...", help="Of each mechanism, such as 70% 30%; or even."),
    ],
    raw: Annotated[
        bool, typer.Option("--raw", help="Shares are of 65535, as the chain counts.")
    ] = False,
) -> None:
    """Set what each mechanism has of a subnet's emission; `even` gives all as much.

    Shares sum to 100%; a mechanism without one gets nothing. Its owner sets it every 7200 blocks at
    most, and not in the window before an epoch.

    \b
    Examples:
      taoctl subnet mechanisms 1 split 70% 30% --wallet my-wallet --dry-run
      taoctl subnet mechanisms 1 split even --wallet my-wallet
      taoctl subnet mechanisms 1 split 40000 25535 --raw --wallet my-wallet
    """
    _set(ctx, flags, "mechanism_emission_split", ",".join(shares), raw=raw)


def _set(ctx: typer.Context, flags: WriteFlags, name: str, text: str, *, raw: bool = False) -> None:
    from taoctl.calls.owner.hyperparameter import settable
    from taoctl.calls.owner.values import parse_value

    value = parse_value(settable(name)[0], text, raw=raw)
    send_change(given_netuid(ctx), name, value, flags)
