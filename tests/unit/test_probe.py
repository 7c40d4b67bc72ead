"""Probing: what servers of every kind are found to be, and that none of them holds it up."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ports import free_port
from steady_loop import run as steadily

from taoctl.certificates import Certificate, parse_certificate
from taoctl.endpoints import Endpoint
from taoctl.probe import Reached, Target, probe, probe_all

DATA = Path(__file__).resolve().parents[1] / "data" / "tls"
LOOPBACK = int(ipaddress.ip_address("127.0.0.1"))
LIMIT = 30.0
"""Longer than any answer takes that comes, however busy the machine is."""
SOON = 1.0
"""When to give up what never answers; connecting takes less."""
NOT_HELD_UP = 10.0
"""Seconds in which nothing happens, which are all that these loops count."""
TLS_HELLO = b"\x16"
OK = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(data: bytes, *, wait: bool = True) -> Serve:
    """A server that answers so, at once or once it was asked; in TLS it hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if wait:
            if await reader.readexactly(1) == TLS_HELLO:
                return
            await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        writer.close()

    return serve


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything and say nothing."""
    await reader.read()


async def trickling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say something, for ever, and never end a line."""
    while True:
        writer.write(b"H")
        await writer.drain()
        await asyncio.sleep(0.01)


async def flooding(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say as much as there is room for, without a line's end."""
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def server_tls() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(DATA / "axon.pem", DATA / "axon.key")
    return made


def published() -> Certificate:
    return parse_certificate((DATA / "axon.pem").read_bytes(), 1)


@asynccontextmanager
async def listening(serve: Serve, *, tls: bool = False) -> AsyncIterator[Endpoint]:
    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(
        guarded, "127.0.0.1", 0, ssl=server_tls() if tls else None, ssl_handshake_timeout=None
    )
    try:
        yield Endpoint(LOOPBACK, 4, server.sockets[0].getsockname()[1])
    finally:
        server.close()


def found(
    serve: Serve, *, tls: bool = False, key: Certificate | None = None, limit_s: float = LIMIT
) -> Reached:
    async def run() -> Reached:
        async with listening(serve, tls=tls) as endpoint:
            start = time.monotonic()
            one = (await probe_all([Target(endpoint, key)], limit_s))[0]
            assert time.monotonic() - start < NOT_HELD_UP
            return one

    return steadily(run())


def test_a_server_of_http_is_reached_whatever_its_status() -> None:
    one = found(answering(OK))
    assert (one.http_status, one.tls, one.problem) == (404, None, None)
    assert one.reachable and one.tcp_ms is not None and one.http_ms is not None
    assert found(answering(b"HTTP/1.0 200\r\n\r\n")).http_status == 200


def test_a_server_of_tls_is_found_without_being_told() -> None:
    one = found(answering(OK), tls=True)
    assert one.tls is not None and one.tls.startswith("TLSv1.")
    assert (one.http_status, one.problem, one.key_matches) == (404, None, None)
    assert one.tls_ms is not None


def test_the_key_that_is_published_is_compared_with_the_servers() -> None:
    key = published()
    one = found(answering(OK), tls=True, key=key)
    assert (one.key_matches, one.problem, one.http_status) == (True, None, 404)
    other = found(answering(OK), tls=True, key=Certificate(1, key.public_key[::-1]))
    assert (other.key_matches, other.http_status) == (False, 404)
    assert other.problem == "the server has another key than is published"


def test_a_published_key_with_a_server_in_the_open_is_a_problem() -> None:
    one = found(answering(OK), key=published())
    assert (one.reachable, one.http_status, one.tls) == (True, 404, None)
    assert one.problem is not None and one.problem.startswith("no TLS")


@pytest.mark.parametrize(
    "serve",
    [
        answering(b"SSH-2.0-OpenSSH_9\r\n", wait=False),
        answering(b"HTTP/1.1 999 Wrong\r\n\r\n"),
        answering(b"HTTP/1.1 200\x1b[31m\xff" + b"a" * 5_000 + b"\r\n"),
        answering(b"\n"),
        answering(b""),
        silent,
        trickling,
        flooding,
        hanging_up,
    ],
)
@pytest.mark.parametrize("tls", [False, True])
def test_nothing_that_answers_holds_it_up_or_is_repeated(
    serve: Serve, tls: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    one = found(serve, tls=tls, limit_s=SOON if serve in (silent, trickling) else LIMIT)
    assert one.reachable and one.http_status is None
    assert one.problem is not None and one.problem.isascii() and one.problem.isprintable()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_an_ipv6_address_is_asked_by_its_own_name() -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        writer.close()

    async def run() -> tuple[int, Reached]:
        try:
            server = await asyncio.start_server(listen, "::1", 0)
        except OSError:
            pytest.skip("this machine has no IPv6")
        port = server.sockets[0].getsockname()[1]
        try:
            return port, await probe(Target(Endpoint(1, 6, port)), LIMIT)
        finally:
            server.close()

    port, one = steadily(run())
    assert one.http_status == 404
    assert f"Host: [::1]:{port}\r\n".encode() in heard[0]


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_is_answered_is_a_status_or_none(data: bytes) -> None:
    one = found(answering(data, wait=False))
    assert one.reachable
    assert one.http_status is None or 100 <= one.http_status < 600
    assert one.problem is None or (one.problem.isascii() and one.problem.isprintable())


def test_a_closed_port_is_refused() -> None:
    async def run() -> Reached:
        return await probe(Target(Endpoint(LOOPBACK, 4, free_port())), LIMIT)

    one = steadily(run())
    assert not one.reachable
    assert one.problem is not None and one.problem.startswith("the connection is refused")


def test_who_takes_no_connection_is_given_up_after_the_limit() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        at = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(at)
            found_ = steadily(probe(Target(Endpoint(LOOPBACK, 4, at[1])), SOON), NOT_HELD_UP)
        finally:
            for one in waiting:
                one.close()
    assert (found_.reachable, found_.problem) == (False, f"no answer within {SOON:g} s")


@pytest.mark.parametrize("endpoint", [Endpoint(0, 4, 1), Endpoint(2**40, 4, 1), Endpoint(5, 4, 0)])
def test_what_is_no_address_is_not_tried(endpoint: Endpoint) -> None:
    assert asyncio.run(probe(Target(endpoint), LIMIT)).problem == "it is no address"


def test_many_are_tried_at_the_same_time() -> None:
    async def run() -> tuple[Reached, ...]:
        async with listening(silent) as slow, listening(answering(OK)) as quick:
            return await probe_all([Target(slow)] * 60 + [Target(quick)] * 60, 2 * SOON)

    # One after the other the silent ones alone take two minutes.
    every = steadily(run(), 60)
    assert [one.http_status for one in every] == [None] * 60 + [404] * 60
