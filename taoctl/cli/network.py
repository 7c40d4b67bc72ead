"""`taoctl network`: figures of all subnets together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.groups import LazyGroup
from taoctl.cli.output import Result, Section
from taoctl.economics.concentration import By

if TYPE_CHECKING:
    from taoctl.reads.concentration import ConcentrationRow

HEALTH_SCHEMA = "taoctl.network.health/1"

app = typer.Typer(
    cls=LazyGroup,
    help="Figures of all subnets together.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Hold the commands."""


@app.command("health")
def health(
    netuid: Annotated[
        str | None, typer.Option("--netuid", metavar="NETUID", help="Only this subnet.")
    ] = None,
    by: Annotated[
        By, typer.Option("--by", help="Whose stake counts as one: its owner's, or each hotkey's.")
    ] = By.COLDKEY,
) -> None:
    """How concentrated the stake of validators is, over all subnets and on each.

    Of the neurons with a validator permit: on a subnet their stake weight as its epochs count it,
    over all their stake on root and, at its price, their alpha. Nobody can tell from the chain
    which coldkeys belong to one person, so that stake may be more concentrated than this says.

    \b
    Examples:
      taoctl network health
      taoctl network health --by hotkey -o csv
      taoctl network health --netuid 1 -o json
    """
    from taoctl.reads.concentration import ConcentrationRow, concentrations

    only = None if netuid is None else context.netuid(netuid)
    rows, origin = context.run(lambda view: concentrations(view, only, by))
    section = Section(rows, ConcentrationRow)
    output.show(Result(HEALTH_SCHEMA, origin, (section,), headline=_headline(rows, by)))


def _headline(rows: tuple[ConcentrationRow, ...], by: By) -> str:
    from taoctl.reads.columns import amount_text

    whole = next((row for row in rows if row.scope == "network"), None)
    if whole is None or whole.nakamoto is None:
        return ""
    holders = f"{by}" if whole.holders == 1 else f"{by}s"
    verb = "has" if whole.nakamoto == 1 else "have"
    return (
        f"{whole.nakamoto} of {whole.holders} {holders} {verb} more than half of the "
        f"{amount_text(whole.staked_rao or 0)} TAO that is staked on validators"
    )
