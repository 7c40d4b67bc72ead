"""A reader of SCALE metadata V14 and V15 that shares no code with the writer under test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HASHERS = (
    "Blake2_128",
    "Blake2_256",
    "Blake2_128Concat",
    "Twox128",
    "Twox256",
    "Twox64Concat",
    "Identity",
)
PRIMITIVES = [
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
]  # scale-info's order


OUTER = {f"node_subtensor_runtime::Runtime{kind}" for kind in ("Call", "Event", "Error")}


@dataclass
class Field:
    name: str | None
    ty: int
    type_name: str | None


@dataclass
class VariantDef:
    name: str
    index: int
    fields: list[Field]
    docs: str


@dataclass
class TypeDef:
    path: list[str]
    params: list[tuple[str, int | None]]
    kind: str
    body: Any


@dataclass
class StorageDef:
    name: str
    modifier: str
    hashers: list[str]
    key: int | None
    value: int
    default: bytes
    docs: str


@dataclass
class PalletDef:
    name: str
    index: int
    prefix: str | None
    storage: dict[str, StorageDef]
    calls: int | None
    event: int | None
    error: int | None
    constants: dict[str, tuple[int, bytes]]


@dataclass
class MethodDef:
    name: str
    inputs: list[tuple[str, int]]
    output: int


@dataclass
class Metadata:
    version: int
    types: dict[int, TypeDef]
    pallets: dict[str, PalletDef]
    extrinsic: dict[str, int]
    extensions: list[tuple[str, int, int]]
    runtime_type: int
    apis: dict[str, dict[str, MethodDef]] = field(default_factory=dict)
    outer: dict[str, int] = field(default_factory=dict)
    _trees: dict[tuple[int, bool], Any] = field(default_factory=dict)

    def variants(self, ty: int | None) -> dict[str, VariantDef]:
        return {} if ty is None else {v.name: v for v in self.types[ty].body}

    def tree(self, ty: int, *, type_names: bool = False) -> Any:
        """A nested, id-free picture of a type.

        The outer enums are shown by their path only: their variants are the pallets'.
        """
        known = self._trees.get((ty, type_names))
        if known is None:
            known = self._trees[ty, type_names] = self._tree(ty, type_names)
        return known

    def _tree(self, ty: int, names: bool) -> Any:
        t = self.types[ty]
        label = "::".join(t.path)
        if label in OUTER:
            return ("outer", label)

        def go(i: int) -> Any:
            return self.tree(i, type_names=names)

        if t.kind == "composite":
            body: Any = self.fields(t.body, type_names=names)
        elif t.kind == "variant":
            parts = [(v.index, v.name, self.fields(v.fields, type_names=names)) for v in t.body]
            body = tuple(sorted(parts))
        elif t.kind == "array":
            body = (t.body[0], go(t.body[1]))
        elif t.kind in ("tuple", "bits"):
            body = tuple(go(i) for i in t.body)
        elif t.kind == "primitive":
            body = t.body
        else:
            body = go(t.body)
        params = tuple((n, None if p is None else go(p)) for n, p in t.params)
        return (t.kind, label, params, body)

    def fields(self, fields: list[Field], *, type_names: bool = False) -> Any:
        """Names and type trees of fields, with the source's type names when asked."""
        return tuple(
            (
                f.name or "",
                self.tree(f.ty, type_names=type_names),
                (f.type_name or "") if type_names else "",
            )
            for f in fields
        )


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, n: int) -> bytes:
        self.at += n
        if self.at > len(self.data):
            raise ValueError("metadata ends early")
        return self.data[self.at - n : self.at]

    def u8(self) -> int:
        return self.take(1)[0]

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def compact(self) -> int:
        first = self.u8()
        mode = first & 3
        if mode < 3:
            rest = self.take((1 << mode) - 1)
            return int.from_bytes(bytes([first]) + rest, "little") >> 2
        return int.from_bytes(self.take((first >> 2) + 4), "little")

    def blob(self) -> bytes:
        return self.take(self.compact())

    def text(self) -> str:
        return self.blob().decode()

    def many(self, item: Any) -> list[Any]:
        return [item() for _ in range(self.compact())]

    def maybe(self, item: Any) -> Any:
        return item() if self.u8() else None

    def docs(self) -> str:
        return " ".join(self.many(self.text))

    def field(self) -> Field:
        out = Field(self.maybe(self.text), self.compact(), self.maybe(self.text))
        self.docs()
        return out

    def variant(self) -> VariantDef:
        name, fields, index = self.text(), self.many(self.field), self.u8()
        return VariantDef(name, index, fields, self.docs())

    def type_def(self) -> tuple[int, TypeDef]:
        number = self.compact()
        path = self.many(self.text)
        params = self.many(lambda: (self.text(), self.maybe(self.compact)))
        tag = self.u8()
        kind = [
            "composite",
            "variant",
            "sequence",
            "array",
            "tuple",
            "primitive",
            "compact",
            "bits",
        ][tag]
        body: Any
        if tag == 0:
            body = self.many(self.field)
        elif tag == 1:
            body = self.many(self.variant)
        elif tag == 3:
            body = (self.u32(), self.compact())
        elif tag == 4:
            body = self.many(self.compact)
        elif tag == 5:
            body = PRIMITIVES[self.u8()]
        elif tag == 7:
            body = (self.compact(), self.compact())
        else:
            body = self.compact()
        self.docs()
        return number, TypeDef(path, params, kind, body)

    def storage(self) -> StorageDef:
        name = self.text()
        modifier = ("Optional", "Default")[self.u8()]
        hashers: list[str] = []
        key = None
        if self.u8() == 1:
            hashers = [HASHERS[self.u8()] for _ in range(self.compact())]
            key = self.compact()
        value = self.compact()
        default = self.blob()
        return StorageDef(name, modifier, hashers, key, value, default, self.docs())

    def constant(self) -> tuple[str, int, bytes]:
        out = (self.text(), self.compact(), self.blob())
        self.docs()
        return out

    def pallet(self, version: int) -> PalletDef:
        name = self.text()
        prefix, storage = None, {}
        if self.u8():
            prefix = self.text()
            storage = {s.name: s for s in self.many(self.storage)}
        calls = self.maybe(self.compact)
        event = self.maybe(self.compact)
        constants = {n: (t, v) for n, t, v in self.many(self.constant)}
        error = self.maybe(self.compact)
        index = self.u8()
        if version >= 15:
            self.docs()
        return PalletDef(name, index, prefix, storage, calls, event, error, constants)

    def method(self) -> MethodDef:
        name = self.text()
        inputs = self.many(lambda: (self.text(), self.compact()))
        output = self.compact()
        self.docs()
        return MethodDef(name, inputs, output)

    def api(self) -> tuple[str, dict[str, MethodDef]]:
        name = self.text()
        methods = {m.name: m for m in self.many(self.method)}
        self.docs()
        return name, methods

    def extrinsic(self, version: int) -> tuple[dict[str, int], list[tuple[str, int, int]]]:
        if version == 14:
            out = {"ty": self.compact(), "version": self.u8()}
        else:
            out = {"version": self.u8()}
            for name in ("address", "call", "signature", "extra"):
                out[name] = self.compact()
        return out, self.many(lambda: (self.text(), self.compact(), self.compact()))


def read_metadata(data: bytes) -> Metadata:
    """Decode `meta` + V14 or V15; raises ValueError when bytes are missing or left over."""
    r = _Reader(data)
    if r.take(4) != b"meta":
        raise ValueError("no metadata magic")
    version = r.u8()
    types = dict(r.many(r.type_def))
    pallets = {p.name: p for p in r.many(lambda: r.pallet(version))}
    extrinsic, extensions = r.extrinsic(version)
    meta = Metadata(version, types, pallets, extrinsic, extensions, r.compact())
    if version >= 15:
        meta.apis = dict(r.many(r.api))
        meta.outer = {n: r.compact() for n in ("call", "event", "error")}
        custom = r.many(lambda: (r.text(), r.compact(), r.blob()))
        if custom:
            raise ValueError("custom metadata is not expected")
    if r.at != len(data):
        raise ValueError(f"{len(data) - r.at} bytes left over")
    return meta
