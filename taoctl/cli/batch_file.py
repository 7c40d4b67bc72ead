"""Files that hold several calls or transfers: CSV, JSON and NDJSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taoctl.errors import UsageError

_LARGEST = 16 * 1024 * 1024
_HEADINGS = ("dest", "destination", "address", "to", "ss58")


def read_text(file: Path) -> str:
    """The text of a file, or of stdin for `-`; raises UsageError."""
    import sys

    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with file.open("rb") as stream:
                data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise UsageError(f"{file} is larger than {_LARGEST} bytes", "split it")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not text in UTF-8") from None


def json_object(file: Path) -> Mapping[str, Any]:
    """The one JSON object in a file, figures with a point as text; raises UsageError."""
    found = _parsed(read_text(file), str(file))
    if not isinstance(found, Mapping):
        raise UsageError(f"{file} is not a JSON object", 'such as {"netuid": 1}')
    return found


def calls(file: Path) -> list[Any]:
    """The calls of a JSON list, or of one JSON object a line.

    Raises:
        UsageError: it is neither, or empty.
    """
    text = read_text(file).strip()
    if text.startswith("["):
        found = _parsed(text, str(file))
    else:
        lines = [line for line in text.splitlines() if line.strip()]
        found = [_parsed(line, f"{file}, line {n}") for n, line in enumerate(lines, 1)]
    if not found:
        raise UsageError(f"{file} holds no calls", 'one is {"pallet": …, "call": …, "args": {…}}')
    return list(found)


def transfers(file: Path) -> list[tuple[str, str, str]]:
    """Where it stands, the destination and the amount of each line of a CSV file.

    A heading and lines that begin with `#` are left out.

    Raises:
        UsageError: a line of another form, or no line at all.
    """
    found: list[tuple[str, str, str]] = []
    reader = csv.reader(io.StringIO(read_text(file)))
    try:
        for line in reader:
            cells = [cell.strip() for cell in line]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if not found and cells[0].lower() in _HEADINGS:
                continue
            if len(cells) != 2:
                raise UsageError(
                    f"{file}, line {reader.line_num}: {len(cells)} columns, not 2",
                    "each line is DESTINATION,AMOUNT",
                )
            found.append((f"{file}, line {reader.line_num}", cells[0], cells[1]))
    except csv.Error as error:
        raise UsageError(f"{file}, line {reader.line_num}: {error}") from None
    if not found:
        raise UsageError(f"{file} holds no transfers", "each line is DESTINATION,AMOUNT")
    return found


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise UsageError(f"{where} is not JSON: {said}") from None
