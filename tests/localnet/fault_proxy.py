"""A WebSocket proxy between a client and a node that spoils one submission in a chosen way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import websockets
from running import free_port
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve

SUBMISSIONS = ("author_submitAndWatchExtrinsic", "author_submitExtrinsic")
PATIENT_S = 300.0


class Spoil(StrEnum):
    """What happens to a submission."""

    NOTHING = "nothing"
    CUT_BEFORE = "cut before it is passed on"
    CUT_AT_ONCE = "cut as soon as it is passed on"
    CUT_AFTER = "cut when the node has answered"
    CUT_LATER = "cut some time after the answer"
    SWALLOW = "never passed on, and never answered"
    LOSE_ANSWER = "the answer is lost"
    DELAY_ANSWER = "the answer is late"
    DELAY_REQUEST = "passed on late, perhaps after the client has given up"
    TWO_ANSWERS = "the answer comes twice"
    TWO_REQUESTS = "passed on twice"
    OTHER_ERROR = "an error that is not the node's answers first"
    REFUSAL = "taken, and answered with the pool's refusal"


@dataclass
class Fault:
    """What happens to the next submission; `seconds` is how late, or how long it is down."""

    spoil: Spoil = Spoil.NOTHING
    seconds: float = 0.0
    down: bool = False
    """Whether nobody can connect for that long after a cut."""


class FaultProxy:
    """Listens on a port of its own while it is a context, in a thread of its own."""

    def __init__(self, upstream: str) -> None:
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.seen = 0
        self._upstream = upstream
        self._fault = Fault()
        self._down = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._open: set[ServerConnection] = set()
        self._late: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._ready = threading.Event()

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        assert self._ready.wait(PATIENT_S)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None and self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENT_S)
        assert not self._thread.is_alive()

    def spoil(self, fault: Fault) -> None:
        """Do this to the next submission, and to that one only."""
        self._fault = fault

    def heal(self) -> None:
        """Spoil nothing any more, and let everyone connect."""
        self._fault, self._down = Fault(), False

    def cut_all(self) -> None:
        """End every connection now."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._cut_all(), self._loop).result(PATIENT_S)

    async def _cut_all(self) -> None:
        for connection in list(self._open):
            connection.transport.abort()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server: Server = await serve(
            self._serve, "127.0.0.1", self.port, max_size=None, ping_interval=None
        )
        self._ready.set()
        await self._stop.wait()
        for task in self._late:
            task.cancel()
        await self._cut_all()
        server.close()
        await server.wait_closed()

    async def _serve(self, client: ServerConnection) -> None:
        if self._down:
            client.transport.abort()
            return
        self._open.add(client)
        try:
            async with connect(self._upstream, max_size=None, ping_interval=None) as node:
                conversation = _Conversation(self, client, node)
                tasks = [
                    asyncio.create_task(conversation.requests()),
                    asyncio.create_task(conversation.answers()),
                ]
                _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in pending:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        except (OSError, websockets.WebSocketException):
            pass
        finally:
            self._open.discard(client)
            client.transport.abort()

    def _take(self) -> Fault:
        fault, self._fault = self._fault, Fault()
        self.seen += 1
        return fault

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _cut(self, client: ServerConnection, fault: Fault) -> None:
        if fault.down:
            self._down = True
            self._spawn(self._up_after(fault.seconds))
        client.transport.abort()

    async def _up_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._down = False


class _Conversation:
    """One client's connection and the one to the node that goes with it."""

    def __init__(self, proxy: FaultProxy, client: ServerConnection, node: Any) -> None:
        self._proxy = proxy
        self._client = client
        self._node = node
        self._spoilt: dict[int, Fault] = {}

    async def requests(self) -> None:
        async for text in self._client:
            message = json.loads(text)
            fault = Fault()
            if message.get("method") in SUBMISSIONS:
                fault = self._proxy._take()
                self._spoilt[message["id"]] = fault
            await self._pass_on(text, fault, message)

    async def _pass_on(self, text: str | bytes, fault: Fault, message: dict[str, Any]) -> None:
        match fault.spoil:
            case Spoil.CUT_BEFORE:
                await self._proxy._cut(self._client, fault)
            case Spoil.SWALLOW:
                pass
            case Spoil.CUT_AT_ONCE:
                await self._node.send(text)
                await self._proxy._cut(self._client, fault)
                await asyncio.sleep(0.05)  # the node reads what was sent before it hangs up
            case Spoil.DELAY_REQUEST:
                self._proxy._spawn(self._later(text, fault.seconds, message))
            case Spoil.TWO_REQUESTS:
                await self._node.send(text)
                await self._node.send(text)
            case Spoil.OTHER_ERROR:
                await self._node.send(text)
                error = {"code": -32603, "message": "Internal error: upstream timed out"}
                answer = {"jsonrpc": "2.0", "id": message["id"], "error": error}
                await self._client.send(json.dumps(answer))
            case _:
                await self._node.send(text)

    async def _later(self, text: str | bytes, seconds: float, message: dict[str, Any]) -> None:
        """Hand it to the node on a connection that does not end with the client's."""
        await asyncio.sleep(seconds)
        with contextlib.suppress(OSError, websockets.WebSocketException):
            async with connect(self._proxy._upstream, max_size=None) as node:
                await node.send(text)
                await node.recv()

    async def answers(self) -> None:
        async for text in self._node:
            number = json.loads(text).get("id")
            fault = self._spoilt.get(number, Fault()) if number is not None else Fault()
            await self._answer(text, fault)

    async def _answer(self, text: str | bytes, fault: Fault) -> None:
        match fault.spoil:
            case Spoil.CUT_AFTER:
                await self._proxy._cut(self._client, fault)
            case Spoil.LOSE_ANSWER | Spoil.OTHER_ERROR:
                pass
            case Spoil.REFUSAL:
                error = {"code": 1010, "message": "Invalid Transaction", "data": "No reason"}
                answer = {"jsonrpc": "2.0", "id": json.loads(text)["id"], "error": error}
                await self._client.send(json.dumps(answer))
            case Spoil.DELAY_ANSWER:
                await asyncio.sleep(fault.seconds)
                await self._client.send(text)
            case Spoil.TWO_ANSWERS:
                await self._client.send(text)
                await self._client.send(text)
            case Spoil.CUT_LATER:
                await self._client.send(text)
                self._proxy._spawn(self._cut_later(fault))
            case _:
                await self._client.send(text)

    async def _cut_later(self, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds)
        await self._proxy._cut(self._client, fault)
