"""What a localnet says it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """What the node says it is."""

    chain_name: str
    version: str
    scenario: str
