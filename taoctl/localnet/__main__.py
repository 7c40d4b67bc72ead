"""The process of a detached localnet: `python -m taoctl.localnet LAUNCH-JSON REPORT-FD`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from dataclasses import asdict

from taoctl.errors import TaoctlError
from taoctl.localnet.serve import Started
from taoctl.localnet.service import Launch, Running, tell_error


def main(launch: Launch, report: int) -> int:
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
        asyncio.run(run(launch, ready))
    except TaoctlError as error:
        logging.error("%s%s", error.message, f" ({error.hint})" if error.hint else "")
        tell({"error": tell_error(error)})
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    sys.exit(main(Launch.from_json(sys.argv[1]), int(sys.argv[2])))
