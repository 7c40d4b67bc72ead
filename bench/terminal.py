"""A program on a pseudo-terminal, whose output is counted and timed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from types import TracebackType
from typing import Self

import psutil

_ROWS = re.compile(rb"\x1b\[(\d+);\d+H")


class Terminal:
    """Runs a command on a terminal of the given size; use as a context manager."""

    def __init__(self, argv: list[str], env: dict[str, str], columns: int, rows: int) -> None:
        self._argv, self._env, self._size = argv, env, (rows, columns)

    def __enter__(self) -> Self:
        self._fd, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
        env = {**self._env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._process = subprocess.Popen(
            self._argv,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=env,
            start_new_session=True,
        )
        os.close(follower)
        self.stats = psutil.Process(self._process.pid)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        os.close(self._fd)

    def send(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    def drain(self, seconds: float) -> bytes:
        """Everything that is written within a time."""
        end = time.perf_counter() + seconds
        out = b""
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._fd], [], [], left)[0]:
                out += self._read()
        return out

    def wait_for(self, text: bytes, seconds: float) -> None:
        """Read until the text has been written; TimeoutError when it does not come."""
        end = time.perf_counter() + seconds
        out = b""
        while text not in out:
            if time.perf_counter() > end:
                raise TimeoutError(f"{text!r} did not appear; last output: {out[-300:]!r}")
            out += self.drain(0.1)

    def time_key(self, keys: bytes, quiet: float = 0.05) -> tuple[float, int]:
        """Seconds from a key to the end of the last frame it causes, and the bytes painted.

        What touches the first row alone is the header's clock, which ticks by itself.
        """
        begin = time.perf_counter()
        self.send(keys)
        last, painted = begin, 0
        while select.select([self._fd], [], [], 1.0 if not painted else quiet)[0]:
            written = self._read()
            if set(_ROWS.findall(written)) != {b"1"}:
                painted += len(written)
                last = time.perf_counter()
        return last - begin, painted

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, 65536)
        except OSError as problem:
            raise SystemExit(f"the program ended early: {problem}") from problem
