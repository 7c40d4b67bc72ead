"""The YAML writer, against a reader of its output."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from taoctl.cli.yaml import to_yaml

_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_DATA = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


class _Reader:
    """Reads the block-style subset that the writer uses."""

    def __init__(self, text: str) -> None:
        self.lines = [(len(x) - len(x.lstrip(" ")), x.lstrip(" ")) for x in text.splitlines()]
        self.at = 0

    def value(self, indent: int) -> Any:
        depth, line = self.lines[self.at]
        assert depth == indent
        if line.startswith("- "):
            return self.sequence(indent)
        if _entry(line):
            return self.mapping(indent)
        self.at += 1
        return _scalar(line)

    def sequence(self, indent: int) -> list[Any]:
        found = []
        while self.at < len(self.lines):
            depth, line = self.lines[self.at]
            if depth != indent or not line.startswith("- "):
                break
            self.lines[self.at] = (indent + 2, line[2:])
            found.append(self.value(indent + 2))
        return found

    def mapping(self, indent: int) -> dict[str, Any]:
        found = {}
        while self.at < len(self.lines):
            depth, line = self.lines[self.at]
            entry = _entry(line)
            if depth != indent or entry is None:
                break
            key, rest = entry
            if rest:
                self.at += 1
                found[key] = _scalar(rest)
            else:
                self.at += 1
                found[key] = self.value(indent + 2)
        return found


_ENTRY = re.compile(r'("(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*):(?: (.*))?$')


def _entry(line: str) -> tuple[str, str | None] | None:
    match = _ENTRY.match(line)
    if match is None:
        return None
    key = _scalar(match[1]) if match[1].startswith('"') else match[1]
    return key, match[2]


def _scalar(text: str) -> Any:
    # JSON knows the same scalars, except for characters written with eight digits.
    wide = re.sub(r"\\U([0-9a-f]{8})", lambda m: json.dumps(chr(int(m[1], 16)))[1:-1], text)
    return json.loads(wide)


@given(_DATA)
def test_what_is_written_can_be_read(data: Any) -> None:
    assert _Reader(to_yaml(data)).value(0) == data


def test_the_shape_is_what_people_expect() -> None:
    data = {"a": 1, "list": [{"x": "τ", "deep": {"z": None}}, []], "no": True, "t": "yes"}
    assert to_yaml(data) == (
        'a: 1\nlist:\n  - x: "\\u03c4"\n    deep:\n      z: null\n  - []\n"no": true\nt: "yes"\n'
    )


def test_characters_beyond_the_basic_plane_are_one_escape() -> None:
    assert to_yaml("🚀") == '"\\U0001f680"\n'
