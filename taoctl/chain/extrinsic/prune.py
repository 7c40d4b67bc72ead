"""Metadata V14 of a few calls: all a composer reads, at a hundredth of the whole's size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taoctl.chain.extrinsic.metadata import (
    MAGIC,
    PRIMITIVES,
    Field,
    Kind,
    Registry,
    TypeDef,
    Variant,
    references,
)
from taoctl.scale.compact import compact_bytes, length_prefixed

_NOTHING = b"\x00"
_NO_DOCS = b"\x00"
_ERA = ("sp_runtime", "generic", "era", "Era")
_EXTRINSIC = ("sp_runtime", "generic", "unchecked_extrinsic", "UncheckedExtrinsic")


def prune(registry: Registry, calls: Iterable[tuple[str, str]]) -> bytes:
    """Metadata V14 that declares these (pallet, call) pairs and what extrinsics are made of.

    Types lose their paths: the composer has classes of its own for some paths, and laid out by
    their structure alone all types are alike. Names, indices and layouts are the runtime's.
    The calls must exist.
    """
    return _Pruned(registry, set(calls)).metadata()


class _Pruned:
    def __init__(self, registry: Registry, calls: set[tuple[str, str]]) -> None:
        self._registry = registry
        self._calls = calls
        self._pallets = {pallet for pallet, _ in calls}
        self._owners = {
            registry.pallets[name].calls: registry.pallets[name] for name in self._pallets
        }
        self._extensions = [
            one
            for one in registry.extensions
            if not (registry.is_empty(one.extra) and registry.is_empty(one.implicit))
        ]
        self._numbers: dict[int, int] = {}

    def metadata(self) -> bytes:
        roots = [self._registry.address, self._registry.signature, *self._owners]
        for extension in self._extensions:
            roots += [extension.extra, extension.implicit]
        definitions = dict(self._reach(roots))
        self._numbers = {number: at for at, number in enumerate(definitions)}
        types = [self._type(number, one) for number, one in definitions.items()]
        extrinsic = len(types)
        types.append(compact_bytes(extrinsic) + self._extrinsic_type())
        pallets = [self._pallet(name) for name in sorted(self._pallets)]
        extensions = [
            _text(one.name) + self._reference(one.extra) + self._reference(one.implicit)
            for one in self._extensions
        ]
        wire = bytes([self._registry.extrinsic_version])
        return b"".join(
            (
                *(MAGIC, b"\x0e", _list(types), _list(pallets)),
                *(compact_bytes(extrinsic), wire, _list(extensions)),
                compact_bytes(extrinsic),
            )
        )

    def _reach(self, roots: Iterable[int]) -> Iterator[tuple[int, TypeDef]]:
        waiting, seen = list(dict.fromkeys(roots)), set(roots)
        while waiting:
            number = waiting.pop()
            definition = self._narrowed(number)
            yield number, definition
            for inner in references(definition):
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)

    def _narrowed(self, number: int) -> TypeDef:
        """A type with only the variants that the calls need, and no path."""
        whole = self._registry.types[number]
        body, path = whole.body, ()
        if number in self._owners:
            pallet = self._owners[number].name
            body = tuple(one for one in body if (pallet, one.name) in self._calls)
        elif number == self._registry.call:
            body = tuple(one for one in body if one.name in self._pallets)
        elif whole.path[-1:] == _ERA[-1:]:
            return TypeDef(_ERA, (), Kind.VARIANT, ())
        return TypeDef(path, (), whole.kind, body)

    def _pallet(self, name: str) -> bytes:
        pallet = self._registry.pallets[name]
        calls = b"\x01" + self._reference(pallet.calls)
        no_storage = no_event = no_constants = no_error = _NOTHING
        index = bytes([pallet.index])
        return _text(name) + no_storage + calls + no_event + no_constants + no_error + index

    def _extrinsic_type(self) -> bytes:
        params = [
            _text("Address") + b"\x01" + self._reference(self._registry.address),
            _text("Signature") + b"\x01" + self._reference(self._registry.signature),
        ]
        no_fields = bytes([Kind.COMPOSITE.value]) + _NOTHING
        return _list(map(_text, _EXTRINSIC)) + _list(params) + no_fields + _NO_DOCS

    def _reference(self, number: int) -> bytes:
        return compact_bytes(self._numbers[number])

    def _type(self, number: int, definition: TypeDef) -> bytes:
        path = _list(map(_text, definition.path))
        kind = bytes([definition.kind.value])
        head = self._reference(number) + path + _NOTHING + kind
        return head + self._body(definition) + _NO_DOCS

    def _body(self, definition: TypeDef) -> bytes:
        body = definition.body
        match definition.kind:
            case Kind.COMPOSITE:
                return _list(map(self._field, body))
            case Kind.VARIANT:
                return _list(map(self._variant, body))
            case Kind.ARRAY:
                return bytes(body[0].to_bytes(4, "little")) + self._reference(body[1])
            case Kind.TUPLE:
                return _list(map(self._reference, body))
            case Kind.PRIMITIVE:
                return bytes([PRIMITIVES.index(body)])
            case Kind.BITS:
                return b"".join(map(self._reference, body))
            case _:
                return self._reference(body)

    def _field(self, field: Field) -> bytes:
        name = _NOTHING if field.name is None else b"\x01" + _text(field.name)
        no_type_name = _NOTHING
        return name + self._reference(field.type) + no_type_name + _NO_DOCS

    def _variant(self, variant: Variant) -> bytes:
        fields = _list(map(self._field, variant.fields))
        return _text(variant.name) + fields + bytes([variant.index]) + _NO_DOCS


def _text(text: str) -> bytes:
    return length_prefixed(text.encode())


def _list(items: Iterable[bytes]) -> bytes:
    parts = list(items)
    return compact_bytes(len(parts)) + b"".join(parts)
