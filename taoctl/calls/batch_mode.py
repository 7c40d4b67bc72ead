"""How a batch goes on when one of its calls fails; alone, so that help loads no codec."""

from __future__ import annotations

from enum import StrEnum


class BatchMode(StrEnum):
    """What a failing call does to the others, by the names of the `Utility` calls."""

    ALL = "batch_all"
    STOP = "batch"
    FORCE = "force_batch"
