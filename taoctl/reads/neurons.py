"""My neurons: every UID that belongs to given keys, with or without stake."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from taoctl.chain.view import Api, View
from taoctl.economics.earnings import neuron_alpha_per_day, tao_value
from taoctl.economics.mechanisms import paid_emission, split_emission
from taoctl.reads.activity import ACTIVITY_WANTS, ActivityCutoff, activity_cutoffs
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, column_of, item
from taoctl.reads.epoch_input import mechanism_index
from taoctl.reads.metagraph import NeuronRow, metagraphs
from taoctl.reads.registry import read
from taoctl.reads.subnets import SubnetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MyNeuronRow(NeuronRow):
    """A neuron of mine, with names and what it earns at the last epoch's rate."""

    LEADING: ClassVar[tuple[str, ...]] = (
        "netuid",
        "subnet_name",
        "wallet_name",
        "hotkey_name",
        "uid",
    )

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates", drop=5)]
    stake_rao: Annotated[
        int | None,
        Column(
            "stake",
            Kind.STAKE,
            "stake weight: alpha plus weighted root TAO; on root its TAO",
            drop=2,
        ),
    ]
    emission_rao: Annotated[
        int | None, Column("α/epoch", Kind.ALPHA, "alpha of the last epoch, gross", drop=3)
    ]
    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey", drop=1)]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    subnet_name: Annotated[str, Column("subnet", Kind.TEXT, "name of the subnet", drop=2)]
    tempo: Annotated[int | None, Column("tempo", Kind.BLOCKS, "blocks per epoch", wide=True)]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha", wide=True)]
    last_epoch_block: Annotated[
        int | None, Column("last epoch", Kind.BLOCK, "block of the last epoch", wide=True)
    ]
    active_to_block: Annotated[
        int | None,
        Column(
            "counts to",
            Kind.BLOCK,
            "last block whose epoch counts its stake as a validator's if it sets no weights",
            wide=True,
        ),
    ]
    free_slots: Annotated[
        int | None,
        Column("free", Kind.INT, "UIDs not taken; while there are any, none is pruned", wide=True),
    ]
    paid_rao: Annotated[
        int | None,
        Column(
            "paid",
            Kind.ALPHA,
            "alpha of the last epoch by all mechanisms of the subnet, gross; α/epoch is their mean",
            wide=True,
        ),
    ]
    alpha_per_day_rao: Annotated[
        int | None, Column("α/day", Kind.ALPHA, "alpha a day at the last epoch's rate, gross")
    ]
    tao_per_day_rao: Annotated[
        int | None, Column("τ/day", Kind.TAO, "the same at the current price")
    ]


_WHOLE = 65_535 * 12
"""What is split into the parts of the mechanisms: few and even splits have no remainder."""

_NEEDS = (item("NetworksAdded"), item("Uids"), item("Keys"), item("SubnetworkN"))
_WANTS = (
    item("OwnedHotkeys"),
    Api("SubnetInfoRuntimeApi", "get_selective_metagraph"),
    item("MechanismCountCurrent"),
    item("MechanismEmissionSplit"),
    item("Incentive"),
    item("Emission"),
    *ACTIVITY_WANTS,
)


@read("neurons", row=MyNeuronRow, needs=_NEEDS, wants=_WANTS, help="every UID of given keys")
async def my_neurons(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[MyNeuronRow, ...]:
    """Every UID whose hotkey is given, or is owned by a given coldkey; stake plays no part.

    `names` gives wallet and hotkey names by address. Sorted by netuid, then uid. Earnings a day
    are the last epoch's emission times the epochs in 7200 blocks, a day of 12 s blocks.
    """
    found = await memberships(view, coldkeys, hotkeys)
    return await neurons_of(view, dict(sorted(found.items())), names)


async def neurons_of(
    view: View, wanted: Mapping[int, Collection[int]], names: Mapping[str, str] | None = None
) -> tuple[MyNeuronRow, ...]:
    """The wanted UIDs of each subnet, those that there are; raises UsageError for a subnet."""
    graphs, mechanisms, cutoffs = await asyncio.gather(
        metagraphs(view, wanted),
        _mechanisms(view, list(wanted)),
        activity_cutoffs(view, list(wanted)),
    )
    return tuple(
        _mine(
            neuron,
            graph.subnet,
            cutoffs[graph.subnet.netuid],
            mechanisms.get(graph.subnet.netuid),
            names or {},
        )
        for graph in graphs
        for neuron in graph.neurons
    )


@dataclass(frozen=True, slots=True)
class _Mechanisms:
    """The mechanisms of a subnet that has several: parts, incentives per uid, all emission."""

    parts: Sequence[int]
    incentives: Sequence[Sequence[int]]
    everyone: int

    def paid(self, neuron: NeuronRow, stored: int) -> int:
        """What a neuron was paid by all of them."""
        own = [by_uid[neuron.uid] if neuron.uid < len(by_uid) else 0 for by_uid in self.incentives]
        return paid_emission(stored, self.parts, own, neuron.dividends or 0, self.everyone)


async def _mechanisms(view: View, netuids: Sequence[int]) -> dict[int, _Mechanisms]:
    """The mechanisms of those subnets that have more than one."""
    keys = [(netuid,) for netuid in netuids]
    counts, splits = await asyncio.gather(
        column_of(view, "MechanismCountCurrent", keys),
        column_of(view, "MechanismEmissionSplit", keys),
    )
    several = {
        netuid: (int(count), split)
        for netuid, count, split in zip(netuids, counts, splits, strict=True)
        if count is not None and int(count) > 1
    }
    places = [
        (netuid, mechanism_index(netuid, mechid))
        for netuid, (count, _) in several.items()
        for mechid in range(count)
    ]
    stored, emissions = await asyncio.gather(
        column_of(view, "Incentive", [(index,) for _, index in places]),
        column_of(view, "Emission", [(netuid,) for netuid in several]),
    )
    everyone = {
        netuid: sum(map(int, one or ())) for netuid, one in zip(several, emissions, strict=True)
    }
    by_subnet: dict[int, list[Sequence[int]]] = {}
    for (netuid, _), vector in zip(places, stored, strict=True):
        by_subnet.setdefault(netuid, []).append(vector or ())
    return {
        netuid: _Mechanisms(
            split_emission(_WHOLE, count, split), by_subnet[netuid], everyone[netuid]
        )
        for netuid, (count, split) in several.items()
    }


async def memberships(
    view: View, coldkeys: Sequence[str], hotkeys: Sequence[str]
) -> dict[int, set[int]]:
    """The UIDs, by subnet, of hotkeys that are given or owned by a given coldkey."""
    owned = await column_of(view, "OwnedHotkeys", [(coldkey,) for coldkey in coldkeys])
    mine = list(dict.fromkeys([*hotkeys, *(key for keys in owned for key in keys or ())]))
    if not mine:
        return {}
    added = await view.map(PALLET, "NetworksAdded")
    keys = [(netuid, key) for netuid, there in added.items() if there for key in mine]
    found: dict[int, set[int]] = {}
    uids = await column_of(view, "Uids", keys)
    for (netuid, _), uid in zip(keys, uids, strict=True):
        if uid is not None:
            found.setdefault(int(netuid), set()).add(int(uid))
    return found


async def holders(view: View, wanted: Mapping[int, Collection[int]]) -> list[tuple[int, int, str]]:
    """(netuid, uid, hotkey) of the wanted UIDs that there are; by netuid, then uid."""
    seats = [(netuid, uid) for netuid in sorted(wanted) for uid in sorted(wanted[netuid])]
    keys = await column_of(view, "Keys", seats)
    # A UID that is not there has the default as its key, and that holds no UID.
    held = [(netuid, uid, str(key)) for (netuid, uid), key in zip(seats, keys, strict=True)]
    uids = await column_of(view, "Uids", [(netuid, key) for netuid, _, key in held])
    return [seat for seat, uid in zip(held, uids, strict=True) if seat[1] == uid]


def _mine(
    neuron: NeuronRow,
    subnet: SubnetRow,
    cutoff: ActivityCutoff,
    mechanisms: _Mechanisms | None,
    names: Mapping[str, str],
) -> MyNeuronRow:
    paid, alpha = neuron.emission_rao, None
    if paid is not None and mechanisms is not None:
        paid = mechanisms.paid(neuron, paid)
    if paid is not None and subnet.tempo is not None:
        alpha = neuron_alpha_per_day(paid, subnet.tempo)
    worth = None
    if alpha is not None and subnet.price_rao is not None:
        worth = tao_value(alpha, subnet.price_rao)
    counts = None if neuron.netuid == ROOT_NETUID else cutoff.blocks(subnet.tempo)
    fields = {field.name: getattr(neuron, field.name) for field in dataclasses.fields(neuron)}
    return MyNeuronRow(
        **fields,
        wallet_name=names.get(neuron.coldkey),
        hotkey_name=names.get(neuron.hotkey),
        subnet_name=subnet.name,
        tempo=subnet.tempo,
        price_rao=subnet.price_rao,
        last_epoch_block=subnet.last_epoch_block,
        active_to_block=_sum(neuron.last_update, counts),
        free_slots=subnet.free_slots,
        paid_rao=paid,
        alpha_per_day_rao=alpha,
        tao_per_day_rao=worth,
    )


def _sum(block: int | None, blocks: int | None) -> int | None:
    return None if block is None or blocks is None else block + blocks
