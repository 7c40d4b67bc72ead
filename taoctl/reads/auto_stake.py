"""Where mining rewards are staked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, column_of, item
from taoctl.reads.registry import read

_DESTINATION = item("AutoStakeDestination")


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoStakeRow:
    """The hotkey that a coldkey's miners on a subnet stake their rewards to."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "where the miners are")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "whom the rewards are staked to")]
    registered: Annotated[bool, Column("registered", Kind.BOOL, "the hotkey has a UID there")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "whose miners they are", wide=True)]


@read(
    "auto-stake",
    row=AutoStakeRow,
    needs=(_DESTINATION, item("Uids")),
    help="hotkeys that accounts have their mining rewards staked to",
)
async def auto_stake(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[AutoStakeRow, ...]:
    """What is set, by coldkey as given, then netuid; each miner's own hotkey where nothing is."""
    known = names or {}
    each = await asyncio.gather(
        *(view.map(PALLET, _DESTINATION.item, coldkey) for coldkey in coldkeys)
    )
    found = [
        (coldkey, int(netuid), str(hotkey))
        for coldkey, of in zip(coldkeys, each, strict=True)
        for netuid, hotkey in sorted(of.items())
    ]
    uids = await column_of(view, "Uids", [(netuid, hotkey) for _, netuid, hotkey in found])
    return tuple(
        AutoStakeRow(
            wallet_name=known.get(coldkey),
            netuid=netuid,
            hotkey_name=known.get(hotkey),
            hotkey=hotkey,
            registered=uid is not None,
            coldkey=coldkey,
        )
        for (coldkey, netuid, hotkey), uid in zip(found, uids, strict=True)
    )
