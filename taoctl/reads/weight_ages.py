"""How long ago each validator of a subnet last set weights, and until when they count."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from taoctl.chain.view import View
from taoctl.errors import UsageError
from taoctl.reads.activity import ACTIVITY_WANTS, activity_cutoffs
from taoctl.reads.alarms import OLD_WEIGHTS_TEMPOS
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, column_of, item, value_or_none
from taoctl.reads.epoch_input import mechanism_index
from taoctl.reads.registry import read
from taoctl.reads.weights import need_mechanism


class WeightState(StrEnum):
    """What is to be said of a validator's weights."""

    FRESH = "fresh"
    """Set within the last tempos."""
    OLD = "old"
    """Older than that, and still counted."""
    INACTIVE = "inactive"
    """So old that the epoch leaves the validator out."""
    NEVER = "never"
    """None were set since it was registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightAgeRow:
    """When one validator of a subnet last set weights, or committed to them."""

    uid: Annotated[int, Column("uid", Kind.UID, "slot of the validator")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of its hotkey")]
    mine: Annotated[bool, Column("mine", Kind.BOOL, "whether it is of a wallet here")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "its hotkey", drop=1)]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owns the hotkey", wide=True)]
    permit: Annotated[bool, Column("permit", Kind.BOOL, "whether it may weigh others now", drop=3)]
    stake_weight: Annotated[
        int | None,
        Column("stake", Kind.U16, "its part of the stake in the last epoch", drop=2),
    ]
    updated_block: Annotated[
        int | None,
        Column("updated", Kind.BLOCK, "block in which it last set or committed weights"),
    ]
    age_blocks: Annotated[int | None, Column("age", Kind.BLOCKS, "blocks since then")]
    age_millitempos: Annotated[
        int | None, Column("tempos", Kind.MILLI, "the same in thousandths of a tempo")
    ]
    active_to_block: Annotated[
        int | None,
        Column("counts to", Kind.BLOCK, "last block whose epoch counts it if it sets no others"),
    ]
    state: Annotated[
        str,
        Column(
            "weights",
            Kind.TEXT,
            f"fresh: no older than {OLD_WEIGHTS_TEMPOS} tempos; old; inactive: left out of the "
            "epoch; never: none since it was registered",
        ),
    ]


_NEEDS = tuple(
    item(name)
    for name in (
        "NetworksAdded",
        "Keys",
        "LastUpdate",
        "ValidatorPermit",
        "BlockAtRegistration",
        "Owner",
        "Tempo",
    )
)
_WANTS = (item("StakeWeight"), item("MechanismCountCurrent"), *ACTIVITY_WANTS)


@read(
    "weight-ages",
    row=WeightAgeRow,
    needs=_NEEDS,
    wants=_WANTS,
    help="how long ago each validator of a subnet set weights",
)
async def weight_ages(
    view: View,
    netuid: int,
    mechanism: int = 0,
    mine: Collection[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[WeightAgeRow, ...]:
    """Validators of a subnet: mine first, then who set weights longest ago, who never did last.

    Validators are those with a permit, and of mine those that once set weights too.

    Args:
        view: the block to read.
        netuid: the subnet.
        mechanism: 0 for the one that every subnet has.
        mine: hotkeys, and coldkeys whose hotkeys count.
        names: of hotkeys.

    Raises:
        UsageError: there is no such subnet or mechanism, or nobody sets weights there.
    """
    if netuid == ROOT_NETUID:
        raise UsageError("nobody sets weights on root", "`taoctl subnet list` shows the subnets")
    await need_mechanism(view, netuid, mechanism)
    keys, updates, permits, stakes, tempo, cutoffs = await asyncio.gather(
        view.map(PALLET, "Keys", netuid),
        view.value(PALLET, "LastUpdate", mechanism_index(netuid, mechanism)),
        view.value(PALLET, "ValidatorPermit", netuid),
        value_or_none(view, "StakeWeight", netuid),
        view.value(PALLET, "Tempo", netuid),
        activity_cutoffs(view, [netuid]),
    )
    uids = sorted(int(uid) for uid in keys)
    owners, starts = await asyncio.gather(
        column_of(view, "Owner", [(keys[uid],) for uid in uids]),
        column_of(view, "BlockAtRegistration", [(netuid, uid) for uid in uids]),
    )
    clock = _Clock(view.block, int(tempo), cutoffs[netuid].blocks(int(tempo)))
    rows = [
        _row(
            clock,
            _Validator(
                uid=uid,
                hotkey=str(keys[uid]),
                coldkey=str(owner),
                registered=int(start),
                updated=_at(updates, uid),
                permit=bool(_at(permits, uid)),
                stake=_at(stakes or (), uid),
            ),
            mine or (),
            names or {},
        )
        for uid, owner, start in zip(uids, owners, starts, strict=True)
    ]
    # Of mine, one that lost its permit is missed sooner than one that never was a validator.
    shown = (row for row in rows if row.permit or (row.mine and row.state != WeightState.NEVER))
    return tuple(sorted(shown, key=_order))


@dataclass(frozen=True, slots=True)
class _Clock:
    block: int
    tempo: int
    cutoff: int | None


@dataclass(frozen=True, slots=True)
class _Validator:
    uid: int
    hotkey: str
    coldkey: str
    registered: int
    updated: int | None
    permit: bool
    stake: int | None


def _row(
    clock: _Clock, one: _Validator, mine: Collection[str], names: Mapping[str, str]
) -> WeightAgeRow:
    known = one.updated is not None and clock.cutoff is not None
    active_to = (one.updated or 0) + (clock.cutoff or 0) if known else None
    # Registration writes its own block where that of the last weights is kept.
    updated = one.updated if (one.updated or 0) > one.registered else None
    age = None if updated is None else max(clock.block - updated, 0)
    return WeightAgeRow(
        uid=one.uid,
        hotkey_name=names.get(one.hotkey),
        mine=one.hotkey in mine or one.coldkey in mine,
        hotkey=one.hotkey,
        coldkey=one.coldkey,
        permit=one.permit,
        stake_weight=one.stake,
        updated_block=updated,
        age_blocks=age,
        age_millitempos=None if age is None or not clock.tempo else age * 1_000 // clock.tempo,
        active_to_block=active_to,
        state=str(_state(clock, age, active_to)),
    )


def _state(clock: _Clock, age: int | None, active_to: int | None) -> WeightState:
    if age is None:
        return WeightState.NEVER
    if active_to is not None and clock.block > active_to:
        return WeightState.INACTIVE
    old = clock.tempo and age > OLD_WEIGHTS_TEMPOS * clock.tempo
    return WeightState.OLD if old else WeightState.FRESH


def _order(row: WeightAgeRow) -> tuple[bool, bool, int, int]:
    return not row.mine, row.age_blocks is None, -(row.age_blocks or 0), row.uid


def _at(values: Sequence[Any], uid: int) -> Any:
    return values[uid] if uid < len(values) else None
