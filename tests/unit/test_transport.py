"""The link against real WebSocket servers that misbehave in every way nodes do."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from ports import free_port
from scripted_node import Failure, NoAnswer, Peer, scripted_node
from steady_loop import run

from taoctl.chain import health as health_module
from taoctl.chain.link import Link
from taoctl.chain.rpc import Caller, RpcError
from taoctl.chain.status import LinkState
from taoctl.errors import (
    BadDataError,
    DeadlineError,
    UnknownOutcomeError,
    UnreachableError,
)


async def greet(call: Caller) -> None:
    await call("chain_getBlockHash", [0])


@asynccontextmanager
async def linked(
    *urls: str, timeout: float = 5.0, call_timeout: float = 2.0, attempt_timeout: float = 1.0
) -> AsyncIterator[Link]:
    link = Link(urls, greet, attempt_timeout=attempt_timeout, call_timeout=call_timeout)
    try:
        await link.open(timeout)
        yield link
    finally:
        await link.close()


async def until(condition: Callable[[], bool], limit: float = 5.0) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def ends_in(
    seconds: float, kind: type[Exception], work: Awaitable[Any]
) -> pytest.ExceptionInfo[Any]:
    """The error that the work ends with, in time."""
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        await work
    assert time.monotonic() - started < seconds
    return caught


def test_nothing_listens() -> None:
    async def work() -> None:
        url = f"ws://127.0.0.1:{free_port()}"
        caught = await ends_in(3.0, UnreachableError, Link([url], greet).open(5.0))
        assert f"{url}: nothing listens there" in str(caught.value)

    run(work())


def test_a_hung_endpoint_ends_at_the_deadline_and_is_named() -> None:
    async def work() -> None:
        held: list[asyncio.StreamWriter] = []  # a writer that nobody holds closes its socket
        hung = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
        url = f"ws://127.0.0.1:{hung.sockets[0].getsockname()[1]}"
        caught = await ends_in(3.0, UnreachableError, Link([url], greet).open(0.5))
        assert f"{url}: no answer within 0.5 s" in str(caught.value)
        hung.close()
        for writer in held:
            writer.close()

    run(work())


def test_an_endpoint_that_opens_and_says_nothing_is_passed_over() -> None:
    async def work() -> None:
        async with scripted_node() as silent, scripted_node() as good:
            silent.silent = True
            async with linked(silent.url, good.url, timeout=1.0) as link:
                assert link.status.endpoint == good.url
                assert link.status.state is LinkState.LIVE
                assert link.status.latency_ms is not None

    run(work())


@pytest.mark.parametrize("status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.FORBIDDEN])
def test_a_refusal_at_the_handshake_fails_over(status: HTTPStatus) -> None:
    async def work() -> None:
        async with scripted_node() as refusing, scripted_node() as good:
            refusing.refuse_with = status
            async with linked(refusing.url, good.url) as link:
                assert link.status.endpoint == good.url
            caught = await ends_in(3.0, UnreachableError, Link([refusing.url], greet).open(5.0))
            assert f"HTTP {status.value}" in str(caught.value)

    run(work())


def test_all_failures_are_listed_with_their_reasons() -> None:
    async def work() -> None:
        async with scripted_node() as refusing:
            refusing.refuse_with = HTTPStatus.TOO_MANY_REQUESTS
            urls = [refusing.url, f"ws://127.0.0.1:{free_port()}", "ws://no.such.host.invalid"]
            caught = await ends_in(6.0, UnreachableError, Link(urls, greet).open(5.0))
            assert all(url in str(caught.value) for url in urls)
            assert "429" in str(caught.value) and "nothing listens" in str(caught.value)

    run(work())


def test_a_server_that_is_not_websocket() -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-OpenSSH_9\r\n")
        writer.close()

    async def work() -> None:
        server = await asyncio.start_server(respond, "127.0.0.1", 0)
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        caught = await ends_in(2.0, UnreachableError, Link([url], greet).open(1.5))
        assert "does not speak WebSocket" in str(caught.value)
        server.close()

    run(work())


def test_policy_close_bars_the_endpoint_and_stops_trying() -> None:
    async def refuse(peer: Peer, params: list[Any]) -> Any:
        await peer.socket.close(1008, "too many connections")
        raise NoAnswer

    async def work() -> None:
        async with scripted_node() as node:
            node.answers["expensive"] = refuse
            async with linked(node.url) as link:
                caught = await ends_in(3.0, UnreachableError, link.call("expensive"))
                assert "1008 (too many connections)" in str(caught.value)
                assert link.status.state is LinkState.REFUSED
                asked = len(node.asked)
                await asyncio.sleep(0.7)
                assert len(node.asked) == asked, "a barred endpoint was tried again"
                assert not node.peers

    run(work())


def test_policy_close_moves_on_to_the_next_endpoint() -> None:
    async def refuse(peer: Peer, params: list[Any]) -> Any:
        raise Failure(-32029, "rate limit exceeded")

    async def serve(peer: Peer, params: list[Any]) -> Any:
        return "served"

    async def work() -> None:
        async with scripted_node() as busy, scripted_node() as good:
            busy.answers["question"] = refuse
            good.answers["question"] = serve
            async with linked(busy.url, good.url) as link:
                assert link.status.endpoint == busy.url
                assert await link.call("question") == "served"
                assert link.status.endpoint == good.url

    run(work())


def test_answers_out_of_order_reach_their_callers() -> None:
    async def slow_first(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(0.3 - params[0] * 0.005)
        return params[0]

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers["number"] = slow_first
            started = time.monotonic()
            answers = await asyncio.gather(*(link.call("number", [n]) for n in range(50)))
            assert answers == list(range(50))
            assert time.monotonic() - started < 3.0, "the calls were not pipelined"

    run(work())


def test_an_error_answer_keeps_code_text_and_data() -> None:
    async def refuse(peer: Peer, params: list[Any]) -> Any:
        raise Failure(1010, "Invalid Transaction", "Transaction has a bad signature")

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers["author_submitExtrinsic"] = refuse
            caught = await ends_in(3.0, RpcError, link.call("author_submitExtrinsic", ["0x"]))
            assert caught.value.rpc_code == 1010
            assert caught.value.data == "Transaction has a bad signature"
            assert "bad signature" in str(caught.value)
            unknown = await ends_in(3.0, RpcError, link.call("nope"))
            assert unknown.value.rpc_code == -32601
            assert link.status.live

    run(work())


def test_a_late_answer_is_a_deadline_and_then_ignored() -> None:
    async def slow(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(0.4)
        return "late"

    async def quick(peer: Peer, params: list[Any]) -> Any:
        return "quick"

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers.update(slow=slow, quick=quick)
            late = asyncio.create_task(link.call("slow", timeout=0.2))
            await asyncio.sleep(0.1)
            assert await link.call("quick") == "quick"
            caught = await ends_in(3.0, DeadlineError, late)
            assert "slow within 0.2 s" in str(caught.value)
            await asyncio.sleep(0.4)
            assert link.status.live
            assert await link.call("quick") == "quick"

    run(work())


def test_a_node_that_falls_silent_is_left_for_the_next() -> None:
    async def work() -> None:
        async with (
            scripted_node() as first,
            scripted_node() as second,
            linked(first.url, second.url) as link,
        ):
            first.silent = True
            started = time.monotonic()
            assert (await link.call("chain_getHeader", timeout=1.0))["number"] == "0x7"
            assert 0.4 < time.monotonic() - started < 0.95
            assert link.status.endpoint == second.url

    run(work())


def test_what_must_not_be_sent_twice_is_not_sent_to_the_next_endpoint() -> None:
    async def work() -> None:
        async with (
            scripted_node() as first,
            scripted_node() as second,
            linked(first.url, second.url) as link,
        ):
            first.silent = True
            submitting = link.call("author_submitExtrinsic", ["0x00"], timeout=0.4)
            await ends_in(2.0, UnknownOutcomeError, submitting)
            await asyncio.sleep(0.3)
            assert "author_submitExtrinsic" in first.asked
            assert "author_submitExtrinsic" not in second.asked

    run(work())


def test_a_read_survives_a_dropped_connection() -> None:
    async def drop_once(peer: Peer, params: list[Any]) -> Any:
        if peer.node.asked.count("fragile") == 1:
            peer.socket.transport.abort()
            raise NoAnswer
        return "second time"

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers["fragile"] = drop_once
            assert await link.call("fragile") == "second time"
            assert link.status.live

    run(work())


def test_a_submission_is_never_sent_twice() -> None:
    async def drop(peer: Peer, params: list[Any]) -> Any:
        peer.socket.transport.abort()
        raise NoAnswer

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers["author_submitExtrinsic"] = drop
            await ends_in(3.0, UnknownOutcomeError, link.call("author_submitExtrinsic", ["0x00"]))
            await until(lambda: link.status.live)
            assert node.asked.count("author_submitExtrinsic") == 1

    run(work())


def test_subscriptions_come_back_after_a_restart_within_five_seconds() -> None:
    async def work() -> None:
        got: list[int] = []
        states: list[LinkState] = []
        async with scripted_node() as node, linked(node.url) as link:
            await link.subscribe(
                "chain_subscribeNewHeads",
                "chain_unsubscribeNewHeads",
                lambda value: got.append(int(value["number"], 16)),
            )
            await node.new_block()
            await until(lambda: got == [7, 8])
            killed_at = time.monotonic()
            await node.stop()
            await until(lambda: not link.status.live)
            assert time.monotonic() - killed_at < 1.0
            states.append(link.status.state)
            assert link.status.problem is not None
            await asyncio.sleep(2.5)
            restarted_at = time.monotonic()
            await node.start()
            await until(lambda: link.status.live)
            assert time.monotonic() - restarted_at < 5.0
            await node.new_block()
            await until(lambda: got[-1] == 9)
            assert got == [7, 8, 8, 9]
            assert states == [LinkState.LOST]

    run(work())


def test_cancelled_subscription_is_silent_and_not_renewed() -> None:
    async def work() -> None:
        got: list[Any] = []
        async with scripted_node() as node, linked(node.url) as link:
            held = await link.subscribe(
                "chain_subscribeNewHeads", "chain_unsubscribeNewHeads", got.append
            )
            await until(lambda: len(got) == 1)
            await link.unsubscribe(held)
            await node.new_block()
            assert "chain_unsubscribeNewHeads" in node.asked
            await node.stop()
            await node.start()
            await until(lambda: not link.status.live)
            await until(lambda: link.status.live)
            assert node.asked.count("chain_subscribeNewHeads") == 1
            assert len(got) == 1

    run(work())


def test_a_subscriber_that_gives_up_early_leaves_nothing_behind() -> None:
    async def slow(peer: Peer, params: list[Any]) -> Any:
        await asyncio.sleep(0.2)
        return "slowly"

    async def work() -> None:
        got: list[Any] = []
        async with scripted_node() as node, linked(node.url) as link:
            node.answers["slow_subscribe"] = slow
            task = asyncio.create_task(link.subscribe("slow_subscribe", "slow_cancel", got.append))
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await until(lambda: "slow_cancel" in node.asked)
            await node.peers[0].push("x", "slowly", 1)
            await link.call("chain_getHeader")
            assert got == []

    run(work())


def test_pushes_that_nobody_waits_for_are_not_kept() -> None:
    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            for at in range(40):
                await node.peers[0].push("x", at, "y" * 1000)
            await link.call("chain_getHeader")
            assert link._wire is not None and not link._wire._early

    run(work())


@pytest.mark.parametrize(
    "garbage",
    ["{", "[]", "3", '"x"', '{"id": "a"}', '{"id": 1}', '{"method": "x"}', "[" * 100_000, b"\xff"],
)
def test_garbage_ends_the_connection_and_not_the_program(garbage: str | bytes) -> None:
    async def spit(peer: Peer, params: list[Any]) -> Any:
        if peer.node.asked.count("spit") == 1:
            await peer.socket.send(garbage)
            raise NoAnswer
        return "clean"

    async def work() -> None:
        async with scripted_node() as node, linked(node.url, call_timeout=3.0) as link:
            node.answers["spit"] = spit
            if garbage == '{"id": 1}':  # an answer to a request that was answered already
                await ends_in(3.0, DeadlineError, link.call("spit", timeout=0.3))
            assert await link.call("spit") == "clean"

    run(work())


def test_a_bad_push_is_treated_as_a_broken_node() -> None:
    async def work() -> None:
        def deliver(value: Any) -> None:
            raise BadDataError("the push is broken")

        async with scripted_node() as node, linked(node.url) as link:
            with pytest.raises((UnreachableError, DeadlineError)):
                await link.subscribe(
                    "chain_subscribeNewHeads", "chain_unsubscribeNewHeads", deliver, timeout=0.5
                )
            assert node.asked.count("chain_getBlockHash") >= 2, "the socket was kept"

    run(work())


def test_a_cancelled_caller_leaves_the_link_intact() -> None:
    async def never(peer: Peer, params: list[Any]) -> Any:
        raise NoAnswer

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            node.answers["never"] = never
            tasks = [asyncio.create_task(link.call("never")) for _ in range(20)]
            await until(lambda: node.asked.count("never") == 20)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            assert (await link.call("chain_getHeader"))["number"] == "0x7"
            assert link.status.live

    run(work())


def test_calls_wait_for_the_link_until_their_deadline() -> None:
    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            await node.stop()
            await until(lambda: not link.status.live)
            caught = await ends_in(3.0, UnreachableError, link.call("x", timeout=0.4))
            assert node.url in str(caught.value)
            waiting = asyncio.create_task(link.call("chain_getHeader", timeout=5.0))
            await asyncio.sleep(0.1)
            await node.start()
            assert (await waiting)["number"] == "0x7"

    run(work())


def test_a_node_that_drops_everyone_is_not_hammered() -> None:
    async def drop(peer: Peer, params: list[Any]) -> Any:
        async def later() -> None:
            await asyncio.sleep(0.01)
            peer.socket.transport.abort()

        peer.node._tasks.add(asyncio.create_task(later()))
        return peer.node.genesis

    async def work() -> None:
        async with scripted_node() as node:
            node.answers["chain_getBlockHash"] = drop
            async with linked(node.url):
                await asyncio.sleep(2.0)
            assert 2 <= node.asked.count("chain_getBlockHash") <= 8

    run(work())


def test_another_chain_on_the_same_port_is_not_accepted() -> None:
    async def work() -> None:
        async with scripted_node() as node:
            expected = node.genesis

            async def strict(call: Caller) -> None:
                if await call("chain_getBlockHash", [0]) != expected:
                    raise UnreachableError("it serves another chain")

            link = Link([node.url], strict)
            await link.open(2.0)
            await node.stop()
            node.genesis = "0x" + "99" * 32
            await node.start()
            await until(lambda: link.status.problem == "it serves another chain")
            assert not link.status.live
            node.genesis = expected
            await until(lambda: link.status.live)
            await link.close()

    run(work())


def test_closing_ends_waiting_calls_and_leaves_no_task() -> None:
    async def work() -> None:
        async with scripted_node() as node:
            node.answers["never"] = _never
            async with linked(node.url) as link:
                waiting = asyncio.create_task(link.call("never"))
                await until(lambda: "never" in node.asked)
            await ends_in(3.0, UnreachableError, waiting)
            await ends_in(3.0, UnreachableError, link.call("chain_getHeader"))
        await asyncio.sleep(0.05)
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert not any(name.startswith(("read", "keep")) for name in names)

    run(work())


async def _never(peer: Peer, params: list[Any]) -> Any:
    raise NoAnswer


def test_a_barred_endpoint_is_tried_again_much_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "BAR_S", 0.5)

    async def refuse(peer: Peer, params: list[Any]) -> Any:
        await peer.socket.close(1008, "slow down")
        raise NoAnswer

    async def work() -> None:
        async with scripted_node() as node:
            node.answers["expensive"] = refuse
            async with linked(node.url) as link:
                await ends_in(3.0, UnreachableError, link.call("expensive"))
                await until(lambda: link.status.live)

    run(work())


def test_a_frozen_socket_is_noticed_by_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taoctl.chain.rpc.PING_S", 0.2)

    async def work() -> None:
        async with scripted_node() as node, linked(node.url) as link:
            problems: list[str | None] = []

            async def listen() -> None:
                beat = link.pulse.beat
                while True:
                    beat = await link.pulse.wait(beat)
                    problems.append(link.status.problem)

            listening = asyncio.create_task(listen())
            node.peers[0].socket.transport.pause_reading()
            await until(lambda: bool(problems))
            assert problems[0] == "it stopped answering pings"
            await until(lambda: link.status.live)
            listening.cancel()

    run(work())


def test_a_dead_name_server_does_not_outlast_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    given_up = threading.Event()
    outwaited: list[bool] = []

    def dead(host: str, *args: Any, **kwargs: Any) -> Any:
        if host != "node.example":
            return real(host, *args, **kwargs)
        outwaited.append(given_up.wait(60))
        raise socket.gaierror("dead")

    monkeypatch.setattr(socket, "getaddrinfo", dead)

    async def work() -> None:
        link = Link(["ws://node.example:9944"], greet)
        caught = await ends_in(3.0, UnreachableError, link.open(0.5))
        assert "node.example:9944: no answer within 0.5 s" in str(caught.value)

    run(work())
    assert outwaited == [], "the loop waited for the resolver"
    given_up.set()


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with scripted_node() as node:

            def two(host: str, *args: Any, **kwargs: Any) -> Any:
                kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
                return [(*kind, ("127.0.0.2", node.port)), (*kind, ("127.0.0.1", node.port))]

            monkeypatch.setattr(socket, "getaddrinfo", two)
            async with linked(f"ws://node.example:{node.port}") as link:
                assert link.status.live

    run(work())
