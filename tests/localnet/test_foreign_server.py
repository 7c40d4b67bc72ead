"""What listens on a port and is no localnet: the commands say so, and end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
def listening(answer: bytes | None) -> Iterator[int]:
    """A server that says this to everyone, or nothing at all for None."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def work() -> None:
            held = []
            try:
                while True:
                    connection, _ = server.accept()
                    held.append(connection)
                    if answer is not None:
                        connection.recv(65_536)
                        connection.sendall(answer)
                        connection.close()
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
