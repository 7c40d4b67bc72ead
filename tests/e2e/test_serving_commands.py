"""`taoctl neuron serve`, `probe` and `unserve` on a chain, with a server that is really there."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from raw_storage import RawStorage, blake, u16
from transaction_net import BOB, Localnet, running, validator

from taoctl.chain.client import Chain

pytestmark = pytest.mark.e2e

PEM = Path(__file__).resolve().parents[1] / "data" / "tls" / "axon.pem"
KEY = "e047465b4c35f4873993e0a3a2395d317c60037b7917e3b7d519e3c35e493c4a"
HOST = "127.0.0.2"
"""A loopback address that the chain does not know for one."""
IP = int(ipaddress.ip_address(HOST)).to_bytes(16, "little")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("serving")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    made = Localnet(endpoint, capsys.readouterr)
    if not made.data("taoctl.query.axons.1", "query", "axons", "//Bob"):
        words = ("subnet", "register", "1", "--hotkey", "//Bob", "--wallet", "//Alice", "--yes")
        code, _, err = made.taoctl(*words)
        assert code == 0, err
    return made


@contextmanager
def axon() -> Iterator[int]:
    """The port of a server that answers every request with 403, and hangs up on TLS."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            if await reader.readexactly(1) != b"\x16":
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(answer, HOST, 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def stored(net: Localnet) -> dict[str, bytes]:
    """The bytes in storage, but for the block at the start of endpoints."""
    view = net.do(head)
    raw = RawStorage(net.endpoint, view)
    found = {}
    for name in ("Axons", "Prometheus", "NeuronCertificates"):
        data = raw.get(name, u16(1), blake(BOB))
        assert data is not None
        found[name] = data if name == "NeuronCertificates" else data[8:]
    return found


async def head(chain: Chain) -> str:
    return (await chain.at_head()).block_hash


def mine(net: Localnet) -> dict[str, Any]:
    (row,) = net.data("taoctl.query.axons.1", "query", "axons", "//Bob")
    found: dict[str, Any] = row
    return found


def probed(net: Localnet, *words: str) -> tuple[int, dict[str, Any], str]:
    code, out, err = net.taoctl("neuron", "probe", *words, "-o", "json")
    whole = json.loads(out)
    validator("taoctl.neuron.probe.1").validate(whole)
    (row,) = whole["data"]
    return code, row, err


def act(net: Localnet, *words: str) -> tuple[int, str, str]:
    return net.taoctl("neuron", *words, "--wallet", "//Bob", "--yes", "-o", "json")


def let_change(net: Localnet) -> None:
    """Make the blocks after which subnet 1 takes another endpoint."""
    net.do(lambda chain: chain.call("dev_newBlock", [{"count": 50}]))


def test_what_is_served_is_in_storage_and_found_until_it_is_taken_back(net: Localnet) -> None:
    uid = str(mine(net)["uid"])
    assert probed(net, "1", uid)[1]["problem"] == "serves no axon"
    assert probed(net, "1", uid)[0] == 1
    assert net.taoctl("neuron", "probe", "//Bob")[0] == 0
    with axon() as port:
        words = ["serve", "1", "--ip", HOST, "--port", str(port), "--prometheus-port", "9090"]
        words += ["--tls-cert", str(PEM), "--tls-algorithm", "3", "--protocol", "6"]
        code, _, err = act(net, *words, "--axon-version", "1002")
        assert code == 0, err
        row = mine(net)
        assert (row["axon"], row["scope"]) == (f"{HOST}:{port}", "loopback")
        assert (row["prometheus"], row["protocol"]) == (f"{HOST}:9090", 6)
        assert (row["certificate_key"], row["certificate_algorithm"]) == (f"0x{KEY}", 3)
        assert stored(net) == {
            "Axons": struct.pack("<I16sHBBBB", 1002, IP, port, 4, 6, 0, 0),
            "Prometheus": struct.pack("<I16sHB", 1002, IP, 9090, 4),
            "NeuronCertificates": bytes([32 << 2]) + bytes.fromhex(KEY) + b"\x03",
        }
        code, found, err = probed(net, "1", uid)
        assert (code, found["reachable"]) == (1, False)
        assert "loopback" in found["problem"]
        code, found, err = probed(net, "//Bob", "--any-address")
        assert (code, found["reachable"], found["http_status"]) == (0, True, 403), err
        assert found["problem"].startswith("no TLS")
    code, found, err = probed(net, "1", "//Bob", "--any-address", "--within", "1")
    assert (code, found["reachable"]) == (1, False)
    assert "refused" in found["problem"] and "1 of 1 axons" in err
    code, _, err = act(net, "unserve", "1")
    assert code == 1
    assert "ServingRateLimitExceeded" in err
    let_change(net)
    code, _, err = act(net, "unserve", "1")
    assert code == 0, err
    row = mine(net)
    assert (row["axon"], row["certificate_key"]) == (None, None)
    assert row["prometheus"] == f"{HOST}:9090"
    code, _, err = act(net, "unserve", "1")
    assert code == 1 and "AxonNotServed" in err


def test_what_a_coldkey_says_of_itself_is_set_field_by_field(net: Localnet) -> None:
    schema = "taoctl.identity.get.1"
    code, _, err = net.taoctl("identity", "set", "--name", "x", "--wallet", "//Eve", "--yes")
    assert code == 1 and "HotKeyNotRegisteredInNetwork" in err
    words = ("identity", "set", "--wallet", "//Alice", "--yes")
    code, _, err = net.taoctl(*words, "--name", "Rao ⛏", "--github", "https://code.example")
    assert code == 0, err
    code, _, err = net.taoctl(*words, "--url", "é" * 129)
    assert code == 1 and "258 bytes" in err and "InvalidIdentity" in err
    code, _, err = net.taoctl(*words, "--url", "https://rao.example")
    assert code == 0, err
    (row,) = net.data(schema, "identity", "get", "//Alice", "//Eve")
    assert (row["name"], row["url"]) == ("Rao ⛏", "https://rao.example")
    assert row["github_repo"] == "https://code.example"
    assert net.data("taoctl.query.identities.1", "query", "identities", "//Alice") == [row]
    code, _, err = net.taoctl(*words, "--clear", "--name", "left")
    assert code == 0, err
    (row,) = net.data(schema, "identity", "get", "//Alice")
    assert (row["name"], row["url"], row["github_repo"]) == ("left", "", "")
    code, _, err = net.taoctl(*words)
    assert code == 2 and "nothing was given" in err
    code, _, err = net.taoctl(*words, "--name", "\udcff")
    assert code == 2 and "UTF-8" in err


def test_what_a_neuron_publishes_is_set_and_read(net: Localnet, tmp_path: Path) -> None:
    schema, get = "taoctl.neuron.commitment.1", ("neuron", "commitment", "get", "1")
    content = bytes(range(256))
    (tmp_path / "model").write_bytes(content)
    assert net.data(schema, *get, "//Bob") == []
    code, _, err = act(net, "commitment", "set", "1", '{"rev": 3}', "second")
    assert code == 0, err
    rows = net.data(schema, *get, "//Bob")
    assert [(row["kind"], row["text"]) for row in rows] == [
        ("Raw", '{"rev": 3}'),
        ("Raw", "second"),
    ]
    assert rows == net.data("taoctl.query.commitments.1", "query", "commitments", "//Bob")
    code, _, err = act(net, "commitment", "set", "1", "--file", str(tmp_path / "model"))
    assert code == 0, err
    (row,) = net.data(schema, *get)
    assert (row["kind"], row["data"], row["size"]) == ("BigRaw", "0x" + content.hex(), 256)
    assert row["text"] is None
    for words, said in (
        (("1",), "nothing was given"),
        (("1", "x", "--file", "y"), "twice"),
        (("1", "--file", str(tmp_path / "none")), "cannot be read"),
        (("1", "a" * 513), "513 bytes"),
    ):
        code, _, err = act(net, "commitment", "set", *words)
        assert code == 2 and said in err
    code, _, err = act(net, "commitment", "set", "2", "x")
    assert code == 1 and "AccountNotAllowedCommit" in err


@pytest.mark.parametrize("words", [("probe",), ("commitment", "get")])
def test_what_is_not_there_is_said_to_be_none(net: Localnet, words: tuple[str, ...]) -> None:
    for which in (("99",), ("99", "0")):
        code, _, err = net.taoctl("neuron", *words, *which)
        assert code == 2 and "there is no subnet 99" in err
    code, _, err = net.taoctl("neuron", *words, "1", "999")
    assert code == 2 and "subnet 1 has no uid 999" in err


def test_a_whole_subnet_is_looked_at_without_blame(net: Localnet) -> None:
    rows = net.data("taoctl.neuron.probe.1", "neuron", "probe", "2")
    assert len(rows) == len(net.data("taoctl.query.metagraph.1", "query", "metagraph", "2"))
    assert {row["reachable"] for row in rows} == {None, False}
    # Their addresses are of ranges for examples: nothing was connected to.
    assert {row["scope"] for row in rows} == {None, "reserved"}


def test_what_makes_no_endpoint_is_said_before_anything_is_asked(net: Localnet) -> None:
    for words, said in (
        (("serve", "1", "--ip", "8.8.8.8"), "nothing was given to serve"),
        (("serve", "1", "--ip", "axon.example", "--port", "1"), "is not an IP address"),
        (("serve", "1", "--ip", "0.0.0.0", "--port", "1"), "unserve"),
        (("serve", "1", "--ip", "8.8.8.8", "--port", "1", "--tls-algorithm", "1"), "--tls-cert"),
        (
            ("serve", "1", "--ip", "8.8.8.8", "--tls-cert", str(PEM), "--prometheus-port", "1"),
            "axon",
        ),
        (("serve", "1", "--ip", "8.8.8.8", "--port", "1", "--tls-cert", str(PEM)), "algorithm"),
        (("serve", "1", "--ip", "8.8.8.8", "--port", "1", "--tls-cert", "/none"), "cannot be read"),
    ):
        code, _, err = act(net, *words)
        assert code == 2 and said in err, err
    key = str(PEM.with_suffix(".key"))
    words = ("serve", "1", "--ip", "8.8.8.8", "--port", "1", "--tls-cert", key)
    code, _, err = act(net, *words, "--tls-algorithm", "1")
    assert code == 2 and "private key" in err
    assert "MC4CAQ" not in err
