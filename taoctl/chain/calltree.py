"""A call as people read it: a tree of pallet, name and arguments, nested calls unwrapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.scale.codec import Codec
from taoctl.text import printable

_INDENT = "  "
_SHOWN = 300

Instead = Callable[["CallTree"], Sequence[str] | None]


def _its_own(call: CallTree) -> None:
    """No lines in place of a call's arguments."""


@dataclass(frozen=True, slots=True)
class CallArgument:
    """One argument: its name, its type as the runtime names it, and its value.

    A nested call is a CallTree, several are a list of them; else the value is as `Codec` says.
    """

    name: str
    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class CallTree:
    """A decoded call."""

    pallet: str
    name: str
    args: tuple[CallArgument, ...]

    def __str__(self) -> str:
        return f"{self.pallet}.{self.name}"

    def as_dict(self) -> dict[str, Any]:
        """`{pallet, call, args: {name: value}}` for JSON, nested calls likewise; bytes are `0x`."""
        args = {one.name: _plain(one.value) for one in self.args}
        return {"pallet": self.pallet, "call": self.name, "args": args}

    def lines(self, instead: Instead = _its_own) -> tuple[str, ...]:
        """Lines of text, indented by depth; on-chain text in it is made printable.

        Args:
            instead: gives lines that stand for the arguments of a call; None for its own.
        """
        return tuple(self._lines(0, instead))

    def walk(self) -> Iterator[CallTree]:
        """This call and every call inside it, outermost first."""
        yield self
        for call in calls_in(self):
            yield from call.walk()

    def _lines(self, depth: int, instead: Instead) -> Iterator[str]:
        yield _INDENT * depth + printable(str(self))
        other = instead(self)
        if other is not None:
            yield from (_INDENT * (depth + 1) + line for line in other)
            return
        for one in self.args:
            head = f"{_INDENT * (depth + 1)}{printable(one.name)}:"
            calls = list(_calls(one.value))
            if not calls:
                yield f"{head} {printable(_text(one.value), _SHOWN)}"
                continue
            yield head
            for call in calls:
                yield from call._lines(depth + 2, instead)


def calls_in(call: CallTree) -> Iterator[CallTree]:
    """The calls directly inside a call, in the order of its arguments."""
    for one in call.args:
        yield from _calls(one.value)


def decode_call(codec: Codec, data: bytes) -> CallTree:
    """The tree of SCALE call bytes; raises BadDataError."""
    return _tree(codec.decode_call(data))


def _tree(decoded: Mapping[str, Any]) -> CallTree:
    # A loop and no comprehension: calls nest 256 deep, and each frame counts.
    args = []
    for one in decoded["call_args"]:
        args.append(CallArgument(str(one["name"]), str(one["type"]), _value(one["value"])))
    return CallTree(str(decoded["call_module"]), str(decoded["call_function"]), tuple(args))


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "call_module" in value and "call_args" in value:
            return _tree(value)
        return {key: _value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value


def _calls(value: Any) -> Iterator[CallTree]:
    """The calls directly inside a value."""
    if isinstance(value, CallTree):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _calls(one)
    elif isinstance(value, list):
        for one in value:
            yield from _calls(one)


def _plain(value: Any) -> Any:
    if isinstance(value, CallTree):
        return value.as_dict()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    return value


def _text(value: Any) -> str:
    """A value in one line; an empty text and None can be told from each other.

    Text with control characters, which would not be seen, comes in quotes with escapes.
    """
    if isinstance(value, str):
        return (value if value.isprintable() else repr(value)) or '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value)
