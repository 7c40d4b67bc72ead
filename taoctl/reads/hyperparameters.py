"""Hyperparameters of a subnet, each with what it means and who may set it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Api, View
from taoctl.reads.columns import Column, Kind, ratio_text
from taoctl.reads.entries import PALLET, bits_of, item, text_of, typed_api, value_or_none
from taoctl.reads.hyperparameter_table import KNOWN, STORED, Known
from taoctl.reads.registry import read
from taoctl.reads.subnets import unknown_netuid
from taoctl.units import U16_MAX, U64_MAX, rao_to_decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparameterRow:
    """One hyperparameter: the raw value as the chain says it and what it means."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number", wide=True)]
    name: Annotated[str, Column("name", Kind.TEXT, "as the chain calls it")]
    value: Annotated[int | bool | None, Column("value", Kind.INT, "raw value", wide=True)]
    meaning: Annotated[str, Column("means", Kind.TEXT, "the value in its own unit")]
    setter: Annotated[str | None, Column("set by", Kind.TEXT, "owner or root")]
    help: Annotated[str, Column("effect", Kind.TEXT, "what it does")]


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
    """The hyperparameters that the runtime lists, in its order; UsageError: unknown netuid."""
    if not await view.value(PALLET, "NetworksAdded", netuid):
        added = await view.map(PALLET, "NetworksAdded")
        raise unknown_netuid(netuid, sorted(int(n) for n, there in added.items() if there))
    values = await _values(view, netuid)
    return tuple(_row(netuid, name, value) for name, value in values)


async def _values(view: View, netuid: int) -> list[tuple[str, Any]]:
    entries = await typed_api(view, _V3.api, _V3.method, netuid)
    if entries is not None:
        return [(text_of(entry["name"]), _untagged(entry["value"])) for entry in entries]
    for entry in (_V2, _V1):
        struct = await typed_api(view, entry.api, entry.method, netuid)
        if struct is not None:
            return list(struct.items())
    items = [(name, stored) for name, stored in STORED.items() if view.has(item(stored))]
    values = await asyncio.gather(*(value_or_none(view, stored, netuid) for _, stored in items))
    return [(name, value) for (name, _), value in zip(items, values, strict=True)]


def _untagged(value: Any) -> Any:
    """The payload of a HyperparamValue such as `{"U16": 5}`."""
    if isinstance(value, dict) and len(value) == 1 and "bits" not in value:
        return next(iter(value.values()))
    return value


def _row(netuid: int, name: str, value: Any) -> HyperparameterRow:
    known = KNOWN.get(name)
    raw = value if isinstance(value, bool) else bits_of(value)
    return HyperparameterRow(
        netuid=netuid,
        name=name,
        value=raw,
        meaning=_meaning(raw, known),
        setter=known.setter if known else None,
        help=known.effect if known else "",
    )


def _meaning(value: int | bool | None, known: Known | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    match known.unit if known else "count":
        case "blocks" | "epochs" as unit:
            return f"{value} {unit if value != 1 else unit.removesuffix('s')}"
        case "tao":
            return f"{rao_to_decimal(value)} TAO"
        case "u16":
            return ratio_text(value, U16_MAX)
        case "u64":
            return ratio_text(value, U64_MAX)
        case "millionths":
            return ratio_text(value, 1_000_000, 6)
        case "thousandths":
            return ratio_text(value, 1_000, 3)
        case "i32f32":
            return ("-" if value < 0 else "") + ratio_text(abs(value), 2**32)
        case "u64f64":
            return ratio_text(value, 2**64)
        case _:
            return str(value)
