"""A subnet as headlines call it."""

from __future__ import annotations

from taoctl.text import printable

_LONGEST_NAME = 60


def subnet_title(netuid: int, name: str) -> str:
    """Its number and, where it has one, its name, which strangers wrote: cut and made safe."""
    return f"subnet {netuid} {printable(name, _LONGEST_NAME)}".rstrip()
