"""Secrets on the alternate screen of a terminal, which keeps no scrollback and is wiped after.

Every line is written at its own place, so that nothing scrolls, and erased line by line before
the screen is left: a terminal that has no alternate screen keeps no copy either.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from taoctl.cli import prompts
from taoctl.errors import UsageError
from taoctl.text import printable

_ENTER = "\x1b[?1049h\x1b[H"
_LEAVE = "\x1b[?1049l"
_ASKED = 3
_COLUMN = 18
_LONGEST_NAME = 36
"""So many characters of a key's name are shown, that the lines fit 80 columns."""

_PURPOSE = "the words of a new key are to be written down"
_HINT = "let taoctl write the words to a file with --mnemonic-out FILE"


def can_show() -> bool:
    """Whether secrets can be shown: there is a person, and the terminal has a second screen."""
    return prompts.possible() and os.environ.get("TERM", "dumb") not in ("dumb", "", "unknown")


def require_screen(hint: str = _HINT, purpose: str = _PURPOSE) -> None:
    """Refuse to go on where a secret cannot be shown.

    Raises:
        UsageError: there is no terminal, `--no-input` was given, or the terminal is too plain.
    """
    prompts.require(purpose, hint)
    if not can_show():
        raise UsageError("this terminal has no second screen to show a secret on", hint)


def show_mnemonic(words: str, what: str) -> None:
    """Show a mnemonic until it is written down, and have three of its words typed.

    A wrong word shows the mnemonic again. Returns only when all three were right.

    Args:
        words: of the mnemonic, separated by spaces.
        what: the key it belongs to, for the heading.

    Raises:
        UsageError: there is no terminal that can show it.
        DeclinedError: the input ended; KeyboardInterrupt when Ctrl-C was pressed.
    """
    require_screen()
    listed = words.split()
    what = printable(what, _LONGEST_NAME)
    problem = ""
    with _screen() as screen:
        while True:
            screen.write(_words_page(listed, what, problem))
            prompts.drop_typed_ahead()
            prompts.read_line()
            wrong = _first_wrong(screen, listed, what)
            if wrong is None:
                return
            problem = f"Word {wrong + 1} was not right. Here they are once more."


def show_secret(secret: str, what: str) -> None:
    """Show a secret until Enter is pressed.

    Raises:
        UsageError: there is no terminal that can show it.
        DeclinedError: the input ended; KeyboardInterrupt when Ctrl-C was pressed.
    """
    require_screen("let taoctl write it to a file with --out FILE")
    with _screen() as screen:
        lines = [printable(what, 2 * _LONGEST_NAME), "", *textwrap.wrap(secret, 64), ""]
        screen.write([*lines, "Anyone who sees this can spend what the key holds.", _ENTER_ENDS])
        prompts.drop_typed_ahead()
        prompts.read_line()


def ask_on_screen(question: str, note: str = "") -> str:
    """What a person types, seen while typing and wiped after.

    Raises:
        UsageError: there is no terminal.
        DeclinedError: the input ended.
    """
    require_screen("give it through a file or a descriptor: --file FILE or --fd N")
    with _screen() as screen:
        screen.write([question, note, "", "> "])
        return prompts.read_line().strip()


_ENTER_ENDS = "Press Enter to wipe this screen."


def _words_page(words: Sequence[str], what: str, problem: str) -> list[str]:
    columns = max(1, min(4, (_size().columns - 1) // _COLUMN))
    rows = -(-len(words) // columns)
    cells = [f"{place + 1:>2}. {word}".ljust(_COLUMN) for place, word in enumerate(words)]
    grid = ["".join(cells[row::rows]).rstrip() for row in range(rows)]
    return [
        f"The {len(words)} words of {what}",
        problem,
        *grid,
        "",
        "Write them down on paper, in this order. They are shown this once:",
        "who has them has the key; without them a lost key file is lost for good.",
        "",
        f"Press Enter when you have them; you will be asked for {_ASKED} of them. Ctrl-C: stop.",
    ]


def _first_wrong(screen: _Screen, words: Sequence[str], what: str) -> int | None:
    """The place of a word that was typed wrong, or None; the words are not on the screen."""
    places = sorted(secrets.SystemRandom().sample(range(len(words)), min(_ASKED, len(words))))
    done: list[str] = []
    for place in places:
        lines = [f"To be sure that you have the words of {what}", "", *done]
        screen.write([*lines, f"Word {place + 1}: "])
        prompts.drop_typed_ahead()
        if prompts.read_line().strip().lower() != words[place]:
            return place
        done.append(f"Word {place + 1} is right.")
    return None


def _size() -> os.terminal_size:
    return os.get_terminal_size(sys.stderr.fileno())


class _Screen:
    """The alternate screen; each write replaces what it shows."""

    def write(self, lines: Sequence[str]) -> None:
        """Show lines from the top, the cursor at the end of the last one."""
        size = _size()
        if len(lines) >= size.lines or max(map(len, lines)) >= size.columns:
            raise UsageError(
                f"the terminal is too small to show a secret ({size.columns}x{size.lines})",
                "make it at least 80 columns and 24 lines",
            )
        self.wipe()
        placed = [f"\x1b[{row};1H{line}" for row, line in enumerate(lines, 1)]
        self._put("".join(placed))

    def wipe(self) -> None:
        """Erase every line where it stands; erasing all at once saves the lines somewhere."""
        rows = range(1, _size().lines + 1)
        self._put("".join(f"\x1b[{row};1H\x1b[2K" for row in rows) + "\x1b[H")

    def _put(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


@contextmanager
def _screen() -> Iterator[_Screen]:
    screen = _Screen()
    with prompts.tidy_end(), _never_suspended():
        sys.stderr.write(_ENTER)
        try:
            yield screen
        finally:
            screen.wipe()
            sys.stderr.write(_LEAVE)
            sys.stderr.flush()
            prompts.drop_typed_ahead()


@contextmanager
def _never_suspended() -> Iterator[None]:
    """Ctrl-Z would leave a secret standing on the screen of the shell."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)
