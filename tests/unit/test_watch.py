"""Live values over new heads, with every kind of trouble."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from scripted_node import Failure, Peer
from state_node import StateNode, state_node
from steady_loop import run

from taoctl.chain.client import Chain, connect
from taoctl.chain.header import Head
from taoctl.chain.view import View
from taoctl.errors import RefusedError
from taoctl.watch import Live, Pace, follow


async def block_number(view: View) -> int:
    """A read that asks the node something."""
    await view.value("SubtensorModule", "TotalNetworks")
    return view.block


def at_block(number: int) -> Callable[[Live[int]], bool]:
    return lambda live: live.block == number


class Seen(list[Live[int]]):
    """What a follower yielded so far."""

    async def until(self, condition: Callable[[Live[int]], bool], limit: float = 5.0) -> Live[int]:
        deadline = time.monotonic() + limit
        at = 0
        while True:
            while at < len(self):
                if condition(self[at]):
                    found = self[at]
                    del self[: at + 1]
                    return found
                at += 1
            assert time.monotonic() < deadline, f"it did not come; seen: {list(self)}"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def following(
    chain: Chain, read: Callable[[View], Coroutine[Any, Any, int]] = block_number
) -> AsyncIterator[Seen]:
    seen = Seen()

    async def collect() -> None:
        async for live in follow(chain, read):
            seen.append(live)

    task = asyncio.create_task(collect())
    try:
        yield seen
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def chain_of(node: StateNode, tmp_path: Path, timeout: float = 5.0) -> AsyncIterator[Chain]:
    async with connect(node.url, timeout=timeout, cache_dir=tmp_path) as chain:
        yield chain


def test_every_block_is_read(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as seen,
        ):
            first = await seen.until(lambda live: live.block == 20)
            assert (first.rows, first.problem) == (20, None)
            assert first.block_hash == node.hash_of(20)
            for number in (21, 22, 23):
                await node.new_block()
                live = await seen.until(at_block(number))
                assert (live.rows, live.problem) == (number, None)
            assert node.asked.count("chain_subscribeNewHeads") == 1

    run(work())


def test_two_followers_share_one_subscription_and_one_read(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as one,
            following(chain) as two,
        ):
            for seen in (one, two):
                await seen.until(lambda live: live.block == 20)
            await node.new_block()
            for seen in (one, two):
                await seen.until(lambda live: live.block == 21)
            assert node.asked.count("chain_subscribeNewHeads") == 1
            assert node.asked.count("state_getStorage") == 2

    run(work())


def test_a_slow_read_gets_the_newest_head_next(tmp_path: Path) -> None:
    async def work() -> None:
        read_blocks: list[int] = []

        async def slow(view: View) -> int:
            read_blocks.append(view.block)
            await asyncio.sleep(0.2)
            return view.block

        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain, slow) as seen,
        ):
            await asyncio.sleep(0.05)
            for _ in range(10):
                await node.new_block()
            await seen.until(lambda live: live.block == 30)
            assert read_blocks == [20, 30]

    run(work())


def test_a_dead_node_is_told_at_once_and_a_restart_within_five_seconds(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as seen,
        ):
            await seen.until(lambda live: live.block == 20)
            killed_at = time.monotonic()
            await node.stop()
            stale = await seen.until(lambda live: live.problem is not None)
            assert time.monotonic() - killed_at < 1.0
            assert (stale.rows, stale.block) == (20, 20)
            assert node.url in (stale.problem or "")
            await asyncio.sleep(2.0)
            node.number = 25
            restarted_at = time.monotonic()
            await node.start()
            live = await seen.until(lambda live: live.block == 25)
            assert time.monotonic() - restarted_at < 5.0
            assert (live.rows, live.problem) == (25, None)

    run(work())


def test_a_drop_without_a_new_block_clears_itself(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as seen,
        ):
            await seen.until(lambda live: live.block == 20)
            node.peers[0].socket.transport.abort()
            await seen.until(lambda live: live.problem is not None)
            live = await seen.until(lambda live: live.problem is None)
            assert (live.rows, live.block) == (20, 20)

    run(work())


def test_death_during_a_read_is_told_before_the_read_gives_up(tmp_path: Path) -> None:
    async def hang(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(60)

    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as seen,
        ):
            await seen.until(lambda live: live.block == 20)
            node.answers["state_getStorage"] = hang
            await node.new_block()
            await asyncio.sleep(0.1)
            killed_at = time.monotonic()
            await node.stop()
            stale = await seen.until(lambda live: live.problem is not None)
            assert time.monotonic() - killed_at < 1.0
            assert stale.rows == 20

    run(work())


def test_a_silent_node_is_overdue_after_two_block_times(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as seen,
        ):
            for _ in range(6):
                await asyncio.sleep(0.1)
                await node.new_block()
            await seen.until(lambda live: live.block == 26)
            silent_at = time.monotonic()
            stale = await seen.until(lambda live: live.problem is not None)
            assert "no new block" in (stale.problem or "")
            assert time.monotonic() - silent_at < 4.0
            await node.new_block()
            live = await seen.until(lambda live: live.block == 27)
            assert live.problem is None

    run(work())


def test_a_failing_read_keeps_the_last_rows_and_is_tried_again(tmp_path: Path) -> None:
    async def refuse(peer: Peer, params: list[Any]) -> Any:
        raise Failure(-32000, "too heavy")

    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain) as seen,
        ):
            await seen.until(lambda live: live.block == 20)
            good = node.answers["state_getStorage"]
            node.answers["state_getStorage"] = refuse
            await node.new_block()
            stale = await seen.until(lambda live: live.problem is not None)
            assert "too heavy" in (stale.problem or "")
            assert (stale.rows, stale.block) == (20, 20)
            node.answers["state_getStorage"] = good
            live = await seen.until(lambda live: live.problem is None, 4.0)
            assert (live.rows, live.block) == (21, 21)

    run(work())


def test_a_read_that_fails_from_the_start_has_no_rows(tmp_path: Path) -> None:
    async def work() -> None:
        async def fail(view: View) -> int:
            raise RefusedError("no such thing")

        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain, fail) as seen,
        ):
            live = await seen.until(lambda live: live.problem is not None)
            assert (live.rows, live.block, live.problem) == (None, None, "no such thing")

    run(work())


def test_a_reorganised_block_is_read_again(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            state_node() as node,
            chain_of(node, tmp_path) as chain,
            following(chain, lambda view: _number(view)) as seen,
        ):
            await node.new_block()
            first = await seen.until(lambda live: live.block == 21)
            node.number -= 1
            await node.new_block(salt="77")
            second = await seen.until(lambda live: live.block_hash != first.block_hash)
            assert second.block == 21

    run(work())


async def _number(view: View) -> int:
    return view.block


def test_leaving_a_follower_stops_its_work(tmp_path: Path) -> None:
    async def work() -> None:
        stopped: list[bool] = []

        async def endless(view: View) -> int:
            try:
                await asyncio.sleep(60)
            finally:
                stopped.append(True)
            return 0

        async with state_node() as node, chain_of(node, tmp_path) as chain:
            async with following(chain, endless):
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.05)
            assert stopped == [True]
            assert node.peers

    run(work())


def test_heads_miss_nothing_when_read_in_time(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node, chain_of(node, tmp_path) as chain:
            numbers = []
            async for head in chain.heads():
                numbers.append(head.number)
                assert head.hash == node.hash_of(head.number)
                if head.number == 24:
                    break
                await node.new_block()
            assert numbers == [20, 21, 22, 23, 24]

    run(work())


def test_pace_knows_nothing_before_it_has_seen_blocks() -> None:
    pace = Pace()
    assert pace.overdue(1e9) is None
    for number in range(4):
        pace.note(Head(number, hex(number), "0x", at_monotonic=number * 12.0))
    assert pace.patience_s == 24.5
    assert pace.patience_left(36.0 + 20) == 4.5
    assert pace.overdue(36.0 + 24.4) is None
    assert "every 12 s" in (pace.overdue(36.0 + 24.6) or "")
    pace.interrupt()
    assert pace.overdue(1e9) is None
    pace.note(Head(4, "0x4", "0x", at_monotonic=500.0))
    assert pace.patience_s == 24.5, "an outage was taken for a slow block"


def test_closing_the_chain_ends_everyone(tmp_path: Path) -> None:
    async def work() -> None:
        async with state_node() as node:
            async with chain_of(node, tmp_path) as chain:
                followers = [asyncio.create_task(_drain(follow(chain, block_number)))]
                followers.append(asyncio.create_task(_drain(chain.heads())))
                await asyncio.sleep(0.2)
            await asyncio.wait_for(asyncio.gather(*followers), 2.0)

    run(work())


async def _drain(values: AsyncIterator[Any]) -> None:
    async for _ in values:
        pass
