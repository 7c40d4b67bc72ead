"""The command group `taoctl neuron`, to which the modules beside this one add their commands."""

from __future__ import annotations

import typer

from taoctl.cli.groups import LazyGroup

app = typer.Typer(
    cls=LazyGroup,
    help="Neurons: what they hold and earn, why, and how near they are to pruning.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Hold the commands."""
