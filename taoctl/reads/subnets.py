"""Subnets: pool, emission, registration and identity of every subnet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Entry, View
from taoctl.errors import UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import (
    DYNAMIC_ENTRIES,
    EXTRA_ITEMS,
    all_prices,
    dynamic_infos,
    extras,
    prices_one_by_one,
)
from taoctl.reads.entries import ROOT_NETUID, bits_of, item, text_of
from taoctl.reads.registry import read


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetRow:
    """One subnet. Amounts are rao; a value that the runtime does not have is None."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number, 0 is root")]
    name: Annotated[str, Column("name", Kind.TEXT, "the subnet's own name")]
    symbol: Annotated[str, Column("sym", Kind.TEXT, "token symbol", drop=2)]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha")]
    moving_price_bits: Annotated[
        int | None,
        Column("ema price", Kind.I96F32, "moving price, the base of emission", wide=True),
    ]
    emission_share_ppm: Annotated[
        int | None, Column("emission", Kind.PPM, "share of the TAO emitted in this block")
    ]
    tao_in_emission_rao: Annotated[
        int | None, Column("τ in/block", Kind.TAO, "TAO added to the pool each block", wide=True)
    ]
    alpha_in_emission_rao: Annotated[
        int | None,
        Column("α in/block", Kind.ALPHA, "alpha added to the pool each block", wide=True),
    ]
    alpha_out_emission_rao: Annotated[
        int | None, Column("α out/block", Kind.ALPHA, "alpha paid out each block", wide=True)
    ]
    tao_in_rao: Annotated[int | None, Column("pool τ", Kind.TAO, "TAO reserve of the pool", drop=1)]
    alpha_in_rao: Annotated[
        int | None, Column("pool α", Kind.ALPHA, "alpha reserve of the pool", wide=True)
    ]
    alpha_out_rao: Annotated[
        int | None, Column("staked α", Kind.ALPHA, "alpha held outside the pool", wide=True)
    ]
    volume_rao: Annotated[
        int | None, Column("volume τ", Kind.TAO, "TAO traded since the subnet started", wide=True)
    ]
    neurons: Annotated[int | None, Column("uids", Kind.INT, "registered neurons")]
    max_neurons: Annotated[int | None, Column("max", Kind.INT, "slots for neurons", drop=4)]
    burn_rao: Annotated[
        int | None, Column("register τ", Kind.TAO, "price of a registration, none on root")
    ]
    registration_allowed: Annotated[
        bool | None, Column("open", Kind.BOOL, "whether registration is allowed; not asked of root")
    ]
    trading_enabled: Annotated[
        bool | None, Column("trading", Kind.BOOL, "whether the subtoken can be traded", wide=True)
    ]
    tempo: Annotated[int | None, Column("tempo", Kind.BLOCKS, "blocks between two epochs", drop=3)]
    last_epoch_block: Annotated[
        int | None, Column("last epoch", Kind.BLOCK, "block of the last epoch", wide=True)
    ]
    blocks_since_last_step: Annotated[
        int | None, Column("since", Kind.BLOCKS, "blocks since the last epoch", wide=True)
    ]
    next_epoch_block: Annotated[
        int | None, Column("next epoch", Kind.BLOCK, "block of the next epoch")
    ]
    registered_at: Annotated[
        int | None, Column("registered", Kind.BLOCK, "block the subnet was made", wide=True)
    ]
    owner_hotkey: Annotated[
        str | None, Column("owner hotkey", Kind.SS58, "hotkey of the owner", wide=True)
    ]
    owner_coldkey: Annotated[
        str | None, Column("owner coldkey", Kind.SS58, "coldkey of the owner", wide=True)
    ]
    url: Annotated[str | None, Column("url", Kind.TEXT, "as the owner says", wide=True)]
    github: Annotated[str | None, Column("github", Kind.TEXT, "as the owner says", wide=True)]
    contact: Annotated[str | None, Column("contact", Kind.TEXT, "as the owner says", wide=True)]
    discord: Annotated[str | None, Column("discord", Kind.TEXT, "as the owner says", wide=True)]
    description: Annotated[
        str | None, Column("description", Kind.TEXT, "as the owner says", wide=True)
    ]

    @property
    def free_slots(self) -> int | None:
        """UIDs that are not taken; while there are any, a registration replaces nobody."""
        if self.neurons is None or self.max_neurons is None:
            return None
        return max(0, self.max_neurons - self.neurons)


SUBNET_NEEDS = (item("NetworksAdded"), item("Tempo"))
SUBNET_WANTS: tuple[Entry, ...] = (*DYNAMIC_ENTRIES, *(item(name) for name in EXTRA_ITEMS))
"""What subnets are read from, where the runtime has it."""


@read(
    "subnets",
    row=SubnetRow,
    needs=SUBNET_NEEDS,
    wants=SUBNET_WANTS,
    help="every subnet, root included",
)
async def subnets(view: View) -> tuple[SubnetRow, ...]:
    """Every subnet in netuid order, root included."""
    return await view.derived("subnets", lambda: _every(view))


async def _every(view: View) -> tuple[SubnetRow, ...]:
    infos, prices = await asyncio.gather(dynamic_infos(view), all_prices(view))
    netuids = sorted(infos)
    stored = await extras(view, netuids)
    if prices is None:
        prices = await prices_one_by_one(view, infos)
    emitted = [_emitted(infos[n], stored[n]) for n in netuids]
    known = [amount for amount in emitted if amount is not None]
    total = sum(known) if len(known) == len(emitted) else 0
    rows = []
    for netuid, amount in zip(netuids, emitted, strict=True):
        share = None if amount is None or not total else amount * 1_000_000 // total
        extra = stored[netuid]
        rows.append(subnet_row(view.block, infos[netuid], extra, prices.get(netuid), share))
    return tuple(rows)


@read("subnet", row=SubnetRow, needs=SUBNET_NEEDS, wants=SUBNET_WANTS, help="one subnet")
async def subnet(view: View, netuid: int) -> SubnetRow:
    """One subnet; raises UsageError for a netuid that does not exist, naming what does."""
    rows = await subnets(view)
    for row in rows:
        if row.netuid == netuid:
            return row
    raise unknown_netuid(netuid, [row.netuid for row in rows])


def unknown_netuid(netuid: int, existing: Sequence[int]) -> UsageError:
    """The error for a subnet that does not exist."""
    listed = ", ".join(map(str, existing[:12])) + (", …" if len(existing) > 12 else "")
    return UsageError(
        f"there is no subnet {netuid}",
        f"subnets here: {listed} (see `taoctl subnet list`)",
    )


_IDENTITY = ("subnet_url", "github_repo", "subnet_contact", "discord", "description")


def subnet_row(
    block: int,
    info: Mapping[str, Any],
    extra: Mapping[str, Any],
    price_rao: int | None,
    emission_share_ppm: int | None,
) -> SubnetRow:
    """A row from DynamicInfo (or a metagraph with the same field names) and storage values."""
    identity = info.get("subnet_identity") or {}
    texts = {key: text_of(identity.get(key)) or None for key in _IDENTITY}
    netuid = int(info["netuid"])
    is_root = netuid == ROOT_NETUID
    return SubnetRow(
        netuid=netuid,
        name=text_of(info.get("subnet_name")) or text_of(identity.get("subnet_name")),
        symbol=text_of(info.get("token_symbol")),
        price_rao=price_rao,
        moving_price_bits=bits_of(info.get("moving_price")),
        emission_share_ppm=emission_share_ppm,
        tao_in_emission_rao=info.get("tao_in_emission"),
        alpha_in_emission_rao=info.get("alpha_in_emission"),
        alpha_out_emission_rao=info.get("alpha_out_emission"),
        tao_in_rao=info.get("tao_in"),
        alpha_in_rao=info.get("alpha_in"),
        alpha_out_rao=info.get("alpha_out"),
        volume_rao=info.get("subnet_volume"),
        neurons=extra["SubnetworkN"],
        max_neurons=extra["MaxAllowedUids"],
        # Root has no paid registration: a hotkey enters by its stake, whatever these items say.
        burn_rao=None if is_root else extra["Burn"],
        registration_allowed=None if is_root else extra["NetworkRegistrationAllowed"],
        trading_enabled=extra["SubtokenEnabled"],
        tempo=info.get("tempo"),
        last_epoch_block=info.get("last_step"),
        blocks_since_last_step=_since(block, info.get("last_step")),
        next_epoch_block=next_epoch(block, netuid, info.get("tempo"), extra),
        registered_at=info.get("network_registered_at"),
        owner_hotkey=info.get("owner_hotkey"),
        owner_coldkey=info.get("owner_coldkey"),
        url=texts["subnet_url"],
        github=texts["github_repo"],
        contact=texts["subnet_contact"],
        discord=texts["discord"],
        description=texts["description"],
    )


def _since(block: int, last: int | None) -> int | None:
    # As the runtime APIs count; storage BlocksSinceLastStep is not kept for root.
    return None if last is None else max(block - last, 0)


def next_epoch(block: int, netuid: int, tempo: int | None, extra: Mapping[str, Any]) -> int | None:
    """The block of a subnet's next epoch.

    Runtimes with LastEpochBlock count from it (or from a pending trigger); older ones run an
    epoch when (block + netuid + 2) is a multiple of tempo + 1. Deferral at a busy block is not
    foreseen. Root, and a subnet of tempo 0, has none.
    """
    if not tempo or netuid == ROOT_NETUID:
        return None
    last = extra["LastEpochBlock"]
    if last is None:
        return block + tempo + 1 - (block + netuid + 2) % (tempo + 1)
    due = int(last) + tempo
    pending = extra["PendingEpochAt"]
    return min(due, pending) if pending else due


def _emitted(info: Mapping[str, Any], extra: Mapping[str, Any]) -> int | None:
    if info.get("tao_in_emission") is None or extra["SubnetExcessTao"] is None:
        return None
    return int(info["tao_in_emission"]) + int(extra["SubnetExcessTao"])
