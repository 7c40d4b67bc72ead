"""The command group `taoctl wallet`, to which the modules beside this one add their commands."""

from __future__ import annotations

import typer

from taoctl.cli.groups import LazyGroup

app = typer.Typer(
    cls=LazyGroup,
    help="Keys on this machine: making, using and keeping them; what they hold.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
