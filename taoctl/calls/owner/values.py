"""Values of hyperparameters as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from taoctl.addresses import decode_ss58
from taoctl.calls.stake.proportion import parse_proportion
from taoctl.economics.hyperparameter import BURN_OR_RECYCLE, Known, Value
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX, U64_MAX, Tao

_INTEGER = re.compile(r"^-?[0-9]{1,20}$")
_DECIMAL = re.compile(r"^([0-9]{1,20})(?:\.([0-9]{1,20}))?$")
_YES, _NO = ("yes", "on", "true", "1"), ("no", "off", "false", "0")

HOW = {
    "count": "a whole number",
    "blocks": "a whole number of blocks",
    "epochs": "a whole number of epochs",
    "tao": "an amount of TAO such as 0.5",
    "u16": "a share such as 18% or 0.18",
    "u64": "a share such as 18% or 0.18",
    "millionths": "a share such as 90% or 0.9",
    "thousandths": "a number of tempos with three decimals at most, such as 13.889",
    "bool": "yes or no",
    "i32f32": "a whole number",
    "u64f64": "a decimal number such as 1.26",
    "yuma": "2 or 3",
    "choice": "burn or recycle",
    "split": "shares of each mechanism such as 70%,30%, or even",
    "account": "an ss58 address",
}
"""What each unit is written as."""


def parse_value(known: Known, text: str, *, raw: bool = False) -> Value:
    """The value that a text says; with `raw` the number is as the chain counts.

    Raises:
        UsageError: it is no value of this unit.
    """
    written = text.strip()
    if raw and known.unit not in ("account", "split"):
        return _raw(known, written)
    match known.unit:
        case "tao":
            return _tao(written)
        case "u16":
            return parse_proportion(written, U16_MAX)
        case "u64":
            return parse_proportion(written, U64_MAX)
        case "millionths":
            return parse_proportion(written, 1_000_000)
        case "thousandths":
            return _scaled(known, written, 1_000, exact=True)
        case "u64f64":
            return _scaled(known, written, 1 << 64)
        case "bool":
            return _yes_or_no(written)
        case "choice":
            return _choice(written)
        case "split":
            return _split(written, raw=raw)
        case "account":
            decode_ss58(written)
            return written
        case "i32f32":
            return _integer(known, written) << 32
        case "yuma" if written not in ("2", "3"):
            raise _no_value(known, written)
    found = _integer(known, written)
    if found < 0:
        raise _no_value(known, written)
    return found


def _raw(known: Known, text: str) -> Value:
    if known.unit == "bool":
        return _yes_or_no(text)
    found = _integer(known, text)
    if known.unit == "choice" and found not in (0, 1):
        raise _no_value(known, text)
    return found


def _integer(known: Known, text: str) -> int:
    if not _INTEGER.match(text):
        raise _no_value(known, text)
    return int(text)


def _tao(text: str) -> int:
    lower = text.lower().replace("τ", "tao")
    if lower.endswith("rao"):
        digits = lower.removesuffix("rao").strip()
        if not (digits.isdecimal() and digits.isascii()):
            raise UsageError(f"{_said(text)} is not a whole number of rao", "write 0.5 or 500rao")
        return int(digits)
    return Tao.parse(lower.removesuffix("tao").strip()).rao


def _scaled(known: Known, text: str, scale: int, *, exact: bool = False) -> int:
    match = _DECIMAL.match(text)
    if match is None:
        raise _no_value(known, text)
    figure = Fraction(text) * scale
    if exact and figure.denominator != 1:
        raise _no_value(known, text)
    return int(figure)


def _yes_or_no(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise UsageError(f"{_said(text)} is neither yes nor no", "write yes or no")
    return text.lower() in _YES


def _choice(text: str) -> int:
    words = [word.lower() for word in BURN_OR_RECYCLE]
    if text.lower() not in words:
        raise UsageError(f"{_said(text)} is no choice", f"write {' or '.join(words)}")
    return words.index(text.lower())


def _split(text: str, *, raw: bool) -> tuple[int, ...]:
    """Shares of 65535 that are all of it; what rounding leaves is the last one's."""
    if text.lower() == "even":
        return ()
    parts = text.split(",")
    if raw:
        return tuple(_integer(_SPLIT, one.strip()) for one in parts)
    whole = 10**24
    shares = [parse_proportion(one, whole) for one in parts]
    if sum(shares) != whole:
        raise UsageError(f"{_said(text)} is not all of it", "write shares that sum to 100%")
    return _rounded([share * U16_MAX // whole for share in shares])


def _rounded(shares: Sequence[int]) -> tuple[int, ...]:
    return (*shares[:-1], U16_MAX - sum(shares[:-1]))


def _no_value(known: Known, text: str) -> UsageError:
    return UsageError(f"{_said(text)} is not {HOW[known.unit]}", f"write {HOW[known.unit]}")


def _said(text: str) -> str:
    return repr(printable(text, 40))


_SPLIT = Known("count", "owner", "")
