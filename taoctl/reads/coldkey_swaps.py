"""Swaps of coldkeys: what is announced, from when it may be carried out, what is disputed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.addresses import is_ss58
from taoctl.chain.view import View
from taoctl.errors import TaoctlError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, column_of, item, value_or_none
from taoctl.reads.registry import read
from taoctl.scale.crypto import account_hash

_NEEDS = tuple(
    item(name)
    for name in (
        "ColdkeySwapAnnouncements",
        "ColdkeySwapDisputes",
        "ColdkeySwapAnnouncementDelay",
        "ColdkeySwapReannouncementDelay",
    )
)
_LAST_BLOCK = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdkeySwapRow:
    """Whether a coldkey is announced to be swapped for another, and what may be done when."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "the coldkey to be swapped")]
    state: Annotated[
        str,
        Column(
            "state",
            Kind.TEXT,
            "`none`; `waiting`; `ready`: the next block may carry it out; `disputed`: frozen",
        ),
    ]
    new_coldkey: Annotated[
        str | None,
        Column("new coldkey", Kind.SS58, "whom it is swapped for; only where it is known here"),
    ]
    new_coldkey_hash: Annotated[
        str | None, Column("hash", Kind.HASH, "what was announced of the new coldkey", drop=1)
    ]
    announced_block: Annotated[
        int | None,
        Column(
            "since",
            Kind.BLOCK,
            "block of the announcement; - where the node no longer has the state that shows it",
            drop=2,
        ),
    ]
    execute_from_block: Annotated[
        int | None, Column("execute from", Kind.BLOCK, "block from which it may be carried out")
    ]
    execute_in_blocks: Annotated[
        int | None, Column("in", Kind.BLOCKS, "blocks until that; 0 when it is there")
    ]
    change_from_block: Annotated[
        int | None,
        Column("change from", Kind.BLOCK, "block from which it may be replaced or called off"),
    ]
    disputed_block: Annotated[
        int | None, Column("disputed", Kind.BLOCK, "block in which it was disputed")
    ]

    @property
    def announced(self) -> bool:
        """Whether the coldkey is to be swapped, disputed or not."""
        return self.execute_from_block is not None


@read(
    "coldkey-swaps",
    row=ColdkeySwapRow,
    needs=_NEEDS,
    help="announced and disputed swaps of coldkeys, and when they may be carried out",
)
async def coldkey_swaps(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[ColdkeySwapRow, ...]:
    """One row for each coldkey in the order given, announced or not.

    The chain keeps only the hash of the new coldkey: it is told where an address among `names`
    has that hash.
    """
    keys = [(one,) for one in coldkeys]
    announced, disputed, delay, wait = await asyncio.gather(
        column_of(view, "ColdkeySwapAnnouncements", keys),
        column_of(view, "ColdkeySwapDisputes", keys),
        value_or_none(view, "ColdkeySwapAnnouncementDelay"),
        value_or_none(view, "ColdkeySwapReannouncementDelay"),
    )
    known = _by_hash(names or {}) if any(announced) else {}
    begun = await asyncio.gather(
        *(
            _announced_block(view, coldkey, found, int(delay))
            for coldkey, found in zip(coldkeys, announced, strict=True)
        )
    )
    rows = []
    for coldkey, found, since, begin in zip(coldkeys, announced, disputed, begun, strict=True):
        due, new_hash = (None, None) if found is None else (int(found[0]), str(found[1]))
        rows.append(
            ColdkeySwapRow(
                wallet_name=(names or {}).get(coldkey),
                coldkey=coldkey,
                state=_state(view.block, due, disputed=since is not None),
                new_coldkey=None if new_hash is None else known.get(new_hash),
                new_coldkey_hash=new_hash,
                announced_block=begin,
                execute_from_block=due,
                execute_in_blocks=None if due is None else max(due - view.block - 1, 0),
                change_from_block=None if due is None else min(due + int(wait), _LAST_BLOCK),
                disputed_block=None if due is None or since is None else int(since),
            )
        )
    return tuple(rows)


async def _announced_block(view: View, coldkey: str, found: Any, delay: int) -> int | None:
    """The block that brought an announcement, None where that is not certain.

    It stores only the block from which the swap may be carried out, and the delay before that may
    have changed since: the state of the block that the delay in force points to must show it.
    """
    if found is None or (block := int(found[0]) - delay) < 1 or block > view.block:
        return None
    try:
        before, then = await asyncio.gather(
            view.chain.at_block(block - 1), view.chain.at_block(block)
        )
        was, is_now = await asyncio.gather(
            *(one.value(PALLET, "ColdkeySwapAnnouncements", coldkey) for one in (before, then))
        )
    except TaoctlError:
        return None
    return block if was != found and is_now == found else None


def _state(block: int, due: int | None, *, disputed: bool) -> str:
    if due is None:
        return "none"
    if disputed:
        return "disputed"
    return "ready" if block + 1 >= due else "waiting"


def _by_hash(addresses: Iterable[str]) -> dict[str, str]:
    return {account_hash(one): one for one in addresses if is_ss58(one)}
