"""A WebSocket server that answers JSON-RPC as a test tells it to, on a free local port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from ports import free_port
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

GENESIS = "0x" + "11" * 32
Answer = Callable[["Peer", list[Any]], Awaitable[Any]]


class NoAnswer(Exception):
    """Raised by an answer that sends nothing."""


class Failure(Exception):
    """Raised by an answer that sends a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, "data": data}


class Peer:
    """One client connection, as answers see it."""

    def __init__(self, node: ScriptedNode, socket: ServerConnection) -> None:
        self.node = node
        self.socket = socket

    async def push(self, method: str, subscription: Any, result: Any) -> None:
        params = {"subscription": subscription, "result": result}
        await self.socket.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))


def header(number: int, salt: str = "00") -> dict[str, Any]:
    return {
        "number": hex(number),
        "parentHash": "0x" + f"{number:02x}" * 32,
        "stateRoot": "0x" + salt * 32,
        "extrinsicsRoot": "0x" + "22" * 32,
        "digest": {"logs": ["0x0661757261" + "2000112233445566"]},
    }


class ScriptedNode:
    """Answers by method name; unknown methods get -32601. `asked` lists what came in."""

    def __init__(self) -> None:
        self.number = 7
        self.genesis = GENESIS
        self.refuse_with: HTTPStatus | None = None
        self.retry_after: str | None = None
        self.refusals = 0
        self.silent = False
        self.syncing = False
        self.asked: list[str] = []
        self.peers: list[Peer] = []
        self.port = 0
        self._server: Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.answers: dict[str, Answer] = {
            "chain_getBlockHash": self._block_hash,
            "state_getRuntimeVersion": self._version,
            "chain_getHeader": self._header,
            "system_chain": self._name,
            "chain_subscribeNewHeads": self._subscribe,
            "chain_unsubscribeNewHeads": self._done,
        }

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, where it did before."""
        self.port = self.port or free_port()
        self._server = await serve(
            self._serve, "127.0.0.1", self.port, process_request=self._admit, close_timeout=0.1
        )

    async def stop(self) -> None:
        """Drop every connection without a goodbye and stop listening, as kill -9 does."""
        for peer in self.peers:
            peer.socket.transport.abort()
        self.peers.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        for task in self._tasks:
            task.cancel()

    async def new_block(self, salt: str = "00") -> None:
        self.number += 1
        for peer in self.peers:
            await peer.push("chain_newHead", "heads", header(self.number, salt))

    def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        if self.refuse_with is None:
            return None
        self.refusals += 1
        response = socket.respond(self.refuse_with, "go away\n")
        if self.retry_after is not None:
            response.headers["Retry-After"] = self.retry_after
        return response

    async def _serve(self, socket: ServerConnection) -> None:
        peer = Peer(self, socket)
        self.peers.append(peer)
        try:
            async for text in socket:
                message = json.loads(text)
                self.asked.append(message["method"])
                if not self.silent:
                    task = asyncio.create_task(self._answer(peer, message))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        except ConnectionClosed:
            pass
        finally:
            if peer in self.peers:
                self.peers.remove(peer)

    async def _answer(self, peer: Peer, message: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            answer = self.answers.get(message["method"], self._unknown)
            reply["result"] = await answer(peer, message["params"])
        except NoAnswer:
            return
        except Failure as failure:
            reply["error"] = failure.error
        try:
            await peer.socket.send(json.dumps(reply))
        except ConnectionClosed:
            return

    async def _unknown(self, peer: Peer, params: list[Any]) -> Any:
        raise Failure(-32601, "Method not found")

    async def _block_hash(self, peer: Peer, params: list[Any]) -> Any:
        return self.genesis

    async def _version(self, peer: Peer, params: list[Any]) -> Any:
        return {"specName": "node-subtensor", "specVersion": 424, "transactionVersion": 1}

    async def _header(self, peer: Peer, params: list[Any]) -> Any:
        return header(self.number)

    async def _name(self, peer: Peer, params: list[Any]) -> Any:
        return "scripted"

    async def _subscribe(self, peer: Peer, params: list[Any]) -> Any:
        await peer.push("chain_newHead", "heads", header(self.number))
        return "heads"

    async def _done(self, peer: Peer, params: list[Any]) -> Any:
        return True


@asynccontextmanager
async def scripted_node() -> AsyncIterator[ScriptedNode]:
    node = ScriptedNode()
    await node.start()
    try:
        yield node
    finally:
        await node.stop()
