"""Handing an extrinsic over and following it: once, on one socket, whatever the node does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scripted_node import Failure, NoAnswer, Peer, ScriptedNode, scripted_node
from steady_loop import run
from test_transport import ends_in, linked, until

from taoctl.chain.link import Link
from taoctl.chain.rpc import LostError, RpcError
from taoctl.chain.submission import MAX_UNREAD, PoolStatus, Submission, read_status
from taoctl.errors import BadDataError, UnknownOutcomeError, UnreachableError

WATCH = "author_submitAndWatchExtrinsic"
UPDATE = "author_extrinsicUpdate"
BLOCK = "0x" + "ab" * 32


def watches(node: ScriptedNode) -> None:
    async def take(peer: Peer, params: list[Any]) -> Any:
        await peer.push(UPDATE, "w", "ready")  # a node may push before its answer
        return "w"

    async def stop(peer: Peer, params: list[Any]) -> Any:
        return True

    node.answers[WATCH] = take
    node.answers["author_unwatchExtrinsic"] = stop


async def names(submission: Submission) -> list[str]:
    return [status.name async for status in submission]


def test_statuses_come_in_order_until_the_last_word() -> None:
    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            watches(node)
            submission = await link.submit_and_watch("0x00")
            assert submission.endpoint == node.url
            (peer,) = node.peers
            for value in ({"broadcast": ["p"]}, {"inBlock": BLOCK}, {"retracted": BLOCK}, "ready"):
                await peer.push(UPDATE, "w", value)
            await peer.push(UPDATE, "w", {"finalized": BLOCK})
            await peer.push(UPDATE, "w", "ready")
            got = [status async for status in submission]
            assert [status.name for status in got] == (
                ["ready", "broadcast", "inBlock", "retracted", "ready", "finalized"]
            )
            assert got[-1] == PoolStatus("finalized", BLOCK)
            assert await names(submission) == [], "it is over and stays so"
            assert link.status.live

    run(work())


def test_a_lost_connection_ends_it_and_nothing_is_sent_again() -> None:
    async def work() -> None:
        async with scripted_node() as node, scripted_node() as other:
            watches(node)
            watches(other)
            async with linked(node.url, other.url) as link:
                submission = await link.submit_and_watch("0x00")
                assert await anext(submission) == PoolStatus("ready")
                following = asyncio.create_task(names(submission))
                await asyncio.sleep(0.05)
                node.peers[0].socket.transport.abort()
                caught = await ends_in(2.0, LostError, following)
                assert node.url in str(caught.value)
                await until(lambda: link.status.live)
                await link.call("chain_getHeader")
                await ends_in(1.0, LostError, names(submission))
                assert (node.asked + other.asked).count(WATCH) == 1

    run(work())


@pytest.mark.parametrize("how", ["aborts", "silent"])
def test_without_an_answer_the_outcome_is_unknown_and_it_is_not_repeated(how: str) -> None:
    async def drop(peer: Peer, params: list[Any]) -> Any:
        if how == "aborts":
            peer.socket.transport.abort()
        raise NoAnswer

    async def work() -> None:
        async with scripted_node() as node, scripted_node() as other:
            node.answers[WATCH] = drop
            watches(other)
            async with linked(node.url, other.url) as link:
                submitting = link.submit_and_watch("0x00", timeout=0.5)
                await ends_in(2.0, UnknownOutcomeError, submitting)
                await link.call("chain_getHeader")
                await asyncio.sleep(0.3)
                assert (node.asked + other.asked).count(WATCH) == 1

    run(work())


def test_a_late_answer_is_cancelled_at_the_node() -> None:
    async def slow(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(0.4)
        return "late"

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            watches(node)
            node.answers[WATCH] = slow
            waiting = asyncio.create_task(link.submit_and_watch("0x00", timeout=0.2))
            await asyncio.sleep(0.05)
            await link.call("chain_getHeader")
            await ends_in(2.0, UnknownOutcomeError, waiting)
            await until(lambda: "author_unwatchExtrinsic" in node.asked)
            assert link.status.live

    run(work())


def test_a_refusal_is_an_answer_also_when_it_is_one_of_policy() -> None:
    async def invalid(peer: Peer, params: list[Any]) -> Any:
        raise Failure(1010, "Invalid Transaction", "Transaction is outdated")

    async def busy(peer: Peer, params: list[Any]) -> Any:
        raise Failure(429, "too many requests")

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers[WATCH] = invalid
            caught = await ends_in(2.0, RpcError, link.submit_and_watch("0x00"))
            assert (caught.value.rpc_code, caught.value.data) == (1010, "Transaction is outdated")
            node.answers[WATCH] = busy
            caught = await ends_in(2.0, RpcError, link.submit_and_watch("0x00"))
            assert caught.value.rpc_code == 429
            await until(lambda: not link.status.live)

    run(work())


def test_nothing_is_sent_where_nothing_serves() -> None:
    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            await node.stop()
            await until(lambda: not link.status.live)
            await ends_in(2.0, UnreachableError, link.submit_and_watch("0x00", timeout=0.3))
            assert WATCH not in node.asked

    run(work())


def test_closing_stops_the_watch_at_the_node_and_ends_the_iteration() -> None:
    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            watches(node)
            submission = await link.submit_and_watch("0x00")
            following = asyncio.create_task(names(submission))
            await asyncio.sleep(0.05)
            await submission.close()
            assert await following == ["ready"]
            assert node.asked[-1] == "author_unwatchExtrinsic"
            assert link.status.live

    run(work())


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "retired",
        {},
        {"inBlock": None},
        {"inBlock": "0x12"},
        {"inBlock": "0x" + "zz" * 32},
        {"inBlock": BLOCK, "finalized": BLOCK},
        {"broadcast": 3},
        ["ready"],
        "inBlock",
    ],
)
def test_a_status_that_is_none_breaks_the_socket(value: Any) -> None:
    with pytest.raises(BadDataError):
        read_status(value)

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            watches(node)
            submission = await link.submit_and_watch("0x00")
            await node.peers[0].push(UPDATE, "w", value)
            caught = await ends_in(2.0, LostError, names(submission))
            assert "cannot be read" in str(caught.value)

    run(work())


def test_statuses_without_end_are_not_kept() -> None:
    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            watches(node)
            submission = await link.submit_and_watch("0x00")
            (peer,) = node.peers
            for _ in range(MAX_UNREAD + 1):
                await peer.push(UPDATE, "w", "ready")
            await until(lambda: node.asked.count("chain_getBlockHash") == 2)
            with pytest.raises(LostError, match="without end"):
                await names(submission)

    run(work())


def test_closing_the_link_ends_what_is_followed() -> None:
    async def work() -> None:
        async with scripted_node() as node:
            watches(node)
            async with linked(node.url) as link:
                submission = await link.submit_and_watch("0x00")
            await ends_in(1.0, LostError, names(submission))
            assert isinstance(link, Link)

    run(work())
