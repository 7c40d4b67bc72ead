"""Hyperparameters in TOML: written from the chain, and read with the line of what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.calls.owner.hyperparameter import settable
from taoctl.calls.owner.values import HOW, parse_value
from taoctl.calls.stake.hotkeys import NETWORKS, item, read
from taoctl.chain.view import Call, View
from taoctl.economics.hyperparameter import BURN_OR_RECYCLE, Known, Value, from_storage, value_text
from taoctl.economics.hyperparameters import KNOWN
from taoctl.errors import UsageError
from taoctl.text import printable

TABLE = "hyperparameters"
_RAW = "raw "
_TOML_MOST = 2**63 - 1
_ACCOUNT_OR_SPLIT = ("account", "split")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file says.

    Attributes:
        values: as the chain counts, by name.
        lines: where each stands, from 1.
    """

    netuid: int
    values: Mapping[str, Value]
    lines: Mapping[str, int]


def toml_value(known: Known, value: Value) -> str:
    """A value in TOML: as the chain counts it, what is past TOML's integers as `"raw N"`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if known.unit == "choice":
        return f'"{BURN_OR_RECYCLE[value].lower()}"'
    return str(value) if value <= _TOML_MOST else f'"{_RAW}{value}"'


async def as_toml(view: View, netuid: int) -> str:
    """All that an owner may set of a subnet, in TOML.

    Raises:
        UsageError: there is no such subnet.
    """
    if not await read(view, NETWORKS.item, netuid):
        hint = "see `taoctl subnet list` for the subnets there are"
        raise UsageError(f"there is no subnet {netuid}", hint)
    lines = [
        f"# Subnet {netuid} in block {view.block}: what its owner may set, as the chain counts.",
        "# Text is taken too, in the unit of the comment: immunity_period = 5000, bonds_penalty = "
        '"18%".',
        f"netuid = {netuid}",
        "",
        f"[{TABLE}]",
    ]
    for name, known in KNOWN.items():
        change = known.change
        if known.setter != "owner" or change is None or not view.has(item(known.item)):
            continue
        if not view.has(Call(change.pallet, change.call)):
            continue
        value = from_storage(known, await read(view, known.item, netuid))
        if value is None:
            continue
        words = f"{value_text(known.unit, value)}; {known.effect}"
        line = f"{name} = {toml_value(known, value)}"
        if known.instead and view.has(item(KNOWN[known.instead].item)):
            line, words = f"# {line}", f"this runtime goes by {known.instead} instead"
        lines.append(f"{line}  # {words}")
    return "\n".join(lines)


def from_toml(text: str, source: str, netuid: int) -> Wanted:
    """What a file wants of a subnet.

    Args:
        source: name of the file, for messages.

    Raises:
        UsageError: no TOML, another subnet's, an unknown name or no value of it, with the line.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        said = printable(str(problem), 200)
        raise UsageError(f"{source} is not TOML: {said}", _FORM) from None
    table = found.get(TABLE)
    for key in found:
        if key not in ("netuid", TABLE):
            where = _where(source, text, key)
            raise UsageError(f"{where}: {printable(key, 60)!r} means nothing here", _FORM)
    if not isinstance(table, dict) or not table:
        raise UsageError(f"{source} holds no [{TABLE}]", _FORM)
    _right_subnet(found.get("netuid"), source, text, netuid)
    values, lines = {}, {}
    for name, given in table.items():
        lines[name] = _line(text, name)
        try:
            values[name] = _value(name, given)
        except UsageError as problem:
            where = _where(source, text, name)
            raise UsageError(f"{where}: {problem.message}", problem.hint) from None
    return Wanted(netuid, values, lines)


_FORM = "`taoctl subnet hyperparameters NETUID export` writes one"


def _right_subnet(said: Any, source: str, text: str, netuid: int) -> None:
    if said is None:
        raise UsageError(f"{source} does not say of which subnet it is", f"add netuid = {netuid}")
    where = _where(source, text, "netuid")
    if isinstance(said, bool) or not isinstance(said, int):
        raise UsageError(f"{where}: netuid is no subnet number", f"write netuid = {netuid}")
    if said != netuid:
        hint = f"write netuid = {netuid} there if they are meant for this one too"
        raise UsageError(f"{where}: these are of subnet {said}, not {netuid}", hint)


def _value(name: str, given: Any) -> Value:
    known = settable(name)[0]
    if known.setter != "owner":
        said = f"only root sets {name}" if known.setter == "root" else f"nobody sets {name}"
        raise UsageError(said, "leave it out: a file is of what a subnet's owner may set")
    if isinstance(given, str):
        raw = given.startswith(_RAW) and known.unit not in _ACCOUNT_OR_SPLIT
        return parse_value(known, given.removeprefix(_RAW) if raw else given, raw=raw)
    if known.unit == "split" and isinstance(given, list):
        if all(isinstance(one, int) and not isinstance(one, bool) for one in given):
            return tuple(given)
        raise _wrong(name, known, "a list of other things than whole numbers")
    if isinstance(given, bool) != (known.unit == "bool") or known.unit in _ACCOUNT_OR_SPLIT:
        raise _wrong(name, known, _kind(given))
    if isinstance(given, bool):
        return given
    if not isinstance(given, int):
        raise _wrong(name, known, _kind(given))
    if given < 0:
        raise UsageError(f"{name} cannot be {given}", "it is counted from 0")
    if known.unit == "i32f32" and given % (1 << 32):
        raise UsageError(f"{name} takes whole numbers", "as the chain counts, times 4294967296")
    return parse_value(known, str(given), raw=known.unit != "yuma")


def _wrong(name: str, known: Known, kind: str) -> UsageError:
    hint = f'write {HOW[known.unit]} in "quotes"'
    if known.unit == "bool":
        hint = "write true or false"
    elif known.unit not in _ACCOUNT_OR_SPLIT:
        hint = f"write the number as the chain counts, or {HOW[known.unit]} in quotes"
    return UsageError(f"{name} is {kind} here", hint)


def _kind(given: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number with a point", list: "a list"}
    return kinds.get(type(given), "a table" if isinstance(given, dict) else "a date or time")


def _line(text: str, name: str) -> int:
    """The line that a key stands in, from 1; the first where none is found."""
    pattern = re.compile(rf"""^\s*\[*["']?{re.escape(name)}["']?\s*[=.\]]""")
    lines = enumerate(text.splitlines(), 1)
    return next((n for n, line in lines if pattern.match(line)), 1)


def _where(source: str, text: str, name: str) -> str:
    return f"{source}, line {_line(text, name)}"
