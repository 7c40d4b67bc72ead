"""JSON Schemas of what commands print, made from the rows' own declarations."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any

from taoctl.cli.config import SettingRow
from taoctl.errors import Exit
from taoctl.reads.balances import BalanceRow
from taoctl.reads.chain import BlockRow, ChainRow
from taoctl.reads.columns import Column, Kind, columns_of
from taoctl.reads.hyperparameters import HyperparameterRow
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.registry import load
from taoctl.reads.stake import StakeRow
from taoctl.reads.subnets import SubnetRow

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_RAO = {"type": "string", "pattern": "^-?[0-9]+$"}
_DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{9}$"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What `data` of a schema holds: one row or many."""

    title: str
    row: type
    single: bool = False


SHAPES: dict[str, Shape] = {
    "taoctl.chain.info/1": Shape("taoctl chain info", ChainRow, single=True),
    "taoctl.chain.block/1": Shape("taoctl chain block", BlockRow, single=True),
    "taoctl.subnet.list/1": Shape("taoctl subnet list", SubnetRow),
    "taoctl.subnet.show/1": Shape("taoctl subnet show", SubnetRow, single=True),
    "taoctl.subnet.hyperparameters/1": Shape("taoctl subnet hyperparameters", HyperparameterRow),
    "taoctl.wallet.balance/1": Shape("taoctl wallet balance", BalanceRow),
    "taoctl.stake.list/1": Shape("taoctl stake list", StakeRow),
}


def every() -> dict[str, dict[str, Any]]:
    """Every schema that is made from code, by file name."""
    made = {id_: _envelope(id_, shape.title, _shaped(shape)) for id_, shape in SHAPES.items()}
    for name, read in load().items():
        id_ = f"taoctl.query.{name}/1"
        single = typing.get_type_hints(read.function).get("return") is read.row
        made[id_] = _envelope(id_, f"taoctl query {name}", _shaped(Shape("", read.row, single)))
    for id_, (title, data) in _SPECIAL.items():
        made[id_] = _envelope(id_, title, data)
    made[ERROR_ID] = _error()
    return {file_name(id_): schema for id_, schema in made.items()}


def file_name(schema_id: str) -> str:
    """The file of a schema: `taoctl.subnet.list/1` is `taoctl.subnet.list.1.json`."""
    return schema_id.replace("/", ".") + ".json"


def _shaped(shape: Shape) -> dict[str, Any]:
    row = row_schema(shape.row)
    return row if shape.single else {"type": "array", "items": row}


def row_schema(row: type) -> dict[str, Any]:
    """The schema of one row as a JSON object."""
    hints = typing.get_type_hints(row)
    columns = columns_of(row)
    return {
        "type": "object",
        "properties": {c.json_key: _value(c, hints[c.key]) for c in columns},
        "required": [c.json_key for c in columns],
        "additionalProperties": False,
    }


def _value(column: Column, hint: Any) -> dict[str, Any]:
    parts = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [_bare(column.kind, part) for part in parts]
    schema = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return {"description": column.help, **schema}


def _bare(kind: Kind, hint: Any) -> dict[str, Any]:
    if hint is types.NoneType:
        return {"type": "null"}
    if hint is bool:
        return {"type": "boolean"}
    if hint is str:
        return {"type": "string"}
    match kind:
        case Kind.TAO | Kind.PRICE:
            return _object(rao=_RAO, tao=_DECIMAL)
        case Kind.ALPHA:
            return _object(rao=_RAO, alpha=_DECIMAL)
        case Kind.I96F32:
            return _object(bits=_RAO, value={"type": "string"})
        case Kind.U16 | Kind.UID | Kind.NETUID:
            return {"type": "integer", "minimum": 0, "maximum": 65_535}
        case _:
            # An integer beyond 2^53 is written as a string, since many parsers would round it.
            return {"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _envelope(schema_id: str, title: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": schema_id,
        "title": title,
        **_object(
            schema={"const": schema_id},
            network={"type": ["string", "null"]},
            genesis={"type": ["string", "null"]},
            block={"type": ["integer", "null"]},
            block_hash={"type": ["string", "null"]},
            spec_version={"type": ["integer", "null"]},
            simulated={"type": "boolean"},
            data=data,
        ),
    }


ERROR_ID = "taoctl.error/1"

_INT = {"type": "integer"}
_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_INT_OR_NULL = {"type": ["integer", "null"]}
_TAO = _object(rao=_RAO, tao=_DECIMAL)
_TAO_OR_NULL = {"anyOf": [_TAO, {"type": "null"}]}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_SPECIAL: dict[str, tuple[str, dict[str, Any]]] = {
    "taoctl.localnet.up/1": (
        "taoctl localnet up --detach",
        _object(
            pid=_INT, port=_INT, endpoint=_TEXT, state_dir=_TEXT_OR_NULL, moved_aside=_TEXT_OR_NULL
        ),
    ),
    "taoctl.localnet.down/1": (
        "taoctl localnet down",
        _object(port=_INT, pid=_INT, block=_INT_OR_NULL),
    ),
    "taoctl.localnet.advance/1": (
        "taoctl localnet advance",
        _object(block=_INT, block_hash=_TEXT, finalized=_INT),
    ),
    "taoctl.localnet.faucet/1": (
        "taoctl localnet faucet",
        _object(account=_TEXT, amount=_TAO, free=_TAO, block=_INT, block_hash=_TEXT),
    ),
    "taoctl.localnet.status/1": (
        "taoctl localnet status",
        _object(
            scenario=_TEXT,
            chain=_TEXT,
            version=_TEXT,
            spec_version=_INT,
            genesis_hash=_TEXT,
            block=_INT,
            block_hash=_TEXT,
            finalized=_INT,
            block_time={"type": "number"},
            seal={"enum": ["interval", "instant", "manual"]},
            pool=_object(ready=_INT, future=_INT),
            subnets=_array(
                _object(netuid=_INT, tempo=_INT, last_epoch=_INT, next_epoch=_INT_OR_NULL)
            ),
            dev_accounts=_array(_object(name=_TEXT, ss58=_TEXT, insecure={"const": True})),
            sudo=_TEXT_OR_NULL,
            endpoint=_TEXT,
            state_dir=_TEXT_OR_NULL,
            pid=_INT,
            instance=_TEXT,
            uptime_seconds=_INT,
            problem=_TEXT_OR_NULL,
        ),
    ),
    "taoctl.demo/1": (
        "taoctl demo --headless",
        _object(
            simulated={"type": "boolean"},
            blocks=_INT,
            first_block=_INT,
            last_block=_INT,
            subnets=_INT,
            neurons=_INT,
            my_neurons=_array(row_schema(MyNeuronRow)),
            earnings=_object(
                tao_per_day=_TAO_OR_NULL,
                points=_array(_object(block=_INT, tao_per_day=_TAO_OR_NULL)),
            ),
            gpus=_array(
                _object(
                    index=_INT,
                    name=_TEXT_OR_NULL,
                    simulated={"type": "boolean"},
                    utilisation_pct=_INT_OR_NULL,
                    memory_used_bytes=_INT_OR_NULL,
                    memory_total_bytes=_INT_OR_NULL,
                    power_mw=_INT_OR_NULL,
                    temperature_c=_INT_OR_NULL,
                    energy_mj=_INT_OR_NULL,
                )
            ),
        ),
    ),
    "taoctl.config.explain/1": (
        "taoctl config explain",
        _object(
            file=_TEXT,
            context=_TEXT_OR_NULL,
            settings=_array(row_schema(SettingRow)),
        ),
    ),
    "taoctl.subnet.metagraph/1": (
        "taoctl subnet metagraph",
        _object(
            immunity_period_blocks={"type": ["integer", "null"]},
            max_validators={"type": ["integer", "null"]},
            subnet=row_schema(SubnetRow),
            neurons={"type": "array", "items": row_schema(NeuronRow)},
        ),
    ),
    "taoctl.query.list/1": (
        "taoctl query --list",
        {
            "type": "array",
            "items": _object(
                name={"type": "string"},
                usage={"type": "string"},
                help={"type": "string"},
                needs={"type": "array", "items": {"type": "string"}},
            ),
        },
    ),
}


def _error() -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": ERROR_ID,
        "title": "any error, on stderr",
        **_object(
            schema={"const": ERROR_ID},
            error=_object(
                code={"type": "string"},
                exit_code={"enum": sorted(int(code) for code in Exit if code)},
                message={"type": "string"},
                hint={"type": ["string", "null"]},
            ),
        ),
    }
