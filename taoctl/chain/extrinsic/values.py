"""Argument values from the shapes of `Codec` to those of the composer, strictly by type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.chain.extrinsic.extensions import leaf
from taoctl.chain.extrinsic.metadata import Field, Kind, Registry, TypeDef, Variant
from taoctl.chain.extrinsic.terms import CallLike
from taoctl.errors import NotInRuntimeError, UsageError

_ACCOUNT = ("sp_core", "crypto", "AccountId32")
_ADDRESS = ("sp_runtime", "multiaddress", "MultiAddress")
_OPTION = ("Option",)
_ACCOUNT_SIZE = 32
_SHOWN = 60


def is_call(value: Any) -> bool:
    """Whether a value is a nested call."""
    return all(hasattr(value, name) for name in ("pallet", "name", "args"))


def calls_of(call: CallLike) -> Iterator[tuple[str, str]]:
    """(pallet, name) of a call and of every call inside it."""
    yield call.pallet, call.name
    yield from _calls_in(tuple(call.args.values()))


def _calls_in(value: Any) -> Iterator[tuple[str, str]]:
    if is_call(value):
        yield from calls_of(value)
    elif isinstance(value, Mapping):
        yield from _calls_in(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _calls_in(one)


class Values:
    """Lays out values for the composer by one runtime's types.

    Integers must fit their type, structs must have exactly their fields: the composer itself
    would round, cut or leave out.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def arguments(self, call: CallLike) -> dict[str, Any]:
        """The arguments of a call; raises NotInRuntimeError, UsageError naming the argument."""
        variant = self._registry.call_variant(call.pallet, call.name)
        if variant is None:
            raise NotInRuntimeError(f"this chain's runtime has no call {call.pallet}.{call.name}")
        where = f"{call.pallet}.{call.name}"
        return self._named(variant.fields, dict(call.args), where)

    def wrapped(self, number: int, innermost: Any) -> Any:
        """A value inside the composites of one field that extensions are made of."""
        definition = self._registry.types[number]
        if definition.kind is not Kind.COMPOSITE or len(definition.body) != 1:
            return innermost
        field: Field = definition.body[0]
        inner = self.wrapped(field.type, innermost)
        return (inner,) if field.name is None else {field.name: inner}

    def value(self, number: int, value: Any, where: str) -> Any:
        """A value of a type; `where` names it in errors."""
        if number == self._registry.call:
            return self._call(value, where)
        definition = self._registry.types[number]
        match definition.kind:
            case Kind.COMPOSITE:
                return self._composite(definition, value, where)
            case Kind.VARIANT:
                return self._variant(definition, value, where)
            case Kind.SEQUENCE:
                return self._sequence(definition.body, value, where)
            case Kind.ARRAY:
                return self._array(definition.body, value, where)
            case Kind.TUPLE:
                return self._tuple(definition.body, value, where)
            case Kind.COMPACT:
                return self._compact(definition.body, value, where)
            case Kind.PRIMITIVE:
                return _primitive(definition.body, value, where)
            case _:
                raise UsageError(f"{where} is a sequence of bits, which cannot be composed")

    def _call(self, value: Any, where: str) -> dict[str, Any]:
        if not is_call(value):
            raise _wrong(where, value, "a call")
        variant = self._registry.call_variant(value.pallet, value.name)
        arguments: Any = self.arguments(value)
        if variant is not None and not variant.fields:
            arguments = None
        return {value.pallet: {value.name: arguments}}

    def _composite(self, definition: TypeDef, value: Any, where: str) -> Any:
        if definition.path == _ACCOUNT:
            return (_account(value, where),)
        fields: tuple[Field, ...] = definition.body
        if not fields:
            return ()
        if all(field.name is not None for field in fields):
            return self._named(fields, value, where)
        if definition.path[-1:] == ("U256",) and isinstance(value, int):
            raise _wrong(
                where, value, "a list of four u64, the lowest first, which a U256 is given as"
            )
        if len(fields) == 1:
            return (self.value(fields[0].type, _entries(definition, value), where),)
        return self._tuple([field.type for field in fields], value, where)

    def _named(self, fields: Sequence[Field], value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _wrong(where, value, "a struct")
        names = [str(field.name) for field in fields]
        _check_names(where, names, value)
        return {
            str(field.name): self.value(field.type, value[str(field.name)], f"{where} {field.name}")
            for field in fields
        }

    def _variant(self, definition: TypeDef, value: Any, where: str) -> Any:
        if definition.path == _OPTION:
            value = "None" if value is None else {"Some": value}
        elif definition.path == _ADDRESS and not isinstance(value, Mapping):
            value = {"Id": value}
        name, content = _chosen(value, where)
        variants: tuple[Variant, ...] = definition.body
        for variant in variants:
            if variant.name == name:
                return {name: self._content(variant, content, where)}
        known = ", ".join(variant.name for variant in variants[:20])
        raise UsageError(f"{where} has no variant {name!r}", f"it is one of {known}")

    def _content(self, variant: Variant, content: Any, where: str) -> Any:
        fields = variant.fields
        if not fields:
            if content is not None:
                raise UsageError(f"{where} takes no value with {variant.name}")
            return None
        if all(field.name is not None for field in fields):
            return self._named(fields, content, where)
        if len(fields) == 1:
            return self.value(fields[0].type, content, where)
        return self._tuple([field.type for field in fields], content, where)

    def _sequence(self, inner: int, value: Any, where: str) -> Any:
        if self._is_byte(inner):
            return byte_string(value, where)
        if not isinstance(value, list | tuple):
            raise _wrong(where, value, "a list")
        return [self.value(inner, one, f"{where}[{at}]") for at, one in enumerate(value)]

    def _array(self, body: tuple[int, int], value: Any, where: str) -> Any:
        length, inner = body
        given = byte_string(value, where) if self._is_byte(inner) else value
        if not isinstance(given, bytes | list | tuple):
            raise _wrong(where, value, f"a list of {length}")
        if len(given) != length:
            raise UsageError(f"{where} has {length} elements, not {len(given)}")
        if isinstance(given, bytes):
            return given
        return [self.value(inner, one, f"{where}[{at}]") for at, one in enumerate(given)]

    def _tuple(self, inner: Sequence[int], value: Any, where: str) -> Any:
        if not inner:
            return ()
        if not isinstance(value, list | tuple) or len(value) != len(inner):
            raise _wrong(where, value, f"a list of {len(inner)} values")
        pairs = enumerate(zip(inner, value, strict=True))
        return tuple(self.value(number, one, f"{where}[{at}]") for at, (number, one) in pairs)

    def _compact(self, inner: int, value: Any, where: str) -> int:
        definition = leaf(self._registry, inner)
        if definition.kind is not Kind.PRIMITIVE:
            raise UsageError(f"{where} is a compact that holds no number and cannot be composed")
        number = _primitive(definition.body, value, where)
        return int(number)

    def _is_byte(self, number: int) -> bool:
        definition = self._registry.types[number]
        return definition.kind is Kind.PRIMITIVE and definition.body == "u8"


def byte_string(value: Any, where: str) -> bytes:
    """Bytes as arguments give them: bytes, a list of numbers, `0x` hexadecimal, or other text."""
    try:
        if isinstance(value, bytes | bytearray):
            return bytes(value)
        if isinstance(value, str):
            return bytes.fromhex(value[2:]) if value.startswith("0x") else value.encode()
        if isinstance(value, list | tuple):
            return bytes(value)
    except (ValueError, TypeError):
        pass
    raise _wrong(where, value, "bytes: text, or 0x and hexadecimal digits")


def _account(value: Any, where: str) -> bytes:
    if isinstance(value, str) and not value.startswith("0x"):
        return decode_ss58(value)
    account = byte_string(value, where)
    if len(account) != _ACCOUNT_SIZE:
        raise UsageError(f"{where} is an account of {_ACCOUNT_SIZE} bytes, not {len(account)}")
    return account


def _primitive(name: str, value: Any, where: str) -> Any:
    if name == "bool":
        if not isinstance(value, bool):
            raise _wrong(where, value, "true or false")
        return value
    if name in ("str", "char"):
        if not isinstance(value, str) or (name == "char" and len(value) != 1):
            raise _wrong(where, value, "text")
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(where, value, f"a whole number ({name})")
    bits = int(name[1:])
    low, high = (0, 2**bits - 1) if name[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if not low <= value <= high:
        raise UsageError(f"{where} is {value}, which {name} cannot hold", f"{low} to {high}")
    return value


def _entries(definition: TypeDef, value: Any) -> Any:
    """A map given as a dict is a list of pairs on the wire, in the order of its keys."""
    if definition.path[-1:] == ("BTreeMap",) and isinstance(value, Mapping):
        return sorted(value.items())
    return value


def _chosen(value: Any, where: str) -> tuple[str, Any]:
    if isinstance(value, str):
        return value, None
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, content),) = value.items()
        return str(name), content
    raise _wrong(where, value, "the name of a variant, or {name: value}")


def _check_names(where: str, names: Sequence[str], value: Mapping[str, Any]) -> None:
    missing = [name for name in names if name not in value]
    unknown = [str(name) for name in value if name not in names]
    if missing or unknown:
        said = [f"has no {', '.join(missing)}"] if missing else []
        said += [f"knows no {', '.join(unknown)}"] if unknown else []
        raise UsageError(f"{where} {' and '.join(said)}", f"it takes {', '.join(names) or 'none'}")


def _wrong(where: str, value: Any, wanted: str) -> UsageError:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return UsageError(f"{where} is {shown}, not {wanted}")
