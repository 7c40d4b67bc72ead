"""The entry point: start fast, run one command, turn every outcome into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from taoctl import __version__


def run() -> None:
    """Run the program with the arguments of the process and exit."""
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = 0
        # Python flushes stdout once more while it ends; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are already on stderr."""
    if list(argv) in (["--version"], ["-V"]):
        sys.stdout.write(f"taoctl {__version__}\n")
        return 0
    from taoctl.cli.dispatch import dispatch

    return dispatch(argv)
