"""What neurons publish on their subnets beside their weights: commitments."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Storage, View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import item
from taoctl.reads.neurons import holders, memberships
from taoctl.reads.registry import read
from taoctl.scale.codec import vec_bytes
from taoctl.scale.compact import array_bytes

_COMMITMENTS = "Commitments"
_STORED = Storage(_COMMITMENTS, "CommitmentOf")
_REVEALED = Storage(_COMMITMENTS, "RevealedCommitments")
_RAW, _BIG_RAW, _LOCKED = "Raw", "BigRaw", "TimelockEncrypted"
REVEALED = "revealed"
"""The kind of what was timelocked and has been opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRow:
    """One field of what a neuron publishes, or one of those that drand opened."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey", drop=1)]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that published it", drop=2)]
    kind: Annotated[str, Column("kind", Kind.TEXT, "the chain's name of the kind, or revealed")]
    text: Annotated[str | None, Column("text", Kind.TEXT, "what it says, where the bytes are text")]
    data: Annotated[str, Column("bytes", Kind.TEXT, "its bytes, as they are", wide=True)]
    size: Annotated[int, Column("size", Kind.INT, "bytes", drop=4)]
    block: Annotated[int, Column("block", Kind.BLOCK, "when it was published or opened", drop=3)]
    reveal_round: Annotated[
        int | None,
        Column("drand round", Kind.INT, "round whose pulse opens what is timelocked", wide=True),
    ]


_NEEDS = (item("NetworksAdded"), item("Uids"), item("Keys"), _STORED)
_WANTS = (item("OwnedHotkeys"), _REVEALED)


@read(
    "commitments",
    row=CommitmentRow,
    needs=_NEEDS,
    wants=_WANTS,
    help="what neurons of given keys publish",
)
async def commitments(
    view: View,
    coldkeys: Sequence[str],
    hotkeys: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[CommitmentRow, ...]:
    """What the UIDs publish whose hotkey is given, or is owned by a given coldkey."""
    return await commitments_of(view, await memberships(view, coldkeys, hotkeys), names)


async def commitments_of(
    view: View, wanted: Mapping[int, Collection[int]], names: Mapping[str, str] | None = None
) -> tuple[CommitmentRow, ...]:
    """What the wanted UIDs of each subnet publish, by netuid, uid and the order of fields."""
    seats = await holders(view, wanted)
    places = [(netuid, hotkey) for netuid, _, hotkey in seats]
    stored, revealed = await asyncio.gather(_column(view, _STORED, places), _revealed(view, places))
    return tuple(
        CommitmentRow(
            netuid=netuid, uid=uid, hotkey=hotkey, hotkey_name=(names or {}).get(hotkey), **found
        )
        for (netuid, uid, hotkey), now, opened in zip(seats, stored, revealed, strict=True)
        for found in (*_fields(now), *opened)
    )


async def _column(view: View, entry: Storage, keys: Sequence[tuple[Any, ...]]) -> Sequence[Any]:
    if not keys or not view.has(entry):
        return [None] * len(keys)
    return list(await view.values(entry.pallet, entry.item, list(keys)))


async def _revealed(
    view: View, places: Sequence[tuple[int, str]]
) -> list[tuple[dict[str, Any], ...]]:
    found = await _column(view, _REVEALED, places)
    return [
        tuple(_field(REVEALED, vec_bytes(data), int(block)) for data, block in one or ())
        for one in found
    ]


def _fields(stored: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    if stored is None:
        return
    for one in stored["info"]["fields"]:
        parts: tuple[str, Any] = (one, None) if isinstance(one, str) else next(iter(one.items()))
        name, value = parts
        drand_round = int(value["reveal_round"]) if name == _LOCKED else None
        kind = _RAW if name.startswith(_RAW) else name
        yield _field(kind, _bytes(name, value), int(stored["block"]), drand_round)


def _bytes(name: str, value: Any) -> bytes:
    if name == _LOCKED:
        return vec_bytes(value["encrypted"])
    if name == _BIG_RAW:
        return vec_bytes(value)
    return b"" if value is None else array_bytes(value)


def _field(kind: str, data: bytes, block: int, drand_round: int | None = None) -> dict[str, Any]:
    return {
        "kind": kind,
        "text": _text(data) if kind in (_RAW, _BIG_RAW, REVEALED) else None,
        "data": "0x" + data.hex(),
        "size": len(data),
        "block": block,
        "reveal_round": drand_round,
    }


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
