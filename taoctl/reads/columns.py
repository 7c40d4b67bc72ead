"""Columns: what a field of a row is, and the one place that turns its raw value into text.

A row is a frozen dataclass of raw values whose fields are annotated with a `Column`; both faces
and every output format take titles, alignment and formatting from there.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from taoctl.addresses import short_ss58
from taoctl.text import printable
from taoctl.units import RAO_PER_TAO, ROOT_NETUID, U16_MAX, U64_MAX, rao_to_decimal

ABSENT = "-"
"""How an unknown value looks; it is never shown as 0."""


class Kind(Enum):
    """What a raw value counts, so that it can be formatted, aligned and put into JSON."""

    NETUID = "netuid"
    UID = "uid"
    INT = "int"
    BLOCK = "block"
    BLOCKS = "blocks"
    TAO = "tao"
    ALPHA = "alpha"
    STAKE = "stake"
    """Alpha of the row's subnet, which on root is TAO."""
    PRICE = "price"
    U16 = "u16"
    U64N = "u64n"
    TAKE = "take"
    PPM = "ppm"
    MILLI = "milli"
    I96F32 = "i96f32"
    SS58 = "ss58"
    HASH = "hash"
    TEXT = "text"
    BOOL = "bool"
    MILLIS = "millis"
    TIME = "time"


AMOUNTS = frozenset({Kind.TAO, Kind.ALPHA, Kind.STAKE, Kind.PRICE})
_LEFT = frozenset({Kind.SS58, Kind.HASH, Kind.TEXT})


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row: its title, kind and meaning. `key` is the field's name.

    Where a table is too wide, columns with the highest `drop` go first; 0 stays to the end.
    """

    title: str
    kind: Kind
    help: str = ""
    wide: bool = False
    key: str = ""
    drop: int = 0

    @property
    def right(self) -> bool:
        """Whether the column is aligned right, as figures are."""
        return self.kind not in _LEFT

    def value(self, row: object) -> Any:
        """The raw value of this column in a row."""
        return getattr(row, self.key)

    def text(self, value: Any, *, full: bool = False) -> str:
        """Plain text of a raw value; `full` gives whole addresses, hashes and all nine digits."""
        return format_value(self.kind, value, full=full)

    def of(self, row: object, *, full: bool = False) -> str:
        """Plain text of this column in a row."""
        return format_value(self.kind, getattr(row, self.key), full=full)

    def json(self, value: Any) -> Any:
        """The raw value as JSON: amounts and anything above 2^53 as strings."""
        return json_value(self.kind, value)

    def json_of(self, row: object) -> Any:
        """The JSON form of this column in a row."""
        return json_value(self._kind_in(row), self.value(row))

    def unit_in(self, row: object) -> str:
        """What follows a figure that stands alone, empty where the figure says it itself."""
        kind = self._kind_in(row)
        return "α" if kind is Kind.ALPHA else "TAO" if kind in AMOUNTS else ""

    def _kind_in(self, row: object) -> Kind:
        if self.kind is not Kind.STAKE:
            return self.kind
        return Kind.TAO if getattr(row, "netuid", None) == ROOT_NETUID else Kind.ALPHA

    @property
    def json_key(self) -> str:
        """The name in JSON: an amount is an object that says rao itself, so `_rao` goes."""
        return self.key.removesuffix("_rao") if self.kind in AMOUNTS else self.key


@cache
def columns_of(row_type: type) -> tuple[Column, ...]:
    """The columns of a row class: those its `LEADING` names, then the rest in field order."""
    hints = get_type_hints(row_type, include_extras=True)
    found = []
    for field in dataclasses.fields(row_type):
        hint = hints[field.name]
        if get_origin(hint) is not Annotated:
            continue
        for extra in get_args(hint)[1:]:
            if isinstance(extra, Column):
                found.append(dataclasses.replace(extra, key=field.name))
    leading: tuple[str, ...] = getattr(row_type, "LEADING", ())
    rank = {key: place for place, key in enumerate(leading)}
    return tuple(sorted(found, key=lambda c: rank.get(c.key, len(rank))))


def column(row_type: type, key: str) -> Column:
    """The column of one field of a row class."""
    return next(c for c in columns_of(row_type) if c.key == key)


def amount_text(rao: int, *, full: bool = False) -> str:
    """An amount for a person: four digits, more when it is small, never scientific notation."""
    if full:
        return rao_to_decimal(rao)
    size = abs(rao)
    digits = 9 if 0 < size < 100_000 else 6 if size < RAO_PER_TAO // 10 else 4
    if size == 0:
        return "0"
    if size >= 100_000 * RAO_PER_TAO:
        digits = 0
    elif size >= 1_000 * RAO_PER_TAO:
        digits = 2
    step = 10 ** (9 - digits)
    whole, fraction = divmod(size // step, 10**digits)
    sign = "-" if rao < 0 else ""
    return f"{sign}{whole:,}.{fraction:0{digits}d}" if digits else f"{sign}{whole:,}"


def ratio_text(value: int, scale: int, digits: int = 4) -> str:
    """A fraction of `scale` as a decimal, rounded half up with integers only."""
    step: int = 10**digits
    whole, fraction = divmod((value * step * 2 + scale) // (scale * 2), step)
    return f"{whole}.{fraction:0{digits}d}"


def percent_text(value: int, scale: int) -> str:
    """A fraction of `scale` in per cent as people write it, to four digits: `18%`, `17.9995%`."""
    return ratio_text(value * 100, scale).rstrip("0").rstrip(".") + "%"


def time_text(millis: int) -> str:
    """A time in milliseconds since 1970 as UTC; a time no calendar holds stays a number."""
    try:
        when = datetime.fromtimestamp(millis // 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return str(millis)
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")


def format_value(kind: Kind, value: Any, *, full: bool = False) -> str:
    """Plain text of a raw value of a kind; None is a dash."""
    if value is None:
        return ABSENT
    if kind in AMOUNTS:
        return _price_text(value, full) if kind is Kind.PRICE else amount_text(value, full=full)
    if kind is Kind.U16:
        return ratio_text(value, U16_MAX)
    if kind is Kind.TAKE:
        return percent_text(value, U16_MAX)
    if kind is Kind.U64N:
        return percent_text(value, U64_MAX)
    if kind is Kind.PPM:
        return ratio_text(value, 10_000, 2) + "%"
    if kind is Kind.MILLI:
        return ratio_text(value, 1_000, 2)
    if kind is Kind.I96F32:
        return ratio_text(value, 2**32, 9 if full else 6)
    if kind is Kind.SS58:
        return value if full else short_ss58(value)
    if kind is Kind.HASH:
        return value if full or len(value) <= 15 else f"{value[:10]}…{value[-4:]}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind is Kind.TIME:
        return time_text(value)
    return printable(value) if isinstance(value, str) else str(value)


def json_value(kind: Kind, value: Any) -> Any:
    """The JSON form of a raw value: amounts as strings of rao and of the token, ints exact."""
    if value is None:
        return None
    if kind in AMOUNTS:
        token = "alpha" if kind is Kind.ALPHA else "tao"
        return {"rao": str(value), token: rao_to_decimal(value)}
    if kind is Kind.I96F32:
        return {"bits": str(value), "value": ratio_text(value, 2**32, 9)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    return value


def _price_text(rao: int, full: bool) -> str:
    text = rao_to_decimal(rao)
    return text if full or 0 < rao < 1_000 else text[:-3]
