"""Faults on purpose: what they do to a request, and that nothing else is touched."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import websockets
from nodes import BOB, TAO, free, open_plain, transfer
from running import localnet

from taoctl.errors import UsageError
from taoctl.localnet import service
from taoctl.localnet.dev import DevNode
from taoctl.localnet.faults import Fault, Faults, Strike, When, read_fault
from taoctl.localnet.serve import table
from taoctl.localnet.server import RpcServer
from taoctl.localnet.session import Session

PATIENT_S = 60.0


def test_what_the_command_line_says_is_read_and_said_again() -> None:
    text = "latency=0.5,drop=0.1,disconnect=0.05,garbage=0.01,when=after,method=author_*"
    fault = read_fault(text)
    assert fault == Fault("author_*", 0.5, 0.1, 0.05, 0.01, When.AFTER)
    assert str(fault) == text
    assert str(read_fault("drop=1")) == "drop=1,method=*"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drop",
        "drop=",
        "drop=2",
        "drop=-1",
        "drop=nan",
        "latency=1e9",
        "latency=inf",
        "when=now,drop=1",
        "speed=3",
        "method=,drop=1",
        "method=author_*",
        "drop=0",
        "matches=1",
    ],
)
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="fault"):
        read_fault(text)


def test_dev_methods_are_spared_unless_named() -> None:
    assert not Fault("*").matches("dev_status")
    assert Fault("dev_*").matches("dev_status")
    assert Fault("author_*").matches("author_submitExtrinsic")
    assert not Fault("author_*").matches("state_call")


def test_chances_are_what_they_say_and_a_seed_repeats_them() -> None:
    def fates(seed: int) -> list[Any]:
        faults = Faults([read_fault("drop=0.2,disconnect=0.1,garbage=0.1,when=before")], seed)
        return [faults.fate("state_call") for _ in range(4000)]

    first = fates(1)
    assert first == fates(1) != fates(2)
    counts = Counter(fate.strike for fate in first)
    assert 700 < counts[Strike.DROP] < 900
    assert 250 < counts[Strike.DISCONNECT] < 400
    assert 200 < counts[Strike.GARBAGE] < 380
    assert not any(fate.carried_out for fate in first if fate.strike is Strike.DROP)


class Bad:
    """A node with faults behind a real socket."""

    def __init__(self, *texts: str) -> None:
        self.node: DevNode = open_plain().node
        self.faults = Faults([read_fault(text) for text in texts], seed=7)
        self._server = RpcServer(self._session, port=0)

    def _session(self, push: Any) -> Session:
        async def ready() -> DevNode:
            return self.node

        return Session(ready, table(), push, self.faults)

    async def __aenter__(self) -> Bad:
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def ask(self, method: str, *params: Any) -> str | None:
        """The text that comes back, None when the next request's does, "cut" at the end."""
        async with websockets.connect(f"ws://127.0.0.1:{self._server.port}") as socket:
            request = {"jsonrpc": "2.0", "id": 5, "method": method, "params": list(params)}
            await socket.send(json.dumps(request))
            dropping = any(fault.drop for fault in self.faults.faults)
            if dropping:
                await socket.send(json.dumps({**request, "id": 6, "method": "system_chain"}))
            try:
                text = str(await asyncio.wait_for(socket.recv(), PATIENT_S))
            except websockets.ConnectionClosed:
                return "cut"
            return None if dropping and json.loads(text)["id"] == 6 else text


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["drop", "disconnect"])
def test_a_lost_submission_was_carried_out_or_not_as_said(kind: str, when: str) -> None:
    async def run() -> None:
        async with Bad(f"{kind}=1,when={when},method=author_*") as bad:
            raw = "0x" + transfer(bad.node).hex()
            answer = await bad.ask("author_submitExtrinsic", raw)
            assert answer == (None if kind == "drop" else "cut")
            assert len(bad.node.pool) == (1 if when == "after" else 0)
            await bad.node.author_block()
            assert (free(bad.node, BOB) > 10_000 * TAO) is (when == "after")
            assert json.loads(await bad.ask("system_name") or "")["id"] == 5

    asyncio.run(run())


def test_garbage_is_no_answer_in_many_ways() -> None:
    async def run() -> None:
        async with Bad("garbage=1") as bad:
            texts = [await bad.ask("system_name") for _ in range(40)]
        assert len(set(texts)) > 5
        for text in texts:
            assert text is not None
            try:
                value = json.loads(text)
            except ValueError:
                continue
            whole = isinstance(value, dict) and value.get("id") == 5 and "result" in value
            assert not whole

    asyncio.run(run())


@pytest.mark.parametrize("when", ["before", "after"])
def test_latency_comes_before_or_after_the_work(when: str) -> None:
    async def run() -> None:
        async with Bad(f"latency=0.2,when={when},method=author_*") as bad:
            asked_at = time.monotonic()
            asking = asyncio.create_task(
                bad.ask("author_submitExtrinsic", "0x" + transfer(bad.node).hex())
            )
            while not len(bad.node.pool):
                assert not asking.done()
                await asyncio.sleep(0)
            assert when == "after" or time.monotonic() - asked_at >= 0.2
            assert "result" in (await asking or "")
            assert time.monotonic() - asked_at >= 0.2
            assert len(bad.node.pool) == 1

    asyncio.run(run())


def test_a_batch_meets_one_fate() -> None:
    async def run() -> None:
        body = [
            {"jsonrpc": "2.0", "id": 1, "method": "system_name"},
            {"jsonrpc": "2.0", "id": 2, "method": "author_pendingExtrinsics"},
        ]
        async with (
            Bad("drop=1,when=before,method=author_*") as bad,
            websockets.connect(f"ws://127.0.0.1:{bad._server.port}") as socket,
        ):
            await socket.send(json.dumps(body))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.2)
            await socket.send(json.dumps(body[:1]))
            assert json.loads(await asyncio.wait_for(socket.recv(), PATIENT_S))[0]["id"] == 1

    asyncio.run(run())


def test_a_localnet_process_has_the_faults_it_was_told_and_they_can_be_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    faults = ("disconnect=1,method=system_*",)
    with localnet(monkeypatch, tmp_path, block_time=30.0, finality_lag=7, faults=faults) as running:
        assert service.status(running.port)["faults"] == ["disconnect=1,method=system_*"]
        assert service.ask(running.port, "chain_getBlockHash", 0).startswith("0x")
        with pytest.raises(Exception, match=r"not a taoctl localnet|no localnet"):
            service.ask(running.port, "system_name")
        assert service.ask(running.port, "dev_setFaults", []) == []
        assert service.ask(running.port, "system_name") == "taoctl localnet"
        with pytest.raises(UsageError, match="says nothing"):
            service.ask(running.port, "dev_setFaults", ["drop=7"])
