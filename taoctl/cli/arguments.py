"""Arguments that several commands take, declared once."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.cli import context

Accounts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SS58|NAME]...",
        help="Every wallet when left out.",
        autocompletion=context.wallet_completions,
    ),
]
"""Coldkeys by address or wallet."""

Hotkeys = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SS58|NAME]...",
        help="Hotkeys, or wallets for those they own; every wallet when left out.",
        autocompletion=context.key_completions,
    ),
]
"""Hotkeys by address or name, or all of wallets."""
