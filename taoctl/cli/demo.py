"""`taoctl demo`: the dashboard on a throwaway chain of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from taoctl.cli.dash import require_own_tui
from taoctl.errors import UsageError

BLOCKS = 40

app = typer.Typer(
    help="The dashboard on a throwaway chain of its own.",
    rich_markup_mode=None,
    add_completion=False,
)


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No dashboard: run some blocks and sum up.")
    ] = False,
    blocks: Annotated[
        int, typer.Option("--blocks", help="How many blocks to run without a dashboard.")
    ] = BLOCKS,
    screenshot: Annotated[
        Path | None,
        typer.Option("--screenshot", metavar="FILE.svg", help="Save a picture of the overview."),
    ] = None,
) -> int:
    """Open the dashboard on a simulated chain with wallets, neurons and GPUs that do not exist.

    Everything starts in this moment, stays on this machine and is gone at the end. Without a
    terminal it runs some blocks and prints a summary.

    \b
    Examples:
      taoctl demo
      taoctl demo --headless --blocks 40 -o json
      taoctl demo --headless --screenshot overview.svg
    """
    if blocks < 1:
        raise UsageError(f"{blocks} blocks cannot be run", "use --blocks 1 or more")
    require_own_tui()
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if screenshot is not None:
        _check_writable(screenshot)
    # A node, a client and a dashboard: help and completion must not wait for them.
    from taoctl.cli.demo_stage import run_dashboard, run_headless

    if headless or screenshot is not None or not on_terminal:
        run_headless(blocks, screenshot)
        return 0
    return run_dashboard()


def _check_writable(path: Path) -> None:
    """Refuse a picture that could not be saved, before a minute is spent on it."""
    target = path if path.exists() else path.absolute().parent
    if path.is_dir() or not os.access(target, os.W_OK):
        raise UsageError(f"{path} cannot be written", "name a file in a folder you may write to")
