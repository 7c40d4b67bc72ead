"""The parts that schemas of commands are made of: rows, objects, amounts."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any

from taoctl.reads.columns import Column, Kind, columns_of

RAO = {"type": "string", "pattern": "^-?[0-9]+$"}
DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{9}$"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What `data` of a schema holds: one row or many."""

    title: str
    row: type
    single: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """What `data` of a schema holds, where it is more than rows."""

    title: str
    data: dict[str, Any]


def shaped(shape: Shape | Plain) -> dict[str, Any]:
    """The schema of `data`."""
    if isinstance(shape, Plain):
        return shape.data
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
            return obj(rao=RAO, tao=DECIMAL)
        case Kind.ALPHA:
            return obj(rao=RAO, alpha=DECIMAL)
        case Kind.STAKE:
            return {"anyOf": [obj(rao=RAO, alpha=DECIMAL), obj(rao=RAO, tao=DECIMAL)]}
        case Kind.I96F32:
            return obj(bits=RAO, value={"type": "string"})
        case Kind.U16 | Kind.TAKE | Kind.UID | Kind.NETUID:
            return {"type": "integer", "minimum": 0, "maximum": 65_535}
        case _:
            # An integer beyond 2^53 is written as a string, since many parsers would round it.
            return {"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}


def obj(**properties: Any) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


INT = {"type": "integer"}
TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
INT_OR_NULL = {"type": ["integer", "null"]}
TAO = obj(rao=RAO, tao=DECIMAL)
TAO_OR_NULL = {"anyOf": [TAO, {"type": "null"}]}


def array(items: dict[str, Any]) -> dict[str, Any]:
    """A list of things of one kind."""
    return {"type": "array", "items": items}
