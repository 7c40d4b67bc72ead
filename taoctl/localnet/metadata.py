"""Runtime metadata V14 and V15, written from the pallets' declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from taoctl.localnet.declare import ApiSpec, StorageMap, StorageValue
from taoctl.localnet.extensions import EXTENSIONS, EXTRA, UNCHECKED_EXTRINSIC
from taoctl.localnet.pallet import Pallet
from taoctl.localnet.types import (
    Array,
    Compact,
    Enum,
    Field,
    MultiAddress,
    MultiSignature,
    Outer,
    Primitive,
    RuntimeType,
    Struct,
    Tup,
    Type,
    Variant,
    Vec,
)
from taoctl.scale.compact import compact_bytes, length_prefixed

EXTRINSIC_VERSION = 4

_HASHERS = {
    "Blake2_128": 0,
    "Blake2_256": 1,
    "Blake2_128Concat": 2,
    "Twox128": 3,
    "Twox256": 4,
    "Twox64Concat": 5,
    "Identity": 6,
}
_NAMES = "bool char str u8 u16 u32 u64 u128 u256 i8 i16 i32 i64 i128 i256"
_PRIMITIVES = {
    name: number
    for number, name in enumerate(
        [
            "bool",
            "char",
            "str",
            "u8",
            "u16",
            "u32",
            "u64",
            "u128",
            "u256",
            "i8",
            "i16",
            "i32",
            "i64",
            "i128",
            "i256",
        ]
    )
}


def text(value: str) -> bytes:
    """A SCALE string."""
    return length_prefixed(value.encode())


def listed(items: Iterable[bytes]) -> bytes:
    """A SCALE vector of encoded items."""
    parts = list(items)
    return compact_bytes(len(parts)) + b"".join(parts)


def maybe(item: bytes | None) -> bytes:
    """A SCALE option of an encoded item."""
    return b"\x00" if item is None else b"\x01" + item


_NO_DOCS = listed([])


@dataclass
class Registry:
    """Type ids: one per distinct shape, given in the order of first use."""

    outer: dict[str, Type]
    entries: list[bytes] = field(default_factory=list)
    _ids: dict[int, int] = field(default_factory=dict)
    _shapes: dict[bytes, int] = field(default_factory=dict)
    _kept: list[Type] = field(default_factory=list)

    def id_of(self, type_: Type) -> int:
        """The id of a type, registering it and everything inside on first use."""
        if isinstance(type_, Outer):
            type_ = self.outer["::".join(type_.path)]
        known = self._ids.get(id(type_))
        if known is not None:
            return known
        number = len(self.entries)
        self.entries.append(b"")
        self._ids[id(type_)] = number
        self._kept.append(type_)
        shape = self._shape(type_)
        if len(self.entries) == number + 1 and shape in self._shapes:
            self.entries.pop()
            self._ids[id(type_)] = self._shapes[shape]
            return self._shapes[shape]
        self._shapes.setdefault(shape, number)
        self.entries[number] = shape
        return number

    def _shape(self, type_: Type) -> bytes:
        params = listed(
            text(name) + maybe(None if p is None else compact_bytes(self.id_of(p)))
            for name, p in type_.params
        )
        path = listed(text(part) for part in type_.path)
        return path + params + self._definition(type_) + _NO_DOCS

    def _definition(self, type_: Type) -> bytes:
        if isinstance(type_, Struct):
            return b"\x00" + self.fields(type_.fields)
        if isinstance(type_, Enum):
            return b"\x01" + listed(self._variant(v) for v in type_.variants)
        if isinstance(type_, Vec):
            return b"\x02" + compact_bytes(self.id_of(type_.inner))
        if isinstance(type_, Array):
            size = type_.length.to_bytes(4, "little")
            return b"\x03" + size + compact_bytes(self.id_of(type_.inner))
        if isinstance(type_, Tup):
            return b"\x04" + listed(compact_bytes(self.id_of(i)) for i in type_.items)
        if isinstance(type_, Primitive):
            return b"\x05" + bytes([_PRIMITIVES[type_.name]])
        if isinstance(type_, Compact):
            return b"\x06" + compact_bytes(self.id_of(type_.inner))
        raise TypeError(f"{type_!r} has no metadata form")

    def fields(self, fields: Sequence[Field]) -> bytes:
        """The fields of a struct or variant."""
        return listed(
            maybe(None if f.name is None else text(f.name))
            + compact_bytes(self.id_of(f.type))
            + maybe(None if f.type_name is None else text(f.type_name))
            + _NO_DOCS
            for f in fields
        )

    def _variant(self, variant: Variant) -> bytes:
        return text(variant.name) + self.fields(variant.fields) + bytes([variant.index]) + _NO_DOCS


@dataclass(frozen=True)
class PalletTypes:
    """The types a pallet's declarations add up to; None where it has none of a kind."""

    call: Enum | None
    event: Enum | None
    error: Enum | None


def pallet_types(pallet: type[Pallet]) -> PalletTypes:
    """The Call, Event and Error enums of a pallet class."""
    params: list[tuple[str, Type | None]] = [("T", None)]
    if pallet.instantiable:
        params.append(("I", None))
    calls = [Variant(c.name, c.index, c.args) for c in pallet.call_specs.values()]
    events = [Variant(e.name, e.index, e.fields) for e in pallet.events]
    errors = [Variant(name, index) for name, index in pallet.error_indexes.items()]
    event_params = params if pallet.event_generic else []
    return PalletTypes(
        Enum(f"{pallet.crate}::Call", calls, params) if calls else None,
        Enum(f"{pallet.crate}::Event", events, event_params) if events else None,
        Enum(f"{pallet.crate}::Error", errors, params) if errors else None,
    )


_CALL_ALIAS = (
    "self::sp_api_hidden_includes_construct_runtime::hidden_include::dispatch\n"
    "::CallableCallFor<{name}, Runtime>"
)


class MetadataWriter:
    """Writes the metadata of a set of pallets.

    Args:
        pallets: in the order of their indices.
        encode: SCALE bytes of a plain value of a type, for defaults and constants. None writes
            empty ones: enough to load a codec that can then encode them.
    """

    def __init__(
        self,
        pallets: Sequence[type[Pallet]],
        encode: Callable[[Type, Any], bytes] | None,
    ) -> None:
        self.pallets = tuple(pallets)
        self.types = {p.name: pallet_types(p) for p in pallets}
        self.encode = encode
        self.registry = Registry(self._outer())

    def _outer(self) -> dict[str, Type]:
        out: dict[str, Type] = {}
        for kind, alias in (
            ("call", _CALL_ALIAS),
            ("event", "{crate}::Event<Runtime>"),
            ("error", "{crate}::Error<Runtime>"),
        ):
            path = f"node_subtensor_runtime::Runtime{kind.title()}"
            variants = []
            for pallet in self.pallets:
                inner = getattr(self.types[pallet.name], kind)
                if inner is not None:
                    module = pallet.crate.partition("::")[0]
                    label = alias.format(name=pallet.name, crate=module)
                    variants.append(Variant(pallet.name, pallet.index, [(None, inner, label)]))
            out[path] = Enum(path, variants)
        return out

    def v15(self) -> bytes:
        """The bytes of MetadataVersioned V15."""
        ids = self.registry
        pallets = listed([self._pallet(p) + _NO_DOCS for p in self.pallets])
        outer = ids.outer
        call = compact_bytes(ids.id_of(outer["node_subtensor_runtime::RuntimeCall"]))
        extrinsic = bytes([EXTRINSIC_VERSION]) + b"".join(
            [
                compact_bytes(ids.id_of(MultiAddress)),
                call,
                compact_bytes(ids.id_of(MultiSignature)),
                compact_bytes(ids.id_of(EXTRA)),
                self._extensions(),
            ]
        )
        runtime = compact_bytes(ids.id_of(RuntimeType))
        apis = self._apis()
        outers = call + b"".join(
            compact_bytes(ids.id_of(outer[f"node_subtensor_runtime::Runtime{kind}"]))
            for kind in ("Event", "Error")
        )
        custom = listed([])
        return b"meta\x0f" + self._types() + pallets + extrinsic + runtime + apis + outers + custom

    def v14(self) -> bytes:
        """The bytes of MetadataVersioned V14."""
        ids = self.registry
        pallets = listed([self._pallet(p) for p in self.pallets])
        extrinsic = compact_bytes(ids.id_of(UNCHECKED_EXTRINSIC)) + bytes([EXTRINSIC_VERSION])
        extrinsic += self._extensions()
        runtime = compact_bytes(ids.id_of(RuntimeType))
        return b"meta\x0e" + self._types() + pallets + extrinsic + runtime

    def _types(self) -> bytes:
        entries = self.registry.entries
        return listed(compact_bytes(number) + entry for number, entry in enumerate(entries))

    def _extensions(self) -> bytes:
        ids = self.registry
        return listed(
            text(e.identifier)
            + compact_bytes(ids.id_of(e.type))
            + compact_bytes(ids.id_of(e.implicit))
            for e in EXTENSIONS
        )

    def _pallet(self, pallet: type[Pallet]) -> bytes:
        types = self.types[pallet.name]

        def kind(type_: Type | None) -> bytes:
            return maybe(None if type_ is None else compact_bytes(self.registry.id_of(type_)))

        items = pallet.storage_items
        storage = None
        if items:
            entries = listed([self._storage(name, item) for name, item in items.items()])
            storage = text(pallet.name) + entries
        constants = listed(
            [
                text(c.name)
                + compact_bytes(self.registry.id_of(c.type))
                + length_prefixed(self._encoded(c.type, c.value_for(self.pallets)))
                + _NO_DOCS
                for c in pallet.constants
            ]
        )
        return b"".join(
            [
                text(pallet.name),
                maybe(storage),
                kind(types.call),
                kind(types.event),
                constants,
                kind(types.error),
                bytes([pallet.index]),
            ]
        )

    def _storage(self, name: str, item: StorageMap | StorageValue) -> bytes:
        value = compact_bytes(self.registry.id_of(item.value))
        if item.keys:
            hashers = listed(bytes([_HASHERS[h]]) for h, _ in item.keys)
            key = item.keys[0][1] if len(item.keys) == 1 else Tup(*(k for _, k in item.keys))
            kind = b"\x01" + hashers + compact_bytes(self.registry.id_of(key)) + value
        else:
            kind = b"\x00" + value
        default = b"\x00" if item.optional else self._encoded(item.value, item.declared)
        modifier = b"\x00" if item.optional else b"\x01"
        return text(name) + modifier + kind + length_prefixed(default) + _NO_DOCS

    def _apis(self) -> bytes:
        grouped: dict[str, list[ApiSpec]] = {}
        for pallet in self.pallets:
            for spec in pallet.api_specs:
                grouped.setdefault(spec.api, []).append(spec)
        return listed(
            [
                text(name) + listed([self._method(s) for s in specs]) + _NO_DOCS
                for name, specs in grouped.items()
            ]
        )

    def _method(self, spec: ApiSpec) -> bytes:
        inputs = listed(text(name) + compact_bytes(self.registry.id_of(t)) for name, t in spec.args)
        return (
            text(spec.method) + inputs + compact_bytes(self.registry.id_of(spec.returns)) + _NO_DOCS
        )

    def _encoded(self, type_: Type, value: Any) -> bytes:
        return b"" if self.encode is None else self.encode(type_, value)
