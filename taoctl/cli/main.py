"""The entry point: start fast, run one command, turn every outcome into an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence

from taoctl import __version__

_GARBAGE = 50_000
"""Objects that may be made before garbage is looked for; Python's own choice is 700."""


def run() -> None:
    """Run the program with the arguments of the process and exit."""
    _open_missing_streams()
    # Loading makes many objects and no garbage, and what is left at the end needs no collecting:
    # looking for it takes 50 ms before a signature and 120 ms after the answer.
    gc.set_threshold(_GARBAGE)
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = 0
    except OSError as failure:
        code = _unwritten(failure)
    _drop_unwritten()
    # All is said: a Ctrl-C that comes now would only take the exit code away.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    sys.exit(code)


def _open_missing_streams() -> None:
    """Give a process that was started without streams some that are empty and swallow all.

    stdin comes first: else the next file that is opened would become descriptor 0.
    """
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _unwritten(failure: OSError) -> int:
    from taoctl.cli import output

    problem = output.unwritten(failure)
    output.error(problem, as_json=False)
    return int(problem.exit_code)


def _drop_unwritten() -> None:
    # Python flushes both streams once more while it ends; after a failed write that fails again.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are already on stderr."""
    if list(argv) in (["--version"], ["-V"]):
        sys.stdout.write(f"taoctl {__version__}\n")
        return 0
    from taoctl.cli.dispatch import dispatch

    return dispatch(argv)
