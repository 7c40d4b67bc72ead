"""Arguments that several commands take, declared once."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from taoctl.cli import context
from taoctl.errors import UsageError


def a_number(value: float | None) -> float | None:
    """An option's value; raises UsageError for `nan`, which passes every bound."""
    if value is not None and math.isnan(value):
        raise UsageError("nan is not a number of seconds", "give a number, such as 5")
    return value


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
