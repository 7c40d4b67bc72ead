"""Random calls of a runtime: SCALE bytes drawn from its types, and what they ask for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from metadata_reader import Metadata, PalletDef, VariantDef, read_metadata

from taoctl.chain.extrinsic.check import expected_call
from taoctl.errors import BadDataError
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact_bytes

_DEEP = 4
_TEXTS = (b"", b"hello", b"0x41", b"0x", b"\xff\xfe", "é".encode(), b"\x00" * 3)


@dataclass(frozen=True)
class Asked:
    """A call by names, as a plan has it."""

    pallet: str
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


class UninhabitedError(Exception):
    """A type has no values."""


class RandomCalls:
    """Draws calls of one runtime.

    `undecodable` counts draws that the checking codec cannot read, such as a MultiAddress by an
    index that the runtime has no type for.
    """

    def __init__(self, codec: Codec, seed: int) -> None:
        self.codec = codec
        self.metadata: Metadata = read_metadata(codec.metadata)
        self.undecodable = 0
        self._random = random.Random(seed)

    def kinds(self) -> Iterator[tuple[PalletDef, VariantDef]]:
        """Every call that can be made at all."""
        for pallet in self.metadata.pallets.values():
            for variant in self.metadata.variants(pallet.calls).values():
                try:
                    self._fields(variant)
                except UninhabitedError:
                    continue
                yield pallet, variant

    def draw(self, pallet: PalletDef, variant: VariantDef) -> Asked:
        """A call with random arguments."""
        return self._decoded(pallet, variant, lambda: self._fields(variant))[0]

    def twins(
        self, pallet: PalletDef, variant: VariantDef
    ) -> tuple[Asked, list[tuple[str, Asked]]]:
        """A call, and for each argument that can differ (name, a call that differs only there)."""
        call, parts = self._decoded(pallet, variant, lambda: self._fields(variant))
        found = []
        for at, declared in enumerate(variant.fields):
            for _ in range(50):
                other = [*parts]
                other[at] = self._bytes(declared.ty, 1)
                if other[at] == parts[at]:
                    continue
                changed = self._read(pallet, variant, other)
                if changed is not None and self._means(changed) != self._means(call):
                    found.append((str(declared.name), changed))
                    break
        return call, found

    def _means(self, call: Asked) -> bytes:
        """Two spellings of the same bytes mean the same."""
        return expected_call(self.codec, call)

    def _decoded(
        self, pallet: PalletDef, variant: VariantDef, draw: Any
    ) -> tuple[Asked, list[bytes]]:
        for _ in range(200):
            parts = draw()
            call = self._read(pallet, variant, parts)
            if call is not None:
                return call, parts
        raise AssertionError(f"{pallet.name}.{variant.name} was never readable")

    def _read(self, pallet: PalletDef, variant: VariantDef, parts: list[bytes]) -> Asked | None:
        data = bytes([pallet.index, variant.index]) + b"".join(parts)
        try:
            return asked(self.codec.decode_call(data))
        except BadDataError:
            self.undecodable += 1
            return None

    def _fields(self, variant: VariantDef) -> list[bytes]:
        return [self._bytes(one.ty, 1) for one in variant.fields]

    def _bytes(self, ty: int, depth: int) -> bytes:
        definition = self.metadata.types[ty]
        body = definition.body
        match definition.kind:
            case "primitive":
                return self._primitive(body)
            case "compact":
                number = int.from_bytes(self._bytes(body, depth), "little")
                return b"" if self._is_empty(body) else compact_bytes(number)
            case "sequence":
                return self._sequence(body, depth)
            case "array":
                return b"".join(self._bytes(body[1], depth + 1) for _ in range(body[0]))
            case "tuple":
                return b"".join(self._bytes(one, depth + 1) for one in body)
            case "composite":
                return b"".join(self._bytes(one.ty, depth + 1) for one in body)
        return self._variant(ty, depth)

    def _variant(self, ty: int, depth: int) -> bytes:
        definition = self.metadata.types[ty]
        if definition.path[-1:] == ["RuntimeCall"] and depth > _DEEP:
            return bytes(2) + b"\x08hi"  # System.remark
        if definition.path[-1:] == ["MultiAddress"] and self._random.random() < 0.7:
            return b"\x00" + self._random.randbytes(32)
        for variant in self._random.sample(definition.body, len(definition.body)):
            try:
                fields = [self._bytes(one.ty, depth + 1) for one in variant.fields]
            except UninhabitedError:
                continue
            return bytes([variant.index]) + b"".join(fields)
        raise UninhabitedError(definition.path)

    def _sequence(self, inner: int, depth: int) -> bytes:
        if self.metadata.types[inner].body == "u8":
            data = self._random.choice((*_TEXTS, self._random.randbytes(6)))
            return compact_bytes(len(data)) + data
        count = self._random.choice((0, 1, 2, 3)) if depth <= _DEEP else 0
        return compact_bytes(count) + b"".join(self._bytes(inner, depth + 1) for _ in range(count))

    def _primitive(self, name: str) -> bytes:
        if name == "bool":
            return bytes([self._random.randrange(2)])
        if name == "str":
            return compact_bytes(3) + b"abc"
        if name == "char":
            return (65).to_bytes(4, "little")
        size = int(name[1:]) // 8
        whole = self._random.randbytes(size)
        return self._random.choice(
            (bytes(size), b"\xff" * size, whole, whole[:1] + bytes(size - 1))
        )

    def _is_empty(self, ty: int) -> bool:
        definition = self.metadata.types[ty]
        return definition.kind == "tuple" and not definition.body


def asked(decoded: Mapping[str, Any]) -> Asked:
    """A decoded call as something to ask for."""
    args = {one["name"]: _asked(one["value"]) for one in decoded["call_args"]}
    return Asked(decoded["call_module"], decoded["call_function"], args)


def _asked(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "call_function" in value:
            return asked(value)
        return {key: _asked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_asked(one) for one in value)
    return value
