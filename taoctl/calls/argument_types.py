"""The arguments of every call and their types, as a runtime's metadata has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.scale.codec import Codec

_DEEPEST = 6
"""How far a type is spelled out in words; recursive types have no end."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: its name, its type's number and the name its author gave the type."""

    name: str
    type_id: int
    type_name: str


class ArgumentTypes:
    """What the calls of one runtime take."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    @cached_property
    def call_type(self) -> int:
        """The number of the type that every call is of."""
        for number, one in self.codec.registry.items():
            path = one.get("path") or [""]
            if path[-1] == "RuntimeCall":
                return number
        raise BadDataError("the metadata has no RuntimeCall", "try another endpoint")

    @cached_property
    def calls(self) -> Mapping[str, Mapping[str, tuple[Argument, ...]]]:
        """Per pallet, per call: its arguments."""
        found: dict[str, dict[str, tuple[Argument, ...]]] = {}
        for pallet in self.variants(self.call_type):
            inner = int(pallet["fields"][0]["type"])
            found[pallet["name"]] = {
                call["name"]: tuple(_argument(field) for field in call.get("fields", ()))
                for call in self.variants(inner)
            }
        return found

    def of(self, pallet: str, name: str) -> tuple[Argument, ...]:
        """The arguments of a call; raises NotInRuntimeError, with names that are close."""
        if pallet not in self.calls:
            raise _unknown(f"no pallet {pallet} with calls", pallet, list(self.calls))
        calls = self.calls[pallet]
        if name not in calls:
            raise _unknown(f"no call {pallet}.{name}", name, list(calls))
        return calls[name]

    def kind(self, type_id: int) -> tuple[str, Any]:
        """The one key and value of a type's definition, such as `("primitive", "u16")`."""
        definition = self.codec.registry[type_id]["def"]
        kind, what = next(iter(definition.items()))
        return str(kind), what

    def path(self, type_id: int) -> str:
        """The last part of a type's path; empty for a type without one."""
        path = self.codec.registry[type_id].get("path") or [""]
        return str(path[-1])

    def variants(self, type_id: int) -> Sequence[Mapping[str, Any]]:
        """The variants of an enum; empty for other types."""
        kind, what = self.kind(type_id)
        found: Sequence[Mapping[str, Any]] = what.get("variants", ()) if kind == "variant" else ()
        return found

    def variant_name(self, type_id: int, given: str) -> str:
        """A variant's name as the runtime spells it, capitals or not; raises UsageError."""
        names = [str(one["name"]) for one in self.variants(type_id)]
        if given in names:
            return given
        folded = [name for name in names if name.lower() == given.lower()]
        if len(folded) == 1:
            return folded[0]
        near = near_names(given, names)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(names)}"
        raise UsageError(f"{given!r} is none of its values", hint)

    def is_u8(self, type_id: int) -> bool:
        """Whether a type is a byte."""
        return self.kind(type_id) == ("primitive", "u8")

    def words(self, type_id: int, depth: int = 0) -> str:
        """A type for a person, such as `one of Any, Owner, …` or `list of u16`."""
        path, (kind, what) = self.path(type_id), self.kind(type_id)
        if depth > _DEEPEST:
            return path or kind
        if path in ("AccountId32", "MultiAddress"):
            return "account"
        if type_id == self.call_type:
            return "call"
        match kind:
            case "primitive":
                return "text" if what == "str" else str(what)
            case "compact":
                return self.words(what["type"], depth + 1)
            case "sequence":
                inner = what["type"]
                return "bytes" if self.is_u8(inner) else f"list of {self.words(inner, depth + 1)}"
            case "array":
                inner, size = what["type"], what["len"]
                if self.is_u8(inner):
                    return f"{size} bytes"
                return f"{size} of {self.words(inner, depth + 1)}"
            case "tuple":
                return f"({', '.join(self.words(one, depth + 1) for one in what)})"
            case "variant":
                return self._enum_words(type_id, path, depth)
            case "composite":
                return self._composite_words(what.get("fields", ()), depth)
        return path or kind

    def _enum_words(self, type_id: int, path: str, depth: int) -> str:
        variants = self.variants(type_id)
        if path == "Option":
            return f"{self.words(variants[1]['fields'][0]['type'], depth + 1)}, or none"
        names = [str(one["name"]) for one in variants]
        if depth:
            return path or "enum"
        return "one of " + ", ".join(names)

    def _composite_words(self, fields: Sequence[Mapping[str, Any]], depth: int) -> str:
        if len(fields) == 1 and not fields[0].get("name"):
            return self.words(fields[0]["type"], depth + 1)
        parts = [
            f"{field.get('name') or ''}: {self.words(field['type'], depth + 1)}".removeprefix(": ")
            for field in fields
        ]
        return "{" + ", ".join(parts) + "}"


def _argument(field: Mapping[str, Any]) -> Argument:
    return Argument(str(field["name"]), int(field["type"]), str(field.get("typeName") or ""))


def _unknown(what: str, given: str, names: Sequence[str]) -> NotInRuntimeError:
    near = near_names(given, names)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names[:12])}"
    return NotInRuntimeError(f"this chain's runtime has {what}", hint)


def near_names(given: str, names: Sequence[str]) -> list[str]:
    """The names that a mistyped one may have meant, the likeliest first."""
    folded = {name.lower(): name for name in names}
    return [folded[one] for one in get_close_matches(given.lower(), list(folded), n=3)]


def missing_and_unknown(
    what: str, arguments: Sequence[Argument], given: Sequence[str], types: ArgumentTypes
) -> None:
    """Refuse a call whose arguments are not exactly those given.

    Raises:
        UsageError: naming the missing ones with their types, and the unknown ones.
    """
    names = [one.name for one in arguments]
    unknown = [name for name in given if name not in names]
    if unknown:
        near = near_names(unknown[0], names)
        takes = ", ".join(names) or "nothing"
        raise UsageError(
            f"{what} has no argument {', '.join(unknown)}",
            f"did you mean {near[0]}?" if near else f"it takes {takes}",
        )
    missing = [one for one in arguments if one.name not in given and not _optional(types, one)]
    if missing:
        parts = ", ".join(f"{one.name} ({types.words(one.type_id)})" for one in missing)
        raise UsageError(
            f"{what} also needs {parts}", "give each as --arg name=value, or all with --args-file"
        )


def _optional(types: ArgumentTypes, argument: Argument) -> bool:
    return types.path(argument.type_id) == "Option"
