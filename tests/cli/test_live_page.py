"""A page that is redrawn in place fits its terminal, gives it back, and ends with its pipe."""

from __future__ import annotations

import io
import os
import re
import signal
import sys

import pytest

from taoctl.cli.live_page import LivePage, on_terminal
from taoctl.cli.output import PipeClosed


class Screen(io.StringIO):
    """A terminal, or with `is_terminal` False a pipe, that may be closed at its other end."""

    is_terminal = True
    closed_behind = False

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str, /) -> int:
        if self.closed_behind:
            raise BrokenPipeError
        return super().write(text)


def stdout(monkeypatch: pytest.MonkeyPatch, columns: int = 40) -> Screen:
    """A terminal of so many columns and 5 lines as stdout, which pytest sets anew for each test."""
    made = Screen()
    monkeypatch.setattr(sys, "stdout", made)
    monkeypatch.setenv("TERM", "xterm")
    size = os.terminal_size((columns, 5))
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: size)
    return made


def test_what_does_not_fit_is_counted_and_written_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = stdout(monkeypatch)
    with LivePage() as page:
        assert page.columns == 40
        page.show([f"line {number}" for number in range(5)])
        assert "line 4" in screen.getvalue() and "more" not in screen.getvalue()
        page.show([f"row {number}" for number in range(9)])
    seen = screen.getvalue()
    drawn, kept = seen.split("\x1b[?25h\x1b[?1049l")
    last = drawn.rsplit("\x1b[H", 1)[1]
    assert [line.removeprefix("\x1b[K") for line in last.split("\n")] == [
        "row 0",
        "row 1",
        "row 2",
        "row 3",
        "… 5 more: make the terminal taller",
    ]
    assert kept.split() == [word for number in range(9) for word in ("row", str(number))]
    assert seen.count("\x1b[?1049h") == 1


def test_no_line_is_longer_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stdout(monkeypatch, columns=12)
    with LivePage() as page:
        page.show(["x" * 12] * 9)
        assert "\x1b[K… 5 more: m…" in screen.getvalue()
        assert "taller" not in screen.getvalue()


def test_nothing_is_erased_right_after_a_line_that_may_be_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cursor stays on the last character of such a line, which would be gone."""
    screen = stdout(monkeypatch)
    with LivePage() as page:
        for count in (5, 2, 5):
            page.show(["x" * 40] * count)
    assert "\x1b[K" + "x" * 40 in screen.getvalue()
    assert not re.search(r"x\x1b\[[KJ]", screen.getvalue())
    assert screen.getvalue().count("x\n\x1b[J") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_it_gives_the_terminal_back(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    screen = stdout(monkeypatch)
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as end, LivePage() as page:
        page.show(["one"])
        signal.raise_signal(number)
    assert end.value.code == 128 + number
    assert screen.getvalue().endswith("\x1b[?25h\x1b[?1049lone\n")
    assert signal.getsignal(number) is before


def test_nothing_is_drawn_where_there_was_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stdout(monkeypatch)
    with pytest.raises(ValueError, match="before"), LivePage():
        raise ValueError("before the first page")
    assert screen.getvalue() == ""


def test_the_terminal_is_given_back_after_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stdout(monkeypatch)
    with pytest.raises(KeyboardInterrupt), LivePage() as page:
        page.show(["one"])
        raise KeyboardInterrupt
    assert screen.getvalue().endswith("\x1b[?25h\x1b[?1049lone\n")


def test_pages_follow_each_other_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stdout(monkeypatch)
    screen.is_terminal = False
    assert not on_terminal()
    with LivePage() as page:
        assert page.columns is None
        page.show(["one", "two"])
        page.show(["three"])
    assert screen.getvalue() == "one\ntwo\nthree\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_reader_that_has_gone_ends_it(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    screen = stdout(monkeypatch)
    screen.is_terminal = terminal
    screen.closed_behind = True
    with pytest.raises(PipeClosed), LivePage() as page:
        page.show(["one"])


def test_a_dumb_terminal_gets_no_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stdout(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with LivePage() as page:
        page.show(["one"])
    assert screen.getvalue() == "one\n"
