"""Which endpoint serves: the first that is greeted, never one that refused, none that lags."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from scripted_node import Failure, NoAnswer, Peer, ScriptedNode, header, scripted_node
from steady_loop import run
from test_transport import ends_in, until

from taoctl.chain import health as health_module
from taoctl.chain import upkeep
from taoctl.chain.bars import Bars
from taoctl.chain.health import Endpoints, Greeting
from taoctl.chain.link import Link
from taoctl.chain.race import HEAD_START_S
from taoctl.chain.rpc import Caller, PolicyError
from taoctl.errors import UnreachableError


async def greet(call: Caller) -> Greeting:
    head, health = await asyncio.gather(call("chain_getHeader"), call("system_health"))
    return Greeting(int(head["number"], 16), health["isSyncing"])


@asynccontextmanager
async def nodes(count: int) -> AsyncIterator[list[ScriptedNode]]:
    async def healthy(peer: Peer, params: list[Any]) -> Any:
        return {"peers": 3, "isSyncing": peer.node.syncing, "shouldHavePeers": True}

    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(scripted_node()) for _ in range(count)]
        for node in found:
            node.answers["system_health"] = healthy
        yield found


@asynccontextmanager
async def linked(*urls: str, bars: Bars | None = None, timeout: float = 5.0) -> AsyncIterator[Link]:
    link = Link(urls, greet, attempt_timeout=1.0, call_timeout=2.0, bars=bars)
    try:
        await link.open(timeout)
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def hung() -> AsyncIterator[str]:
    """A port that takes connections and never says a word."""
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in held:
            writer.close()


def test_one_hung_one_refusing_one_good(tmp_path: Path) -> None:
    """The first answer comes soon, the refusing one is left alone from then on."""

    async def work() -> None:
        bars = tmp_path / "bars.json"
        async with hung() as silent, nodes(2) as (refusing, good):
            refusing.refuse_with = HTTPStatus.TOO_MANY_REQUESTS
            urls = (silent, refusing.url, good.url)
            for _ in range(3):
                started = time.monotonic()
                async with linked(*urls, bars=Bars(bars), timeout=10.0) as link:
                    assert (await link.call("chain_getHeader"))["number"] == "0x7"
                    assert time.monotonic() - started < HEAD_START_S + 1.5
                    assert link.status.endpoint == good.url
                    await good.stop()
                    await until(lambda: not link.status.live)
                    await good.start()
                    await until(lambda: link.status.live)
                    assert link.status.endpoint == good.url
            assert refusing.refusals == 1, "it was asked again after it had refused"

    run(work())


def test_a_short_head_start_keeps_the_given_order() -> None:
    async def work() -> None:
        async with nodes(3) as (first, second, third):
            async with linked(first.url, second.url, third.url) as link:
                assert link.status.endpoint == first.url
            assert not second.asked and not third.asked

    run(work())


def test_a_slow_endpoint_loses_to_the_next_and_is_hung_up_on() -> None:
    async def slow(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(3.0)
        return header(7)

    async def work() -> None:
        async with nodes(2) as (first, second):
            first.answers["chain_getHeader"] = slow
            started = time.monotonic()
            async with linked(first.url, second.url) as link:
                assert time.monotonic() - started < HEAD_START_S + 1.0
                assert link.status.endpoint == second.url
                await until(lambda: not first.peers)

    run(work())


def test_a_node_that_is_still_syncing_is_used_only_when_no_other_serves() -> None:
    async def work() -> None:
        async with nodes(2) as (first, second):
            first.syncing = True
            async with linked(first.url, second.url) as link:
                assert link.status.endpoint == second.url
            async with linked(first.url, f"ws://127.0.0.1:{free_port()}") as link:
                assert link.status.endpoint == first.url

    run(work())


@pytest.mark.parametrize("trouble", ["lags", "slow"])
def test_a_node_that_lags_or_is_slow_is_left_for_one_that_does_not(
    monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(upkeep, "PATROL_S", 0.2)

    async def slow(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(0.35)
        return header(peer.node.number)

    async def work() -> None:
        heads: list[int] = []
        async with nodes(2) as (first, second), linked(first.url, second.url) as link:
            await link.subscribe(
                "chain_subscribeNewHeads",
                "chain_unsubscribeNewHeads",
                lambda value: heads.append(int(value["number"], 16)),
            )
            await asyncio.sleep(0.6)
            assert link.status.endpoint == first.url, "it was left without a reason"
            if trouble == "slow":
                first.answers["chain_getHeader"] = slow
            else:
                second.number += health_module.MAX_LAG_BLOCKS + 1
            await until(lambda: link.status.endpoint == second.url)
            assert link.status.live
            await second.new_block()
            await until(lambda: heads[-1] == second.number)
            await until(lambda: not first.peers)

    run(work())


def test_nothing_is_moved_while_a_transaction_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PATROL_S", 0.1)

    async def take(peer: Peer, params: list[Any]) -> Any:
        return "w"

    async def work() -> None:
        async with nodes(2) as (first, second), linked(first.url, second.url) as link:
            first.answers["author_submitAndWatchExtrinsic"] = take
            submission = await link.submit_and_watch("0x00")
            second.number += 50
            await asyncio.sleep(0.6)
            assert link.status.endpoint == first.url and not submission.over
            await first.peers[0].push("author_extrinsicUpdate", "w", "invalid")
            assert [status.name async for status in submission] == ["invalid"]
            await until(lambda: link.status.endpoint == second.url)

    run(work())


def test_a_node_that_falls_silent_while_nothing_is_asked_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pings are answered by the proxy before it, so only a question shows it."""
    monkeypatch.setattr(upkeep, "PATROL_S", 0.2)

    async def work() -> None:
        async with nodes(2) as (first, second), linked(first.url, second.url) as link:
            first.silent = True
            await until(lambda: link.status.live and link.status.endpoint == second.url)

    run(work())


def test_looking_around_asks_the_others_no_more_than_it_must(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        async with nodes(2) as (first, second), linked(first.url, second.url) as link:
            await link._look_around()
            assert second.asked.count("chain_getHeader") == 1
            assert link.status.endpoint == first.url

    run(work())


def test_processes_that_bar_endpoints_do_not_undo_each_other(tmp_path: Path) -> None:
    path = tmp_path / "bars.json"
    one, other = Bars(path), Bars(path)
    assert one.left_s("ws://a") == other.left_s("ws://b") == 0
    one.bar("ws://a", 60)
    other.bar("ws://b", 60)
    assert Bars(path).left_s("ws://a") > 0 and Bars(path).left_s("ws://b") > 0
    other.lift("ws://b")
    assert Bars(path).left_s("ws://a") > 0 and Bars(path).left_s("ws://b") == 0


def test_heights_are_compared_only_when_seen_together() -> None:
    pool = Endpoints(["a", "b"], Bars())
    pool.served("a", Greeting(100), 10.0)
    pool["a"].seen_at -= 60
    pool.served("b", Greeting(150), 10.0)
    assert not pool.lagging("a") and pool.better() is None
    pool.served("a", Greeting(100), 10.0)
    assert pool.lagging("a") and pool.better() == "b"
    assert pool.order() == ["b", "a"]
    pool.failed("b", UnreachableError("gone"))
    assert pool.better() is None


def test_a_refusal_says_for_how_long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(health_module, "BAR_S", 5.0)

    async def work() -> None:
        async with nodes(1) as (node,):
            node.refuse_with, node.retry_after = HTTPStatus.TOO_MANY_REQUESTS, "1800"
            bars = Bars(tmp_path / "bars.json")
            with pytest.raises(UnreachableError, match="HTTP 429"):
                await Link([node.url], greet, bars=bars).open(2.0)
            assert 1790 < Bars(tmp_path / "bars.json").left_s(node.url) <= 1800
            assert node.url not in (tmp_path / "bars.json").read_text()
            node.refuse_with = None
            async with linked(node.url, bars=Bars(tmp_path / "bars.json")) as link:
                assert link.status.live, "a lone endpoint is asked, since nobody else can be"
            assert Bars(tmp_path / "bars.json").left_s(node.url) == 0

    run(work())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"a": "b"}',
        '{"a": null}',
        "[" * 10_000,
        '{"a": 1e999}',
        "\xff",
        '{"a": 1%s}' % ("0" * 400),
    ],
)
def test_a_file_of_refusals_that_is_broken_is_done_without(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bars.json"
    path.write_text(content, encoding="latin-1")
    bars = Bars(path)
    assert bars.left_s("ws://x") == 0
    bars.bar("ws://x", 60)
    assert 0 < Bars(path).left_s("ws://x") <= 60
    unwritable = Bars(tmp_path / "bars.json" / "no" / "folder")
    unwritable.bar("ws://x", 10**9)
    assert 0 < unwritable.left_s("ws://x") <= 3600


@pytest.mark.parametrize("code", [429, -32999])
def test_a_policy_answer_moves_reads_to_the_next_endpoint_and_bars_the_first(code: int) -> None:
    async def refuse(peer: Peer, params: list[Any]) -> Any:
        raise Failure(code, "rate limit exceeded")

    async def work() -> None:
        async with nodes(2) as (first, second), linked(first.url, second.url) as link:
            first.answers["question"] = refuse
            second.answers["question"] = _served
            answers = await asyncio.gather(*(link.call("question") for _ in range(20)))
            assert answers == ["served"] * 20
            asked = len(first.asked)
            await second.stop()
            await ends_in(3.0, UnreachableError, link.call("question", timeout=1.0))
            assert len(first.asked) == asked, "a barred endpoint was tried again"

    run(work())


def test_a_refusal_that_names_no_request_bars_as_well() -> None:
    async def refuse(peer: Peer, params: list[Any]) -> Any:
        error = {"code": -32005, "message": "too many requests"}
        await peer.socket.send(json.dumps({"jsonrpc": "2.0", "id": None, "error": error}))
        raise NoAnswer

    async def work() -> None:
        async with nodes(2) as (first, second):
            bars = Bars()
            async with linked(first.url, second.url, bars=bars) as link:
                first.answers["question"] = refuse
                second.answers["question"] = _served
                assert await link.call("question") == "served"
                assert bars.left_s(first.url) > 0

    run(work())


async def _served(peer: Peer, params: list[Any]) -> Any:
    return "served"


def test_interrupting_is_quick_while_endpoints_hang() -> None:
    async def work() -> None:
        async with hung() as one, hung() as other:
            link = Link([one, other], greet)
            opening = asyncio.create_task(link.open(30.0))
            await asyncio.sleep(0.8)
            started = time.monotonic()
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await link.close()
            assert time.monotonic() - started < 0.5
            names = {task.get_name() for task in asyncio.all_tasks()}
            assert not any(name.startswith(("read", "keep")) for name in names)

    run(work())


def test_problems_keep_no_secret_of_an_endpoint() -> None:
    pool = Endpoints(["wss://node.example/v1/0123456789abcdef0123456789abcdef"], Bars())
    pool.failed(pool.urls[0], PolicyError("it refused the connection with HTTP 403"))
    assert "0123456789abcdef" not in pool.tried()
    assert pool.order() == [] and pool.barred_s() > 500
    with pytest.raises(ValueError):
        Endpoints([], Bars())
