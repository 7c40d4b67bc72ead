"""Plain values to SCALE bytes and back, through the runtime's own metadata."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from taoctl.errors import BadDataError
from taoctl.localnet.declare import ApiSpec
from taoctl.localnet.metadata import MetadataWriter
from taoctl.localnet.pallet import Pallet
from taoctl.localnet.scaletypes import hex_readings
from taoctl.localnet.types import Primitive, Tup, Type, Vec
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact_bytes

_WIDTHS = {"u8": ("B", 1), "u16": ("H", 2), "u32": ("I", 4), "u64": ("Q", 8)}
_SWAP = sys.byteorder == "big"


class Encoding:
    """The codec of a set of pallets, loaded from the metadata they declare.

    Args:
        pallets: pallet classes in the order of their indices.
        spec_version: and transaction_version: as System.Version says.
    """

    def __init__(
        self, pallets: Sequence[type[Pallet]], spec_version: int, transaction_version: int
    ) -> None:
        versions = (spec_version, transaction_version)
        draft = MetadataWriter(pallets, None)
        self._ids = draft.registry
        self.codec = Codec(draft.v15(), *versions)
        self._encoders: dict[int, Callable[[Any], bytes]] = {}
        self._events = {p.name: p.event_specs for p in pallets}
        self.metadata_v15 = MetadataWriter(pallets, self.encode).v15()
        self.metadata_v14 = MetadataWriter(pallets, self.encode).v14()
        self.codec = Codec(self.metadata_v15, *versions)
        self._encoders.clear()

    def type_string(self, type_: Type) -> str:
        """How the codec refers to a type."""
        return f"scale_info::{self._ids.id_of(type_)}"

    def encode(self, type_: Type, value: Any) -> bytes:
        """SCALE bytes of a plain value."""
        return self.encoder(type_)(value)

    def encoder(self, type_: Type) -> Callable[[Any], bytes]:
        """The function that turns plain values of a type into SCALE bytes."""
        known = self._encoders.get(id(type_))
        if known is None:
            known = self._encoders[id(type_)] = _direct(type_) or self._through_codec(type_)
        return known

    def _through_codec(self, type_: Type) -> Callable[[Any], bytes]:
        codec, name, convert = self.codec, self.type_string(type_), type_.to_codec
        if convert is None:
            return lambda value: codec.encode(name, value)
        return lambda value: codec.encode(name, convert(value))

    def decode(self, type_: Type, data: bytes) -> Any:
        """The plain value of SCALE bytes; raises BadDataError."""
        value = self.codec.decode(self.type_string(type_), data)
        convert = type_.from_codec
        if convert is None:
            return value
        if not type_.has_bytes:
            return convert(value)
        for plain in hex_readings(convert, value):
            if self.encode(type_, plain) == data:
                return plain
        raise BadDataError(f"a value of {type_.label} does not encode back to its bytes")

    def encode_events(self, records: Sequence[Any]) -> bytes:
        """The bytes of System.Events for event records of the runtime."""
        values = []
        for record in records:
            spec = self._events[record.pallet][record.name]
            convert = spec.to_codec
            data = record.data if convert is None else convert(record.data)
            event = record.name if data is None else {record.name: data}
            phase = record.phase
            values.append(
                {
                    "phase": phase if isinstance(phase, str) else {"ApplyExtrinsic": phase},
                    "event": {record.pallet: event},
                    "topics": (),
                }
            )
        return self.codec.encode(self.codec.need_storage("System", "Events").value_type, values)

    def decode_args(self, spec: ApiSpec, data: bytes) -> tuple[Any, ...]:
        """The plain arguments of a runtime API call; raises BadDataError."""
        if not spec.args:
            if data:
                raise BadDataError(f"{spec.api}.{spec.method} takes no arguments")
            return ()
        types = ", ".join(self.type_string(t) for _, t in spec.args)
        values = self.codec.decode(f"({types})", data)
        plain = [_plain(t, v) for (_, t), v in zip(spec.args, values, strict=True)]
        return tuple(plain)


def _plain(type_: Type, value: Any) -> Any:
    convert = type_.from_codec
    return value if convert is None else convert(value)


def _direct(type_: Type) -> Callable[[Any], bytes] | None:
    """An encoder for the types whose bytes plain Python makes at once."""
    if isinstance(type_, Primitive) and type_.name in _WIDTHS:
        width = _WIDTHS[type_.name][1]
        return lambda value: value.to_bytes(width, "little")
    if isinstance(type_, Vec):
        inner = type_.inner
        if isinstance(inner, Primitive) and inner.name in ("u16", "u32", "u64"):
            return _numbers(_WIDTHS[inner.name][0])
        if isinstance(inner, Primitive) and inner.name == "bool":
            return lambda value: compact_bytes(len(value)) + bytes(value)
        if type_.is_bytes:
            return lambda value: compact_bytes(len(value)) + value
        if isinstance(inner, Tup) and _pair_of_u16(inner):
            return _pairs
    return None


def _pair_of_u16(type_: Tup) -> bool:
    return len(type_.items) == 2 and all(
        isinstance(i, Primitive) and i.name == "u16" for i in type_.items
    )


def _numbers(code: str) -> Callable[[Any], bytes]:
    def encode(value: Sequence[int]) -> bytes:
        return compact_bytes(len(value)) + _little(array(code, value))

    return encode


def _pairs(value: Sequence[tuple[int, int]]) -> bytes:
    return compact_bytes(len(value)) + _little(array("H", chain.from_iterable(value)))


def _little(numbers: array[int]) -> bytes:
    if _SWAP:
        numbers.byteswap()
    return numbers.tobytes()
