"""The agent: a process of the user's own that holds unlocked keys and signs for taoctl.

It is started without a key and gets keys over its socket, so that none is ever in an argument or
in the environment. It ends when its last key's time has passed or it is locked, when the login that
started it is over, when its socket is removed, and on SIGTERM. It writes nothing anywhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.wallet import agent_protocol as protocol
from taoctl.wallet.agent_protocol import ProtocolError
from taoctl.wallet.keys import Key
from taoctl.wallet.logout import Login

MAX_CLIENTS = 64
"""Connections that are served at once; more of them wait for their turn."""

MAX_WAITING = 512
"""Connections in all; one more is closed at once."""

_READ_S = 3.0
_WRITE_S = 5.0
_TICK_S = 2.0
_FIRST_KEY_S = 30.0

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that also counts the time in which the machine sleeps."""


def _readings() -> tuple[float, float]:
    return time.clock_gettime(_CLOCK), time.time()


class Clock:
    """Seconds that only grow, and never slower than the machine's clock or the calendar's.

    The calendar also counts the time in which a virtual machine was paused. When it is set back
    the other clock goes on; when it is set forward, keys are dropped too early rather than late.

    Args:
        read: the two clocks, in seconds.
    """

    def __init__(self, read: Callable[[], tuple[float, float]] = _readings) -> None:
        self._read = read
        self._last = read()
        self._now = 0.0

    def __call__(self) -> float:
        """Seconds since this clock was made."""
        last, self._last = self._last, self._read()
        self._now += max(0.0, *(now - then for now, then in zip(self._last, last, strict=True)))
        return self._now


@dataclass(frozen=True, slots=True)
class _Held:
    key: Key = field(repr=False)
    label: str
    until: float


class Agent:
    """The keys and what may be asked about them; knows no socket.

    Args:
        problems: what the process could not do to protect its memory, in words.
        clock: seconds that only grow.
    """

    def __init__(
        self, problems: tuple[str, ...] = (), clock: Callable[[], float] | None = None
    ) -> None:
        self._problems = problems
        self._clock = clock or Clock()
        self._held: dict[str, _Held] = {}
        self._ends = self._clock() + _FIRST_KEY_S
        self.had_keys = False

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one request; a wrong one gets `ok` false, and why."""
        self.expire()
        operations = {
            "status": self._status,
            "add": self._add,
            "sign": self._sign,
            "lock": self._lock,
        }
        operation = operations.get(str(request.get("op")))
        if operation is None:
            return _no("there is no such request")
        try:
            return {"ok": True, **operation(request)}
        except ProtocolError as error:
            return _no(str(error))
        except TaoctlError:
            return _no("that is no private key")

    def expire(self) -> None:
        """Drop the keys whose time has passed."""
        now = self._clock()
        for ss58 in [ss58 for ss58, held in self._held.items() if held.until <= now]:
            del self._held[ss58]

    def done(self) -> bool:
        """Whether there is nothing left to hold, or nothing came."""
        self.expire()
        return not self._held and (self.had_keys or self._clock() >= self._ends)

    def seconds_left(self) -> float:
        """Seconds until the next key's time has passed."""
        ends = [held.until for held in self._held.values()] or [self._ends]
        return max(0.0, min(ends) - self._clock())

    def _status(self, request: Mapping[str, Any]) -> dict[str, Any]:
        now = self._clock()
        keys = [
            {
                "ss58": ss58,
                "public_key": held.key.public_key.hex(),
                "crypto": held.key.crypto,
                "label": held.label,
                "seconds_left": int(held.until - now),
            }
            for ss58, held in self._held.items()
        ]
        return {"pid": os.getpid(), "problems": list(self._problems), "keys": keys}

    def _add(self, request: Mapping[str, Any]) -> dict[str, Any]:
        private, crypto = request.get("private_key"), request.get("crypto")
        label, seconds = request.get("label"), request.get("seconds")
        if not isinstance(private, str) or type(crypto) is not int:
            raise ProtocolError("a private key and its scheme are needed")
        if not isinstance(label, str) or len(label) > 200:
            raise ProtocolError("a label is a short text")
        if type(seconds) is not int or not 0 < seconds <= protocol.MAX_SECONDS:
            raise ProtocolError(f"a key is held for 1 to {protocol.MAX_SECONDS} seconds")
        key = Key.from_private_key(private, crypto)
        if key.ss58 not in self._held and len(self._held) >= protocol.MAX_KEYS:
            raise ProtocolError(f"no more than {protocol.MAX_KEYS} keys are held")
        self._held[key.ss58] = _Held(key, label, self._clock() + seconds)
        self.had_keys = True
        return {"ss58": key.ss58}

    def _sign(self, request: Mapping[str, Any]) -> dict[str, Any]:
        text = request.get("message")
        held = self._held.get(str(request.get("ss58")))
        if held is None:
            raise ProtocolError("that key is not unlocked")
        if not isinstance(text, str) or len(text) > 2 * protocol.MAX_MESSAGE_BYTES:
            raise ProtocolError("a message is hex of a limited length")
        try:
            message = bytes.fromhex(text)
        except ValueError:
            raise ProtocolError("a message is hex of a limited length") from None
        return {"signature": held.key.sign(message).hex()}

    def _lock(self, request: Mapping[str, Any]) -> dict[str, Any]:
        wanted = request.get("ss58")
        locked = list(self._held) if wanted is None else [a for a in self._held if a == wanted]
        for ss58 in locked:
            del self._held[ss58]
        self.had_keys = True
        return {"locked": locked}


class AgentServer:
    """The agent on its socket.

    Args:
        agent: the keys.
        path: of the socket; its folder is the user's own and closed to others.
        login: what to outlive not.
    """

    def __init__(self, agent: Agent, path: Path, login: Login) -> None:
        self._agent = agent
        self._path = path
        self._login = login
        self._clients = 0
        self._turn = asyncio.Semaphore(MAX_CLIENTS)
        self._changed = asyncio.Event()

    async def serve(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        """Serve until there is no reason to go on; the socket's file is removed."""
        inode = self._path.lstat().st_ino
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, stopped.set)
        server = await asyncio.start_unix_server(self._client, sock=listener, start_serving=True)
        ready()
        try:
            while not (stopped.is_set() or self._over(inode)):
                wait = min(_TICK_S, self._agent.seconds_left() + 0.01)
                self._changed.clear()
                waits = [asyncio.ensure_future(e.wait()) for e in (stopped, self._changed)]
                await asyncio.wait(waits, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                for waiting in waits:
                    waiting.cancel()
        finally:
            server.close()
            if self._inode() == inode:
                self._path.unlink(missing_ok=True)

    def _over(self, inode: int) -> bool:
        return self._agent.done() or self._inode() != inode or self._login.over()

    def _inode(self) -> int | None:
        try:
            return self._path.lstat().st_ino
        except OSError:
            return None

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        self._clients += 1
        try:
            if protocol.peer_uid(connection) == os.geteuid() and self._clients <= MAX_WAITING:
                async with self._turn:
                    await self._converse(reader, writer)
        except (OSError, TimeoutError, ProtocolError, asyncio.IncompleteReadError):
            pass
        finally:
            self._clients -= 1
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(_READ_S):
                size = protocol.length(await reader.readexactly(protocol.HEAD_BYTES))
                body = await reader.readexactly(size)
            writer.write(protocol.pack(self._agent.answer(protocol.unpack(body))))
            self._changed.set()
            async with asyncio.timeout(_WRITE_S):
                await writer.drain()


def _no(problem: str) -> dict[str, Any]:
    return {"ok": False, "problem": problem}


def _listen(path: Path) -> socket.socket | str:
    """A socket that listens at the path, or why there is none; holds the folder's lock."""
    problem = protocol.folder_problem(path.parent)
    if problem:
        return problem
    before = os.umask(0o177)
    try:
        # Held until the process ends: two agents never answer at one path.
        if not protocol.hold_lock(path):
            return "running"
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(MAX_CLIENTS)
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    finally:
        os.umask(before)
    return listener


def main() -> None:
    """Run the agent; says on stdout, in one line of JSON, that it is ready or why not.

    Its settings come as one line of JSON on stdin: `path`, `session`, `leader`, `leader_started`.
    """
    from taoctl.wallet.memory import harden

    settings = json.loads(sys.stdin.readline())
    if os.fork():
        # Whoever started it need not wait for the agent itself.
        os._exit(0)
    problems = harden()
    path = Path(settings["path"])
    login = Login(settings["session"], settings["leader"], settings["leader_started"])
    listener = _listen(path)
    if isinstance(listener, str):
        _say({"problem": listener})
        return
    server = AgentServer(Agent(problems), path, login)
    with suppress(asyncio.CancelledError):
        asyncio.run(server.serve(listener, lambda: _say({"ready": True})))


def _say(content: Mapping[str, Any]) -> None:
    """Say it to whoever started the agent, and nothing to anybody from then on."""
    with suppress(OSError):
        os.write(1, f"{json.dumps(content)}\n".encode())
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)


if __name__ == "__main__":
    main()
