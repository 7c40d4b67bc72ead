"""Runs the command line with every process start, file written and import noted in a log.

Usage: audited.py LOG [--crash] -- ARGUMENTS. With --crash the first key file that is opened ends
in an error that quotes its password and its secrets, as the worst of bugs would.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.putenv")
WRITING = os.O_WRONLY | os.O_RDWR


def note(log: int) -> None:
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in STARTS:
            line = {"event": event, "args": repr(args)}
        elif event == "import" or (event == "open" and int(args[2] or 0) & WRITING):
            line = {"event": event, "args": str(args[0])}
        else:
            return
        os.write(log, f"{json.dumps(line)}\n".encode())

    sys.addaudithook(hook)


def crash_on_opening() -> None:
    from taoctl.wallet import keyfile, unlock

    opened = keyfile.open_keyfile

    def crash(data: bytes, password: str | None) -> Any:
        secrets = opened(data, password).secrets()
        raw = bytes.fromhex(str(secrets.private_key)[2:])
        words = str(secrets.mnemonic).split()
        try:
            raise KeyError(password)
        except KeyError:
            quoted = (secrets.mnemonic, words, secrets.seed, secrets.private_key, raw, list(raw))
            raise RuntimeError(f"a bug with {password!r} and {quoted}") from None

    unlock.open_keyfile = crash


def main() -> None:
    log, *rest = sys.argv[1:]
    crash = rest[0] == "--crash"
    sys.argv = ["taoctl", *rest[rest.index("--") + 1 :]]
    note(os.open(Path(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    if crash:
        crash_on_opening()
    from taoctl.cli.main import run

    run()


if __name__ == "__main__":
    main()
