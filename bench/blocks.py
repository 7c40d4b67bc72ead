"""Block production without a throttle: time until ready, and blocks per second with epochs."""

from __future__ import annotations

import asyncio
import time

import taoctl
from bench.chain import Chain, running_chain

BLOCKS = {"demo": 120, "mainnet": 60}


def main() -> None:
    for scenario, blocks in BLOCKS.items():
        with running_chain(scenario, "--seal", "manual") as chain:
            _produce(chain, 2)
            epochs_before = _epochs(chain)
            begin = time.perf_counter()
            _produce(chain, blocks)
            took = time.perf_counter() - begin
            epochs = _epochs(chain) - epochs_before
            print(
                f"{scenario:8} ready in {chain.ready_s:5.1f} s   {blocks} blocks in {took:6.2f} s"
                f" = {blocks / took:6.1f} blocks/s, {epochs} epochs"
            )


def _produce(chain: Chain, blocks: int) -> None:
    chain.taoctl("localnet", "advance", "--port", str(chain.port), "--blocks", str(blocks))


def _epochs(chain: Chain) -> int:
    """Epochs that all subnets together have run so far."""
    return asyncio.run(_count(chain.endpoint))


async def _count(endpoint: str) -> int:
    async with taoctl.connect(endpoint) as chain:
        view = await chain.at_head()
        return sum((await view.map("SubtensorModule", "SubnetEpochIndex")).values())
