"""The dashboard on a real terminal: whatever ends it, the terminal is given back."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ports import free_port
from wallets import PASSWORD, btcli_wallets

from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch

pytestmark = pytest.mark.e2e

MAIN_SCREEN, SHOW_CURSOR = b"\x1b[?1049l", b"\x1b[?25h"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("chain")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        port = free_port()
        chain = Options("small", seal=Seal.MANUAL, state_dir=home / "state")
        running = service.start_detached(Launch(chain, port))
        yield running.endpoint
        service.stop(port)


class Shell:
    """A command whose terminal is this test."""

    def __init__(self, fd: int, follower: int, process: subprocess.Popen[bytes]) -> None:
        self.fd, self.process, self.written = fd, process, b""
        self._ends = [fd, follower]
        self.modes = termios.tcgetattr(fd)

    def vanish(self) -> None:
        """Close both ends of the terminal that are held here; nothing is left of it then."""
        while self._ends:
            os.close(self._ends.pop())

    def read(self, seconds: float) -> None:
        """Take in what is written until it has been quiet for so long, or the command ended."""
        while select.select([self.fd], [], [], seconds)[0]:
            self.written += os.read(self.fd, 65536)

    def until(self, text: bytes, seconds: float = 120.0) -> None:
        end = time.monotonic() + seconds
        while text not in self.written:
            assert time.monotonic() < end, f"no {text!r} in {self.written[-2000:]!r}"
            self.read(0.1)

    def ended(self) -> int:
        """The exit code; what it writes meanwhile is taken in, or it might wait for that."""
        end = time.monotonic() + 120
        while (code := self.process.poll()) is None:
            assert time.monotonic() < end, f"it goes on: {self.written[-2000:]!r}"
            self.read(0.05)
        self.read(0.2)
        return code


@contextmanager
def dashboard(endpoint: str, home: Path, *options: str) -> Iterator[Shell]:
    fd, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "taoctl", "dash", "-n", endpoint, *options],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "HOME": str(home), "TERM": "xterm-256color"},
        start_new_session=True,
    )
    # The follower stays open here, so that what was written last can still be read.
    shell = Shell(fd, follower, process)
    try:
        yield shell
    finally:
        process.kill()
        process.wait(60)
        shell.vanish()


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (b"q", 0),
        (b"\x03", 0),
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
    ],
    ids=str,
)
def test_the_terminal_is_given_back(
    endpoint: str, tmp_path: Path, end: bytes | signal.Signals, code: int
) -> None:
    with dashboard(endpoint, tmp_path) as shell:
        shell.until(b"SIM")
        if isinstance(end, bytes):
            os.write(shell.fd, end)
        else:
            shell.process.send_signal(end)
        assert shell.ended() == code
        assert MAIN_SCREEN in shell.written and SHOW_CURSOR in shell.written
        assert termios.tcgetattr(shell.fd) == shell.modes
        assert b"Traceback" not in shell.written


def test_it_ends_when_its_terminal_is_gone_though_no_signal_says_so(
    endpoint: str, tmp_path: Path
) -> None:
    with dashboard(endpoint, tmp_path) as shell:
        shell.until(b"SIM")
        shell.vanish()
        assert shell.process.wait(120) == 129


def test_a_theme_that_does_not_exist_is_one_line_after_the_terminal_is_given_back(
    endpoint: str, tmp_path: Path
) -> None:
    with dashboard(endpoint, tmp_path, "--theme", "nothing") as shell:
        assert shell.ended() == 2
        after = shell.written.rpartition(MAIN_SCREEN)[2]
        assert b"there is no theme 'nothing'" in after and b"Traceback" not in shell.written
        assert termios.tcgetattr(shell.fd) == shell.modes


def test_a_typed_password_never_reaches_the_terminal(endpoint: str, tmp_path: Path) -> None:
    folder = btcli_wallets(tmp_path / "wallets").folder
    with dashboard(endpoint, tmp_path, "--wallet-path", str(folder)) as shell:
        shell.until(b"SIM")
        os.write(shell.fd, b":unlock mine\r")
        shell.until(b"Password of wallet")
        os.write(shell.fd, PASSWORD.encode())
        shell.read(0.5)
        os.write(shell.fd, b"\r")
        shell.until(b"mine is unlocked")
        os.write(shell.fd, b"q")
        assert shell.ended() == 0
        assert PASSWORD[:6].encode() not in shell.written
