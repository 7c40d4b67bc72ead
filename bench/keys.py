"""Key-to-paint time in a metagraph of 256 rows: from a key to the last byte of its frame."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bench.chain import TAOCTL, running_chain
from bench.terminal import Terminal

DOWN, RIGHT, ESCAPE = b"\x1b[B", b"\x1b[C", b"\x1b"
MOVES, SORTS, FILTERS = 200, 60, 20


def main() -> None:
    with running_chain("mainnet", "--seal", "manual") as chain:
        argv = [TAOCTL, "dash", "--network", chain.endpoint]
        with Terminal(argv, chain.env, 160, 50) as terminal:
            terminal.wait_for(b"SIM", 20)
            terminal.send(b"3")
            terminal.drain(4)
            terminal.time_key(DOWN)
            _report("cursor", [terminal.time_key(DOWN)[0] for _ in range(MOVES)])
            terminal.send(RIGHT * 3)
            terminal.drain(1)
            _report("sort", [terminal.time_key(b"s")[0] for _ in range(SORTS)])
            _report("filter", list(_filter(terminal)))


def _filter(terminal: Terminal) -> Iterator[float]:
    """Seconds of each key typed into the filter."""
    for _ in range(FILTERS):
        terminal.time_key(b"/")
        for key in b"5C1":
            yield terminal.time_key(bytes([key]))[0]
        terminal.time_key(ESCAPE)
        terminal.drain(0.3)


def _report(what: str, seconds: Sequence[float]) -> None:
    times = sorted(second * 1000 for second in seconds)
    print(
        f"{what:<7} {len(times):>3} keys: median {statistics.median(times):5.1f} ms, "
        f"p95 {times[int(len(times) * 0.95)]:5.1f} ms, max {times[-1]:5.1f} ms"
    )
