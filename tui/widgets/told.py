"""Labelled lines of a plan or an outcome, wrapped to the width there is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.widgets.lines import Line, Lines, Piece

_LABEL = 11
"""Cells of the labels and the blanks after them."""

_LEAST_TEXT = 20

_TONES = {"warning": "warn", "refused": "bad", "hint": "accent", "network": "accent"}
"""Labels whose text stands out."""


class Told(NamedTuple):
    """A label, its text, and the tone of the text; without a label it is below what is above."""

    label: str
    text: str
    tone: str | None = None


class ToldLines(Lines):
    """Labels on the left, muted; their texts beside them, continued below where they are long."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[Told, ...] = ()

    def show(self, told: Iterable[Told]) -> None:
        """Show these lines instead."""
        self._told = tuple(told)
        self.update()
        self.refresh(layout=True)

    @property
    def text(self) -> str:
        """All of it as plain text, a line each."""
        return "\n".join(f"{one.label} {one.text}".strip() for one in self._told)

    def lines(self, width: int) -> Sequence[Line]:
        """A label is said once for the texts that follow it under the same one."""
        rows: list[Line] = []
        before = ""
        for one in self._told:
            label = "" if one.label == before else one.label
            before = one.label or before
            rows.extend(_wrapped(one, label, width))
        return rows or [()]


def _wrapped(told: Told, label: str, width: int) -> list[Line]:
    tone = told.tone or _TONES.get(told.label)
    room = max(_LEAST_TEXT, width - _LABEL)
    indent = " " * (len(told.text) - len(told.text.lstrip()))
    parts = textwrap.wrap(
        told.text,
        room,
        subsequent_indent=indent + ("  " if indent else ""),
        drop_whitespace=True,
        break_on_hyphens=False,
    ) or [""]
    head = f"{label[: _LABEL - 1]:<{_LABEL}}"
    rows: list[Line] = [(Piece(head, "muted"), Piece(parts[0], tone))]
    rows += [(Piece(" " * _LABEL), Piece(part, tone)) for part in parts[1:]]
    return rows
