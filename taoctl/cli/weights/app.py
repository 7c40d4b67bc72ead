"""The command group `taoctl weights`, to which the modules beside this one add their commands."""

from __future__ import annotations

import typer

from taoctl.cli.groups import LazyGroup

app = typer.Typer(
    cls=LazyGroup,
    help="Weights: set or commit to them, reveal them, and see those of others.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Hold the commands."""
