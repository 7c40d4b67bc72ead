"""Proportions as people write them, and as the chain counts them: parts of a whole integer."""

from __future__ import annotations

import re

from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX

_PERCENT = re.compile(r"^(?P<whole>[0-9]{1,3})(?:\.(?P<fraction>[0-9]{1,18}))?\s*%$")
_DECIMAL = re.compile(r"^(?P<whole>[01])(?:\.(?P<fraction>[0-9]{1,20}))?$")
_DIGITS = 4


def parse_proportion(text: str, whole: int) -> int:
    """The parts of `whole` that a proportion such as `18%` or `0.18` is, rounded down.

    The arithmetic is exact: no float comes near it.

    Raises:
        UsageError: no proportion, more than all of it, or a bare whole number, of which nobody
            knows whether it is meant in per cent.
    """
    said, written = repr(printable(text.strip(), 40)), text.strip()
    match, scale = _PERCENT.match(written), 100
    if match is None:
        match, scale = _DECIMAL.match(written), 1
        if match is None or (match["fraction"] is None and match["whole"] != "0"):
            raise UsageError(f"{said} is no proportion", "write 18% or 0.18")
    fraction = match["fraction"] or ""
    figure, one = int(match["whole"] + fraction), scale * 10 ** len(fraction)
    if figure > one:
        raise UsageError(f"{said} is more than all of it", "write 100% at most")
    parts: int = figure * whole // one
    return parts


def percent_text(parts: int, whole: int) -> str:
    """A proportion in per cent, rounded to four digits: `10%`, `17.9995%`."""
    step = 10**_DIGITS
    figure = (parts * 100 * step * 2 + whole) // (whole * 2)
    units, fraction = divmod(figure, step)
    return f"{units}.{fraction:0{_DIGITS}d}".rstrip("0").rstrip(".") + "%"


def take_text(take: int) -> str:
    """A take in per cent and as the chain counts it: `17.9995% (11796/65535)`."""
    return f"{percent_text(take, U16_MAX)} ({take}/{U16_MAX})"
