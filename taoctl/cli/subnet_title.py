"""A subnet as headlines call it."""

from __future__ import annotations

from taoctl.cli import output
from taoctl.text import printable

_NAME_CELLS = 40


def subnet_title(netuid: int, name: str) -> str:
    """Its number and, where it has one, its name, which strangers wrote: made safe and short."""
    return f"subnet {netuid} {output.fitted(printable(name), _NAME_CELLS)}".rstrip()
