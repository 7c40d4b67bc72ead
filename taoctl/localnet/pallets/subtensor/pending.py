"""What a subnet has earned since its last epoch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pending:
    """Alpha in rao waiting for the next epoch of a subnet."""

    server: int
    validator: int
    root: int
    owner: int
