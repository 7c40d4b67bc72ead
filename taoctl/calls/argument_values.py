"""From what people and files write to the values that a call's arguments take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.calls.argument_text import (
    byte_string,
    integer,
    json_value,
    limbs,
    listed,
    primitive,
    shown,
)
from taoctl.calls.argument_types import ArgumentTypes, missing_and_unknown
from taoctl.calls.base import ChainCall
from taoctl.errors import UsageError
from taoctl.scale.codec import Codec, vec_bytes

Resolve = Callable[[str], str]
"""From an address or a local name to an ss58 address; raises UsageError."""

_NONE = ("none", "null", "")


class ValueReader:
    """Turns text and JSON into the arguments of one runtime's calls.

    Args:
        codec: of the runtime.
        resolve: what turns a name where an account is wanted into an address.
        decoded: whether values are those that the codec decoded, not what a person wrote: a text
            is then the bytes it was decoded from, and only None is none.
    """

    def __init__(
        self, codec: Codec, resolve: Resolve | None = None, *, decoded: bool = False
    ) -> None:
        self.types = ArgumentTypes(codec)
        self._codec = codec
        self._resolve = resolve or ss58_only
        self._decoded = decoded

    def call(self, pallet: str, name: str, given: Mapping[str, Any]) -> ChainCall:
        """The call with the arguments given, by name, as text or as JSON values.

        An optional argument that is not given is none.

        Raises:
            NotInRuntimeError: there is no such pallet or call.
            UsageError: an argument is missing, unknown, or not of its type.
        """
        arguments = self.types.of(pallet, name)
        what = f"{pallet}.{name}"
        missing_and_unknown(what, arguments, list(given), self.types)
        args: dict[str, Any] = {}
        for one in arguments:
            try:
                value = self._value(one.type_id, one.type_name, given.get(one.name))
                self._check(one.type_id, value)
            except RecursionError:
                raise UsageError(f"{what}: {one.name} is nested too deeply") from None
            except UsageError as problem:
                raise UsageError(
                    f"{what}: {one.name}: {problem.message}",
                    problem.hint or f"{one.name} is {self.types.words(one.type_id)}",
                ) from None
            args[one.name] = value
        return ChainCall(pallet, name, args)

    def nested(self, given: Any) -> ChainCall:
        """A call written as `{"pallet": …, "call": …, "args": {…}}`; raises as `call` does."""
        if isinstance(given, ChainCall):
            return given
        if isinstance(given, str):
            given = json_value(given)
        if not isinstance(given, Mapping) or not {"pallet", "call"} <= set(given):
            raise UsageError(
                f"{shown(given)} is not a call",
                'write a call as {"pallet": "Balances", "call": "transfer_keep_alive", '
                '"args": {"dest": "…", "value": "1tao"}}',
            )
        args = given.get("args") or {}
        surplus = set(given) - {"pallet", "call", "args"}
        if surplus or not isinstance(args, Mapping):
            raise UsageError(
                f"{shown(given)} is not a call", "it has the fields pallet, call and args only"
            )
        return self.call(str(given["pallet"]), str(given["call"]), args)

    def _check(self, type_id: int, value: Any) -> None:
        """Encode it, so that what does not fit is said of this argument."""
        if not _holds_call(value):
            self._codec.encode(f"scale_info::{type_id}", value)

    def _value(self, type_id: int, type_name: str, given: Any) -> Any:
        path = self.types.path(type_id)
        if type_id == self.types.call_type:
            return self.nested(given)
        if path in ("AccountId32", "MultiAddress"):
            return self._account(path, given)
        if path == "Option":
            return self._option(type_id, type_name, given)
        kind, what = self.types.kind(type_id)
        match kind:
            case "primitive":
                return primitive(what, type_name, given)
            case "compact":
                return self._value(what["type"], type_name, given)
            case "sequence" | "array":
                return self._list(kind, what, type_name, given)
            case "tuple":
                return self._fixed([(one, "") for one in what], given)
            case "composite":
                return self._composite(path, what.get("fields", ()), type_name, given)
            case "variant":
                return self._variant(type_id, given)
        raise UsageError(f"values of the type {path or kind} cannot be written here")

    def _account(self, path: str, given: Any) -> Any:
        if isinstance(given, Mapping):
            if path == "MultiAddress" and list(given) == ["Id"]:
                return self._account(path, given["Id"])
            return dict(given)
        if not isinstance(given, str):
            raise UsageError(f"{shown(given)} is not an account")
        if re.fullmatch(r"0x[0-9a-fA-F]{64}", given):
            return encode_ss58(bytes.fromhex(given[2:]))
        return self._resolve(given)

    def _option(self, type_id: int, type_name: str, given: Any) -> Any:
        said_none = isinstance(given, str) and given.lower() in _NONE and not self._decoded
        if given is None or said_none:
            return None
        some = self.types.variants(type_id)[1]["fields"][0]["type"]
        return self._value(some, type_name, given)

    def _list(self, kind: str, what: Mapping[str, Any], type_name: str, given: Any) -> Any:
        inner = int(what["type"])
        size = what["len"] if kind == "array" else None
        if self.types.is_u8(inner):
            return byte_string(vec_bytes(given) if self._decoded else given, size)
        values = listed(given)
        if size is not None and len(values) != size:
            raise UsageError(f"{shown(given)} has {len(values)} values, not {size}")
        return [self._value(inner, type_name, one) for one in values]

    def _fixed(self, members: Sequence[tuple[int, str]], given: Any) -> tuple[Any, ...]:
        values = listed(given)
        if len(values) != len(members):
            raise UsageError(f"{shown(given)} has {len(values)} values, not {len(members)}")
        return tuple(
            self._value(kind, name, one) for (kind, name), one in zip(members, values, strict=True)
        )

    def _composite(
        self, path: str, fields: Sequence[Mapping[str, Any]], type_name: str, given: Any
    ) -> Any:
        if path == "U256":
            return limbs(integer(given))
        if not fields:
            return {}
        if not fields[0].get("name"):
            if len(fields) == 1:
                value = self._value(int(fields[0]["type"]), type_name, given)
                return sorted(set(value)) if path == "BTreeSet" and _flat(value) else value
            members = [(int(one["type"]), str(one.get("typeName") or "")) for one in fields]
            return self._fixed(members, given)
        return self._struct(fields, given)

    def _struct(self, fields: Sequence[Mapping[str, Any]], given: Any) -> dict[str, Any]:
        if isinstance(given, str):
            given = json_value(given)
        names = [str(one["name"]) for one in fields]
        if not isinstance(given, Mapping):
            raise UsageError(f"{shown(given)} is not an object with {', '.join(names)}")
        surplus = [name for name in given if name not in names]
        lacking = [
            str(one["name"])
            for one in fields
            if one["name"] not in given and self.types.path(int(one["type"])) != "Option"
        ]
        if surplus or lacking:
            wrong = f"lacks {', '.join(lacking)}" if lacking else f"has no {', '.join(surplus)}"
            raise UsageError(f"the object {wrong}", f"its fields are {', '.join(names)}")
        return {
            str(one["name"]): self._value(
                int(one["type"]), str(one.get("typeName") or ""), given.get(one["name"])
            )
            for one in fields
        }

    def _variant(self, type_id: int, given: Any) -> Any:
        variants = {str(one["name"]): one for one in self.types.variants(type_id)}
        if isinstance(given, str) and given.lstrip().startswith("{"):
            given = json_value(given)
        name, inner = _named_variant(given)
        name = self.types.variant_name(type_id, name)
        fields = variants[name].get("fields", ())
        if not fields:
            return name
        if fields[0].get("name"):
            return {name: self._struct(fields, inner)}
        members = [(int(one["type"]), str(one.get("typeName") or "")) for one in fields]
        if len(members) == 1:
            return {name: self._value(*members[0], inner)}
        return {name: self._fixed(members, inner)}


def ss58_only(text: str) -> str:
    """The address itself; raises UsageError for anything that is none."""
    decode_ss58(text)
    return text


def _named_variant(given: Any) -> tuple[str, Any]:
    if isinstance(given, str):
        return given, None
    if isinstance(given, Mapping) and len(given) == 1:
        name, inner = next(iter(given.items()))
        return str(name), inner
    raise UsageError(f"{shown(given)} is not the name of a value", 'or {"Name": data}')


def _flat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int | str) for one in value)


def _holds_call(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_call(one) for one in value)
    if isinstance(value, Mapping):
        return any(_holds_call(one) for one in value.values())
    return isinstance(value, ChainCall)
