"""Weights as validators set them: who weighs whom, and how long ago."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import View
from taoctl.errors import UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, item, value_or_none
from taoctl.reads.registry import read

_STRIDE = 4096
"""Storage index of a mechanism = mechanism * 4096 + netuid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRow:
    """What one UID gives another."""

    uid: Annotated[int, Column("uid", Kind.UID, "who weighs")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of its hotkey")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "its hotkey", drop=1)]
    permit: Annotated[bool | None, Column("permit", Kind.BOOL, "whether it may weigh others now")]
    updated_block: Annotated[
        int | None, Column("updated", Kind.BLOCK, "block in which it last set or committed weights")
    ]
    age_blocks: Annotated[int | None, Column("age", Kind.BLOCKS, "blocks since then")]
    target_uid: Annotated[int, Column("weighs", Kind.UID, "whom it weighs")]
    weight: Annotated[int, Column("weight", Kind.U16, "weight as the chain stores it")]
    share_ppm: Annotated[
        int | None, Column("share", Kind.PPM, "of all that it gives, in millionths, rounded down")
    ]


@read(
    "weights",
    row=WeightRow,
    needs=tuple(
        item(name) for name in ("Weights", "Keys", "LastUpdate", "ValidatorPermit", "NetworksAdded")
    ),
    wants=(item("MechanismCountCurrent"),),
    help="who weighs whom on a subnet, as it is stored",
)
async def weights(
    view: View,
    netuid: int,
    mechanism: int = 0,
    uids: Sequence[int] = (),
    targets: Sequence[int] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[WeightRow, ...]:
    """Weights on one mechanism of a subnet, by who weighs, then by whom.

    Args:
        view: the block to read.
        netuid: the subnet.
        mechanism: 0 for the one that every subnet has.
        uids: only what these give; all when empty.
        targets: only what these are given; all when empty.
        names: of hotkeys.

    Raises:
        UsageError: there is no such subnet, mechanism or UID.
    """
    await need_mechanism(view, netuid, mechanism)
    index = mechanism * _STRIDE + netuid
    rows, hotkeys, updates, permits = await asyncio.gather(
        view.map(PALLET, "Weights", index),
        view.map(PALLET, "Keys", netuid),
        view.value(PALLET, "LastUpdate", index),
        view.value(PALLET, "ValidatorPermit", netuid),
    )
    for uid in (*uids, *targets):
        if uid not in hotkeys:
            said = f"subnet {netuid} has no uid {uid}"
            raise UsageError(said, f"see `taoctl subnet metagraph {netuid}`")
    found: list[WeightRow] = []
    for uid in sorted(rows):
        if uid not in hotkeys or (uids and uid not in uids):
            continue
        total = sum(int(weight) for _, weight in rows[uid])
        hotkey, block = str(hotkeys[uid]), _at(updates, uid) or None
        permit = _at(permits, uid)
        found += [
            WeightRow(
                uid=int(uid),
                hotkey_name=(names or {}).get(hotkey),
                hotkey=hotkey,
                permit=None if permit is None else bool(permit),
                updated_block=block,
                age_blocks=None if block is None else view.block - block,
                target_uid=int(target),
                weight=int(weight),
                share_ppm=int(weight) * 1_000_000 // total if total else None,
            )
            for target, weight in sorted(rows[uid])
            if not targets or target in targets
        ]
    return tuple(found)


async def need_mechanism(view: View, netuid: int, mechanism: int) -> None:
    """Raise UsageError where there is no such subnet, or no such mechanism of it."""
    there, count = await asyncio.gather(
        view.value(PALLET, "NetworksAdded", netuid),
        value_or_none(view, "MechanismCountCurrent", netuid),
    )
    if not there:
        raise UsageError(f"there is no subnet {netuid}", "`taoctl subnet list` shows all of them")
    mechanisms = 1 if count is None else int(count)
    if mechanism >= mechanisms:
        raise UsageError(
            f"subnet {netuid} has no mechanism {mechanism}",
            f"it has {mechanisms}, counted from 0",
        )


def _at(values: Sequence[Any], uid: int) -> Any:
    return values[uid] if uid < len(values) else None
