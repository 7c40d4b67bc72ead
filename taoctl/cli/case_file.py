"""Files of inputs for the chain's arithmetic: one object, a case, or many cases."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from taoctl.cli import batch_file
from taoctl.errors import UsageError
from taoctl.text import printable


def parsed(file: Path) -> Any:
    """What a JSON file, or stdin for `-`, holds.

    Raises:
        UsageError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(batch_file.read_text(file))
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise UsageError(f"{file} is not JSON: {said}") from None


def answered(found: Any, run: Callable[[Any], dict[str, Any]]) -> Any:
    """The output of a file's input, or name and output of each of its `cases`.

    `run` gets the input alone, whether it stands by itself or as `input` of a case.

    Raises:
        UsageError: what `run` raises, with the name of the case it is about.
    """
    if isinstance(found, Mapping) and isinstance(found.get("cases"), list):
        return [_case(one, place, run) for place, one in enumerate(found["cases"], 1)]
    return run(_input(found))


def text_of(data: Any, text: Callable[[dict[str, Any]], str]) -> str:
    """What `answered` gave, for people: each case under its name."""
    if isinstance(data, list):
        return "\n \n".join(f"{printable(one['name'])}\n{text(one['output'])}" for one in data)
    return text(data)


def _case(case: Any, place: int, run: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    name = case.get("name") if isinstance(case, Mapping) else None
    called = name if isinstance(name, str) else f"case {place}"
    try:
        return {"name": called, "output": run(_input(case))}
    except UsageError as problem:
        raise UsageError(f"{called}: {problem.message}", problem.hint) from None


def _input(case: Any) -> Any:
    return case["input"] if isinstance(case, Mapping) and "input" in case else case
