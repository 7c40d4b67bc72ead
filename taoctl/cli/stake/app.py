"""The command group `taoctl stake`, to which the modules beside this one add their commands."""

from __future__ import annotations

import typer

from taoctl.cli.groups import LazyGroup

app = typer.Typer(
    cls=LazyGroup,
    help="Stake: positions, quotes, staking and unstaking, and the settings of stakers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Hold the commands."""
