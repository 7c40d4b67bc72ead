"""Changes of storage as bytes: JSON for the shape, byte strings beside it as they are.

In the JSON, tuples are lists and a byte string is `{"$b": length}`, its bytes following in the same
order after the JSON. Enum variants with data are `{"$v": [name, value]}`, maps with keys other than
text `{"$m": [[key, value], ...]}`; any other dict stands for itself. Only the storage items whose
type can hold such values are searched for them.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from taoctl.localnet.pallet import Pallet
from taoctl.localnet.scaletypes import (
    AddressForm,
    BTreeMap,
    Enum,
    Option,
    Outer,
    Result,
    Struct,
    Tup,
    Type,
    VariantValue,
    variant,
)
from taoctl.localnet.state import ABSENT

Changes = dict[tuple[str, str], dict[Any, Any]]
"""Per storage item, per key, the new value or ABSENT."""

_LENGTH = struct.Struct("<I")
_ATOMS = frozenset((int, str, bool, bytes, type(None)))
_separators = (",", ":")


class ChangesCodec:
    """Encodes changes of the storage of a set of pallets."""

    def __init__(self, pallets: Iterable[type[Pallet]]) -> None:
        self._careful = {
            (pallet.name, name)
            for pallet in pallets
            for name, item in pallet.storage_items.items()
            if not item.as_bytes
            and any(_needs_care(kind) for kind in (item.value, *(k for _, k in item.keys)))
        }

    def encode(self, items: Changes) -> bytes:
        """The bytes of changes; equal changes in the same order give equal bytes."""
        blobs: list[bytes] = []
        parts = []
        for name, values in items.items():
            gone = [key for key, value in values.items() if value is ABSENT]
            kept = values if not gone else {k: v for k, v in values.items() if v is not ABSENT}
            part: list[Any] = [list(kept), list(kept.values()), gone]
            parts.append([*name, *(_pack(part) if name in self._careful else part)])

        def blob(value: Any) -> dict[str, int]:
            if not isinstance(value, bytes):
                raise TypeError(f"{type(value).__name__} is not a plain value")
            blobs.append(value)
            return {"$b": len(value)}

        text = json.dumps(parts, separators=_separators, default=blob)
        packed = zlib.compress(text.encode(), 1)
        return b"".join((_LENGTH.pack(len(packed)), packed, *blobs))


def decode_changes(data: bytes) -> Changes:
    """The changes that were encoded; raises ValueError for anything else."""
    try:
        start = _LENGTH.size + _LENGTH.unpack_from(data)[0]
        text = zlib.decompress(data[_LENGTH.size : start])
        reader = _Reader(data, start)
        parts = json.loads(text, object_hook=reader.object)
        items: Changes = {}
        for pallet, item, keys, values, gone in parts:
            plain = zip(_thaw(keys), _thaw(values), strict=True)
            items[pallet, item] = dict(plain) | dict.fromkeys(_thaw(gone), ABSENT)
    except (zlib.error, struct.error, TypeError, KeyError) as error:
        raise ValueError(str(error)) from error
    if reader.at != len(data):
        raise ValueError(f"{len(data) - reader.at} bytes are left over")
    return items


class _Reader:
    """Turns JSON objects back into what they stand for, taking byte strings in order."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at
        self._tags: dict[str, Callable[[Any], Any]] = {
            "$b": self._bytes,
            "$v": lambda pair: variant(pair[0], _thaw(pair[1])),
            "$m": lambda pairs: {_thaw(key): _thaw(value) for key, value in pairs},
        }

    def _bytes(self, length: int) -> bytes:
        start, self.at = self.at, self.at + length
        return self._data[start : self.at]

    def object(self, found: dict[str, Any]) -> Any:
        """The plain value of a JSON object whose inner objects are plain already."""
        if len(found) == 1:
            ((tag, value),) = found.items()
            make = self._tags.get(tag)
            if make is not None:
                return make(value)
        return {key: _thaw(value) for key, value in found.items()}


def _thaw(value: Any) -> Any:
    if type(value) is list:
        return tuple([_thaw(item) if type(item) is list else item for item in value])
    return value


def _pack(value: Any) -> Any:
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is tuple or kind is list:
        return [item if type(item) in _ATOMS else _pack(item) for item in value]
    if kind is VariantValue:
        ((name, item),) = value.items()
        return {"$v": [name, _pack(item)]}
    if all(type(key) is str and not key.startswith("$") for key in value):
        return {key: _pack(item) for key, item in value.items()}
    return {"$m": [[_pack(key), _pack(item)] for key, item in value.items()]}


def _needs_care(type_: Type | None) -> bool:
    """Whether a plain value of the type can hold a map or an enum variant with data."""
    if type_ is None:
        return False
    if isinstance(type_, (BTreeMap, Outer, AddressForm, Result)):
        return True
    if isinstance(type_, Enum) and not isinstance(type_, Option):
        return any(variant_.fields for variant_ in type_.variants)
    if isinstance(type_, Tup):
        return any(_needs_care(item) for item in type_.items)
    inner = getattr(type_, "inner", None)
    if inner is not None and _needs_care(inner):
        return True
    return isinstance(type_, Struct) and any(_needs_care(field.type) for field in type_.fields)
