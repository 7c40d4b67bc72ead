"""JSON-RPC over WebSocket and HTTP POST on one port."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from taoctl.errors import RefusedError, UsageError
from taoctl.localnet import http
from taoctl.localnet.faults import StruckError
from taoctl.localnet.session import Session

MAX_MESSAGE = http.MAX_BODY
MAX_UNREAD = 32 * 1024 * 1024
"""Bytes of answers and notifications a client may leave unread before it is dropped."""
MAX_CONNECTIONS = 400
IDLE_SECONDS = 60.0
"""How long a client may take for a request, or to read an answer over HTTP."""
_MAX_PENDING = 256
_READ = 64 * 1024

SessionFactory = Callable[[Callable[[str], None] | None], Session]


class RpcServer:
    """Listens on one port and gives every connection a session.

    Args:
        sessions: makes a session from a function that pushes a text (None over HTTP).
        host: address to listen on.
        port: 0 takes a free port; `port` holds the real one once started.
    """

    def __init__(self, sessions: SessionFactory, host: str = "127.0.0.1", port: int = 9944) -> None:
        self._sessions = sessions
        self._host = host
        self.port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen; raises RefusedError when the port is taken, UsageError if forbidden."""
        try:
            self._server = await asyncio.start_server(
                self._accept, self._host, self.port, limit=http.MAX_HEAD * 4, backlog=256
            )
        except OSError as error:
            raise _listen_error(self._host, self.port, error) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if len(self._connections) > MAX_CONNECTIONS:
                writer.write(http.response(503, b"too many connections\n", keep=False))
                await _drain(writer)
            else:
                await self._converse(reader, writer)
        except (ConnectionError, TimeoutError):
            pass
        except asyncio.CancelledError:
            pass  # the server closes
        finally:
            self._connections.discard(task)
            with suppress(ConnectionError, RuntimeError):
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = self._sessions(None)
        while True:
            try:
                head = await asyncio.wait_for(http.read_head(reader), IDLE_SECONDS)
                if head is None:
                    return
                http.check_sender(head)
                if head.wants_websocket:
                    await WebSocket(self._sessions, reader, writer).run(head)
                    return
                body = await asyncio.wait_for(http.read_body(reader, writer, head), IDLE_SECONDS)
            except http.BadRequestError as error:
                writer.write(http.response(error.status, str(error).encode(), keep=False))
                await _drain(writer)
                return
            writer.write(await _answer(session, head, body))
            await _drain(writer)
            if not head.keeps_alive:
                return


async def _drain(writer: asyncio.StreamWriter) -> None:
    await asyncio.wait_for(writer.drain(), IDLE_SECONDS)


async def _answer(session: Session, head: http.Head, body: bytes) -> bytes:
    keep, origin = head.keeps_alive, head.origin
    if head.method == "POST":
        texts: list[str] = []
        await session.handle(body, texts.append)
        return http.response(200, "".join(texts).encode(), keep=keep, origin=origin)
    if head.method == "OPTIONS":
        return http.response(204, keep=keep, origin=origin)
    if head.method == "GET" and head.path.startswith("/health"):
        health = b'{"peers":0,"isSyncing":false,"shouldHavePeers":false}'
        return http.response(200, health, keep=keep, origin=origin)
    why = b"POST JSON-RPC, or connect with a WebSocket\n"
    return http.response(405, why, keep=keep, origin=origin)


class WebSocket:
    """One WebSocket connection over an asyncio stream, driving the sans-I/O protocol."""

    def __init__(
        self, sessions: SessionFactory, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = ServerProtocol(max_size=MAX_MESSAGE)
        self._session = sessions(self._push)
        self._parts: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_MAX_PENDING)

    async def run(self, head: http.Head) -> None:
        """Shake hands, then serve until either side ends the connection."""
        try:
            self._protocol.receive_data(head.raw)
            await self._events()
            while not self._ended:
                data = await self._reader.read(_READ)
                if data:
                    self._protocol.receive_data(data)
                else:
                    self._protocol.receive_eof()
                await self._events()
                if not data:
                    return
        finally:
            self._session.close()
            for task in tuple(self._tasks):
                task.cancel()
            self._farewell()

    @property
    def _ended(self) -> bool:
        return self._protocol.state is State.CLOSED

    async def _events(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._handshake(event)
            elif isinstance(event, Frame):
                await self._frame(event)
        self._flush()
        await self._writer.drain()

    def _handshake(self, request: Request) -> None:
        try:
            answer = self._protocol.accept(request)
        except InvalidHandshake as error:
            answer = self._protocol.reject(400, f"{error}\n")
        self._protocol.send_response(answer)

    async def _frame(self, frame: Frame) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return  # the protocol answers pings and closes itself
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return
        message, self._parts = b"".join(self._parts), []
        await self._room.acquire()
        task = asyncio.create_task(self._handle(message))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        await asyncio.sleep(0)  # one message at a time, so that other clients get their turn
        await self._writer.drain()

    async def _handle(self, message: bytes) -> None:
        try:
            await self._session.handle(message, self._push)
        except StruckError:
            self._writer.transport.abort()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()

    def _push(self, text: str) -> None:
        if self._protocol.state is not State.OPEN:
            return
        self._protocol.send_text(text.encode())
        self._flush()
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD:
            self._writer.transport.abort()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._writer.write(data)
            elif self._writer.can_write_eof():
                with suppress(OSError, RuntimeError):
                    self._writer.write_eof()

    def _farewell(self) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1001, "the node stops")
            self._flush()


def _listen_error(host: str, port: int, error: OSError) -> RefusedError | UsageError:
    if error.errno == errno.EADDRINUSE:
        return RefusedError(
            f"port {port} on {host} is in use",
            f"stop what listens there (`taoctl localnet down --port {port}` if it is a localnet), "
            "or choose another with --port",
        )
    return UsageError(
        f"cannot listen on {host}:{port}: {error.strerror or error}",
        "choose another port with --port",
    )
