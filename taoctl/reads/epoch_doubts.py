"""What keeps the next epoch of a subnet from being known beforehand."""

from __future__ import annotations

import asyncio

from taoctl.chain.view import Storage, View
from taoctl.reads.entries import PALLET, item, value_or_none
from taoctl.reads.epoch_input import mechanism_index
from taoctl.reads.epoch_owner import EpochOwner

_COMMITS, _LEASE = item("TimelockedWeightCommits"), item("SubnetUidToLeaseId")
_PULSES = Storage("Drand", "Pulses")


async def epoch_doubts(
    view: View, netuid: int, owner: EpochOwner, blocks: int, mechanisms: int
) -> tuple[str, ...]:
    """Reasons why an epoch in so many blocks may pay otherwise than was worked out; none is best.

    Hidden weights that open in the epoch's own block are counted in where a subnet hides weights;
    not so what was hidden before it stopped to. A neuron that the epoch itself seats or replaces,
    and what a lease gives its contributors of the owner's cut, are not worked out.
    """
    hidden, lease = await asyncio.gather(
        _late(view, netuid, mechanisms), value_or_none(view, _LEASE.item, netuid)
    )
    found = []
    if blocks > 1:
        more = "1 more block" if blocks == 2 else f"{blocks - 1} more blocks"
        found.append(f"{more} before it, and each changes it a little")
    if hidden:
        sets = "1 set" if hidden == 1 else f"{hidden} sets"
        found.append(f"{sets} of hidden weights may open in its block")
    if owner.changes and not owner.seated:
        found.append("the subnet changes hands in it, and its new owner has no UID yet")
    if owner.close:
        found.append("the locks are at the tenth of its alpha that hands the subnet over")
    if lease is not None:
        found.append("the subnet is leased: contributors get a part of the owner's cut")
    return tuple(found)


async def _late(view: View, netuid: int, mechanisms: int) -> int:
    """How many commits from when weights were hidden have their pulse, to open in its block."""
    if await view.value(PALLET, "CommitRevealWeightsEnabled", netuid) or not (
        view.has(_COMMITS) and view.has(_PULSES)
    ):
        return 0
    index, period = await asyncio.gather(
        *(view.value(PALLET, name, netuid) for name in ("SubnetEpochIndex", "RevealPeriodEpochs"))
    )
    # A block whose epoch is due counts as of that epoch already.
    due = int(index) + 1 - int(period)
    if due < 0:
        return 0
    each = await asyncio.gather(
        *(
            view.value(PALLET, _COMMITS.item, mechanism_index(netuid, mechid), due)
            for mechid in range(mechanisms)
        )
    )
    rounds = [(int(one[3]),) for commits in each for one in commits or ()]
    pulses = await view.values(_PULSES.pallet, _PULSES.item, rounds) if rounds else []
    return sum(one is not None for one in pulses)
