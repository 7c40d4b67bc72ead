"""Takes: the share of dividends that hotkeys keep, and when they may raise it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import View
from taoctl.reads.children import owned_hotkeys
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, column_of, item, value_or_none
from taoctl.reads.registry import read

_CHILDKEY_TAKE_SET = 1
"""Number of the kind of transaction under which the chain keeps when a childkey take was set."""

_NEEDS = tuple(
    item(name)
    for name in (
        "Owner",
        "Delegates",
        "MinDelegateTake",
        "MaxDelegateTake",
        "TxDelegateTakeRateLimit",
        "ChildkeyTake",
        "MinChildkeyTake",
        "MaxChildkeyTake",
        "TxChildkeyTakeRateLimit",
        "TransactionKeyLastBlock",
        "IsNetworkMember",
    )
)
_WANTS = tuple(
    item(name)
    for name in (
        "LastTxBlockDelegateTake",
        "LastRateLimitedBlock",
        "MinChildkeyTakePerSubnet",
        "OwnedHotkeys",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRow:
    """A take of a hotkey: of its stakers, or on one subnet of its parents. Takes are of 65535."""

    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "whose take it is")]
    of: Annotated[str, Column("of", Kind.TEXT, "`stakers`, or `parents`: its childkey take")]
    netuid: Annotated[
        int | None, Column("netuid", Kind.NETUID, "subnet of a childkey take; else it is of all")
    ]
    take: Annotated[int, Column("take", Kind.TAKE, "share of dividends that it keeps")]
    least: Annotated[int, Column("least", Kind.TAKE, "the chain allows no less", wide=True)]
    most: Annotated[int, Column("most", Kind.TAKE, "the chain allows no more")]
    changed_block: Annotated[int | None, Column("changed", Kind.BLOCK, "block of its last change")]
    raise_from_block: Annotated[
        int | None, Column("raise from", Kind.BLOCK, "block from which it may be raised")
    ]


@read(
    "takes",
    row=TakeRow,
    needs=_NEEDS,
    wants=_WANTS,
    help="takes of hotkeys, and when they may be raised",
)
async def takes(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[TakeRow, ...]:
    """Each hotkey that is given or owned: its take, then its childkey takes by netuid.

    Childkey takes are of the subnets where the hotkey has a UID, or where one was set. A key that
    the chain knows no owner of is no hotkey, and left out.
    """
    mine = await _known(view, await owned_hotkeys(view, coldkeys, hotkeys))
    own, childkey = await asyncio.gather(
        _own(view, mine, names or {}), _childkey(view, mine, names or {})
    )
    order = {hotkey: place for place, hotkey in enumerate(mine)}
    # A stable sort: a hotkey's own take comes before its childkey takes.
    return tuple(sorted([*own, *childkey], key=lambda row: order[row.hotkey]))


async def _known(view: View, hotkeys: Sequence[str]) -> tuple[str, ...]:
    owners = await column_of(view, "Owner", [(one,) for one in hotkeys])
    nobody = view.codec.decode_storage(PALLET, "Owner", None)
    return tuple(one for one, owner in zip(hotkeys, owners, strict=True) if owner != nobody)


async def _own(view: View, hotkeys: Sequence[str], names: Mapping[str, str]) -> list[TakeRow]:
    found, least, most, limit, changed = await asyncio.gather(
        column_of(view, "Delegates", [(one,) for one in hotkeys]),
        value_or_none(view, "MinDelegateTake"),
        value_or_none(view, "MaxDelegateTake"),
        value_or_none(view, "TxDelegateTakeRateLimit"),
        _changed(view, hotkeys),
    )
    return [
        TakeRow(
            hotkey_name=names.get(hotkey),
            hotkey=hotkey,
            of="stakers",
            netuid=None,
            take=int(take),
            least=int(least),
            most=int(most),
            changed_block=last or None,
            raise_from_block=last + int(limit) + 1 if last and int(limit) else None,
        )
        for hotkey, take, last in zip(hotkeys, found, changed, strict=True)
    ]


async def _changed(view: View, hotkeys: Sequence[str]) -> list[int]:
    """When each take was last changed, by whichever item the runtime keeps it in; 0 for never."""
    older, newer = await asyncio.gather(
        column_of(view, "LastTxBlockDelegateTake", [(one,) for one in hotkeys]),
        column_of(
            view, "LastRateLimitedBlock", [({"LastTxBlockDelegateTake": one},) for one in hotkeys]
        ),
    )
    return [max(int(a or 0), int(b or 0)) for a, b in zip(older, newer, strict=True)]


async def _childkey(view: View, hotkeys: Sequence[str], names: Mapping[str, str]) -> list[TakeRow]:
    keys = [(hotkey, netuid) for hotkey in hotkeys for netuid in await _subnets(view, hotkey)]
    if not keys:
        return []
    kept, last, least, here, most, limit = await asyncio.gather(
        column_of(view, "ChildkeyTake", keys),
        column_of(view, "TransactionKeyLastBlock", [(*key, _CHILDKEY_TAKE_SET) for key in keys]),
        value_or_none(view, "MinChildkeyTake"),
        column_of(view, "MinChildkeyTakePerSubnet", [(netuid,) for _, netuid in keys]),
        value_or_none(view, "MaxChildkeyTake"),
        value_or_none(view, "TxChildkeyTakeRateLimit"),
    )
    rows = []
    for (hotkey, netuid), take, block, floor in zip(keys, kept, last, here, strict=True):
        lowest = max(int(least), int(floor or 0))
        rows.append(
            TakeRow(
                hotkey_name=names.get(hotkey),
                hotkey=hotkey,
                of="parents",
                netuid=netuid,
                take=max(int(take), lowest),
                least=lowest,
                most=int(most),
                changed_block=int(block) or None,
                raise_from_block=int(block) + int(limit) if int(block) else None,
            )
        )
    return rows


async def _subnets(view: View, hotkey: str) -> list[int]:
    """Subnets where a hotkey has a UID or a childkey take, root left out; ascending."""
    member, taken = await asyncio.gather(
        view.map(PALLET, "IsNetworkMember", hotkey), view.map(PALLET, "ChildkeyTake", hotkey)
    )
    return sorted({*_true(member), *map(int, taken)} - {ROOT_NETUID})


def _true(found: Mapping[Any, Any]) -> list[int]:
    return [int(netuid) for netuid, there in found.items() if there]
