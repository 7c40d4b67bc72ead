"""Answers that are broken in every way: each read and submission ends, with a clear error or none.

The client's own link, chain and reads run against a real node in the same process; between them
stands a socket that mangles answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import websockets.exceptions as ws_errors
from nodes import ALICE, transfer

from taoctl.chain import upkeep
from taoctl.chain.client import Chain
from taoctl.chain.networks import Network
from taoctl.chain.rpc import Wire
from taoctl.errors import Exit, TaoctlError
from taoctl.localnet.boot import Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.launch import scenario_kind
from taoctl.localnet.sealing import Seal
from taoctl.localnet.serve import table
from taoctl.localnet.session import Session
from taoctl.reads import registry
from taoctl.scale.crypto import blake2_256

TABLE = table()
QUICK, PATIENT_S = 0.3, 120.0
KEYS = ("//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie")
MOST_GROWTH_KIB = 400 * 1024

Mangle = Callable[[random.Random, dict[str, Any], str], list[str | bytes]]


def _ids(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """An answer to something else, or to nothing."""
    ids: tuple[Any, ...] = (
        None,
        -1,
        0,
        answer["id"] + 1,
        2**70,
        str(answer["id"]),
        [1],
        {},
        True,
        1.5,
    )
    return [json.dumps(answer | {"id": pick.choice(ids)})]


def _types(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """A result of another type."""
    values: tuple[Any, ...] = (
        None,
        0,
        -1,
        2**80,
        True,
        1e400,
        "",
        "0x",
        "x",
        [],
        [None],
        [[]],
        {},
        {"x": 1},
        [{}],
    )
    return [json.dumps(answer | {"result": pick.choice(values)})]


def _inside(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """Something of another type deep within the result."""

    def spoil(value: Any, depth: int) -> Any:
        if isinstance(value, dict) and value and depth:
            key = pick.choice(list(value))
            return value | {key: spoil(value[key], depth - 1)}
        if isinstance(value, list) and value and depth:
            at = pick.randrange(len(value))
            return [*value[:at], spoil(value[at], depth - 1), *value[at + 1 :]]
        return pick.choice((None, -1, "0xzz", [], {}, "\ud800", 2**300, "0x" + "ff" * 40, True))

    return [json.dumps(answer | {"result": spoil(answer.get("result"), pick.randrange(1, 5))})]


def _hex(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """Hex that is cut, odd, longer, or says something else."""

    def spoil(value: str) -> str:
        at = pick.randrange(2, len(value) + 1)
        return pick.choice(
            (
                value[:at],
                value + "f" * pick.randrange(1, 9),
                value[:at] + pick.choice("0123456789abcdefg-") + value[at + 1 :],
                value[:2] + "ff" * pick.randrange(1, 64) + value[2:],
                value.upper(),
            )
        )

    def walk(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("0x"):
            return spoil(value) if pick.random() < 0.7 else value
        if isinstance(value, list):
            return [walk(one) for one in value]
        return {k: walk(v) for k, v in value.items()} if isinstance(value, dict) else value

    return [json.dumps(answer | {"result": walk(answer.get("result"))})]


def _errors(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """An error object, often one that is none."""
    errors: tuple[Any, ...] = (
        None,
        "no",
        3,
        [],
        {},
        {"code": "x"},
        {"code": 1, "message": None},
        {"code": 4003, "message": "Client error: UnknownBlock: State already discarded"},
        {"code": -32603, "message": "\x1b[31m\u202eevil" * 50, "data": {"deep": [1] * 50}},
        {"code": 1010, "message": "x" * 100_000, "data": "y" * 100_000},
        {"code": True, "message": {}},
    )
    kept = {key: value for key, value in answer.items() if key != "result"}
    return [json.dumps((answer if pick.random() < 0.3 else kept) | {"error": pick.choice(errors)})]


def _text(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """Text that is cut or changed anywhere, or no JSON at all."""
    at = pick.randrange(len(text))
    changed = text[:at] + chr(pick.randrange(1, 0x2FF)) + text[at + 1 :]
    noise = ("", "{", "[]", "null", "NaN", '{"id":1}', "[" * 5000, "9" * 6000, '"', "<html>")
    return [pick.choice((text[:at], changed, changed, text + text, pick.choice(noise)))]


def _frames(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """Binary frames, a batch, or an answer twice."""
    data = text.encode()
    forms: tuple[list[str | bytes], ...] = (
        [data],
        [pick.randbytes(pick.randrange(1, 200))],
        [data[: len(data) // 2]],
        [f"[{text}]"],
        [text, text],
        [text, json.dumps(answer | {"result": None})],
    )
    return pick.choice(forms)


def _unasked(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """Notifications that nobody asked for, then the answer."""
    keys: tuple[Any, ...] = ("heads", 7, None, [], {}, 1.5, "x" * 1000, True)
    values = ({"subscription": pick.choice(keys), "result": pick.choice((None, "ready", {}))},)
    params: tuple[Any, ...] = (*values, *values, None, [], {}, "x", {"subscription": 1})
    notes = [
        json.dumps({"jsonrpc": "2.0", "method": "x", "params": pick.choice(params)})
        for _ in range(pick.randrange(1, 40))
    ]
    return [*notes, text]


def _large(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """Far more than any real answer."""
    size = pick.choice((10_000, 300_000))
    values: tuple[Any, ...] = ("0x" + "00" * size, ["0x00"] * (size // 20), {"k": "v" * size})
    return [json.dumps(answer | {"result": pick.choice(values)})]


def _silence(pick: random.Random, answer: dict[str, Any], text: str) -> list[str | bytes]:
    """No answer."""
    return []


MANGLES: tuple[tuple[Mangle, float], ...] = (
    (_ids, 3),
    (_types, 10),
    (_inside, 10),
    (_hex, 20),
    (_errors, 8),
    (_text, 15),
    (_frames, 4),
    (_unasked, 6),
    (_large, 1),
    (_silence, 0.3),
)


class Mangler:
    """Decides which answers are mangled and counts them."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.chance = 0.0
        self.counts: Counter[str] = Counter()

    def __call__(self, text: str) -> list[str | bytes]:
        if self.pick.random() >= self.chance:
            return [text]
        answer = json.loads(text)
        if "id" not in answer:
            return [text]
        kinds, weights = zip(*MANGLES, strict=True)
        (kind,) = self.pick.choices(kinds, weights)
        self.counts[kind.__name__] += 1
        found: list[str | bytes] = kind(self.pick, answer, text)
        return found


class Socket:
    """A client's socket whose other end is a node's session in this process."""

    latency = 0.001

    def __init__(self, node: DevNode, mangle: Mangler) -> None:
        async def ready() -> DevNode:
            return node

        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._session = Session(ready, TABLE, self._deliver)
        self._mangle = mangle
        self.transport = SimpleNamespace(abort=self._abort)
        self._over = False

    def _deliver(self, text: str) -> None:
        for message in self._mangle(text):
            self._inbox.put_nowait(message)

    def _abort(self) -> None:
        if not self._over:
            self._over = True
            self._session.close()
            self._inbox.put_nowait(None)

    async def send(self, text: str) -> None:
        if self._over:
            raise ws_errors.ConnectionClosedError(None, None)
        await self._session.handle(text, self._deliver)

    async def recv(self) -> str | bytes:
        message = await self._inbox.get()
        if message is None:
            raise ws_errors.ConnectionClosedError(None, None)
        return message

    async def close(self) -> None:
        self._abort()


class Bench:
    """A chain client over mangled sockets to a small chain."""

    def __init__(self, node: DevNode, seed: int, cache: Path, uri: str) -> None:
        self.node = node
        self.url = f"ws://127.0.0.1:{seed}"
        self.mangle = Mangler(seed)
        self.chain = Chain(Network("fuzz", (self.url,)), PATIENT_S, cache)
        self.seen: Counter[str] = Counter()
        self.raw = transfer(node, uri=uri)

    async def open_wire(self) -> Wire:
        return Wire(Socket(self.node, self.mangle), self.url)  # type: ignore[arg-type]

    def hurry(self) -> None:
        """Wait only shortly for answers from here on: many never come."""
        link = self.chain._link
        self.chain._timeout = link.call_timeout = link._attempt_timeout = QUICK

    async def try_one(self, name: str, work: Callable[[], Awaitable[Any]], chance: float) -> None:
        """Run one thing under fire; it ends soon, and with nothing but an error of ours."""
        self.chain._views.clear()
        self.mangle.chance = chance
        started = time.monotonic()
        try:
            async with asyncio.timeout(PATIENT_S):
                await work()
            self.seen["done"] += 1
        except TaoctlError as error:
            self.seen[type(error).__name__] += 1
            assert error.message.strip() and error.exit_code in Exit, name
            assert len(error.message) < 4000 and "Traceback" not in error.message, name
        except TimeoutError:
            pytest.fail(f"{name} hung for {time.monotonic() - started:.1f} s")
        finally:
            self.mangle.chance = 0.0

    def works(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        """Every read, the parts of sending, and connecting anew."""
        chain, raw = self.chain, "0x" + self.raw.hex()

        async def submit() -> None:
            submission = await chain.submit_and_watch(raw)
            with contextlib.suppress(TimeoutError):  # statuses may go to another number
                async with asyncio.timeout(QUICK):
                    async for status in submission:
                        if status.name == "ready":
                            break
            await submission.close()

        async def connect() -> None:
            fresh = Chain(Network("fuzz", (self.url,)), QUICK, None)
            try:
                await fresh._open()
            finally:
                await fresh.close()

        async def head() -> None:
            await chain.at_block(2)
            await chain.at_finalized()
            await chain.call("chain_getBlock", [(await chain.head()).hash])
            await chain.call("system_accountNextIndex", [ALICE])

        works: dict[str, Callable[[], Awaitable[Any]]] = {
            "submit and watch": submit,
            "submit": lambda: chain.call("author_submitExtrinsic", [raw]),
            "connect": connect,
            "blocks": head,
        }
        for name, read in registry.load().items():
            works[name] = self._reading(read)
        return works

    def _reading(self, read: registry.Read) -> Callable[[], Awaitable[Any]]:
        given: dict[str, Any] = {}
        for parameter in read.parameters:
            if parameter.required:
                one: Any = ALICE if parameter.kind is str else 1
                given[parameter.name] = [one] if parameter.many else one

        async def work() -> None:
            view = await self.chain.at_head()
            await read.function(view, **given)
            await view.settle()

        return work

    def empty_pool(self) -> None:
        """Let the one extrinsic be taken again."""
        self.node.pool.remove(blake2_256(self.raw))
        self.node.pool.unban(blake2_256(self.raw))


async def understands_whole_answers(bench: Bench) -> None:
    for work in bench.works().values():
        bench.chain._views.clear()
        bench.empty_pool()
        await work()
    assert not bench.mangle.counts


async def fuzz(bench: Bench, count: int) -> None:
    works = bench.works()
    while sum(bench.mangle.counts.values()) < count:
        for name, work in works.items():
            bench.empty_pool()
            await bench.try_one(name, work, bench.mangle.pick.choice((0.05, 0.2, 0.6)))


def test_whatever_a_node_answers_a_request_ends_with_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_fuzz(monkeypatch, tmp_path, 1_000, seed=11)


@pytest.mark.soak
def test_a_hundred_thousand_broken_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run_fuzz(monkeypatch, tmp_path, 100_000, seed=12)


def run_fuzz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, count: int, seed: int) -> None:
    monkeypatch.setattr(upkeep, "FIRST_DELAY_S", 0.001)
    monkeypatch.setattr(upkeep, "MAX_DELAY_S", 0.001)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    unheard: list[Any] = []

    async def run() -> list[Bench]:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: unheard.append(what))
        options = Options(scenario="small", seal=Seal.MANUAL)
        node = open_chain(options, scenario_kind("small"), ALICE).node
        node.actors = None
        node.method_names = TABLE.names()
        await node.sealer.new_blocks(4)
        benches = [Bench(node, seed * 100 + n, tmp_path, uri) for n, uri in enumerate(KEYS)]
        by_url = {bench.url: bench for bench in benches}
        monkeypatch.setattr(upkeep, "open_wire", lambda url: by_url[url].open_wire())
        for bench in benches:
            await bench.chain._open()
        await understands_whole_answers(benches[0])
        for bench in benches:
            bench.hurry()
        await asyncio.gather(*(fuzz(bench, -(-count // len(KEYS))) for bench in benches))
        await asyncio.gather(*(bench.chain.close() for bench in benches))
        gc.collect()
        await asyncio.sleep(0.01)
        return benches

    benches = asyncio.run(run())
    seen = sum((bench.seen for bench in benches), Counter())
    counts = sum((bench.mangle.counts for bench in benches), Counter())
    assert not unheard, "asyncio would print a traceback"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < MOST_GROWTH_KIB, "memory is not bounded"
    assert sum(counts.values()) >= count
    assert all(counts[kind.__name__] for kind, _ in MANGLES)
    assert seen["BadDataError"] and seen["RpcError"] and seen["done"]
