"""Runs of the real program that are watched from outside, and the search for secrets in them."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from taoctl.wallet.keys import Key

AUDITED = Path(__file__).with_name("audited.py")
ALTERNATE = re.compile(rb"\x1b\[\?1049h(.*?)\x1b\[\?1049l", re.DOTALL)


@dataclass
class Seen:
    """What one run showed of itself."""

    code: int
    stdout: bytes
    stderr: bytes
    processes: set[str] = field(default_factory=set)
    events: list[dict[str, str]] = field(default_factory=list)

    def of(self, event: str) -> list[str]:
        return [line["args"] for line in self.events if line["event"] == event]

    def everything(self) -> bytes:
        shown = [self.stdout, self.stderr, *(one.encode() for one in self.processes)]
        return b"\n".join([*shown, *(json.dumps(line).encode() for line in self.events)])

    def json(self) -> Any:
        return json.loads(self.stdout)


class Runs:
    """Runs commands below one home, without a terminal or on one.

    Args:
        home: everything that the program may write goes below it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home / "user"),
            "TAOCTL_HOME": str(home / "taoctl"),
            "TAOCTL_WALLET_PATH": str(home / "wallets"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }
        (home / "user").mkdir(parents=True)

    def run(self, *args: str, crash: bool = False, fds: Sequence[int] = (), **environ: str) -> Seen:
        """Run a command with no terminal anywhere."""
        log = self._log()
        child = subprocess.Popen(
            self._command(log, args, crash),
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=fds,
            start_new_session=True,
        )
        with _Watch(child.pid) as watch:
            out, err = child.communicate(timeout=120)
        return Seen(child.returncode, out, err, watch.seen, _events(log))

    def on_terminal(self, *args: str, answers: Iterable[Answer]) -> Seen:
        """Run a command on a terminal of its own, which is both of its outputs."""
        log = self._log()
        pid, terminal = pty.fork()
        if pid == 0:
            command = self._command(log, args, False)
            os.execve(command[0], command, self.environ)
        subprocess.run(["stty", "rows", "40", "cols", "120"], stdin=terminal, check=True)
        shown = bytearray()
        with _Watch(pid) as watch:
            for answer in answers:
                _until(terminal, shown, answer)
            _until(terminal, shown, None)
            _, status = os.waitpid(pid, 0)
        os.close(terminal)
        code = os.waitstatus_to_exitcode(status)
        return Seen(code, bytes(shown), b"", watch.seen, _events(log))

    def _log(self) -> Path:
        folder = self.home / "logs"
        folder.mkdir(exist_ok=True)
        return folder / f"{len(list(folder.iterdir()))}.ndjson"

    @staticmethod
    def _command(log: Path, args: Sequence[str], crash: bool) -> list[str]:
        flags = ["--crash"] if crash else []
        return [sys.executable, str(AUDITED), str(log), *flags, "--", *args]


@dataclass(frozen=True)
class Answer:
    """What to type when a text has appeared; called with all that was shown so far."""

    when: bytes
    typed: Any

    def text(self, shown: bytes) -> bytes:
        return bytes(self.typed(shown) if callable(self.typed) else self.typed)


def _until(terminal: int, shown: bytearray, answer: Answer | None) -> None:
    """Read until the awaited text stands in what is new, then type; or until the end."""
    begin, ends = len(shown), time.monotonic() + 120
    while answer is None or re.search(answer.when, shown[begin:]) is None:
        if not select.select([terminal], [], [], max(0.0, ends - time.monotonic()))[0]:
            raise AssertionError(f"waited for {answer} in vain: {bytes(shown[-2000:])!r}")
        try:
            part = os.read(terminal, 65536)
        except OSError:
            part = b""
        if not part:
            if answer is None:
                return
            raise AssertionError(f"ended before {answer}: {bytes(shown[-2000:])!r}")
        shown += part
    time.sleep(0.1)
    os.write(terminal, answer.text(bytes(shown)))


class _Watch:
    """Notes the arguments and the environment of a process and its descendants while they run."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.seen: set[str] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.02):
            with suppress(psutil.Error):
                root = psutil.Process(self._pid)
                for process in [root, *root.children(recursive=True)]:
                    self.seen |= shown_by(process)


def shown_by(process: psutil.Process) -> set[str]:
    """Arguments and environment of a process, as far as the system shows them."""
    shown: set[str] = set()
    with suppress(psutil.Error):
        shown.add("\0".join(process.cmdline()))
    with suppress(psutil.Error):
        shown |= {f"{name}={value}" for name, value in process.environ().items()}
    return shown


def _events(log: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


class Hidden:
    """Secrets to search for, in every form in which they could be written."""

    def __init__(self, keys: Iterable[Key], passwords: Iterable[str]) -> None:
        self.forms: dict[str, bytes] = {}
        self.mnemonics: list[list[str]] = []
        for password in passwords:
            self.forms[f"password {password}"] = password.encode()
        for key in keys:
            secrets = key.secrets()
            if secrets.mnemonic:
                self.mnemonics.append(secrets.mnemonic.split())
            for what, value in (("seed", secrets.seed), ("private key", secrets.private_key)):
                if value:
                    self._add(f"{what} of {key.ss58}", bytes.fromhex(value[2:]))

    def _add(self, what: str, raw: bytes) -> None:
        # The first half of an sr25519 private key is enough to sign with.
        half = raw[:32]
        self.forms[f"{what}, hex"] = half.hex().encode()
        self.forms[f"{what}, raw"] = half
        self.forms[f"{what}, base64"] = base64.b64encode(half)[:40]
        self.forms[f"{what}, numbers"] = repr(list(half))[1:-1].encode()
        self.forms[f"{what}, repr"] = repr(half)[2:-1].encode()

    def found_in(self, data: bytes) -> list[str]:
        """What stands in the data: names of secrets; three words in a row, six in any order."""
        lower = data.lower()
        found = [what for what, form in self.forms.items() if form in data or form in lower]
        plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b" ", data).lower().decode("utf-8", "replace")
        tokens = re.findall(r"[a-z]+", plain)
        text = f" {' '.join(tokens)} "
        for words in self.mnemonics:
            for at in range(len(words) - 2):
                if f" {' '.join(words[at : at + 3])} " in text:
                    found.append(f"words {at + 1} to {at + 3} of a mnemonic")
            if _gathered(tokens, set(words)):
                found.append(f"{_MANY} words of a mnemonic close together")
        return found

    def found_below(self, folder: Path, legitimate: Iterable[Path] = ()) -> list[str]:
        """What stands in any file below a folder, other than in the files where it belongs."""
        skipped = set(legitimate)
        files = [path for path in folder.rglob("*") if path.is_file() and path not in skipped]
        return [f"{path}: {one}" for path in files for one in self.found_in(path.read_bytes())]


_MANY, _NEAR = 6, 36


def _gathered(tokens: list[str], words: set[str]) -> bool:
    """Whether many different words of a mnemonic stand close together, in whatever order."""
    places = [at for at, token in enumerate(tokens) if token in words]
    for first, start in enumerate(places):
        near = [tokens[at] for at in places[first:] if at - start < _NEAR]
        if len(set(near)) >= _MANY:
            return True
    return False
