"""Everything that reaches stdout and stderr: envelopes, tables, notes and errors.

stdout carries data only; captions, warnings and errors go to stderr.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

from taoctl.cli import options
from taoctl.cli.machine_forms import csv_text, data_of, envelope, ndjson
from taoctl.cli.options import Format
from taoctl.cli.wrapping import fitting
from taoctl.cli.yaml import to_yaml
from taoctl.errors import TaoctlError, UsageError
from taoctl.reads.columns import Column, Kind, columns_of
from taoctl.text import printable

ERROR_SCHEMA = "taoctl.error/1"
_NARROWEST_TEXT = 8


class PipeClosed(Exception):
    """The reader of stdout has gone, as `head` does when it has seen enough."""


class OutputError(TaoctlError):
    """stdout cannot take the answer."""

    code = "output"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer comes from: network and block; None fields where no chain was asked."""

    network: str | None = None
    genesis: str | None = None
    block: int | None = None
    block_hash: str | None = None
    spec_version: int | None = None
    simulated: bool = False

    def caption(self) -> str:
        """One line for people; on a terminal too narrow for the block's hash, its ends."""
        simulated = " SIM" if self.simulated else ""
        before = f"{self.network}{simulated} · block {self.block} "
        known = self.block_hash or ""
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        fits = width is None or len(before) + len(known) <= width
        return before + (known if fits else f"{known[:10]}…{known[-8:]}")


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one class under a heading, shown as a table or, one row alone or `listed`, as lists.

    `key` is the field of `data` that holds them; a result with one section needs none. Without
    `people` it is for machines only. `shown` are fields of wide columns that are never left to
    the wide form.
    """

    rows: Sequence[Any]
    row: type
    key: str = ""
    single: bool = False
    people: bool = True
    listed: bool = False
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found.

    `extra` are plain fields of `data` beside several sections; `headline` is a line for people.
    """

    schema: str
    origin: Origin
    sections: tuple[Section, ...]
    extra: Mapping[str, Any] | None = None
    headline: str = ""


def show(result: Result) -> None:
    """Write a result to stdout in the format that was asked for."""
    match options.current().format:
        case Format.JSON:
            write(json.dumps(envelope(result.schema, result.origin, data_of(result)), indent=2))
        case Format.YAML:
            write(to_yaml(envelope(result.schema, result.origin, data_of(result))).rstrip("\n"))
        case Format.NDJSON:
            write("\n".join(ndjson(result)))
        case Format.CSV:
            write(csv_text(result.sections[-1]).rstrip("\r\n"))
        case chosen:
            _show_tables(result, wide=chosen is Format.WIDE)


def addresses_in(section: Section) -> list[str | None]:
    """Every address in a section, also of columns that a narrow table leaves out."""
    columns = [column for column in columns_of(section.row) if column.kind is Kind.SS58]
    return [column.value(row) for row in section.rows for column in columns]


def require_form() -> None:
    """Refuse CSV for an answer without rows; a command with effects asks before it has any.

    Raises:
        UsageError: CSV was asked for.
    """
    if options.current().format is Format.CSV:
        raise UsageError("this answer has no rows to write as CSV", "use -o json")


def show_data(schema: str, data: Any, text: str, origin: Origin | None = None) -> None:
    """Write plain data: `text` for people, the envelope for machines.

    Raises:
        UsageError: CSV, which has no form for it, was asked for.
    """
    require_form()
    chosen = options.current().format
    whole = envelope(schema, origin or Origin(), data)
    if chosen in (Format.TABLE, Format.WIDE):
        write(fitting(text, sys.stdout, cell_width))
    elif chosen is Format.YAML:
        write(to_yaml(whole).rstrip("\n"))
    else:
        write(json.dumps(whole, indent=2 if chosen is Format.JSON else None))


def write(text: str) -> None:
    """Write lines to stdout.

    Raises:
        PipeClosed: nobody reads any more.
        OutputError: they could not be written, for example to a full disk.
    """
    if not text:
        return
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosed from None
    except OSError as failure:
        raise unwritten(failure) from failure


_UNWRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})


def is_unwritten(failure: OSError) -> bool:
    """Whether a write to a stream failed, for example because its disk is full."""
    return failure.filename is None and failure.errno in _UNWRITTEN


def unwritten(failure: OSError) -> OutputError:
    """The error for stdout that takes no more."""
    return OutputError(
        f"the output could not be written: {failure.strerror or failure}",
        "what was written so far is not complete",
    )


def note(text: str) -> None:
    """Tell a person something on stderr; silent with --quiet."""
    if not options.current().quiet:
        _say(text)


def warn(text: str) -> None:
    """Tell a person something that must not be missed, on stderr."""
    _say(styled(text, "33", sys.stderr))


def error(problem: TaoctlError, *, as_json: bool) -> None:
    """Write an error to stderr: what happened, then what to do."""
    message = printable(problem.message, 2000)
    hint = printable(problem.hint, 2000) if problem.hint else None
    if as_json:
        body = {
            "code": problem.code,
            "exit_code": int(problem.exit_code),
            "message": problem.message,
            "hint": problem.hint,
            "details": problem.details,
        }
        _to_stderr(json.dumps({"schema": ERROR_SCHEMA, "error": body}))
        return
    _say(f"{styled('error:', '1;31', sys.stderr)} {message}")
    if hint:
        _say(f"{styled('hint:', '36', sys.stderr)} {hint}")


def _say(text: str) -> None:
    _to_stderr(fitting(text, sys.stderr, cell_width))


def _to_stderr(text: str) -> None:
    # With nowhere left to complain, the exit code must still be right.
    with suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def colours(stream: TextIO) -> bool:
    """Whether escape sequences may be written to a stream."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def styled(text: str, code: str, stream: TextIO) -> str:
    """The text with an SGR code such as `1;31` where the stream shows colours."""
    return f"\x1b[{code}m{text}\x1b[0m" if colours(stream) else text


def _show_tables(result: Result, *, wide: bool) -> None:
    if result.origin.network is not None:
        note(styled(result.origin.caption(), "2", sys.stderr))
    if result.headline:
        note(result.headline)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for place, section in enumerate(one for one in result.sections if one.people):
        if place:
            write(" ")
        if section.single or (section.listed and section.rows):
            text = "\n \n".join(_list_text(section, row) for row in section.rows)
            write(fitting(text, sys.stdout, cell_width))
        else:
            columns = [
                c for c in columns_of(section.row) if wide or not c.wide or c.key in section.shown
            ]
            text, hidden = table_text(columns, section.rows, width, full=wide)
            write(text)
            if not section.rows:
                note("nothing found")
            if hidden:
                note(_said_hidden(hidden))


def _said_hidden(hidden: int) -> str:
    what = "1 column does" if hidden == 1 else f"{hidden} columns do"
    return f"{what} not fit here: widen the terminal, pipe it into `less -S`, or use -o json"


def _list_text(section: Section, row: Any) -> str:
    columns = columns_of(section.row)
    lines = [(_label(column), _alone(column, row)) for column in columns]
    width = max(len(key) for key, _ in lines)
    return "\n".join(f"{key.ljust(width)}  {text}".rstrip() for key, text in lines)


def _label(column: Column) -> str:
    words = column.json_key.replace("_", " ")
    # The text says the unit itself, or has none.
    unit = {Kind.PPM: " ppm", Kind.I96F32: " bits", Kind.TIME: " ms"}.get(column.kind, "")
    return words.removesuffix(unit)


def _alone(column: Column, row: Any) -> str:
    text = column.of(row, full=True)
    unit = column.unit_in(row)
    return f"{text} {unit}" if unit and column.value(row) is not None else text


def table_text(
    columns: Sequence[Column], rows: Sequence[Any], width: int | None, *, full: bool = False
) -> tuple[str, int]:
    """A table as text, fitted to a width in cells, and how many columns had to be left out.

    Columns that say they can go do so first; then text columns give way, down to eight cells;
    then columns go from the right. Without a width nothing is cut.
    """
    cells = [[column.of(row, full=full) for column in columns] for row in rows]
    titles = [column.title for column in columns]
    widths = [
        max(cell_width(text) for text in (title, *(line[i] for line in cells)))
        for i, title in enumerate(titles)
    ]
    kept = list(range(len(columns)))
    if width is not None:
        _drop(kept, columns, widths, width)
        _squeeze(kept, columns, widths, width)
        while len(kept) > 1 and _total(kept, widths) > width:
            kept.pop()
    head = _line(titles, columns, widths, kept)
    lines = [styled(head, "1", sys.stdout)]
    lines.extend(_line(line, columns, widths, kept) for line in cells)
    return "\n".join(lines), len(columns) - len(kept)


def _total(kept: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[i] for i in kept) + 2 * (len(kept) - 1)


def _drop(kept: list[int], columns: Sequence[Column], widths: Sequence[int], width: int) -> None:
    while _total(kept, widths) > width:
        first = max(kept, key=lambda i: columns[i].drop)
        if not columns[first].drop:
            return
        kept.remove(first)


def _squeeze(kept: Sequence[int], columns: Sequence[Column], widths: list[int], width: int) -> None:
    while (excess := _total(kept, widths) - width) > 0:
        texts = [i for i in kept if columns[i].kind is Kind.TEXT]
        widest = max(texts, key=lambda i: widths[i], default=None)
        if widest is None or widths[widest] <= _NARROWEST_TEXT:
            return
        widths[widest] = max(_NARROWEST_TEXT, widths[widest] - excess)


def _line(
    texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int]
) -> str:
    parts = []
    for i in kept:
        text = fitted(texts[i], widths[i])
        gap = " " * (widths[i] - cell_width(text))
        parts.append(gap + text if columns[i].right else text + gap)
    return "  ".join(parts).rstrip()


def cell_width(text: str) -> int:
    """How many terminal cells a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fitted(text: str, width: int) -> str:
    """The text cut to a number of cells, an ellipsis standing for what is gone."""
    if cell_width(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, max(width - 1, 0)) + "…"
