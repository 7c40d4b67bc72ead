"""The process of a detached localnet.

`python -m taoctl.localnet LAUNCH-JSON REPORT-FD [TIE-FD SCRATCH-DIR]`: with a tie, it ends when
the other end of that pipe is closed, by whatever end its owner came to, and removes the folder.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from taoctl.errors import TaoctlError
from taoctl.localnet.serve import Started
from taoctl.localnet.service import Launch, Running, tell_error


@dataclass(frozen=True, slots=True)
class Tie:
    """A descriptor whose end of file ends the localnet, and a folder to remove then."""

    descriptor: int
    scratch: Path


def main(launch: Launch, report: int, tie: Tie | None = None) -> int:
    """Run a localnet and report on a file descriptor when it is ready, or why it is not."""
    from taoctl.localnet.launch import run

    reported = False

    def tell(message: dict[str, object]) -> None:
        nonlocal reported
        if not reported:
            reported = True
            with suppress(OSError):  # whoever started this may be gone
                os.write(report, json.dumps(message).encode() + b"\n")
                os.close(report)

    def ready(started: Started) -> None:
        aside = started.moved_aside
        running = Running(
            os.getpid(),
            started.port,
            started.endpoint,
            started.node.state_dir,
            None if aside is None else str(aside),
        )
        tell({"ready": asdict(running)})

    try:
        asyncio.run(run(launch, ready) if tie is None else _tied(launch, ready, tie))
    except TaoctlError as error:
        logging.error("%s%s", error.message, f" ({error.hint})" if error.hint else "")
        tell({"error": tell_error(error)})
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 130
    return 0


async def _tied(launch: Launch, ready: Callable[[Started], None], tie: Tie) -> None:
    from taoctl.localnet.launch import run

    cut = asyncio.Event()
    asyncio.get_running_loop().add_reader(tie.descriptor, cut.set)
    await run(launch, ready, stop=cut)
    if cut.is_set():
        shutil.rmtree(tie.scratch, ignore_errors=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    words = sys.argv[1:]
    bound = Tie(int(words[2]), Path(words[3])) if len(words) > 2 else None
    sys.exit(main(Launch.from_json(words[0]), int(words[1]), bound))
