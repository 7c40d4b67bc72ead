"""Charts fit the terminal, and use only characters that it can show."""

from __future__ import annotations

import io
import os
import sys

import pytest

from taoctl.cli import plots

ACROSS = ("TAO in", [float(step) for step in range(1, 21)])
UP = ("impact %", [step * step / 10 for step in range(1, 21)])


def drawn(monkeypatch: pytest.MonkeyPatch, columns: int, lines: int, encoding: str) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    size = os.terminal_size((columns, lines))
    monkeypatch.setattr("shutil.get_terminal_size", lambda: size)
    return plots.curve("subnet 1: buy", ACROSS, UP)


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (200, 50), (40, 10)])
def test_a_chart_fits(monkeypatch: pytest.MonkeyPatch, columns: int, lines: int) -> None:
    text = drawn(monkeypatch, columns, lines, "utf-8")
    shown = text.splitlines()
    assert max(map(len, shown)) <= min(columns, 100)
    assert len(shown) <= max(lines - 2, 8)
    assert "subnet 1: buy" in text
    assert "TAO in" in text
    assert "\x1b" not in text
    assert any("\u2800" < char < "\u2900" for char in text)


def test_a_terminal_without_unicode_gets_plain_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(monkeypatch, 80, 24, "ascii")
    assert text.isascii()
    assert "*" in text


def test_nothing_is_drawn_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not plots.can_draw()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert plots.can_draw()
    monkeypatch.setenv("TERM", "dumb")
    assert not plots.can_draw()
