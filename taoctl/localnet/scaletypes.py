"""The type language of the declarations: what SCALE types exist and what their plain values are.

A plain value is what storage holds and what calls, events and runtime APIs pass around. It is
immutable by contract, whatever its Python type; build a new one to change it.

| type                                   | plain value                                            |
|----------------------------------------|--------------------------------------------------------|
| integers, Compact, bool, str           | int, bool, str                                         |
| AccountId32                            | SS58 text                                              |
| H256, H160 and the like                | `0x` text                                              |
| Vec<u8>, [u8; N], bounded bytes        | bytes                                                  |
| Vec, arrays, bounded vectors, sets     | tuple                                                  |
| BTreeMap                               | dict                                                   |
| tuples, structs with unnamed fields    | tuple; one unnamed field stands for itself; () is unit |
| structs with named fields              | dict                                                   |
| fixed point                            | int: the bits                                          |
| enums                                  | `"Name"` or `variant("Name", value)`; can be a key     |
| Option                                 | None or the value                                      |
| MultiAddress                           | SS58 text for `Id`, otherwise a variant                |
| RuntimeCall                            | frame.Call                                             |
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

Convert = Callable[[Any], Any]
ParamLike = tuple[str, "Type | None"]


class VariantValue(dict[str, Any]):
    """The plain value of an enum variant that carries data: `{name: value}`, and hashable."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


def variant(name: str, value: Any) -> VariantValue:
    """An enum variant with data: its one field, a tuple of fields, or a dict of named fields."""
    return VariantValue({name: value})


class Field:
    """One field of a struct or of an enum variant."""

    __slots__ = ("name", "type", "type_name")

    def __init__(self, name: str | None, type_: Type, type_name: str | None) -> None:
        self.name, self.type, self.type_name = name, type_, type_name


def as_field(item: Any) -> Field:
    """A field from `T`, `(name, T)` or `(name, T, source type name)`; the name may be None."""
    if isinstance(item, Field):
        return item
    if isinstance(item, Type):
        return Field(None, item, item.label)
    name, type_, *rest = item
    return Field(name, type_, rest[0] if rest else type_.label)


class Type:
    """A SCALE type: its shape for the metadata and the way between codec and plain values."""

    path: tuple[str, ...] = ()
    params: tuple[ParamLike, ...] = ()

    @cached_property
    def label(self) -> str:
        """The short name, as source code would write it."""
        return self._label()

    @cached_property
    def to_codec(self) -> Convert | None:
        """Plain value to codec value; None when they are the same."""
        return self._to_codec()

    @cached_property
    def from_codec(self) -> Convert | None:
        """Codec value to plain value; None when they are the same."""
        return self._from_codec()

    @cached_property
    def has_bytes(self) -> bool:
        """Whether a byte string, which the codec shows as text, stands anywhere inside."""
        return self._has_bytes()

    def __repr__(self) -> str:
        return self.label

    def _label(self) -> str:
        inner = ", ".join(p.label for _, p in self.params if p is not None)
        return f"{self.path[-1]}<{inner}>" if inner else self.path[-1]

    def _to_codec(self) -> Convert | None:
        return None

    def _from_codec(self) -> Convert | None:
        return None

    def _has_bytes(self) -> bool:
        return False


_SIZES = {"bool": 1} | {f"{s}{8 * size}": size for s in "ui" for size in (1, 2, 4, 8, 16, 32)}


class Primitive(Type):
    """An integer, bool or str."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _label(self) -> str:
        return self.name


class Compact(Type):
    """A compact-encoded integer."""

    def __init__(self, inner: Type) -> None:
        self.inner = inner

    def _label(self) -> str:
        return f"Compact<{self.inner.label}>"


class _Listed(Type):
    """Vec and array: bytes for u8, otherwise a tuple."""

    inner: Type

    @cached_property
    def is_bytes(self) -> bool:
        """Whether this is a byte string."""
        return isinstance(self.inner, Primitive) and self.inner.name == "u8"

    def _has_bytes(self) -> bool:
        return self.is_bytes or self.inner.has_bytes

    def _to_codec(self) -> Convert | None:
        one = self.inner.to_codec
        return None if self.is_bytes or one is None else lambda v: [one(x) for x in v]

    def _from_codec(self) -> Convert | None:
        one = self.inner.from_codec
        if self.is_bytes:
            return bytes_from_codec
        return tuple if one is None else lambda v: tuple([one(x) for x in v])


class Vec(_Listed):
    """A sequence."""

    def __init__(self, inner: Type) -> None:
        self.inner = inner

    def _label(self) -> str:
        return f"Vec<{self.inner.label}>"


class Array(_Listed):
    """A fixed number of values."""

    def __init__(self, inner: Type, length: int) -> None:
        self.inner, self.length = inner, length

    def _label(self) -> str:
        return f"[{self.inner.label}; {self.length}]"


class Tup(Type):
    """A tuple; `Tup()` is the unit type."""

    def __init__(self, *items: Type) -> None:
        self.items = items

    def _label(self) -> str:
        return f"({', '.join(i.label for i in self.items)})"

    def _has_bytes(self) -> bool:
        return any(i.has_bytes for i in self.items)

    def _to_codec(self) -> Convert | None:
        return _each([i.to_codec for i in self.items])

    def _from_codec(self) -> Convert | None:
        return _each([i.from_codec for i in self.items]) or (tuple if self.items else None)


class Struct(Type):
    """A composite; `path` is written `crate::module::Name`."""

    def __init__(
        self, path: str, fields: Sequence[Any], params: Sequence[tuple[str, Type | None]] = ()
    ) -> None:
        self.path = tuple(path.split("::"))
        self.fields = tuple(as_field(f) for f in fields)
        self.params = tuple(params)

    @property
    def named(self) -> bool:
        """Whether the fields have names (a dict), or stand in a tuple."""
        return bool(self.fields) and self.fields[0].name is not None

    def _has_bytes(self) -> bool:
        return any(f.type.has_bytes for f in self.fields)

    def _to_codec(self) -> Convert | None:
        return fields_convert(self.fields, to=True)

    def _from_codec(self) -> Convert | None:
        return fields_convert(self.fields, to=False)


class Variant:
    """One variant of an enum."""

    __slots__ = ("fields", "index", "name")

    def __init__(self, name: str, index: int, fields: Sequence[Any] = ()) -> None:
        self.name, self.index = name, index
        self.fields = tuple(as_field(f) for f in fields)


class Enum(Type):
    """A Rust enum."""

    def __init__(
        self,
        path: str,
        variants: Sequence[Variant | str],
        params: Sequence[tuple[str, Type | None]] = (),
    ) -> None:
        self.path = tuple(path.split("::"))
        self.variants = tuple(
            v if isinstance(v, Variant) else Variant(v, i) for i, v in enumerate(variants)
        )
        self.params = tuple(params)

    def _has_bytes(self) -> bool:
        return any(f.type.has_bytes for v in self.variants for f in v.fields)

    def _to_codec(self) -> Convert | None:
        converts = {v.name: fields_convert(v.fields, to=True) for v in self.variants}
        if not any(converts.values()):
            return None
        return lambda value: _map_variant(value, converts, dict)

    def _from_codec(self) -> Convert | None:
        if not any(v.fields for v in self.variants):
            return None
        converts = {v.name: fields_convert(v.fields, to=False) for v in self.variants}
        return lambda value: _map_variant(value, converts, VariantValue)


class Option(Enum):
    """None or a value."""

    def __init__(self, inner: Type) -> None:
        some = Variant("Some", 1, [(None, inner, None)])
        super().__init__("Option", [Variant("None", 0), some], [("T", inner)])
        self.inner = inner

    def _to_codec(self) -> Convert | None:
        one = self.inner.to_codec
        return None if one is None else lambda v: None if v is None else one(v)

    def _from_codec(self) -> Convert | None:
        one = self.inner.from_codec
        return None if one is None else lambda v: None if v is None else one(v)


class Result(Enum):
    """`variant("Ok", value)` or `variant("Err", value)`."""

    def __init__(self, ok: Type, err: Type) -> None:
        variants = [Variant("Ok", 0, [(None, ok, None)]), Variant("Err", 1, [(None, err, None)])]
        super().__init__("Result", variants, [("T", ok), ("E", err)])


class BTreeMap(Struct):
    """A sorted map; plain value dict."""

    def __init__(self, key: Type, value: Type) -> None:
        pairs = Vec(Tup(key, value))
        super().__init__("BTreeMap", [(None, pairs, None)], [("K", key), ("V", value)])
        self.key, self.value = key, value

    def _to_codec(self) -> Convert | None:
        key, value = self.key.to_codec or _same, self.value.to_codec or _same
        if key is _same and value is _same:
            return None
        return lambda v: {key(k): value(x) for k, x in v.items()}

    def _from_codec(self) -> Convert | None:
        key, value = self.key.from_codec or _same, self.value.from_codec or _same
        return lambda v: {key(k): value(x) for k, x in v.items()}


class BTreeSet(Struct):
    """A sorted set; plain value a sorted tuple."""

    def __init__(self, inner: Type) -> None:
        super().__init__("BTreeSet", [(None, Vec(inner), None)], [("T", inner)])


class Bounded(Struct):
    """A BoundedVec; `limit` is checked by the calls that store it, metadata does not show it."""

    def __init__(self, inner: Type, limit: int | None = None, *, weak: bool = False) -> None:
        module, name = (
            ("weak_bounded_vec", "WeakBoundedVec")
            if weak
            else (
                "bounded_vec",
                "BoundedVec",
            )
        )
        path = f"bounded_collections::{module}::{name}"
        listed = Vec(inner)
        super().__init__(path, [(None, listed, "Vec<T>")], [("T", inner), ("S", None)])
        self.limit = limit


class FixedPoint(Struct):
    """A substrate-fixed number with `fraction` fraction bits; plain value its bits."""

    def __init__(self, alias: str, name: str, bits: Type, fraction: int) -> None:
        super().__init__(
            f"substrate_fixed::{name}", [("bits", bits)], [("Frac", typenum(fraction))]
        )
        self.alias, self.fraction = alias, fraction

    def _label(self) -> str:
        return self.alias

    def _to_codec(self) -> Convert | None:
        return lambda bits: {"bits": bits}

    def _from_codec(self) -> Convert | None:
        return lambda value: value["bits"]


class TextForm(Struct):
    """A newtype whose plain value is the codec's text: accounts and hashes."""

    def __init__(self, path: str, field: Any, zero: str) -> None:
        super().__init__(path, [field])
        self.zero = zero

    def _to_codec(self) -> Convert | None:
        return None

    def _from_codec(self) -> Convert | None:
        return None

    def _has_bytes(self) -> bool:
        return False


class AddressForm(Enum):
    """MultiAddress: text stands for the variant `Id`."""

    def _to_codec(self) -> Convert | None:
        return None

    def _from_codec(self) -> Convert | None:
        other = super()._from_codec() or _same
        return lambda value: variant("Index", ()) if isinstance(value, int) else other(value)


def fixed_size(type_: Type) -> int | None:
    """How many bytes every value of a type takes, or None where that depends on the value."""
    if isinstance(type_, Primitive):
        return _SIZES.get(type_.name)
    if isinstance(type_, Array):
        one = fixed_size(type_.inner)
        return None if one is None else one * type_.length
    if isinstance(type_, Tup):
        parts = [fixed_size(item) for item in type_.items]
    elif isinstance(type_, Struct):
        parts = [fixed_size(one.type) for one in type_.fields]
    else:
        return None
    return None if None in parts else sum(part for part in parts if part is not None)


class Outer(Type):
    """A type that the set of pallets decides: RuntimeCall, RuntimeEvent, RuntimeError, ...

    A call is a frame.Call; the runtime itself turns calls and events into codec values.
    """

    def __init__(self, name: str) -> None:
        self.path = ("node_subtensor_runtime", name)


_B0 = Struct("substrate_typenum::bit::B0", [])
_B1 = Struct("substrate_typenum::bit::B1", [])
_UINT: dict[int, Struct] = {0: Struct("substrate_typenum::uint::UTerm", [])}


def typenum(number: int) -> Struct:
    """The type-level unsigned integer that substrate-fixed names a fraction size with."""
    if number not in _UINT:
        upper, bit = typenum(number >> 1), (_B1 if number & 1 else _B0)
        fields = [("msb", upper, "U"), ("lsb", bit, "B")]
        _UINT[number] = Struct("substrate_typenum::uint::UInt", fields, [("U", upper), ("B", bit)])
    return _UINT[number]


class _HexReading(threading.local):
    """How `0x` texts are read while one value is converted: bit i of `as_text` for the i-th."""

    as_text = 0
    seen = 0


_reading = _HexReading()


def hex_readings(convert: Convert, value: Any) -> Iterator[Any]:
    """Each plain value that a codec value can mean.

    The codec shows a byte string as text when it is UTF-8 and as `0x` hex otherwise, so that a
    text which itself reads as hex has two meanings; the more common one comes first.
    """
    _reading.as_text = _reading.seen = 0
    yield convert(value)
    for mask in range(1, 1 << min(_reading.seen, 10)):
        _reading.as_text, _reading.seen = mask, 0
        yield convert(value)
    _reading.as_text = 0


def bytes_from_codec(value: Any) -> bytes:
    """Bytes of what the codec shows for a byte string; `0x` text is taken as hex."""
    if not isinstance(value, str):
        return bytes(value)
    if value.startswith("0x"):
        try:
            raw = bytes.fromhex(value[2:])
        except ValueError:
            return value.encode()
        bit, _reading.seen = _reading.seen, _reading.seen + 1
        if not _reading.as_text >> bit & 1:
            return raw
    return value.encode()


def _same(value: Any) -> Any:
    return value


def _each(converts: list[Convert | None]) -> Convert | None:
    if not any(converts):
        return None
    every = [c or _same for c in converts]
    return lambda value: tuple([c(v) for c, v in zip(every, value, strict=True)])


def fields_convert(fields: tuple[Field, ...], *, to: bool) -> Convert | None:
    """How the fields of a struct or variant change between plain and codec; None: not at all."""
    converts = [f.type.to_codec if to else f.type.from_codec for f in fields]
    if not any(converts):
        return None
    if fields[0].name is None:
        return converts[0] if len(fields) == 1 else _each(converts)
    changed = [(str(f.name), c) for f, c in zip(fields, converts, strict=True) if c is not None]

    def convert(value: Any) -> Any:
        out = dict(value)
        for name, one in changed:
            out[name] = one(out[name])
        return out

    return convert


def _map_variant(
    value: Any, converts: dict[str, Convert | None], make: type[dict[str, Any]]
) -> Any:
    if isinstance(value, str):
        return value
    ((name, data),) = value.items()
    convert = converts[name]
    return make({name: data if convert is None else convert(data)})


bool_ = Primitive("bool")
str_ = Primitive("str")
u8, u16, u32 = Primitive("u8"), Primitive("u16"), Primitive("u32")
u64, u128, u256 = Primitive("u64"), Primitive("u128"), Primitive("u256")
i8, i16, i32 = Primitive("i8"), Primitive("i16"), Primitive("i32")
i64, i128 = Primitive("i64"), Primitive("i128")
Unit = Tup()
Bytes = Vec(u8)
