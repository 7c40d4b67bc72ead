"""How many values SCALE bytes hold, counted without making any of them.

A few megabytes can hold millions of values, each of which costs a decoder hundreds of bytes; who
decodes what strangers wrote counts first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taoctl.errors import BadDataError
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact

MOST_VALUES = 100_000
"""Values that are decoded for a person to look at."""

_WIDTHS = {"bool": 1, "char": 4, "u8": 1, "u16": 2, "u32": 4, "u64": 8, "u128": 16, "u256": 32}
_WIDTHS |= {"i8": 1, "i16": 2, "i32": 4, "i64": 8, "i128": 16, "i256": 32}


class TooManyValuesError(BadDataError):
    """The bytes hold more values than anybody wants decoded."""


def call_type(codec: Codec) -> int:
    """The number of the type that every call of the runtime is; raises BadDataError without."""
    for number, entry in codec.registry.items():
        if entry.get("path", [])[-1:] == ["RuntimeCall"] and "variant" in entry["def"]:
            return number
    raise BadDataError("the runtime's metadata has no type of its calls")


def call_name(codec: Codec, data: bytes) -> tuple[str, str] | None:
    """Pallet and name of a call by its first two bytes; None where there is no such call."""
    pallet = _variant_of(codec, call_type(codec), data[:1])
    if pallet is None or not pallet.get("fields"):
        return None
    call = _variant_of(codec, pallet["fields"][0]["type"], data[1:2])
    return None if call is None else (str(pallet["name"]), str(call["name"]))


def _variant_of(codec: Codec, number: int, index: bytes) -> dict[str, Any] | None:
    variants = codec.registry[number]["def"].get("variant", {}).get("variants", ())
    return next((one for one in variants if bytes([one["index"]]) == index), None)


def values_in(codec: Codec, number: int, data: bytes, most: int = MOST_VALUES) -> int:
    """How many values the bytes of one type hold; a byte vector counts as one.

    Raises:
        TooManyValuesError: more than `most`.
        BadDataError: the bytes end too early, or are not of the type.
    """
    seen = at = 0
    waiting: list[Iterator[int]] = [iter((number,))]
    while waiting:
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
            continue
        inside, at, more = _one(codec.registry, found, data, at)
        seen += 1 + more
        if seen > most:
            raise TooManyValuesError(f"the {len(data)} bytes hold more than {most} values")
        if at > len(data):
            raise BadDataError("the data ends inside a value")
        waiting.append(inside)
    if at != len(data):
        raise BadDataError(f"{len(data) - at} bytes are left over after the value")
    return seen


def _one(
    registry: dict[int, dict[str, Any]], number: int, data: bytes, at: int
) -> tuple[Iterator[int], int, int]:
    """Types of what is inside the value at an offset, the offset after its own bytes, and how
    many values were passed over with those."""
    [(kind, shape)] = registry[number]["def"].items()
    match kind:
        case "composite":
            return _fields(shape), at, 0
        case "tuple":
            return iter(shape), at, 0
        case "variant":
            return _variant(shape, data, at)
        case "sequence":
            size, at = compact(data, at)
            return _several(registry, shape["type"], size, at)
        case "array":
            return _several(registry, shape["type"], shape["len"], at)
        case "compact":
            return iter(()), compact(data, at)[1], 0
        case "primitive" if shape == "str":
            size, at = compact(data, at)
            return iter(()), at + size, 0
        case "primitive":
            return iter(()), at + _WIDTHS[shape], 0
        case "bitsequence":
            size, at = compact(data, at)
            return iter(()), at + (size + 7) // 8, size
        case _:
            raise BadDataError(f"the runtime's metadata has a type of a kind {kind!r}")


def _variant(shape: Any, data: bytes, at: int) -> tuple[Iterator[int], int, int]:
    if at >= len(data):
        raise BadDataError("the data ends before a variant")
    for one in shape.get("variants", ()):
        if one["index"] == data[at]:
            return _fields(one), at + 1, 0
    raise BadDataError(f"the data names variant {data[at]}, which its type does not have")


def _fields(shape: Any) -> Iterator[int]:
    return (one["type"] for one in shape.get("fields", ()))


def _several(
    registry: dict[int, dict[str, Any]], number: int, size: int, at: int
) -> tuple[Iterator[int], int, int]:
    primitive = registry[number]["def"].get("primitive")
    width = _WIDTHS.get(primitive) if primitive else None
    if width is None:
        return (number for _ in range(size)), at, 0
    return iter(()), at + size * width, 0 if primitive == "u8" else size
