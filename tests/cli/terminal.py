"""A program at a terminal of its own, as a person sees and types it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TAOCTL = Path(sys.executable).with_name("taoctl")
DEADLINE_S = 120.0
ALTERNATE = re.compile(r"\x1b\[\?1049h(.*?)\x1b\[\?1049l", re.DOTALL)


class Terminal:
    """A child process on a pseudo terminal of 80 columns and 24 lines; `seen` is all it wrote."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = (80, 24)
    ) -> None:
        self.seen = ""
        self._at = 0
        self._master, slave = pty.openpty()
        columns, lines = size
        # Test workers say a width of their own, which programs believe more than the terminal.
        kept = {name: text for name, text in environ.items() if name not in ("COLUMNS", "LINES")}
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={"TERM": "xterm-256color", **kept},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def expect(self, pattern: str) -> re.Match[str]:
        """Wait until the program has written this, after what was expected before."""
        found = None
        deadline = time.monotonic() + DEADLINE_S
        while (found := re.compile(pattern, re.DOTALL).search(self.seen, self._at)) is None:
            assert time.monotonic() < deadline, f"{pattern!r} is not in {self.seen[self._at :]!r}"
            assert self._read(), f"it ended without {pattern!r}: {self.seen[self._at :]!r}"
        self._at = found.end()
        return found

    def type(self, text: str) -> None:
        """Press keys; a short wait lets the program's line discipline settle."""
        time.sleep(0.05)
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Wait for the program to end, and return its exit code."""
        while self._read():
            pass
        return self.process.wait(DEADLINE_S)

    @property
    def kept(self) -> str:
        """What stays on the terminal: everything but the alternate screen."""
        return ALTERNATE.sub("", self.seen)

    @property
    def wiped(self) -> str:
        """What the alternate screen showed."""
        return "".join(ALTERNATE.findall(self.seen))

    def _read(self) -> bool:
        if not select.select([self._master], [], [], DEADLINE_S)[0]:
            return False
        try:
            part = os.read(self._master, 65_536)
        except OSError:
            return False
        self.seen += part.decode(errors="replace")
        return bool(part)
