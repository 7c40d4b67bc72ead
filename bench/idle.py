"""An idle dashboard over 60 seconds: bytes written, CPU and memory."""

from __future__ import annotations

from bench.chain import TAOCTL, running_chain
from bench.terminal import Terminal

SECONDS = 60


def main() -> None:
    for block_time in ("1", "12"):
        with running_chain("demo", "--block-time", block_time) as chain:
            argv = [TAOCTL, "dash", "--network", chain.endpoint]
            with Terminal(argv, chain.env, 160, 50) as terminal:
                terminal.wait_for(b"SIM", 20)
                terminal.drain(5)
                before = terminal.stats.cpu_times()
                written = len(terminal.drain(SECONDS))
                after = terminal.stats.cpu_times()
                cpu = after.user + after.system - before.user - before.system
                memory = terminal.stats.memory_info().rss / 1e6
                print(
                    f"block time {block_time:>2} s: {cpu / SECONDS:5.1%} of a core, "
                    f"{written / SECONDS / 1000:6.2f} kB/s, {memory:5.0f} MB"
                )
