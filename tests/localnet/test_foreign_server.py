"""What listens on a port and is no localnet: the commands say so, and end."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from taoctl.errors import DeadlineError, RefusedError
from taoctl.localnet import service
from taoctl.localnet.service import Launch, Options

JSON = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
ANSWERS = {
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{",
    "a web page": b"HTTP/1.0 200 OK\r\n\r\n<html>",
    "not found": b"HTTP/1.0 404 Not Found\r\n\r\n",
    "a number": JSON + b"7",
    "no result": JSON + b"{}",
    "a strange error": JSON + b'{"error": "no"}',
    "another node": JSON + b'{"error": {"code": -32601, "message": "Method not found"}}',
    "a strange status": JSON + b'{"result": []}',
    "bytes": bytes(range(256)) * 20,
}


@contextmanager
def listening(answer: bytes | None, *, unread: bool = False) -> Iterator[int]:
    """A server that says this to everyone, or nothing at all for None; or hangs up `unread`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def work() -> None:
            held = []
            try:
                while True:
                    connection, _ = server.accept()
                    held.append(connection)
                    if answer is not None:
                        _say(connection, answer, unread)
            except OSError:
                for connection in held:
                    connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _say(connection: socket.socket, answer: bytes, unread: bool) -> None:
    with contextlib.closing(connection):
        if not unread:
            connection.recv(65_536)
            connection.sendall(answer)
            return
        # Closed with what was sent unread, or in the way of it: the client is reset.
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@pytest.mark.parametrize("kind", [BrokenPipeError, ConnectionResetError, ConnectionAbortedError])
def test_what_hangs_up_while_it_is_asked_is_no_localnet(
    monkeypatch: pytest.MonkeyPatch, kind: type[OSError]
) -> None:
    def hung_up(self: HTTPConnection, data: bytes) -> None:
        raise kind("hung up")

    monkeypatch.setattr(HTTPConnection, "send", hung_up)
    with pytest.raises(RefusedError, match="port 9 is not a taoctl localnet"):
        service.status(9)


def test_what_hangs_up_at_once_is_no_localnet() -> None:
    with listening(b"", unread=True) as port:
        for _ in range(20):
            with pytest.raises(RefusedError, match="is not a taoctl localnet"):
                service.status(port)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_is_no_localnet_is_refused(answer: bytes) -> None:
    with listening(answer) as port:
        with pytest.raises(RefusedError, match=f"port {port} is not a taoctl localnet"):
            service.status(port)
        with pytest.raises(RefusedError, match="is not a taoctl localnet"):
            service.stop(port)


def test_what_never_answers_ends_at_the_deadline() -> None:
    with listening(None) as port, pytest.raises(DeadlineError, match="did not answer"):
        service.status(port, timeout=0.3)


def test_a_port_that_something_else_has_is_refused_and_no_state_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    chain = tmp_path / "chain"
    with listening(b"") as port, pytest.raises(RefusedError, match=f"port {port} .* in use"):
        service.start_detached(Launch(Options(scenario="small", state_dir=chain), port))
    assert not chain.exists()
