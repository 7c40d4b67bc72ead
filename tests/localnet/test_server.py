"""The wire: JSON-RPC over WebSocket and HTTP POST on one port, and what comes in broken."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import websockets
from waiting import PATIENT_S, until

from taoctl.errors import RefusedError
from taoctl.localnet import server, session
from taoctl.localnet.rpc.registry import Table, collect, hex_param, rpc, subscription
from taoctl.localnet.server import RpcServer
from taoctl.localnet.session import Session, Sink


@rpc("test_alias")
def test_echo(node: object, value: Any, second: Any = None) -> Any:
    return value


@rpc()
async def test_slow(node: object) -> str:
    while not _awaited:
        await asyncio.sleep(0.001)
    return "late"


@rpc()
def test_bug(node: object) -> None:
    raise ZeroDivisionError("oops")


@rpc()
def test_big(node: object, size: Any) -> str:
    return "z" * int(size)


@rpc()
def test_refuse(node: object) -> None:
    raise RefusedError("no room", "make some")


_awaited: list[str] = []
"""What the slow method waits for; it is answered as soon as something is here."""
_sinks: list[Sink] = []
_ended: list[str] = []


@subscription("test_note", ("test_unsubscribe",))
def test_subscribe(node: object, sink: Sink, first: Any) -> Callable[[], None]:
    sink.send(first)
    _sinks.append(sink)
    return lambda: _ended.append(sink.id)


def _table() -> Table:
    module = ModuleType("methods")
    for function in (test_echo, test_slow, test_bug, test_big, test_refuse, test_subscribe):
        function.__module__ = "methods"
        setattr(module, function.__name__, function)
    return collect([module])


for _function in (test_echo, test_slow, test_bug, test_big, test_refuse, test_subscribe):
    _function.__test__ = False  # type: ignore[attr-defined]


async def _node() -> object:
    return object()


def with_server(work: Callable[[int], Any]) -> None:
    async def run() -> None:
        table = _table()
        running = RpcServer(lambda push: Session(_node, table, push), port=0)
        await running.start()
        try:
            await work(running.port)
        finally:
            await running.close()

    asyncio.run(run())


def request(method: str, params: Any = None, number: Any = 1) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params or []})


def test_a_websocket_answers_requests_batches_and_nonsense() -> None:
    async def work(port: int) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}", max_size=None) as ws:

            async def ask(text: str | bytes) -> Any:
                await ws.send(text)
                return json.loads(await ws.recv())

            assert await ask(request("test_echo", ["x"])) == {
                "jsonrpc": "2.0",
                "id": 1,
                "result": "x",
            }
            assert (await ask(request("test_alias", {"value": 5})))["result"] == 5
            assert (await ask(request("test_echo", ["y"]).encode()))["result"] == "y"
            assert (await ask(request("nothing")))["error"]["code"] == -32601
            assert (await ask(request("test_echo")))["error"]["code"] == -32602
            assert (await ask(request("test_echo", [1, 2, 3])))["error"]["code"] == -32602
            assert (await ask("{"))["error"]["code"] == -32700
            assert (await ask("[]"))["error"]["code"] == -32600
            assert (await ask("7"))["error"]["code"] == -32600
            assert (await ask('{"id": 1, "method": 2}'))["error"]["code"] == -32600
            bug = (await ask(request("test_bug")))["error"]
            assert (bug["code"], bug["data"]) == (-32603, "ZeroDivisionError: oops")
            batch = f"[{request('test_echo', [1], 1)},{request('nothing', [], 2)}]"
            assert [one["id"] for one in await ask(batch)] == [1, 2]
            big = "z" * 3_000_000
            assert (await ask(request("test_echo", [big])))["result"] == big

            async def pieces() -> Any:
                for letter in request("test_echo", ["in pieces"]):
                    yield letter

            await ws.send(pieces())
            assert json.loads(await ws.recv())["result"] == "in pieces"

    with_server(work)


def test_a_slow_method_does_not_hold_up_the_next() -> None:
    async def work(port: int) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}") as ws:
            _awaited.clear()
            await ws.send(request("test_slow", number="a"))
            await ws.send(request("test_echo", [0], number="b"))
            _awaited.append(json.loads(await ws.recv())["id"])
            _awaited.append(json.loads(await ws.recv())["id"])
            assert _awaited == ["b", "a"]

    with_server(work)


def test_notifications_come_after_the_subscription_id_and_end_with_it() -> None:
    async def work(port: int) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}") as ws:
            await ws.send(request("test_subscribe", ["first"]))
            number = json.loads(await ws.recv())["result"]
            assert json.loads(await ws.recv()) == {
                "jsonrpc": "2.0",
                "method": "test_note",
                "params": {"subscription": number, "result": "first"},
            }
            _sinks[-1].send("second")
            assert json.loads(await ws.recv())["params"]["result"] == "second"
            await ws.send(request("test_unsubscribe", [number]))
            assert json.loads(await ws.recv())["result"] is True
            assert _ended[-1] == number
            await ws.send(request("test_unsubscribe", [number]))
            assert json.loads(await ws.recv())["result"] is False
            await ws.send(request("test_subscribe", ["left open"]))
            left = json.loads(await ws.recv())["result"]
        # A closed connection leaves no subscription open.
        await until(lambda: _ended[-1] == left)

    with_server(work)


def _post(port: int, body: bytes) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", body, timeout=PATIENT_S) as response:
        assert response.headers["Content-Type"].startswith("application/json")
        return json.loads(response.read())


def test_http_post_works_on_the_same_port_without_subscriptions() -> None:
    async def work(port: int) -> None:
        answer = await asyncio.to_thread(_post, port, request("test_echo", ["x"]).encode())
        assert answer["result"] == "x"
        _awaited.append("the answer before")
        answer = await asyncio.to_thread(_post, port, request("test_slow").encode())
        assert answer["result"] == "late"
        answer = await asyncio.to_thread(_post, port, request("test_subscribe", [1]).encode())
        assert answer["error"]["code"] == -32601
        with pytest.raises(urllib.error.HTTPError) as caught:
            await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/")
        assert caught.value.code == 405

    with_server(work)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"A: " + b"b" * 400_000 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nHost: taoctl.evil.example:9944\r\n\r\n", b"403"),
        (b"POST / HTTP/1.1\r\nHost: [::1\r\n\r\n", b"403"),
        (b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_gets_an_answer_and_is_hung_up_on(sent: bytes, status: bytes) -> None:
    async def work(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        head = await asyncio.wait_for(reader.readline(), PATIENT_S)
        assert head.startswith(b"HTTP/1.1 " + status), head
        writer.close()

    with_server(work)


def test_chunked_bodies_and_several_requests_on_one_connection() -> None:
    async def work(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = request("test_echo", ["chunky"]).encode()
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (body[:10], body[10:]))
        for _ in range(3):
            writer.write(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            writer.write(chunks + b"0\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENT_S)
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            assert json.loads(await reader.readexactly(length))["result"] == "chunky"
        writer.close()

    with_server(work)


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    async def work(port: int) -> None:
        second = RpcServer(lambda push: Session(_node, _table(), push), port=port)
        with pytest.raises(RefusedError, match=f"port {port} on 127.0.0.1 is in use") as caught:
            await second.start()
        assert "--port" in str(caught.value.hint)

    with_server(work)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:3000", True),
        ("https://127.0.0.1", True),
        ("http://[::1]:8080", True),
        ("https://polkadot.js.org", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://8.8.8.8", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_web_pages_of_other_hosts_cannot_drive_the_chain(origin: str, allowed: bool) -> None:
    async def work(port: int) -> None:
        def post() -> tuple[int, str | None]:
            ask = urllib.request.Request(
                f"http://127.0.0.1:{port}/",
                request("test_echo", [1]).encode(),
                {"Origin": origin, "Content-Type": "text/plain"},
            )
            try:
                with urllib.request.urlopen(ask, timeout=PATIENT_S) as answer:
                    return answer.status, answer.headers["Access-Control-Allow-Origin"]
            except urllib.error.HTTPError as error:
                return error.code, error.headers["Access-Control-Allow-Origin"]

        assert await asyncio.to_thread(post) == ((200, origin) if allowed else (403, None))
        opening = websockets.connect(
            f"ws://127.0.0.1:{port}", additional_headers={"Origin": origin}
        )
        if allowed:
            async with opening as ws:
                await ws.send(request("test_echo", [2]))
                assert json.loads(await ws.recv())["result"] == 2
            return
        with pytest.raises(websockets.InvalidStatus) as caught:
            await opening
        assert caught.value.response.status_code == 403

    with_server(work)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HTTP/1.1\r\nHost: localhost\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\n{",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_a_client_that_never_finishes_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.2)

    async def work(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await asyncio.wait_for(reader.read(), PATIENT_S) == b""
        writer.close()

    with_server(work)


def test_no_more_clients_than_the_node_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 3)

    async def work(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await asyncio.wait_for(reader.read(), PATIENT_S)).startswith(b"HTTP/1.1 503")
        for _, one in (*held, (reader, writer)):
            one.close()
        answer = await asyncio.to_thread(_post_when_let_in, port)
        assert answer["result"] == "x"

    with_server(work)


def _post_when_let_in(port: int) -> Any:
    """The answer once the node has noticed that a client is gone."""
    until_s = time.monotonic() + PATIENT_S
    while True:
        try:
            return _post(port, request("test_echo", ["x"]).encode())
        except urllib.error.HTTPError as error:
            assert error.code == 503 and time.monotonic() < until_s
            time.sleep(0.01)


def test_a_client_that_does_not_read_is_dropped_and_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MAX_UNREAD", 2_000_000)

    async def work(port: int) -> None:
        reader, writer = await _silent_subscriber(port)
        async with websockets.connect(f"ws://127.0.0.1:{port}") as ws:
            for turn in range(200):
                _sinks[-1].send("x" * 100_000)
                await ws.send(request("test_echo", [turn]))
                assert json.loads(await ws.recv())["result"] == turn
        # The subscription of a dropped client does not live on.
        await until(lambda: bool(_ended) and _ended[-1] == _sinks[-1].id)
        writer.close()
        del reader

    with_server(work)


async def _silent_subscriber(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    body = request("test_subscribe", ["first"]).encode()
    writer.write(bytes([0x81, 0x80 | len(body)]) + bytes(4) + body)
    assert len(body) < 126
    await reader.readexactly(2)
    return reader, writer


def test_many_large_answers_asked_for_at_once_all_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_UNREAD", 2_000_000)

    async def work(port: int) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}", max_size=None) as ws:

            async def send() -> None:
                for number in range(150):
                    await ws.send(request("test_big", [500_000], number))

            sending = asyncio.create_task(send())
            found = [json.loads(await ws.recv())["id"] for _ in range(150)]
            assert found == list(range(150))
            await sending

    with_server(work)


def test_answers_and_batches_have_a_limit() -> None:
    async def work(port: int) -> None:
        big = session.MAX_RESPONSE
        answer = await asyncio.to_thread(_post, port, request("test_big", [big]).encode())
        assert answer["error"]["code"] == -32008
        batch = ",".join(request("test_big", [big // 4]) for _ in range(5))
        answer = await asyncio.to_thread(_post, port, f"[{batch}]".encode())
        assert (answer["id"], answer["error"]["code"]) == (None, -32011)
        many = ",".join(["1"] * (session.MAX_BATCH + 1))
        answer = await asyncio.to_thread(_post, port, f"[{many}]".encode())
        assert answer["error"]["code"] == -32010
        fine = ",".join([request("test_echo", [1])] * 1_000)
        assert len(await asyncio.to_thread(_post, port, f"[{fine}]".encode())) == 1_000

    with_server(work)


def test_what_is_not_json_rpc_is_said_to_be_so() -> None:
    async def work(port: int) -> None:
        def code(text: str) -> int:
            return int(_post(port, text.encode("utf-8", "surrogatepass"))["error"]["code"])

        for text in ('{"id": NaN, "method": "test_echo"}', "[" * 100_000, '"\ud800', "9" * 5_000):
            assert await asyncio.to_thread(code, text) == -32700, text[:40]
        for number in ("[1]", "{}", "true", "1.5"):
            text = f'{{"id": {number}, "method": "test_echo", "params": [1]}}'
            assert await asyncio.to_thread(code, text) == -32600, text

    with_server(work)


def test_a_refusal_says_what_to_do_and_a_notification_is_never_answered() -> None:
    async def work(port: int) -> None:
        answer = await asyncio.to_thread(_post, port, request("test_refuse").encode())
        assert answer["error"] == {"code": 1, "message": "no room", "data": "make some"}
        async with websockets.connect(f"ws://127.0.0.1:{port}") as ws:
            for method in ("test_bug", "test_refuse", "nothing", "test_echo"):
                await ws.send(json.dumps({"jsonrpc": "2.0", "method": method}))
            await ws.send(request("test_echo", ["answered"]))
            assert json.loads(await ws.recv())["result"] == "answered"

    with_server(work)


def test_hex_is_taken_as_substrate_takes_it() -> None:
    assert hex_param("0x0102") == hex_param("0102") == hex_param("0x102") == b"\x01\x02"
    assert hex_param("0x") == b""
