"""The incentive mechanisms of a subnet: what each has of its emission, and who takes part."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.owner_clock import MECHANISM_COUNT, MECHANISM_SPLIT, last_changes, owner_clock
from taoctl.chain.view import Call, View
from taoctl.economics.mechanisms import split_emission
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, item, value_or_none
from taoctl.reads.epoch_input import mechanism_index
from taoctl.reads.registry import read
from taoctl.reads.subnet_emission import EMISSION_NEEDS, subnet_emission
from taoctl.reads.subnets import unknown_netuid

_PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismRow:
    """One incentive mechanism of a subnet. Amounts are rao of alpha."""

    mechid: Annotated[int, Column("mechid", Kind.INT, "number of the mechanism, from 0")]
    split: Annotated[
        int | None,
        Column("split", Kind.INT, "what is set for it, of 65535; - where all get as much", drop=2),
    ]
    share_ppm: Annotated[
        int, Column("share", Kind.PPM, "of what an epoch shares out, in millionths")
    ]
    epoch_rao: Annotated[
        int | None,
        Column(
            "next epoch α",
            Kind.ALPHA,
            "alpha of the next epoch, were each block until it to add as much as the next one; the "
            "first mechanism gets what rounding leaves",
        ),
    ]
    weighing: Annotated[int, Column("weighing", Kind.INT, "neurons that have set weights in it")]
    earning: Annotated[
        int, Column("earning", Kind.INT, "neurons with an incentive in its last epoch")
    ]
    updated_block: Annotated[
        int | None,
        Column(
            "updated", Kind.BLOCK, "when one of them last set or committed weights in it", drop=1
        ),
    ]


@dataclass(frozen=True, slots=True)
class Mechanisms:
    """A subnet's mechanisms, and what its owner may make of them.

    Attributes:
        most: that any subnet may have.
        max_uids: UIDs of the subnet; those of all mechanisms together may be 256.
        split: shares of 65535, None for even ones.
        count_from_block: first block in which the owner may set their number; None where nobody
            can tell, or no owner sets it. `split_from_block` is the same of their split.
        rows: one for each.
    """

    netuid: int
    most: int | None
    max_uids: int
    split: tuple[int, ...] | None
    count_from_block: int | None
    split_from_block: int | None
    rows: tuple[MechanismRow, ...]


@read(
    "mechanisms",
    row=MechanismRow,
    needs=tuple(
        item(name)
        for name in (
            "NetworksAdded",
            "MechanismCountCurrent",
            "MechanismEmissionSplit",
            "MaxAllowedUids",
            "Weights",
            "Incentive",
            "LastUpdate",
            "SubnetOwner",
            "Tempo",
        )
    ),
    wants=EMISSION_NEEDS,
    help="incentive mechanisms of a subnet, and what each has of its emission",
)
async def mechanism_rows(view: View, netuid: int) -> tuple[MechanismRow, ...]:
    """One row for each mechanism; UsageError: no such subnet."""
    return (await mechanisms(view, netuid)).rows


async def mechanisms(view: View, netuid: int) -> Mechanisms:
    """The same with the subnet's limits; raises as `mechanism_rows`."""
    if not await view.value(PALLET, "NetworksAdded", netuid):
        added = await view.map(PALLET, "NetworksAdded")
        raise unknown_netuid(netuid, sorted(int(n) for n, there in added.items() if there))
    count, stored, most, uids, clock, total = await asyncio.gather(
        view.value(PALLET, "MechanismCountCurrent", netuid),
        view.value(PALLET, "MechanismEmissionSplit", netuid),
        value_or_none(view, "MaxMechanismCount"),
        view.value(PALLET, "MaxAllowedUids", netuid),
        owner_clock(view, netuid),
        _next_epoch(view, netuid),
    )
    split = None if stored is None else tuple(int(one) for one in stored)
    changes = await last_changes(view, clock.owner, netuid, (MECHANISM_COUNT, MECHANISM_SPLIT))

    def settable_from(call: str, limit: int) -> int | None:
        if netuid == ROOT_NETUID or not view.has(Call("AdminUtils", call)):
            return None
        return clock.allowed_from(changes[limit], limit, window=True)

    return Mechanisms(
        netuid,
        None if most is None else int(most),
        int(uids),
        split,
        settable_from("sudo_set_mechanism_count", MECHANISM_COUNT),
        settable_from("sudo_set_mechanism_emission_split", MECHANISM_SPLIT),
        await _rows(view, netuid, int(count), split, total),
    )


async def _next_epoch(view: View, netuid: int) -> int | None:
    """Alpha rao that the next epoch shares out over all mechanisms; None where it is not known."""
    if netuid == ROOT_NETUID or not all(view.has(one) for one in EMISSION_NEEDS):
        return None
    pending = (await subnet_emission(view, netuid)).pending
    return None if pending is None else pending.shared_out


async def _rows(
    view: View, netuid: int, count: int, split: tuple[int, ...] | None, total: int | None
) -> tuple[MechanismRow, ...]:
    shares = split_emission(_PPM, count, split)
    parts: list[int] | list[None] = [None] * count
    if total is not None:
        parts = split_emission(total, count, split)
    told = await asyncio.gather(*(_taking_part(view, netuid, mechid) for mechid in range(count)))
    listed = list(split or ())[:count]
    listed += [0] * (count - len(listed))
    return tuple(
        MechanismRow(
            mechid=mechid,
            split=None if split is None else listed[mechid],
            share_ppm=shares[mechid],
            epoch_rao=parts[mechid],
            weighing=weighing,
            earning=earning,
            updated_block=updated,
        )
        for mechid, (weighing, earning, updated) in enumerate(told)
    )


async def _taking_part(view: View, netuid: int, mechid: int) -> tuple[int, int, int | None]:
    """How many have set weights, how many earned, and the block of the newest weights."""
    index = mechanism_index(netuid, mechid)
    weights, incentive, updated = await asyncio.gather(
        view.map(PALLET, "Weights", index),
        view.value(PALLET, "Incentive", index),
        view.value(PALLET, "LastUpdate", index),
    )
    weighing = [int(uid) for uid, row in weights.items() if row]
    # A seat that never weighed has the block of its registration there.
    newest = max((int(updated[uid]) for uid in weighing if uid < len(updated)), default=0)
    return len(weighing), sum(map(bool, incentive)), newest or None
