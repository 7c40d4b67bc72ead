"""How a pallet declares its storage, calls, events, errors, constants and runtime APIs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, overload

from taoctl.localnet.scaletypes import (
    Array,
    Convert,
    Enum,
    Field,
    FixedPoint,
    Option,
    Primitive,
    Struct,
    TextForm,
    Tup,
    Type,
    Vec,
    as_field,
    fields_convert,
)

if TYPE_CHECKING:
    from taoctl.localnet.pallet import Pallet
    from taoctl.localnet.store import MapStore, ValueStore

Identity = "Identity"
Blake2_128Concat = "Blake2_128Concat"
Twox64Concat = "Twox64Concat"

NORMAL = "Normal"
OPERATIONAL = "Operational"
MANDATORY = "Mandatory"

_UNSET: Any = object()
Weigh = int | Callable[[Any, dict[str, Any]], Any]
"""Ref time, or a function of (pallet, arguments) that gives ref time or a CallWeight."""
F = TypeVar("F", bound=Callable[..., Any])


class _Storage:
    """A storage declaration; on a pallet instance the attribute is the bound store."""

    name = ""

    def __init__(
        self,
        value: Type,
        keys: Sequence[tuple[str, Type]],
        default: Any,
        *,
        optional: bool,
        as_bytes: bool,
    ) -> None:
        self.value = value
        self.keys = tuple(keys)
        self.optional = optional
        self.as_bytes = as_bytes
        self.declared = zero_of(value) if default is _UNSET and not optional else default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def default(self) -> Any:
        """The plain value of an empty entry: None for an optional item."""
        return None if self.optional else self.declared


class StorageValue(_Storage):
    """A plain storage item.

    Args:
        value: its type.
        default: plain value when nothing is stored; the type's zero when left out.
        optional: absent reads as None.
        as_bytes: hold the value as its SCALE bytes: compact, never decoded; the pallet packs it.
    """

    def __init__(
        self, value: Type, default: Any = _UNSET, *, optional: bool = False, as_bytes: bool = False
    ) -> None:
        super().__init__(value, (), default, optional=optional, as_bytes=as_bytes)

    @overload
    def __get__(self, pallet: None, owner: type) -> StorageValue: ...
    @overload
    def __get__(self, pallet: Pallet, owner: type) -> ValueStore: ...
    def __get__(self, pallet: Pallet | None, owner: type) -> StorageValue | ValueStore:
        if pallet is None:
            return self
        store: ValueStore = pallet.rt.store(pallet.name, self.name)
        pallet.__dict__[self.name] = store
        return store


class StorageMap(_Storage):
    """A storage map with one (hasher, type) per key value; otherwise as StorageValue."""

    def __init__(
        self,
        value: Type,
        key: Sequence[tuple[str, Type]],
        default: Any = _UNSET,
        *,
        optional: bool = False,
        as_bytes: bool = False,
    ) -> None:
        super().__init__(value, key, default, optional=optional, as_bytes=as_bytes)

    @overload
    def __get__(self, pallet: None, owner: type) -> StorageMap: ...
    @overload
    def __get__(self, pallet: Pallet, owner: type) -> MapStore: ...
    def __get__(self, pallet: Pallet | None, owner: type) -> StorageMap | MapStore:
        if pallet is None:
            return self
        store: MapStore = pallet.rt.store(pallet.name, self.name)
        pallet.__dict__[self.name] = store
        return store


@dataclass(frozen=True, slots=True)
class CallSpec:
    """A declared call."""

    index: int
    name: str
    args: tuple[Field, ...]
    weight: Weigh
    pays: bool
    dispatch_class: str
    func: Callable[..., Any]


def call(
    index: int,
    *,
    args: Sequence[Any] = (),
    weight: Weigh,
    pays: bool = True,
    dispatch_class: str = NORMAL,
    name: str | None = None,
) -> Callable[[F], F]:
    """Declare a method `(self, origin, *args)` as a call; it may return a Post."""

    def mark(func: F) -> F:
        fields = tuple(as_field(a) for a in args)
        spec = CallSpec(index, name or func.__name__, fields, weight, pays, dispatch_class, func)
        func.__call_spec__ = spec  # type: ignore[attr-defined]
        return func

    return mark


@dataclass(frozen=True, slots=True)
class ApiSpec:
    """A declared runtime API method; with `raw` it gets the undecoded argument bytes."""

    api: str
    method: str
    args: tuple[tuple[str, Type], ...]
    returns: Type
    raw: bool
    func: Callable[..., Any]


def api(
    name: str,
    *,
    args: Sequence[tuple[str, Type]] = (),
    returns: Type,
    method: str | None = None,
    raw: bool = False,
) -> Callable[[F], F]:
    """Declare a method `(self, *args)` as a runtime API method that returns a plain value."""

    def mark(func: F) -> F:
        spec = ApiSpec(name, method or func.__name__, tuple(args), returns, raw, func)
        func.__api_spec__ = spec  # type: ignore[attr-defined]
        return func

    return mark


class Event:
    """A declared event; fields as in a struct: `T`, `(name, T)` or `(name, T, type name)`."""

    __slots__ = ("fields", "index", "name", "to_codec")

    def __init__(self, index: int, name: str, fields: Sequence[Any] = ()) -> None:
        self.index, self.name = index, name
        self.fields = tuple(as_field(f) for f in fields)
        self.to_codec: Convert | None = fields_convert(self.fields, to=True)

    def pack(self, values: tuple[Any, ...]) -> Any:
        """The plain data of this event from the positional field values."""
        if len(values) != len(self.fields):
            raise TypeError(f"{self.name} has {len(self.fields)} fields, not {len(values)}")
        if not values:
            return None
        if self.fields[0].name is not None:
            named = zip(self.fields, values, strict=True)
            return {str(f.name): v for f, v in named}
        return values[0] if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class Constant:
    """A declared pallet constant; its value may be a function of all pallet classes."""

    name: str
    type: Type
    value: Any

    def value_for(self, pallets: Sequence[Any]) -> Any:
        """The plain value within a set of pallets."""
        return self.value(pallets) if callable(self.value) else self.value


def zero_of(type_: Type) -> Any:
    """The plain value that Rust's Default gives for most types."""
    if isinstance(type_, Primitive):
        return {"bool": False, "str": ""}.get(type_.name, 0)
    if isinstance(type_, Option):
        return None
    if isinstance(type_, Vec):
        return b"" if type_.is_bytes else ()
    if isinstance(type_, Array):
        zero = zero_of(type_.inner)
        return bytes(type_.length) if type_.is_bytes else (zero,) * type_.length
    if isinstance(type_, Tup):
        return tuple(zero_of(i) for i in type_.items)
    if isinstance(type_, FixedPoint):
        return 0
    if isinstance(type_, TextForm):
        return type_.zero
    if isinstance(type_, Struct):
        return _zero_struct(type_)
    if isinstance(type_, Enum):
        return type_.variants[0].name
    inner = getattr(type_, "inner", None)
    if isinstance(inner, Type):
        return zero_of(inner)
    raise TypeError(f"{type_.label} needs a default")


def _zero_struct(type_: Struct) -> Any:
    if type_.path == ("BTreeMap",):
        return {}
    if type_.named:
        return {str(f.name): zero_of(f.type) for f in type_.fields}
    values = tuple(zero_of(f.type) for f in type_.fields)
    return values[0] if len(values) == 1 else values
