"""Questions to the person at the terminal; none is ever asked without one.

A prompt needs stdin and stderr to be terminals, and no `--no-input`. The question goes to stderr,
since stdout carries data. Each works on the main thread, inside a running event loop too, and in
a thread that `in_thread` started.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from taoctl.cli import options
from taoctl.errors import DeclinedError, UsageError
from taoctl.secrecy import remember

T = TypeVar("T")

_MAX_BYTES = 4096
"""The longest line that a terminal hands over at once."""

_POLL_S = 0.1
_ENDING = (signal.SIGTERM, signal.SIGHUP)

_abandoned: ContextVar[threading.Event | None] = ContextVar("taoctl_abandoned_prompt", default=None)


def possible() -> bool:
    """Whether there is a person to ask: a terminal, and no `--no-input`."""
    if options.current().no_input:
        return False
    return sys.stdin.isatty() and sys.stderr.isatty()


def asker() -> Callable[[str], str] | None:
    """`ask_password` where there is a person to ask, else None."""
    return ask_password if possible() else None


def ask_password(prompt: str) -> str:
    """What a person types after a prompt, unseen; may be empty.

    Raises:
        UsageError: there is nobody to ask.
        DeclinedError: the person ended the input instead.
    """
    from taoctl.wallet.memory import no_dumps

    question = prompt.rstrip(": ")
    require(question, "give the secret through a file or a descriptor")
    no_dumps()
    with silent():
        say(f"{question}: ")
        try:
            return remember(read_line())
        finally:
            say("\n")


def confirm(question: str, *, hint: str = "say yes beforehand with --yes") -> bool:
    """Whether a person agrees; only a typed y or yes does, and Enter alone does not.

    Args:
        question: without the question's answers, which are added.
        hint: what to do where nobody can be asked.

    Raises:
        UsageError: there is nobody to ask.
    """
    require(question, hint)
    say(f"{question} [y/N] ")
    return _answer().lower() in ("y", "yes")


def type_to_confirm(text: str, question: str, *, hint: str) -> bool:
    """Whether a person types a text exactly, such as the name of what is to be removed.

    Raises:
        UsageError: there is nobody to ask.
    """
    require(question, hint)
    say(f"{question}\nType {text!r} to confirm: ")
    return _answer() == text


async def in_thread(work: Callable[[], T]) -> T:
    """Run something that may prompt in a thread; cancelling ends a prompt that waits there."""
    # Commands that ask nothing load this module too, and must not pay for an event loop.
    import asyncio

    ended = threading.Event()
    held = _abandoned.set(ended)
    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        ended.set()
        raise
    finally:
        _abandoned.reset(held)


def require(question: str, hint: str) -> None:
    """Refuse to go on where nobody can be asked.

    Raises:
        UsageError: there is no terminal, or `--no-input` was given.
    """
    if not possible():
        why = "--no-input was given" if options.current().no_input else "there is no terminal"
        raise UsageError(f"{why} to ask: {question}", hint)


def read_line() -> str:
    """One line that a person types, without its end.

    Raises:
        DeclinedError: the input ended, or the caller of `in_thread` was cancelled.
        UsageError: the line is not text in UTF-8.
    """
    with _ctrl_c():
        data = _line_bytes(sys.stdin.fileno())
    if not data:
        raise DeclinedError("the input ended before an answer")
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        # The inner error would quote what was typed.
        raise UsageError("what was typed is not text in UTF-8", "check the terminal") from None


def drop_typed_ahead() -> None:
    """Forget keys that were pressed before a question was shown."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


@contextmanager
def silent() -> Iterator[None]:
    """Show nothing of what is typed meanwhile."""
    stream = sys.stdin.fileno()
    before = termios.tcgetattr(stream)
    quiet = termios.tcgetattr(stream)
    quiet[3] &= ~termios.ECHO
    with tidy_end():
        termios.tcsetattr(stream, termios.TCSAFLUSH, quiet)
        try:
            yield
        finally:
            termios.tcsetattr(stream, termios.TCSAFLUSH, before)


@contextmanager
def tidy_end() -> Iterator[None]:
    """Turn a signal that ends the process into SystemExit, so that the terminal is put right."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _exit) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _answer() -> str:
    try:
        return read_line().strip()
    except DeclinedError:
        say("\n")
        return ""


def _line_bytes(stream: int) -> bytes:
    ended = _abandoned.get()
    while not select.select([stream], [], [], None if ended is None else _POLL_S)[0]:
        if ended is not None and ended.is_set():
            return b""
    return os.read(stream, _MAX_BYTES)


@contextmanager
def _ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end a prompt at once; an event loop's own handler waits for the loop to turn."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def say(text: str) -> None:
    """Write to the person at the terminal, without a line break of its own."""
    sys.stderr.write(text)
    sys.stderr.flush()
