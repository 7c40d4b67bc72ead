"""Whether something answers at an endpoint: TCP, TLS and HTTP, each with how long it took.

What answers is a stranger's: nothing that it says is kept but a status code and a TLS version, and
nothing that it does can make this wait longer than it was told to.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from taoctl.certificates import Certificate
from taoctl.endpoints import Endpoint

MOST_AT_ONCE = 128
"""Endpoints that are tried at the same time."""

_STATUS = re.compile(rb"^HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n$")
_LONGEST_LINE = 1_024
_BAD_REQUEST = 400
"""What servers that speak TLS say to a request in the open."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What was found at an endpoint; None for what did not come about.

    Attributes:
        tcp_ms: until a connection stood.
        tls: version of TLS that was agreed on.
        tls_ms: until that was agreed on, connecting included.
        key_matches: whether the server has the key that was expected; None where none was.
        http_status: of the answer to `GET /`.
        http_ms: from the request to the first line of the answer.
        problem: the first thing that failed, in words.
    """

    tcp_ms: int | None = None
    tls: str | None = None
    tls_ms: int | None = None
    key_matches: bool | None = None
    http_status: int | None = None
    http_ms: int | None = None
    problem: str | None = None

    @property
    def reachable(self) -> bool:
        """Whether a connection stood."""
        return self.tcp_ms is not None


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint to try, and the key that its certificate should have."""

    endpoint: Endpoint
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What `GET /` brought over one connection."""

    status: int | None
    ms: int | None
    problem: str | None


async def probe_all(targets: Sequence[Target], limit_s: float) -> tuple[Reached, ...]:
    """Try many endpoints at the same time; `limit_s` is how long each step may take."""
    room = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(target: Target) -> Reached:
        async with room:
            return await probe(target, limit_s)

    with _unheard(asyncio.get_running_loop()):
        return tuple(await asyncio.gather(*(one(target) for target in targets)))


async def probe(target: Target, limit_s: float) -> Reached:
    """Try an endpoint: connect, then ask in the open or, where a key is known, over TLS first.

    Takes at most four times `limit_s`, and raises nothing because of what is there.
    """
    endpoint = target.endpoint
    if endpoint.host is None or not endpoint.is_served:
        return Reached(problem="it is no address")
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with _connection(endpoint, limit_s) as (reader, writer):
            tcp_ms = _ms(loop.time() - start)
            if target.certificate is not None:
                return await _by_tls(target, limit_s, tcp_ms)
            plain = await _get(reader, writer, endpoint, limit_s)
    except (OSError, TimeoutError) as problem:
        return Reached(problem=_words(problem, limit_s))
    open_ = Reached(
        tcp_ms=tcp_ms, http_status=plain.status, http_ms=plain.ms, problem=plain.problem
    )
    if plain.status not in (None, _BAD_REQUEST):
        return open_
    over = await _over_tls(target, limit_s, tcp_ms)
    return open_ if over.tls is None else over


async def _by_tls(target: Target, limit_s: float, tcp_ms: int) -> Reached:
    """TLS, as a published key promises; in the open where the server speaks none."""
    over = await _over_tls(target, limit_s, tcp_ms)
    if over.tls is not None:
        return over
    try:
        async with _connection(target.endpoint, limit_s) as (reader, writer):
            plain = await _get(reader, writer, target.endpoint, limit_s)
    except (OSError, TimeoutError):
        return over
    return Reached(tcp_ms=tcp_ms, http_status=plain.status, http_ms=plain.ms, problem=over.problem)


async def _over_tls(target: Target, limit_s: float, tcp_ms: int) -> Reached:
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with _connection(target.endpoint, limit_s, tls=True) as (reader, writer):
            tls_ms = _ms(loop.time() - start)
            spoken: ssl.SSLObject = writer.get_extra_info("ssl_object")
            version, der = spoken.version(), spoken.getpeercert(binary_form=True)
            answer = await _get(reader, writer, target.endpoint, limit_s)
    except (OSError, TimeoutError) as problem:
        return Reached(tcp_ms=tcp_ms, problem=f"no TLS: {_words(problem, limit_s)}")
    expected = target.certificate
    matches = None if expected is None else der is not None and expected.is_key_of(der)
    problem_ = "the server has another key than is published" if matches is False else None
    return Reached(
        tcp_ms=tcp_ms,
        tls=version,
        tls_ms=tls_ms,
        key_matches=matches,
        http_status=answer.status,
        http_ms=answer.ms,
        problem=problem_ or answer.problem,
    )


async def _get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: Endpoint, limit_s: float
) -> _Answer:
    loop = asyncio.get_running_loop()
    start = loop.time()
    request = (
        f"GET / HTTP/1.1\r\nHost: {endpoint}\r\nUser-Agent: taoctl\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(limit_s):
            writer.write(request.encode("ascii"))
            line = await reader.readuntil(b"\n")
    except (OSError, TimeoutError) as problem:
        return _Answer(None, None, f"no HTTP: {_words(problem, limit_s)}")
    except asyncio.IncompleteReadError:
        return _Answer(None, None, "no HTTP: it hung up without an answer")
    except asyncio.LimitOverrunError:
        return _Answer(None, None, "no HTTP: it answers something else")
    found = _STATUS.match(line)
    if found is None:
        return _Answer(None, None, "no HTTP: it answers something else")
    return _Answer(int(found[1]), _ms(loop.time() - start), None)


@contextlib.asynccontextmanager
async def _connection(
    endpoint: Endpoint, limit_s: float, *, tls: bool = False
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that is cut, not closed: a goodbye could be left without an answer."""
    async with asyncio.timeout(limit_s):
        reader, writer = await asyncio.open_connection(
            endpoint.host, endpoint.port, limit=_LONGEST_LINE, ssl=_tls() if tls else None
        )
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


@cache
def _tls() -> ssl.SSLContext:
    """TLS with whoever it is: neurons sign their certificates themselves."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


@contextlib.contextmanager
def _unheard(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Keep the loop from writing to stderr what strangers' servers do to its transports."""
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda *_: None)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


def _words(problem: OSError | TimeoutError, limit_s: float) -> str:
    """What went wrong, in words of our own: what a library quotes may be the stranger's."""
    if isinstance(problem, ConnectionRefusedError):
        return "the connection is refused: nothing listens there, or a firewall says so"
    if isinstance(problem, ConnectionResetError):
        return "the other side hung up"
    if isinstance(problem, ssl.SSLError):
        return "the other side does not speak it"
    if isinstance(problem, TimeoutError) and problem.errno is None:
        return f"no answer within {limit_s:g} s"
    return os.strerror(problem.errno).lower() if problem.errno else "the connection failed"


def _ms(seconds: float) -> int:
    return round(seconds * 1_000)
