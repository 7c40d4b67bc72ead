"""The tempo of a subnet: when its epochs come, and when that may be changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.owner_clock import TEMPO, last_changes, owner_clock
from taoctl.chain.view import Call, View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, item, value_or_none
from taoctl.reads.registry import read
from taoctl.reads.subnets import unknown_netuid

_TRIGGER = "TriggerEpoch"


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoRow:
    """When epochs of a subnet come, and from when its owner may change that."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    tempo: Annotated[int, Column("tempo", Kind.BLOCKS, "blocks from one epoch to the next")]
    epoch: Annotated[int | None, Column("epoch", Kind.INT, "epochs that have run")]
    last_epoch_block: Annotated[
        int | None, Column("last epoch", Kind.BLOCK, "from which the tempo counts")
    ]
    next_epoch_block: Annotated[
        int | None, Column("next epoch", Kind.BLOCK, "if none of the chain's limits puts it off")
    ]
    pending_epoch_at: Annotated[
        int | None, Column("pending", Kind.BLOCK, "an epoch that was triggered or put off")
    ]
    open_from_block: Annotated[
        int | None, Column("open from", Kind.BLOCK, "first block outside the freeze window")
    ]
    tempo_from_block: Annotated[
        int | None, Column("tempo from", Kind.BLOCK, "from which the owner may set the tempo")
    ]
    trigger_from_block: Annotated[
        int | None,
        Column(
            "trigger from",
            Kind.BLOCK,
            "from which the owner may trigger an epoch; - where weights are hidden",
        ),
    ]


@read("tempo", row=TempoRow, needs=(item("Tempo"),), help="when the epochs of a subnet come")
async def tempo(view: View, netuid: int) -> TempoRow:
    """When epochs come; UsageError: no such subnet."""
    if not await view.value(PALLET, "NetworksAdded", netuid):
        added = await view.map(PALLET, "NetworksAdded")
        raise unknown_netuid(netuid, sorted(int(n) for n, there in added.items() if there))
    clock, epoch, hidden = await asyncio.gather(
        owner_clock(view, netuid),
        value_or_none(view, "SubnetEpochIndex", netuid),
        value_or_none(view, "CommitRevealWeightsEnabled", netuid),
    )
    changes = await last_changes(view, clock.owner, netuid, (TEMPO, _TRIGGER))
    settable = view.has(Call(PALLET, "set_tempo"))
    triggers = view.has(Call(PALLET, "trigger_epoch")) and not hidden
    return TempoRow(
        netuid=netuid,
        tempo=clock.tempo,
        epoch=None if epoch is None else int(epoch),
        last_epoch_block=clock.last_epoch_block,
        # The chain passes over root when it looks for epochs that are due.
        next_epoch_block=None if netuid == ROOT_NETUID else clock.next_epoch,
        pending_epoch_at=clock.pending_epoch_at or None,
        open_from_block=clock.open_from(view.block + 1),
        tempo_from_block=clock.allowed_from(changes[TEMPO], TEMPO, window=True)
        if settable
        else None,
        trigger_from_block=clock.allowed_from(changes[_TRIGGER], _TRIGGER, window=True)
        if triggers
        else None,
    )
