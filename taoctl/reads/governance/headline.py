"""What a proposal does in one line: the calls at the bottom of its wrappers."""

from __future__ import annotations

from typing import Any

from taoctl.reads.governance.nested import Opened, Step, opened
from taoctl.reads.governance.proposal import Proposal
from taoctl.scale.codec import Codec
from taoctl.text import printable

_LONGEST = 200
_LONGEST_VALUE = 48
_FEW = 3
"""Values of a list that are shown, and not counted."""


def headline(codec: Codec, proposal: Proposal) -> str | None:
    """One line on what a proposal does, safe to show; None where its call is not known."""
    if proposal.call is None:
        return None
    return call_line(opened(codec, proposal.call, None))


def call_line(found: Opened) -> str:
    """One line on the calls at the bottom of a call that was taken apart."""
    last = [step for step in found.steps if not step.inside]
    if not last:
        return f"{found.size} bytes that are no call of this runtime"
    if len(last) == 1:
        return printable(_call(last[0], found.problem is None), _LONGEST)
    more = len(last) - 1
    words = f"{last[0]} and {more} more call{'s' if more > 1 else ''}"
    return printable(words, _LONGEST)


def _call(step: Step, whole: bool) -> str:
    if not whole:
        return f"{step}(…)"
    return f"{step}({', '.join(f'{one.name} {_value(one.value)}' for one in step.args)})"


def _value(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    if isinstance(value, str) and value.startswith("0x") and len(value) > _LONGEST_VALUE * 2:
        return f"{(len(value) - 2) // 2} bytes"
    if isinstance(value, str):
        return printable(value, _LONGEST_VALUE) or '""'
    if isinstance(value, dict) and len(value) == 1:
        return _value(next(iter(value.values())))
    if isinstance(value, list | tuple) and len(value) > _FEW:
        return f"{len(value)} values"
    if isinstance(value, dict | list | tuple):
        return printable(repr(value)[: _LONGEST_VALUE * 4], _LONGEST_VALUE)
    return printable(str(value), _LONGEST_VALUE)
