"""Delegates: the hotkeys that take stake from others, and what there is to choose them by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, column_of, item
from taoctl.reads.identities import identities
from taoctl.reads.registry import read


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateRow:
    """A hotkey that takes stake from others."""

    name: Annotated[
        str | None,
        Column("name", Kind.TEXT, "what its owner calls itself, which nobody has checked"),
    ]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "the delegate")]
    owner: Annotated[str, Column("owner", Kind.SS58, "its coldkey", drop=2)]
    take: Annotated[int, Column("take", Kind.TAKE, "part of its stakers' dividends that it keeps")]
    root_stake_rao: Annotated[
        int | None, Column("root τ", Kind.TAO, "staked on it on root, its owner's own included")
    ]
    subnets: Annotated[
        int, Column("subnets", Kind.INT, "subnets where it has a UID, root left out")
    ]
    permits: Annotated[int, Column("permits", Kind.INT, "subnets among them where it may validate")]
    netuids: Annotated[str, Column("where", Kind.TEXT, "their numbers, by commas", wide=True)]
    permitted: Annotated[
        str, Column("validates", Kind.TEXT, "those where it may validate, by commas", wide=True)
    ]


@dataclass(slots=True)
class _Seats:
    """Where a hotkey has a UID, and on which of these with a validator permit."""

    netuids: list[int] = field(default_factory=list)
    permitted: list[int] = field(default_factory=list)


@read(
    "delegates",
    row=DelegateRow,
    needs=tuple(item(name) for name in ("Delegates", "Owner", "Keys", "ValidatorPermit")),
    wants=(item("TotalHotkeyAlpha"), item("IdentitiesV2")),
    help="hotkeys that take stake from others, the most staked on root first",
)
async def delegates(view: View) -> tuple[DelegateRow, ...]:
    """Every delegate; those with the same stake on root by address.

    What older runtimes do not tell of stake on root is None, and its delegates come by address.
    """
    takes, keys, permits = await asyncio.gather(
        view.map(PALLET, "Delegates"), view.map(PALLET, "Keys"), view.map(PALLET, "ValidatorPermit")
    )
    hotkeys = [str(one) for one in takes]
    owners, stakes = await asyncio.gather(
        column_of(view, "Owner", [(one,) for one in hotkeys]),
        column_of(view, "TotalHotkeyAlpha", [(one, ROOT_NETUID) for one in hotkeys]),
    )
    seats, names = _seats(keys, permits), await _names(view, owners)
    rows = []
    for hotkey, owner, stake in zip(hotkeys, owners, stakes, strict=True):
        held = seats.get(hotkey, _Seats())
        rows.append(
            DelegateRow(
                name=names.get(owner),
                hotkey=hotkey,
                owner=owner,
                take=int(takes[hotkey]),
                root_stake_rao=None if stake is None else int(stake),
                subnets=len(held.netuids),
                permits=len(held.permitted),
                netuids=_list(held.netuids),
                permitted=_list(held.permitted),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-(row.root_stake_rao or 0), row.hotkey)))


def _seats(keys: Mapping[Any, Any], permits: Mapping[Any, Any]) -> dict[str, _Seats]:
    found: dict[str, _Seats] = {}
    for (netuid, uid), hotkey in sorted(keys.items()):
        if int(netuid) == ROOT_NETUID:
            continue
        held = found.setdefault(str(hotkey), _Seats())
        held.netuids.append(int(netuid))
        allowed = permits.get(netuid) or ()
        if int(uid) < len(allowed) and allowed[int(uid)]:
            held.permitted.append(int(netuid))
    return found


async def _names(view: View, owners: list[Any]) -> dict[str, str]:
    found = await identities(view, sorted({str(owner) for owner in owners}))
    return {row.coldkey: row.name for row in found if row.name}


def _list(netuids: list[int]) -> str:
    return ",".join(map(str, netuids))
