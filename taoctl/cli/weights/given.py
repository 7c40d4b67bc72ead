"""The weights that a command line or a file gives."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from taoctl.cli import batch_file
from taoctl.errors import UsageError
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.calls.weights.row import Row

_Given: TypeAlias = tuple[str, str, str]
"""UID, weight, and where they stand."""

_FORMS = (
    'write JSON such as {"4": 1, "7": 0.5}, [[4, 1], [7, 0.5]] or [{"uid": 4, "weight": 1}], '
    "or CSV lines such as 4,1"
)


def row_of(pairs: Sequence[str], file: Path | None) -> Row:
    """The row of weights that `UID=WEIGHT` words or a file give.

    Raises:
        UsageError: there is neither, or both, or something is no weight.
    """
    from taoctl.calls.weights.row import parse_pair, to_row

    if file is not None and pairs:
        raise UsageError("weights were given twice", "give UID=WEIGHT, or a --file, not both")
    if file is not None:
        return to_row(_read(file))
    if not pairs:
        raise UsageError("no weights were given", "give UID=WEIGHT, such as 4=1 7=0.5, or a --file")
    _of_one_kind(pairs)
    return to_row(map(parse_pair, pairs))


def _of_one_kind(weights: Iterable[str]) -> None:
    """Refuse `50%` beside `25`, of which nobody can tell what they are to each other."""
    if len({weight.strip().endswith("%") for weight in weights}) > 1:
        raise UsageError(
            "some weights have a % and others none", "write it at all of them, or none"
        )


def _read(file: Path) -> list[tuple[int, Fraction]]:
    text = batch_file.read_text(file).strip()
    found = list(_json(file, text) if text[:1] in ("{", "[") else _csv(file, text))
    if not found:
        raise UsageError(f"{printable(str(file))} holds no weights", _FORMS)
    _of_one_kind(weight for _, weight, _ in found)
    return [_pair(*one) for one in found]


def _json(file: Path, text: str) -> Iterator[_Given]:
    """Figures stay as they are written: no float comes near them."""
    name = printable(str(file))
    try:
        parsed = json.loads(
            text, parse_float=str, parse_constant=str, object_pairs_hook=_all_of_object
        )
    except (ValueError, RecursionError):
        raise UsageError(f"{name} is not JSON", _FORMS) from None
    for uid, weight in _entries(parsed, name):
        if not isinstance(uid, str | int) or not isinstance(weight, str | int):
            _refuse(name)
        if isinstance(uid, bool) or isinstance(weight, bool):
            _refuse(name)
        yield f"{uid}", f"{weight}", name


class _Object(list[tuple[str, Any]]):
    """The pairs of a JSON object, a key named twice and all."""


def _all_of_object(pairs: list[tuple[str, Any]]) -> _Object:
    return _Object(pairs)


def _entries(parsed: Any, name: str) -> Iterator[tuple[Any, Any]]:
    if isinstance(parsed, _Object):
        yield from parsed
        return
    for one in parsed if isinstance(parsed, list) else _refuse(name):
        if isinstance(one, _Object):
            entry: Mapping[str, Any] = dict(one)
            if set(entry) != {"uid", "weight"} or len(one) != 2:
                _refuse(name)
            yield entry["uid"], entry["weight"]
        elif isinstance(one, list) and len(one) == 2:
            yield one[0], one[1]
        else:
            _refuse(name)


def _csv(file: Path, text: str) -> Iterator[_Given]:
    name = printable(str(file))
    for number, cells in enumerate(_lines(name, text), 1):
        parts = [cell.strip() for cell in cells]
        if not any(parts) or parts[0].startswith("#"):
            continue
        if number == 1 and [part.lower() for part in parts] == ["uid", "weight"]:
            continue
        if len(parts) != 2:
            raise UsageError(f"line {number} of {name} is not UID,WEIGHT", _FORMS)
        yield parts[0], parts[1], f"line {number} of {name}"


def _lines(name: str, text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text))
    try:
        yield from reader
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num} of {name}: {error}", _FORMS) from None


def _pair(uid: str, weight: str, where: str) -> tuple[int, Fraction]:
    from taoctl.calls.weights.row import parse_uid, parse_weight

    try:
        return parse_uid(uid), parse_weight(weight)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", error.hint) from None


def _refuse(name: str) -> NoReturn:
    raise UsageError(f"{name} does not hold weights of UIDs", _FORMS)
