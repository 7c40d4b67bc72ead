"""Everybody who has a part in the next epoch of a subnet, with what cannot be known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.chain.view import View
from taoctl.economics.payout import Payment
from taoctl.errors import RefusedError
from taoctl.reads.epoch_doubts import epoch_doubts
from taoctl.reads.epoch_gains import GAIN_NEEDS, GainRow, epoch_gains
from taoctl.reads.epoch_payout import PAYOUT_NEEDS, EpochPayout, epoch_payout
from taoctl.reads.subnet_emission import EMISSION_NEEDS, SubnetEmission, subnet_emission


@dataclass(frozen=True, slots=True)
class Participants:
    """A subnet's emission, and what its next epoch pays to whom.

    Attributes:
        emission: of the subnet, by part.
        payout: who is paid.
        gains: what each position gets; None where it was not asked for.
        doubts: why the epoch may pay otherwise; none where the payout is exact to the rao.
    """

    emission: SubnetEmission
    payout: EpochPayout
    gains: tuple[GainRow, ...] | None
    doubts: tuple[str, ...]


async def epoch_participants(view: View, netuid: int, *, stakers: bool) -> Participants:
    """Who is paid what by the next epoch; exact where that is in the next block.

    Transactions of the epoch's own block come after it. What they, and those of blocks before it,
    change is not known.

    Args:
        stakers: also every position that the epoch adds to, which takes many more requests.

    Raises:
        NotInRuntimeError: the runtime stores too little of it.
        RefusedError: the subnet runs no epochs.
        UsageError: there is no such subnet, or it is root.
    """
    await view.settle()
    view.require(*EMISSION_NEEDS, *PAYOUT_NEEDS, *(GAIN_NEEDS if stakers else ()))
    emission = await subnet_emission(view, netuid)
    if emission.pending is None or emission.blocks is None:
        raise RefusedError(f"subnet {netuid} runs no epochs", "its tempo is 0")
    block = view.block + emission.blocks
    paid = await epoch_payout(view, netuid, block=block, pending=emission.pending)
    doubts, gains = await asyncio.gather(
        epoch_doubts(view, netuid, paid.owner, emission.blocks, len(paid.inputs.parts)),
        _gains(view, netuid, paid.payments if stakers else None),
    )
    return Participants(emission, paid, gains, doubts)


async def _gains(
    view: View, netuid: int, payments: Sequence[Payment] | None
) -> tuple[GainRow, ...] | None:
    return None if payments is None else await epoch_gains(view, netuid, payments)
