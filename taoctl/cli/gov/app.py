"""The command group `taoctl gov`, to which the modules beside this one add their commands."""

from __future__ import annotations

import typer

from taoctl.cli.groups import LazyGroup

app = typer.Typer(
    cls=LazyGroup,
    help="Governance: proposals, what they would change, votes and who may vote.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Hold the commands."""
