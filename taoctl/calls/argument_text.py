"""Plain values as people write them: numbers, amounts with a unit, bytes, lists."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from taoctl.errors import UsageError
from taoctl.units import decimal_to_rao

_AMOUNT = re.compile(r"^(?P<figure>[0-9][0-9_]*(?:\.[0-9]+)?) ?(?P<unit>tao|alpha|rao|τ|α)$", re.I)
_INTEGER = re.compile(r"^-?[0-9][0-9_]*$")
_TAO = re.compile(r"Balance")
_ALPHA = re.compile(r"Alpha")
_LIMBS = 4


def primitive(kind: str, type_name: str, given: Any) -> Any:
    """A boolean, a text, a whole number or an amount; raises UsageError."""
    if kind == "bool":
        if isinstance(given, bool):
            return given
        if isinstance(given, str) and given.lower() in ("true", "false"):
            return given.lower() == "true"
        raise UsageError(f"{shown(given)} is neither true nor false")
    if kind in ("str", "char"):
        if isinstance(given, str):
            return given
        raise UsageError(f"{shown(given)} is not text")
    match = _AMOUNT.match(given) if isinstance(given, str) else None
    if match is None:
        return _bounded(kind, integer(given, type_name))
    if kind not in ("u64", "u128"):
        raise UsageError(f"{given!r} is an amount, and a {kind} is wanted")
    figure = match["figure"].replace("_", "")
    return _bounded(kind, _amount(figure, match["unit"].lower(), type_name, given))


def _bounded(kind: str, number: int) -> int:
    """The number, if its type holds it: the codec does not check compact ones."""
    bits = int(kind[1:])
    low, high = (0, 2**bits) if kind.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1))
    if low <= number < high:
        return number
    raise UsageError(f"{number} is not a {kind}", f"it goes from {low} to {high - 1}")


def _amount(figure: str, unit: str, type_name: str, given: str) -> int:
    if unit == "rao":
        if "." in figure:
            raise UsageError(f"{given!r} is not a whole number of rao")
        return int(figure)
    is_alpha = unit in ("alpha", "α")
    if (_ALPHA.search(type_name) and not is_alpha) or (
        _TAO.search(type_name) and not _ALPHA.search(type_name) and is_alpha
    ):
        wanted = "TAO" if is_alpha else "alpha"
        raise UsageError(f"{given!r} is the wrong token", f"an amount of {wanted} is wanted here")
    return decimal_to_rao(figure)


def integer(given: Any, type_name: str = "") -> int:
    """A whole number of JSON, decimal or `0x` text; raises UsageError."""
    if isinstance(given, bool):
        raise UsageError(f"{shown(given)} is not a whole number")
    if isinstance(given, int):
        return given
    if isinstance(given, str):
        if _INTEGER.match(given):
            return int(given.replace("_", ""))
        if re.fullmatch(r"0x[0-9a-fA-F]{1,64}", given):
            return int(given, 16)
    hint = "write an amount with its unit, such as 1.5tao or 1500000000rao"
    raise UsageError(
        f"{shown(given)} is not a whole number", hint if _TAO.search(type_name) else None
    )


def limbs(number: int) -> list[int]:
    """The four u64 of a u256, the lowest first; raises UsageError."""
    if not 0 <= number < 2**256:
        raise UsageError(f"{number} is not a u256")
    return [number >> (64 * place) & (2**64 - 1) for place in range(_LIMBS)]


def byte_string(given: Any, size: int | None) -> bytes:
    """Bytes of `0x` hex, of a list of numbers, or, where any length will do, of a text."""
    if isinstance(given, bytes):
        raw = given
    elif isinstance(given, str) and given.startswith("0x"):
        try:
            raw = bytes.fromhex(given[2:])
        except ValueError:
            raise UsageError(f"{shown(given)} is not hexadecimal") from None
    elif isinstance(given, str) and size is None:
        raw = given.encode()
    elif isinstance(given, Sequence) and not isinstance(given, str):
        try:
            raw = bytes(given)
        except (ValueError, TypeError):
            raise UsageError(f"{shown(given)} is not a list of bytes") from None
    else:
        raise UsageError(f"{shown(given)} is not bytes", "write them as 0x and hexadecimal digits")
    if size is not None and len(raw) != size:
        raise UsageError(f"{shown(given)} is {len(raw)} bytes, not {size}")
    return raw


def listed(given: Any) -> Sequence[Any]:
    """A list: of JSON, or of text between commas."""
    if isinstance(given, str):
        text = given.strip()
        if text.startswith(("[", "{", '"')):
            given = json_value(text)
        else:
            given = [part.strip() for part in text.split(",")] if text else []
    if isinstance(given, list | tuple):
        return given
    raise UsageError(f"{shown(given)} is not a list", "write it as [1, 2], or as 1,2")


def json_value(text: str) -> Any:
    """What a JSON text says, figures with a point as text; raises UsageError."""
    try:
        # An amount such as 1.5 must never become a binary fraction.
        return json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise UsageError(f"{shown(text)} is not JSON") from None


def shown(given: Any) -> str:
    """A value as it may appear in a message, cut where it is long."""
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:60]}…"
