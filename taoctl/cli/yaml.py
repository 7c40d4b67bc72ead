"""JSON-like data as YAML 1.2: block style, every string in double quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SURROGATES = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def to_yaml(value: Any) -> str:
    """YAML text of dicts, lists, strings, ints, bools and None, ending in a newline."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _entry(f"{indent}{_key(str(key))}:", inner, indent)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for inner in value:
            if _nested(inner):
                first, *rest = _lines(inner, indent + "  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(inner)}"
    else:
        yield indent + _scalar(value)


def _entry(head: str, inner: Any, indent: str) -> Iterator[str]:
    if _nested(inner):
        yield head
        yield from _lines(inner, indent + "  ")
    else:
        yield f"{head} {_scalar(inner)}"


def _nested(value: Any) -> bool:
    return bool(value) and isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.match(key) and key.lower() not in _RESERVED else _quoted(key)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence):
        return "[]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    # JSON writes characters above U+FFFF as two surrogates, which YAML does not join.
    return _SURROGATES.sub(_joined, json.dumps(text))


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[1], 16) - 0xD800, int(match[2], 16) - 0xDC00
    return f"\\U{0x10000 + (high << 10) + low:08x}"
