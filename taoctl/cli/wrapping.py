"""Prose that fits a terminal: broken between words, and never inside a figure or a command."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from typing import TextIO

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_LABEL = re.compile(r" *(?:\S+(?: \S+){0,3} {2,})?")
_WORD = re.compile(r" *(?:`[^`]*`|[^ `]|`)+")
"""A word and the spaces before it; what stands in backticks is one."""


def fitting(text: str, stream: TextIO, measure: Callable[[str], int]) -> str:
    """The text as a stream shows it best: in lines of its width where it is a terminal.

    Args:
        measure: how many cells a text takes.
    """
    return wrapped(text, shutil.get_terminal_size().columns, measure) if stream.isatty() else text


def wrapped(text: str, width: int, measure: Callable[[str], int] = len) -> str:
    """The text with lines that are too wide broken between words.

    What goes on in the next line stands below the text of the first, behind its label. A word that
    is wider than a line stays whole where it is, and so does a command in backticks: they can be
    copied.

    Args:
        width: in cells.
        measure: how many cells a text takes.
    """
    lines = text.split("\n")
    return "\n".join(part for line in lines for part in _broken(line, width, measure))


def _broken(line: str, width: int, measure: Callable[[str], int]) -> Iterator[str]:
    def cells(part: str) -> int:
        return measure(_STYLE.sub("", part))

    if cells(line) <= width:
        yield line
        return
    label = _LABEL.match(line)
    start = label.end() if label else 0
    current, begun = line[:start], False
    indent = " " * cells(current) if cells(current) <= width // 2 else ""
    for found in _WORD.finditer(line, start):
        word = found.group()
        below = indent + word.lstrip(" ")
        if begun and cells(current + word) > width >= cells(below):
            yield current
            current = below
        else:
            current += word
        begun = True
    yield current
