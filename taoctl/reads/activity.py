"""After how many blocks without weights a subnet's epochs leave a validator's stake out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import View
from taoctl.economics.schedule import activity_cutoff_blocks
from taoctl.reads.entries import column_of, item

ACTIVITY_WANTS = (item("ActivityCutoffFactorMilli"), item("ActivityCutoff"))
"""What is read; older runtimes have only the second one."""


@dataclass(frozen=True, slots=True)
class ActivityCutoff:
    """The cutoff of a subnet: in thousandths of a tempo, on older runtimes in blocks."""

    factor_milli: int | None
    plain_blocks: int | None

    def blocks(self, tempo: int | None) -> int | None:
        """The cutoff in blocks; None where the runtime does not tell."""
        if self.factor_milli is None:
            return self.plain_blocks
        return None if tempo is None else activity_cutoff_blocks(self.factor_milli, tempo)


async def activity_cutoffs(view: View, netuids: Sequence[int]) -> dict[int, ActivityCutoff]:
    """The cutoffs of subnets, by netuid."""
    keys = [(netuid,) for netuid in netuids]
    factors, plain = await asyncio.gather(
        *(column_of(view, one.item, keys) for one in ACTIVITY_WANTS)
    )
    return {
        netuid: ActivityCutoff(_int(factor), _int(blocks))
        for netuid, factor, blocks in zip(netuids, factors, plain, strict=True)
    }


def _int(value: Any) -> int | None:
    return None if value is None else int(value)
