"""What composing a call needs of runtime metadata, read by code that the other codec lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from taoctl.errors import BadDataError
from taoctl.scale.compact import compact

T = TypeVar("T")

MAGIC = b"meta"
SUPPORTED = (14, 15)
PRIMITIVES = (
    *("bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256"),
    *("i8", "i16", "i32", "i64", "i128", "i256"),
)
"""In scale-info's order."""


class Kind(Enum):
    """How a type is laid out, numbered as scale-info does."""

    COMPOSITE = 0
    VARIANT = 1
    SEQUENCE = 2
    ARRAY = 3
    TUPLE = 4
    PRIMITIVE = 5
    COMPACT = 6
    BITS = 7


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a composite or of a variant; unnamed in tuples."""

    name: str | None
    type: int


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of an enum; of a pallet's calls, one call."""

    name: str
    index: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class TypeDef:
    """A type of the registry.

    `body` is the fields of a composite, the variants of an enum, (length, type) of an array, the
    types of a tuple or bit sequence, the name of a primitive, or the type inside.
    """

    path: tuple[str, ...]
    params: tuple[tuple[str, int | None], ...]
    kind: Kind
    body: Any


@dataclass(frozen=True, slots=True)
class Pallet:
    """A pallet with calls: its index on the wire, and the enum of its calls."""

    name: str
    index: int
    calls: int


@dataclass(frozen=True, slots=True)
class Extension:
    """A transaction extension: the type it adds to an extrinsic, and the one only signed."""

    name: str
    extra: int
    implicit: int


@dataclass(frozen=True, slots=True)
class Registry:
    """The types of a runtime's calls and of its extrinsics."""

    types: dict[int, TypeDef]
    pallets: dict[str, Pallet]
    extrinsic_version: int
    address: int
    call: int
    signature: int
    extensions: tuple[Extension, ...]

    def call_variant(self, pallet: str, name: str) -> Variant | None:
        """The declaration of a call, or None."""
        found = self.pallets.get(pallet)
        variants = () if found is None else self.types[found.calls].body
        return next((one for one in variants if one.name == name), None)

    def is_empty(self, number: int) -> bool:
        """Whether values of a type take no bytes."""
        definition = self.types[number]
        if definition.kind is Kind.COMPOSITE:
            return all(self.is_empty(field.type) for field in definition.body)
        return definition.kind is Kind.TUPLE and all(map(self.is_empty, definition.body))


def read_registry(metadata: bytes) -> Registry:
    """Read MetadataVersioned V14 or V15; raises BadDataError for anything else."""
    if metadata[: len(MAGIC)] != MAGIC or len(metadata) <= len(MAGIC):
        raise BadDataError("the runtime metadata does not begin as metadata does")
    version = metadata[len(MAGIC)]
    if version not in SUPPORTED:
        raise BadDataError(f"runtime metadata of version {version} cannot be composed from")
    try:
        return _Reader(metadata, len(MAGIC) + 1).registry(version)
    except (IndexError, KeyError, ValueError, RecursionError) as error:
        raise BadDataError("the runtime metadata cannot be read", "try another endpoint") from error


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def registry(self, version: int) -> Registry:
        types = dict(self._many(self._type))
        pallets = [pallet for pallet in self._many(lambda: self._pallet(version)) if pallet]
        named = {pallet.name: pallet for pallet in pallets}
        address, call, signature, wire = self._extrinsic(version, types)
        extensions = tuple(
            self._many(lambda: Extension(self._text(), self._compact(), self._compact()))
        )
        found = Registry(types, named, wire, address, call, signature, extensions)
        _check_references(found)
        return found

    def _extrinsic(self, version: int, types: dict[int, TypeDef]) -> tuple[int, int, int, int]:
        """Types of address, call and signature, and the version of extrinsics."""
        if version >= 15:
            wire = self._byte()
            address, call, signature, _ = (self._compact() for _ in range(4))
            return address, call, signature, wire
        params = dict(types[self._compact()].params)
        parts = [params[name] for name in ("Address", "Call", "Signature")]
        address, call, signature = (part for part in parts if part is not None)
        return address, call, signature, self._byte()

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _compact(self) -> int:
        first = self._data[self._at]
        if not first & 3:
            self._at += 1
            return first >> 2
        value, self._at = compact(self._data, self._at)
        return value

    def _skip(self, size: int) -> None:
        self._at += size
        if self._at > len(self._data):
            raise IndexError("the metadata ends early")

    def _text(self) -> str:
        size = self._compact()
        self._skip(size)
        return self._data[self._at - size : self._at].decode()

    def _skip_blob(self) -> None:
        self._skip(self._compact())

    def _docs(self) -> None:
        for _ in range(self._count()):
            self._skip_blob()

    def _count(self) -> int:
        count = self._compact()
        if count > len(self._data) - self._at:
            raise IndexError("the metadata ends early")
        return count

    def _many(self, item: Callable[[], T]) -> list[T]:
        return [item() for _ in range(self._count())]

    def _maybe(self, item: Callable[[], T]) -> T | None:
        return item() if self._byte() else None

    def _field(self) -> Field:
        field = Field(self._maybe(self._text), self._compact())
        if self._byte():
            self._skip_blob()
        self._docs()
        return field

    def _variant(self) -> Variant:
        name, fields = self._text(), tuple(self._many(self._field))
        variant = Variant(name, self._byte(), fields)
        self._docs()
        return variant

    def _type(self) -> tuple[int, TypeDef]:
        number = self._compact()
        path = tuple(self._many(self._text))
        params = tuple(self._many(lambda: (self._text(), self._maybe(self._compact))))
        kind = Kind(self._byte())
        definition = TypeDef(path, params, kind, self._body(kind))
        self._docs()
        return number, definition

    def _body(self, kind: Kind) -> Any:
        match kind:
            case Kind.COMPOSITE:
                return tuple(self._many(self._field))
            case Kind.VARIANT:
                return tuple(self._many(self._variant))
            case Kind.ARRAY:
                self._skip(4)
                length = int.from_bytes(self._data[self._at - 4 : self._at], "little")
                return length, self._compact()
            case Kind.TUPLE:
                return tuple(self._many(self._compact))
            case Kind.PRIMITIVE:
                return PRIMITIVES[self._byte()]
            case Kind.BITS:
                return self._compact(), self._compact()
            case _:
                return self._compact()

    def _pallet(self, version: int) -> Pallet | None:
        name = self._text()
        if self._byte():
            self._skip_blob()
            self._many(self._skip_storage)
        calls = self._maybe(self._compact)
        self._maybe(self._compact)
        self._many(self._skip_constant)
        self._maybe(self._compact)
        index = self._byte()
        if version >= 15:
            self._docs()
        return None if calls is None else Pallet(name, index, calls)

    def _skip_storage(self) -> None:
        self._skip_blob()
        self._byte()
        if self._byte():
            self._skip(self._count())
            self._compact()
        self._compact()
        self._skip_blob()
        self._docs()

    def _skip_constant(self) -> None:
        self._skip_blob()
        self._compact()
        self._skip_blob()
        self._docs()


def _check_references(registry: Registry) -> None:
    """Every type that another names exists, and every pallet's calls are an enum."""
    known = registry.types
    for definition in known.values():
        for number in references(definition):
            known[number]
    for pallet in registry.pallets.values():
        if known[pallet.calls].kind is not Kind.VARIANT:
            raise ValueError(f"the calls of {pallet.name} are not an enum")
    for extension in registry.extensions:
        known[extension.extra], known[extension.implicit]
    known[registry.address], known[registry.call], known[registry.signature]


def references(definition: TypeDef) -> list[int]:
    """The types that values of a type are made of."""
    match definition.kind:
        case Kind.COMPOSITE:
            return [field.type for field in definition.body]
        case Kind.VARIANT:
            return [field.type for variant in definition.body for field in variant.fields]
        case Kind.ARRAY:
            return [definition.body[1]]
        case Kind.TUPLE | Kind.BITS:
            return list(definition.body)
        case Kind.PRIMITIVE:
            return []
        case _:
            return [definition.body]
