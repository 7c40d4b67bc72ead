"""Stake positions: what they would sell for, their share of the subnet, and the day's change."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated
from weakref import WeakKeyDictionary

from taoctl.chain.view import View
from taoctl.errors import TaoctlError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import prices
from taoctl.reads.entries import ROOT_NETUID, column_of, item
from taoctl.reads.registry import read
from taoctl.reads.simulation import SIMULATION_ENTRIES, sold
from taoctl.reads.stake import NEEDS, STAKE_ENTRIES, StakeRow, stake

DAY_BLOCKS = 7_200
"""Blocks of 12 s in 24 hours."""

_OLD_BLOCK_S = 5.0
"""How long a block of a day ago may take to come; the rest of the row does not wait for it."""

_OLD_BLOCK_SERVES = 25
"""For how many blocks its prices are taken for those of a day ago: five minutes of a day."""

_DAY_AGO: WeakKeyDictionary[object, tuple[int, Mapping[int, int]]] = WeakKeyDictionary()
"""The old block that was last asked for and its prices, by connection."""

_PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow(StakeRow):
    """One position (coldkey, hotkey, netuid) and what it is worth. Amounts are rao."""

    LEADING = (
        "wallet_name",
        "hotkey_name",
        "netuid",
        "hotkey",
        "coldkey",
        "alpha_rao",
        "price_rao",
        "price_change_ppm",
        "value_tao_rao",
        "exit_tao_rao",
    )

    exit_tao_rao: Annotated[
        int | None,
        Column("exit τ", Kind.TAO, "what selling all of it now brings, after the pool's fee"),
    ]
    price_change_ppm: Annotated[
        int | None, Column("24h", Kind.PPM, "change of the price over 7200 blocks", drop=1)
    ]
    subnet_share_ppm: Annotated[
        int | None,
        Column("share", Kind.PPM, "of all alpha that is staked on the subnet", drop=2),
    ]
    hotkey_share_ppm: Annotated[
        int | None,
        Column("of hotkey", Kind.PPM, "of all alpha on the hotkey there", wide=True),
    ]


@read(
    "positions",
    row=PositionRow,
    needs=NEEDS,
    wants=(*STAKE_ENTRIES, *SIMULATION_ENTRIES, item("SubnetAlphaOut"), item("TotalHotkeyAlpha")),
    help="stake positions of accounts with exit value, share and the day's price change",
)
async def positions(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[PositionRow, ...]:
    """Every position of the coldkeys, by coldkey as given, then netuid, then hotkey.

    Exit values are of each position alone, sold whole, also where a part of it is locked. The
    change is unknown where the node has no state of a day ago, and on a chain younger than that.
    """
    rows, before = await asyncio.gather(stake(view, coldkeys, names), prices_a_day_ago(view))
    keys = [(row.netuid,) for row in rows]
    exits, out, pools = await asyncio.gather(
        sold(view, [(row.netuid, row.alpha_rao) for row in rows]),
        column_of(view, "SubnetAlphaOut", keys),
        column_of(view, "TotalHotkeyAlpha", [(row.hotkey, row.netuid) for row in rows]),
    )
    return tuple(
        PositionRow(
            **{field.name: getattr(row, field.name) for field in fields(StakeRow)},
            exit_tao_rao=exits[i],
            price_change_ppm=change_ppm(before.get(row.netuid), row.price_rao, row.netuid),
            subnet_share_ppm=_share(row.alpha_rao, out[i]),
            hotkey_share_ppm=_share(row.alpha_rao, pools[i]),
        )
        for i, row in enumerate(rows)
    )


async def prices_a_day_ago(view: View) -> Mapping[int, int]:
    """Prices per netuid of the block a day before; empty where they cannot be had.

    Whoever follows the chain gets the same answer for a few blocks: an old block is the dearest
    thing to ask for, and where it cannot be had it costs the whole wait each time.
    """
    block = view.block - DAY_BLOCKS
    if block <= 0:
        return {}
    kept = _DAY_AGO.get(view.chain)
    if kept is None or not 0 <= block - kept[0] < _OLD_BLOCK_SERVES:
        kept = (block, await _prices_at(view, block))
        _DAY_AGO[view.chain] = kept
    return kept[1]


async def _prices_at(view: View, block: int) -> Mapping[int, int]:
    with contextlib.suppress(TaoctlError, TimeoutError):
        async with asyncio.timeout(_OLD_BLOCK_S):
            return await prices(await view.chain.at_block(block))
    return {}


def change_ppm(before: int | None, now: int | None, netuid: int) -> int | None:
    """How much a subnet's price has changed, millionths; None on root, and where it is unknown."""
    if netuid == ROOT_NETUID or not before or now is None:
        return None
    return (now - before) * _PPM // before


def _share(part: int, whole: int | None) -> int | None:
    return part * _PPM // int(whole) if whole else None
