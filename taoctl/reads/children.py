"""Children and parents of hotkeys: who lends stake weight to whom, and changes that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, column_of, item
from taoctl.reads.registry import read

_CHILDREN, _PARENTS, _PENDING = item("ChildKeys"), item("ParentKeys"), item("PendingChildKeys")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRow:
    """One hotkey that another lends stake weight to, borrows it from, or shall lend it to."""

    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "the subnet")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "whose relation it is")]
    relation: Annotated[
        str,
        Column(
            "relation",
            Kind.TEXT,
            "`child`: is lent weight; `parent`: lends it; `pending`: shall be a child; "
            "`revoked`: every child shall go",
        ),
    ]
    other_name: Annotated[str | None, Column("other name", Kind.TEXT, "its name here")]
    other: Annotated[
        str | None, Column("other", Kind.SS58, "the child or parent; none of a revocation")
    ]
    share: Annotated[
        int | None, Column("share", Kind.U64N, "proportion of the lender's weight, of 2^64 - 1")
    ]
    from_block: Annotated[
        int | None,
        Column("waits for", Kind.BLOCK, "it takes effect with the first epoch after this block"),
    ]


@read(
    "children",
    row=ChildRow,
    needs=(_CHILDREN, _PARENTS, item("NetworksAdded")),
    wants=(_PENDING, item("OwnedHotkeys")),
    help="children and parents of hotkeys, and changes that wait",
)
async def children(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[ChildRow, ...]:
    """Relations of hotkeys that are given or owned by a given coldkey, by netuid, then hotkey."""
    mine = await owned_hotkeys(view, coldkeys, hotkeys)
    lent, borrowed, pending = await asyncio.gather(
        _relations(view, _CHILDREN.item, mine),
        _relations(view, _PARENTS.item, mine),
        _pending(view, mine),
    )
    rows = [
        *(_row(names, key, "child", one) for key, one in lent),
        *(_row(names, key, "parent", one) for key, one in borrowed),
        *(_row(names, key, "pending", one, block) for key, one, block in pending),
    ]
    order = {hotkey: place for place, hotkey in enumerate(mine)}
    return tuple(sorted(rows, key=lambda row: (row.netuid, order[row.hotkey])))


async def owned_hotkeys(
    view: View, coldkeys: Sequence[str], hotkeys: Sequence[str]
) -> tuple[str, ...]:
    """The hotkeys that are given, and those that the coldkeys own, each once."""
    owned = await column_of(view, "OwnedHotkeys", [(coldkey,) for coldkey in coldkeys])
    return tuple(dict.fromkeys([*hotkeys, *(str(key) for keys in owned for key in keys or ())]))


async def _relations(
    view: View, name: str, hotkeys: Sequence[str]
) -> list[tuple[tuple[int, str], Any]]:
    each = await asyncio.gather(*(view.map(PALLET, name, hotkey) for hotkey in hotkeys))
    return [
        ((int(netuid), hotkey), one)
        for hotkey, of in zip(hotkeys, each, strict=True)
        for netuid, listed in of.items()
        for one in listed
    ]


async def _pending(
    view: View, hotkeys: Sequence[str]
) -> list[tuple[tuple[int, str], Any | None, int]]:
    if not hotkeys or not view.has(_PENDING):
        return []
    added = await view.map(PALLET, "NetworksAdded")
    keys = [(int(netuid), hotkey) for netuid, there in added.items() if there for hotkey in hotkeys]
    found = await column_of(view, _PENDING.item, keys)
    return [
        (key, one, int(block))
        for key, (listed, block) in zip(keys, found, strict=True)
        if int(block)
        for one in listed or (None,)
    ]


def _row(
    names: Mapping[str, str] | None,
    key: tuple[int, str],
    relation: str,
    one: Any | None,
    block: int | None = None,
) -> ChildRow:
    known, (netuid, hotkey) = names or {}, key
    share, other = (None, None) if one is None else (int(one[0]), str(one[1]))
    return ChildRow(
        hotkey_name=known.get(hotkey),
        netuid=netuid,
        hotkey=hotkey,
        relation="revoked" if other is None else relation,
        other_name=None if other is None else known.get(other),
        other=other,
        share=share,
        from_block=block,
    )
