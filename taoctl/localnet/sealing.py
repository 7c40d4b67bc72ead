"""When blocks are made: every so often, whenever an extrinsic waits, or by hand."""

from __future__ import annotations

import asyncio
import time
from enum import StrEnum

from taoctl.localnet.block import Block
from taoctl.localnet.node import Node


class Seal(StrEnum):
    """What makes the next block."""

    INTERVAL = "interval"
    INSTANT = "instant"
    MANUAL = "manual"


class Sealer:
    """Drives a node's authoring.

    Args:
        node: authors the blocks.
        seal: what makes the next block.
        block_time: seconds between blocks for `Seal.INTERVAL`; 0 makes them without a pause.
    """

    def __init__(self, node: Node, seal: Seal, block_time: float) -> None:
        self.node = node
        self.seal = seal
        self.block_time = block_time
        self._waiting = asyncio.Event()

    async def run(self) -> None:
        """Make blocks until cancelled; returns never, and raises what makes authoring fail."""
        if self.seal is Seal.INTERVAL:
            await self._every_interval()
        elif self.seal is Seal.INSTANT:
            await self._whenever_needed()
        else:
            await asyncio.Event().wait()

    async def new_blocks(self, count: int) -> Block:
        """Make this many blocks now, whatever the seal; returns the head."""
        block = self.node.block(self.node.best_number)
        for _ in range(count):
            block = await self.node.author_block()
            await asyncio.sleep(0)
        return block

    async def include_operations(self) -> Block:
        """Return the block that has the operations queued so far, making it if nothing else will.

        The head is returned when nothing is queued.
        """
        if self.seal is not Seal.INTERVAL or self.block_time > 5:
            return await self.new_blocks(1)
        done: asyncio.Future[Block] = asyncio.get_running_loop().create_future()

        def tell(block: Block) -> None:
            if not self.node.operations and not done.done():
                done.set_result(block)

        stop = self.node.heads.add(tell)
        try:
            return await done
        finally:
            stop()

    async def _every_interval(self) -> None:
        due = time.monotonic() + self.block_time
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.node.author_block()
            due = max(due + self.block_time, time.monotonic())

    async def _whenever_needed(self) -> None:
        stop = self.node.pool_changes.add(lambda _: self._waiting.set())
        try:
            while True:
                self._waiting.clear()
                while self.node.pool.counts[0]:
                    await self.node.author_block()
                await self._waiting.wait()
        finally:
            stop()
