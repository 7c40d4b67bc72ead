"""A proposal's calls and changes in words, alike on every face; what strangers wrote is printable.

Long things are cut: a call may be megabytes, and a screen is for what decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from taoctl.chain.calltree import CallTree
from taoctl.reads.governance.changes import Change
from taoctl.reads.governance.nested import ROOT, Opened, Step
from taoctl.reads.governance.upgrade import Upgrade
from taoctl.scale.code_version import Code
from taoctl.text import printable

MOST_LINES = 400
"""Lines of a call that a person is shown."""
_LONGEST = 160
_DEEPEST = 24
"""Calls inside calls that are indented; deeper ones say how deep they are."""
_INDENT = "  "


def named(ss58: str, names: Mapping[str, str]) -> str:
    """An address with the name it goes by here."""
    name = names.get(ss58)
    return f"{ss58} ({printable(name, 80)})" if name else ss58


def call_lines(opened: Opened, names: Mapping[str, str]) -> tuple[str, ...]:
    """A call to the last argument, a line for each, calls inside calls indented."""
    lines = list(_call_lines(opened, names))
    if len(lines) <= MOST_LINES:
        return tuple(lines)
    left = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], f"… and {left} more lines; all of them with -o json")


def _call_lines(opened: Opened, names: Mapping[str, str]) -> Iterator[str]:
    if opened.problem is not None:
        yield f"not all of it can be shown: {printable(opened.problem, 300)}"
    before: Step | None = None
    for step in opened.steps:
        yield _INDENT * min(step.depth, _DEEPEST) + _head(step, before, names)
        before = step
        inner = _INDENT * (min(step.depth, _DEEPEST) + 1)
        for one in step.args:
            if not holds_call(one.value):
                yield f"{inner}{printable(one.name, 60)}: {value_words(one.value, names)}"


def _head(step: Step, before: Step | None, names: Mapping[str, str]) -> str:
    words = [printable(str(step), 120)]
    if step.origin is not None and (before is None or before.origin != step.origin):
        words.append(f"as {step.origin if step.origin == ROOT else named(step.origin, names)}")
    outer = before.condition if before is not None and step.depth > before.depth else ""
    if step.condition and step.condition != outer:
        words.append(printable(step.condition.removeprefix(outer).removeprefix(", "), 120))
    if step.depth > _DEEPEST:
        words.append(f"{step.depth} calls deep")
    return ", ".join(words)


def holds_call(value: Any) -> bool:
    """Whether an argument is a call, or calls, which are shown on their own."""
    if isinstance(value, list | tuple):
        return any(isinstance(one, CallTree) for one in value)
    return isinstance(value, CallTree)


def value_words(value: Any, names: Mapping[str, str]) -> str:
    """An argument's value in a line; a long one with its size."""
    if isinstance(value, str):
        if value in names:
            return named(value, names)
        if len(value) > _LONGEST:
            size = (len(value) - 2) // 2 if value.startswith("0x") else len(value.encode())
            return f"{printable(value[:_LONGEST], _LONGEST)}… ({size} bytes)"
        return printable(value if value.isprintable() else repr(value), _LONGEST) or '""'
    if isinstance(value, list | tuple) and len(value) > _FEW:
        shown = ", ".join(value_words(one, names) for one in value[:_FEW])
        return f"[{shown}, … {len(value)} in all]"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_words(one, names) for one in value) + "]"
    if isinstance(value, Mapping):
        parts = (
            f"{printable(str(key), 60)}: {value_words(one, names)}" for key, one in value.items()
        )
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, bytes):
        return "0x" + value[:_LONGEST].hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None else printable(str(value), _LONGEST)


_FEW = 20
"""Entries of a list that are shown."""


def change_lines(changes: Sequence[Change], names: Mapping[str, str]) -> Iterator[str]:
    """What would change, a line for each value, and a line for what else is to be known of it."""
    for one in changes:
        if not one.known:
            yield f"{printable(one.call, 120)}: {printable(one.note, 300)}"
            continue
        whose = f" of {named(one.account, names)}" if one.account else ""
        subnet = "" if one.netuid is None else f" of subnet {one.netuid}"
        before, after = (printable(text, 400) for text in (one.before_text, one.after_text))
        same = " (as it is)" if one.before == one.after and one.before is not None else ""
        arrow = f"{before} → {after}{same}" if before else after
        yield f"{printable(one.what, 200)}{subnet}{whose}: {arrow}"
        if one.note:
            yield f"{_INDENT}{printable(one.note, 400)}"


def code_lines(code: Code) -> Iterator[str]:
    """What a runtime's code says of itself."""
    if code.version is not None:
        version = code.version
        yield f"spec {version.spec_version} of {printable(version.spec_name, 80)}"
        yield f"implementation {printable(version.impl_name, 80)} {version.impl_version}"
        if version.transaction_version is not None:
            yield f"transaction version {version.transaction_version}"
    else:
        yield f"version not known: {printable(code.problem or '', 200)}"
    unpacked = f", {code.wasm_size} unpacked" if code.compressed and code.wasm_size else ""
    yield f"{code.size} bytes{unpacked}"
    yield f"blake2-256 {code.blake2_256}"
    yield f"sha256 {code.sha256}"


def upgrade_lines(one: Upgrade, names: Mapping[str, str]) -> Iterator[str]:
    """A runtime upgrade: its code, what it was compared with, and the seven checks."""
    if one.code is not None:
        yield from code_lines(one.code)
    if one.same_as_file is not None:
        yield "the file is this very code" if one.same_as_file else "the file is OTHER code"
    for check in one.checks:
        detail = printable(check.detail, 300)
        yield f"{check.number} {check.result.upper():7} {check.name}: {detail}"
    if one.verdict:
        yield one.verdict
    if one.final is not None:
        given = one.final.approvals
        said = "nobody has opened it" if given is None else f"approved by {len(given)}"
        yield f"the sudo key's members carry it out by call {one.final.call_hash}: {said}"
        yield from (f"{_INDENT}{named(who, names)}" for who in given or ())
