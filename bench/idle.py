"""An idle dashboard, a minute on each screen: bytes written, CPU and memory."""

from __future__ import annotations

from pathlib import Path

from bench.chain import TAOCTL, Chain, running_chain
from bench.terminal import Terminal
from taoctl.localnet.scenarios import demo_wallets
from taoctl.wallet.watch_only import write_watch_only

SCENARIO = "demo"
SECONDS = 60
SCREENS = (
    ("overview", b"1"),
    ("neuron", b"1\r"),
    ("weights", b"5"),
    ("subnets", b"2"),
    ("metagraph", b"3"),
)


def main() -> None:
    for block_time, screens in (("1", SCREENS), ("12", SCREENS[:1])):
        with running_chain(SCENARIO, "--block-time", block_time) as chain:
            _write_wallets(chain)
            argv = [TAOCTL, "dash", "--network", chain.endpoint]
            with Terminal(argv, chain.env, 160, 50) as terminal:
                terminal.wait_for(b"SIM", 20)
                for name, key in screens:
                    terminal.send(key)
                    terminal.drain(5)
                    print(f"block time {block_time:>2} s, {name:<10} {_measure(terminal)}")


def _write_wallets(chain: Chain) -> None:
    folder = Path(chain.env["HOME"]) / ".bittensor" / "wallets"
    for wallet in demo_wallets(SCENARIO):
        write_watch_only(folder, wallet.name, wallet.coldkey_ss58, wallet.hotkeys)


def _measure(terminal: Terminal) -> str:
    before = terminal.stats.cpu_times()
    written = len(terminal.drain(SECONDS))
    after = terminal.stats.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    memory = terminal.stats.memory_info().rss / 1e6
    return f"{cpu / SECONDS:5.1%} of a core, {written / SECONDS / 1000:6.2f} kB/s, {memory:5.0f} MB"
