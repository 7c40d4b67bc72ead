"""Key-to-paint time in the metagraph: from a cursor key to the last byte of its frame."""

from __future__ import annotations

import statistics

from bench.chain import TAOCTL, running_chain
from bench.terminal import Terminal

PRESSES = 200
DOWN = b"\x1b[B"


def main() -> None:
    with running_chain("mainnet", "--seal", "manual") as chain:
        argv = [TAOCTL, "dash", "--network", chain.endpoint]
        with Terminal(argv, chain.env, 160, 50) as terminal:
            terminal.wait_for(b"SIM", 20)
            terminal.send(b"3")
            terminal.drain(4)
            terminal.time_key(DOWN)
            times = sorted(terminal.time_key(DOWN)[0] * 1000 for _ in range(PRESSES))
    p95 = times[int(len(times) * 0.95)]
    print(
        f"{PRESSES} keys: median {statistics.median(times):5.1f} ms, p95 {p95:5.1f} ms, "
        f"max {times[-1]:5.1f} ms"
    )
