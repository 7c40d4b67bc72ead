"""A small chain in a thread of the test, so that the test can look behind the node's back."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodes import PLAIN, TAO
from running import free_port

from taoctl.localnet.boot import Kind, Options
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Pallet, Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.sealing import Seal
from taoctl.localnet.serve import Started, serve
from taoctl.scale.crypto import KeySigner, blake2_256

NAMES = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
PATIENT_S = 300.0
"""After how long what does not end is taken to hang."""


def test_key(number: int) -> str:
    """The secret seed of one of the accounts that hold 100 TAO each."""
    return "0x" + blake2_256(b"test key %d" % number).hex()


test_key.__test__ = False  # type: ignore[attr-defined]


def _endow(runtime: Runtime, keys: int) -> int:
    for name in NAMES:
        runtime.balances.endow(dev_account(name), 10_000 * TAO)
    runtime.sudo.Key.put(dev_account("Alice"))
    for number in range(keys):
        runtime.balances.endow(KeySigner(test_key(number)).ss58, 100 * TAO)
    return 0


@dataclass(frozen=True)
class Executed:
    """An extrinsic of the chain, as the node itself has it."""

    block: int
    block_hash: str
    index: int
    succeeded: bool


@dataclass(frozen=True)
class Seen:
    """A block as it was when it was the newest: hash and success of its extrinsics, transfers."""

    number: int
    hash: str
    extrinsics: list[tuple[str, bool]]
    transfers: list[tuple[str, int]]


class ThreadChain:
    """A few pallets, finality a few blocks behind; restarts on the same port.

    `genesis` adds to block 0, in which the well-known accounts hold 10,000 TAO each.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        block_time: float = 0.1,
        seal: Seal = Seal.INTERVAL,
        finality_lag: int = 2,
        keys: int = 0,
        pallets: tuple[type[Pallet], ...] = PLAIN,
        genesis: Callable[[Runtime], None] | None = None,
    ) -> None:
        self._pallets = pallets
        self._genesis = genesis
        self._keys = keys
        self._seen: dict[str, Seen] = {}
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self._options = Options(
            scenario="plain",
            block_time=block_time,
            seal=seal,
            state_dir=state_dir,
            finality_lag=finality_lag,
        )
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started: Started | None = None

    def __enter__(self) -> ThreadChain:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def node(self) -> DevNode:
        assert self._started is not None
        return self._started.node

    def start(self) -> None:
        """Run until `stop`; the saved chain when there is one."""
        ready, trouble = threading.Event(), []

        def begun(started: Started) -> None:
            self._started = started
            self._watch(started.node)
            ready.set()

        async def run() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            kind = Kind(self._pallets, lambda runtime, sudo: self._build(runtime))
            await serve(
                self._options, self.port, kind, dev_account("Alice"), ready=begun, stop=self._stop
            )

        def work() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:
                trouble.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=work, name="chain", daemon=True)
        self._thread.start()
        assert ready.wait(PATIENT_S), "the chain does not start"
        if trouble:
            raise trouble[0]

    def _build(self, runtime: Runtime) -> int:
        warmup = _endow(runtime, self._keys)
        if self._genesis is not None:
            self._genesis(runtime)
        return warmup

    def stop(self) -> None:
        """End it, as a node that is shut down."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENT_S)
        assert not self._thread.is_alive()
        self._thread = None

    def do(self, work: Callable[[DevNode], Awaitable[Any]]) -> Any:
        """Run something in the node's own loop."""
        assert self._loop is not None

        async def run() -> Any:
            return await work(self.node)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENT_S)

    def make_blocks(self, count: int) -> None:
        self.do(lambda node: node.sealer.new_blocks(count))

    def go_back(self, blocks: int, *, forget: bool = False) -> bool:
        """Make an earlier block the head, as a reorg does; False when that one is finalized.

        What was in the blocks waits in the pool again, unless the node is to `forget` it.
        """

        async def back(node: DevNode) -> bool:
            number = node.best_number - blocks
            if number < max(node.finalized_number, 1):
                return False
            await node.set_head(number)
            for entry in node.pool.pending() if forget else ():
                node.pool.drop(entry, "dropped")
            return True

        return bool(self.do(back))

    def executed(self) -> dict[str, list[Executed]]:
        """Where each extrinsic is on the chain, by its hash."""
        found: dict[str, list[Executed]] = {}
        for seen in self._blocks():
            for index, (digest, succeeded) in enumerate(seen.extrinsics):
                place = Executed(seen.number, seen.hash, index, succeeded)
                found.setdefault(digest, []).append(place)
        return found

    def heads(self) -> dict[str, bytes]:
        """The first bytes of each extrinsic, where its signer stands, by its hash."""

        async def read(node: DevNode) -> dict[str, bytes]:
            blocks = (node.block(number) for number in range(1, node.best_number + 1))
            return {_digest(one): bytes(one[:48]) for block in blocks for one in block.extrinsics}

        found: dict[str, bytes] = self.do(read)
        return found

    def received_rao(self) -> Counter[str]:
        """What each account got by transfers, from the events of all blocks."""
        got: Counter[str] = Counter()
        for seen in self._blocks():
            for account, rao in seen.transfers:
                got[account] += rao
        return got

    def _blocks(self) -> list[Seen]:
        """Every block of the chain as it is now, as it was seen when it was the newest."""

        async def read(node: DevNode) -> list[Seen]:
            blocks = []
            for number in range(1, node.best_number + 1):
                block_hash = "0x" + node.block(number).hash.hex()
                seen = self._seen.get(block_hash) or _see(node, number)
                assert seen.hash == block_hash
                blocks.append(seen)
            return blocks

        blocks: list[Seen] = self.do(read)
        return blocks

    def _watch(self, node: DevNode) -> None:
        """Note every block while its state can be read: a node forgets, above all on restart."""

        def see(block: Any) -> None:
            seen = _see(node, node.best_number)
            self._seen[seen.hash] = seen

        for number in range(node.best_number, 0, -1):
            if "0x" + node.block(number).hash.hex() in self._seen:
                break
            seen = _see(node, number)
            self._seen[seen.hash] = seen
        node.heads.add(see)


def _see(node: DevNode, number: int) -> Seen:
    block, outcomes, transfers = node.block(number), {}, []
    for record in _records(node, number):
        name = (record["module_id"], record["event_id"])
        if name in (("System", "ExtrinsicSuccess"), ("System", "ExtrinsicFailed")):
            outcomes[record["extrinsic_idx"]] = name[1] == "ExtrinsicSuccess"
        if name == ("Balances", "Transfer"):
            transfers.append((record["attributes"]["to"], record["attributes"]["amount"]))
    extrinsics = [(_digest(one), outcomes[at]) for at, one in enumerate(block.extrinsics)]
    return Seen(number, "0x" + block.hash.hex(), extrinsics, transfers)


def _digest(extrinsic: Any) -> str:
    return "0x" + blake2_256(bytes(extrinsic)).hex()


def _records(node: DevNode, number: int) -> list[dict[str, Any]]:
    codec = node.runtime.codec
    raw = node.state_at(number).read(codec.storage_key("System", "Events"))
    records: list[dict[str, Any]] = codec.decode_storage("System", "Events", raw)
    return records
