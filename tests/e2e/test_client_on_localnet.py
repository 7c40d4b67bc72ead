"""The client against a localnet process that lives, dies and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

import taoctl
from taoctl.chain.client import Chain
from taoctl.errors import UsageError
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.service import Launch, Running
from taoctl.reads.subnets import subnets
from taoctl.watch import Live, follow

pytestmark = pytest.mark.e2e


@pytest.fixture
def localnet(
    tmp_path: Path, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    running = service.start_detached(_launch(tmp_path, unused_port))
    yield running
    with suppress(Exception):
        service.stop(running.port)


@pytest.fixture
def unused_port() -> int:
    return free_port()


def _launch(tmp_path: Path, port: int) -> Launch:
    options = Options(scenario="small", block_time=0.5, state_dir=tmp_path / "state")
    return Launch(options, port)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 300))


def test_computed_block_hashes_are_the_nodes(localnet: Running) -> None:
    async def work() -> None:
        async with taoctl.connect(localnet.endpoint) as chain:
            assert chain.simulated
            seen = 0
            async for head in chain.heads():
                assert await chain.call("chain_getBlockHash", [head.number]) == head.hash
                view = chain.view_of(head)
                assert await view.value("System", "Number") == head.number
                assert await view.timestamp_ms() > 1_600_000_000_000
                seen += 1
                if seen == 3:
                    break
            with pytest.raises(UsageError, match="no block 999999"):
                await chain.at_block(999_999)
            first = await chain.at_block(1)
            assert (await chain.at_hash(first.block_hash)) is first
            assert await chain.finalized_number() < head.number

    run(work())


def test_a_killed_localnet_is_told_at_once_and_followed_when_it_is_back(
    localnet: Running, tmp_path: Path
) -> None:
    async def work() -> None:
        async with taoctl.connect(localnet.endpoint) as chain:
            lives = _Lives(chain)
            before = await lives.until(lambda live: live.rows is not None)
            assert before.problem is None
            os.kill(localnet.pid, signal.SIGKILL)
            stale = await lives.until(lambda live: live.problem is not None)
            assert "no new block" not in str(stale.problem), "it was waited for a block"
            assert stale.rows is not None and stale.block is not None
            await asyncio.to_thread(service.start_detached, _launch(tmp_path, localnet.port))
            again = await lives.until(
                lambda live: live.problem is None and (live.block or 0) > (stale.block or 0)
            )
            assert again.rows is not None
            lives.task.cancel()

    run(work())


class _Lives:
    """What a follower of the subnets yields."""

    def __init__(self, chain: Chain) -> None:
        self._queue: asyncio.Queue[Live[Any]] = asyncio.Queue()
        self.task = asyncio.create_task(self._collect(chain))

    async def _collect(self, chain: Chain) -> None:
        async for live in follow(chain, subnets):
            self._queue.put_nowait(live)

    async def until(self, condition: Any) -> Live[Any]:
        async with asyncio.timeout(120):
            while True:
                live = await self._queue.get()
                if condition(live):
                    return live
