"""Which rows of a table are shown, and in which order: `--filter` and `--sort`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import typer

from taoctl.errors import UsageError
from taoctl.reads.columns import Column, Kind, columns_of

Row = TypeVar("Row")

_TEXTS = frozenset({Kind.TEXT, Kind.SS58, Kind.HASH})
_NUMBERS = frozenset({Kind.NETUID, Kind.UID})

SortBy = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="COLUMN",
        help="Order by a column, named as in JSON or its title: largest first, text from A.",
    ),
]
Reverse = Annotated[bool, typer.Option("--reverse", help="The other way round.")]
Containing = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="TEXT",
        help="Only rows with this text in a name or another text, this number, or an address that "
        "begins so.",
    ),
]


def chosen(
    rows: Sequence[Row],
    row_type: type,
    containing: str | None,
    sort: str | None,
    *,
    reverse: bool = False,
) -> tuple[Row, ...]:
    """The rows that `--filter` leaves, ordered as `--sort` says; unknown values come last.

    Raises:
        UsageError: there is no column of that name, or several begin like it.
    """
    columns = columns_of(row_type)
    by = None if sort is None else named_column(columns, sort)
    left = [row for row in rows if containing is None or _contains(row, columns, containing)]
    if by is None:
        return tuple(reversed(left) if reverse else left)
    known = [row for row in left if by.value(row) is not None]
    unknown = [row for row in left if by.value(row) is None]
    text = by.kind in _TEXTS
    known.sort(
        key=lambda row: str(by.value(row)).casefold() if text else by.value(row),
        reverse=reverse is text,
    )
    return (*known, *unknown)


def named_column(columns: Sequence[Column], name: str) -> Column:
    """The column of a key, of its name in JSON or of a title; a beginning that is clear will do.

    Raises:
        UsageError: there is none, or there are several.
    """
    wanted = _plain(name)
    named = [(one, {_plain(one.key), _plain(one.json_key), _plain(one.title)}) for one in columns]
    for exact in (True, False):
        found = [
            one
            for one, names in named
            if any(part == wanted if exact else part.startswith(wanted) for part in names)
        ]
        if len(found) == 1 and wanted:
            return found[0]
        if found and wanted:
            listed = ", ".join(one.json_key for one in found)
            raise UsageError(f"{name!r} may be several columns: {listed}", "name one of them")
    listed = ", ".join(one.json_key for one in columns)
    raise UsageError(f"there is no column {name!r}", f"columns: {listed}")


def _plain(name: str) -> str:
    return "".join(one if one.isalnum() else "_" for one in name.strip().casefold()).strip("_")


def _contains(row: object, columns: Sequence[Column], text: str) -> bool:
    wanted = text.casefold()
    number = int(text) if text.isdecimal() and text.isascii() else None
    for column in columns:
        value = column.value(row)
        if value is None:
            continue
        if column.kind is Kind.TEXT and wanted in value.casefold():
            return True
        # Any digit occurs in some address, so that a number means none.
        if column.kind is Kind.SS58 and number is None and value.startswith(text):
            return True
        if column.kind in _NUMBERS and number == value:
            return True
    return False
