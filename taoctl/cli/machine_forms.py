"""Answers for programs: the envelope, and rows as JSON, NDJSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from taoctl.reads.columns import Column, Kind, columns_of
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.cli.output import Origin, Result, Section

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def row_json(row: Any, columns: Sequence[Column]) -> dict[str, Any]:
    """A row as a JSON object."""
    return {column.json_key: column.json_of(row) for column in columns}


def envelope(schema: str, origin: Origin, data: Any) -> dict[str, Any]:
    """The one shape of every machine-readable answer."""
    return {
        "schema": schema,
        "network": origin.network,
        "genesis": origin.genesis,
        "block": origin.block,
        "block_hash": origin.block_hash,
        "spec_version": origin.spec_version,
        "simulated": origin.simulated,
        "data": data,
    }


def data_of(result: Result) -> Any:
    """What a result has as `data`: its one section, or its sections by key with what is beside."""
    parts = {section.key: _section_json(section) for section in result.sections}
    if result.extra is None and list(parts) == [""]:
        return parts[""]
    return {**(result.extra or {}), **parts}


def _section_json(section: Section) -> Any:
    columns = columns_of(section.row)
    rows = [row_json(row, columns) for row in section.rows]
    return rows[0] if section.single else rows


def ndjson(result: Result) -> list[str]:
    """An envelope a line for each row of the last section."""
    section = result.sections[-1]
    columns = columns_of(section.row)
    return [
        json.dumps(envelope(result.schema, result.origin, row_json(row, columns)))
        for row in section.rows
    ]


def csv_text(section: Section) -> str:
    """The rows of a section as CSV under their keys: raw values, amounts in rao."""
    columns = columns_of(section.row)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.key for column in columns])
    for row in section.rows:
        writer.writerow([_csv_cell(column, column.value(row)) for column in columns])
    return buffer.getvalue()


def _csv_cell(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if column.kind is Kind.BOOL:
        return "true" if value else "false"
    if isinstance(value, str):
        text = printable(value)
        # A spreadsheet runs cells that start like this as formulas.
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return value
