"""Hyperparameters of a subnet, each with what it means and who may set it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.owner_clock import Limit, OwnerClock, last_changes, owner_clock
from taoctl.chain.view import Api, View
from taoctl.economics.hyperparameter import Known, Value, from_storage, value_text
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, bits_of, item, text_of, typed_api
from taoctl.reads.hyperparameter_table import KNOWN, STORED
from taoctl.reads.registry import read
from taoctl.reads.subnets import unknown_netuid


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparameterRow:
    """One hyperparameter: the raw value as the chain says it, what it means and who sets it."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number", wide=True)]
    name: Annotated[str, Column("name", Kind.TEXT, "as the chain calls it")]
    value: Annotated[
        int | bool | None,
        Column("value", Kind.INT, "raw value; - where it is no single number", wide=True),
    ]
    meaning: Annotated[str, Column("means", Kind.TEXT, "the value in its own unit")]
    default: Annotated[
        str | None,
        Column("default", Kind.TEXT, "what the runtime takes where nothing was set", drop=2),
    ]
    setter: Annotated[str | None, Column("set by", Kind.TEXT, "owner or root")]
    settable_from_block: Annotated[
        int | None,
        Column(
            "settable from",
            Kind.BLOCK,
            "first block in which it may be set next; - where no call sets it or nobody can tell",
            drop=1,
        ),
    ]
    help: Annotated[str, Column("effect", Kind.TEXT, "what it does", drop=3)]


_V3 = Api("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v3")
_V2 = Api("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v2")
_V1 = Api("SubnetInfoRuntimeApi", "get_subnet_hyperparams")


@read(
    "hyperparameters",
    row=HyperparameterRow,
    needs=((_V3, _V2, _V1, item("Tempo")),),
    wants=(_V3, _V2, _V1),
    help="hyperparameters of a subnet",
)
async def hyperparameters(view: View, netuid: int) -> tuple[HyperparameterRow, ...]:
    """What the runtime lists, in its order, then what else may be set; UsageError: no subnet."""
    if not await view.value(PALLET, "NetworksAdded", netuid):
        added = await view.map(PALLET, "NetworksAdded")
        raise unknown_netuid(netuid, sorted(int(n) for n, there in added.items() if there))
    listed, clock = await asyncio.gather(_listed(view, netuid), owner_clock(view, netuid))
    values = listed | await _stored(view, netuid, set(STORED) - set(listed))
    limits = {
        one.change.limit
        for name in values
        if (one := KNOWN.get(name)) is not None and one.change is not None and one.change.limit
    }
    changes = await last_changes(view, clock.owner, netuid, tuple(limits))
    return tuple(_row(view, netuid, name, value, clock, changes) for name, value in values.items())


async def _listed(view: View, netuid: int) -> dict[str, Value | None]:
    """What the runtime's own list has; empty where it has none."""
    entries = await typed_api(view, _V3.api, _V3.method, netuid)
    if entries is not None:
        return {text_of(one["name"]): _plain(_untagged(one["value"])) for one in entries}
    for entry in (_V2, _V1):
        struct = await typed_api(view, entry.api, entry.method, netuid)
        if struct is not None:
            return {name: _plain(value) for name, value in struct.items()}
    return {}


async def _stored(view: View, netuid: int, names: set[str]) -> dict[str, Value | None]:
    """What the runtime does not list and keeps in storage."""
    there = [name for name in STORED if name in names and view.has(item(STORED[name].item))]
    values = await asyncio.gather(
        *(view.value(PALLET, STORED[name].item, netuid) for name in there)
    )
    return {
        name: from_storage(STORED[name], value) for name, value in zip(there, values, strict=True)
    }


def _plain(value: Any) -> Value | None:
    return value if isinstance(value, bool) else bits_of(value)


def _untagged(value: Any) -> Any:
    """The payload of a HyperparamValue such as `{"U16": 5}`."""
    if isinstance(value, dict) and len(value) == 1 and "bits" not in value:
        return next(iter(value.values()))
    return value


def _row(
    view: View,
    netuid: int,
    name: str,
    value: Value | None,
    clock: OwnerClock,
    changes: Mapping[Limit, int],
) -> HyperparameterRow:
    known = KNOWN.get(name)
    return HyperparameterRow(
        netuid=netuid,
        name=name,
        value=value if isinstance(value, int) else None,
        meaning=value_text(known.unit if known else "count", value),
        default=_default(view, known),
        setter=known.setter if known else None,
        settable_from_block=_settable_from(view, known, clock, changes),
        help=known.effect if known else "",
    )


def _default(view: View, known: Known | None) -> str | None:
    """The runtime's own value in words; None where it keeps none, or an account."""
    if known is None or known.unit == "account" or not known.item:
        return None
    if not view.has(item(known.item)):
        return None
    stored = view.codec.decode_storage(PALLET, known.item, None)
    return value_text(known.unit, from_storage(known, stored))


def _settable_from(
    view: View, known: Known | None, clock: OwnerClock, changes: Mapping[Limit, int]
) -> int | None:
    change = None if known is None else known.change
    if change is None or not view.codec.has_call(change.pallet, change.call):
        return None
    last = 0 if change.limit is None else changes[change.limit]
    return clock.allowed_from(last, change.limit, window=change.window)
