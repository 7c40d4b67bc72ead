"""The node: one chain with its runtime, pool and disk, and everything the RPC asks of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from taoctl.errors import BadDataError, NotInRuntimeError, RefusedError, TaoctlError
from taoctl.localnet.authoring import Author, Made, Operation
from taoctl.localnet.block import Block
from taoctl.localnet.chain_index import ChainIndex
from taoctl.localnet.changes import ChangesCodec
from taoctl.localnet.extrinsic import Extrinsic, read_extrinsic
from taoctl.localnet.fees import Fee
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.identity import Identity
from taoctl.localnet.listeners import Listeners
from taoctl.localnet.persist import Directory
from taoctl.localnet.pool import Entry, Pool, Watcher
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.snapshots import Snapshots
from taoctl.localnet.state_at import StateAt
from taoctl.localnet.validity import InvalidTransactionError, Rules

_log = logging.getLogger(__name__)

FINALITY_LAG = 2
"""Blocks that the finalized head is behind the best one."""
FINALITY_WATCH = 512
"""Blocks after which whoever watches an extrinsic is told that it is not finalized in time."""
_SLICE_SECONDS = 0.004
_LATEST_MS = 253_402_300_799_999


class Actors(Protocol):
    """Simulated users, who act between blocks by submitting extrinsics."""

    def extrinsics(self, block: int, block_hash: bytes, genesis_hash: bytes) -> Iterator[bytes]:
        """Signed extrinsics for the block after `block`, the head.

        Each is submitted before the next is asked for.
        """


class Node:
    """A chain that authors its own blocks.

    Args:
        runtime: with the state of the chain's best block.
        index: the chain's blocks.
        identity: names and versions.
        directory: where the chain is saved, or None to keep it in memory only.
        finality_lag: blocks that the finalized head stays behind.
    """

    def __init__(
        self,
        runtime: Runtime,
        index: ChainIndex,
        identity: Identity,
        *,
        directory: Directory | None = None,
        finality_lag: int = FINALITY_LAG,
    ) -> None:
        self.runtime = runtime
        self.index = index
        self.identity = identity
        self.method_names: list[str] = []
        self.heads: Listeners[Block] = Listeners()
        self.finalized_heads: Listeners[Block] = Listeners()
        self.pool_changes: Listeners[None] = Listeners()
        self.pool = Pool(lambda account: self._account(account)["nonce"])
        self.rules = Rules(runtime, index.hash_of)
        self.codec = ChangesCodec(runtime.classes)
        self.author = Author(runtime, self.pool, self.rules, self.codec)
        self.snapshots = (
            None if directory is None else Snapshots(directory, runtime.state, self.codec)
        )
        self.operations: list[Operation] = []
        self.problem: str | None = None
        self.actors: Actors | None = None
        self._directory = directory
        self._finality_lag = finality_lag
        self._finalized = max(0, index.best - finality_lag)
        self._included: dict[int, list[tuple[int, Entry]]] = {}
        self._making = asyncio.Lock()
        self._clock_offset_ms = max(0, self._timestamp() - _wall_ms())

    # what the chain has

    @property
    def chain_name(self) -> str:
        """The chain's name, which says that it is simulated."""
        return self.identity.chain_name

    @property
    def version(self) -> str:
        """Version of the node."""
        return self.identity.version

    @property
    def best_number(self) -> int:
        """Number of the best block."""
        return self.index.best

    @property
    def best_hash(self) -> bytes:
        """Hash of the best block."""
        return self.index.block(self.index.best).hash

    @property
    def finalized_number(self) -> int:
        """Number of the last finalized block."""
        return self._finalized

    @property
    def finalized_hash(self) -> bytes:
        """Hash of the last finalized block."""
        return self.index.block(self._finalized).hash

    def hash_of(self, number: int) -> bytes | None:
        """The hash of a block by number, or None."""
        return self.index.hash_of(number)

    def number_of(self, block_hash: bytes) -> int | None:
        """The number of a block by hash, or None."""
        return self.index.number_of(block_hash)

    def block(self, number: int) -> Block:
        """A block by number."""
        return self.index.block(number)

    def block_by_hash(self, block_hash: bytes) -> Block | None:
        """A block of the chain, or one that was retracted lately; None for any other hash."""
        return self.index.by_hash(block_hash)

    def state_at(self, number: int) -> StateAt:
        """The state after a block; raises StateDiscardedError when it is not kept."""
        self.runtime.state.check_kept(number)
        found = self.index.hash_of(number)
        assert found is not None
        return StateAt(self.runtime, number, found)

    @property
    def head(self) -> Host:
        """The pallets over the best block's state, which a block in the making does not move."""
        return self.runtime.at(self.index.best)

    @property
    def runtime_version(self) -> dict[str, Any]:
        """The runtime's version in the form of `state_getRuntimeVersion`."""
        version = self.runtime.codec.constant("System", "Version")
        return {
            "specName": version["spec_name"],
            "implName": version["impl_name"],
            "authoringVersion": version["authoring_version"],
            "specVersion": version["spec_version"],
            "implVersion": version["impl_version"],
            "apis": [[name, number] for name, number in version["apis"]],
            "transactionVersion": version["transaction_version"],
            "systemVersion": version["system_version"],
            "stateVersion": version["system_version"],
        }

    def _account(self, account: str) -> dict[str, Any]:
        found: dict[str, Any] = self.head.system.Account[account]
        return found

    def _timestamp(self) -> int:
        return int(self.head.timestamp.Now.get())

    # extrinsics

    def next_nonce(self, account: str) -> int:
        """The next nonce of an account, counting what waits in the pool."""
        return self.pool.next_nonce(account)

    def fee_info(self, raw: bytes) -> Fee:
        """The fee of an extrinsic without its tip; raises BadDataError."""
        return self.rules.fee(self._read(raw), self.head)

    def _read(self, raw: bytes) -> Extrinsic:
        try:
            return read_extrinsic(raw, self.runtime.decode_call)
        except NotInRuntimeError as error:
            raise BadDataError(str(error)) from None

    def submit(self, raw: bytes, watcher: Watcher | None = None) -> bytes:
        """Validate a signed extrinsic and put it into the pool; returns its hash.

        Raises:
            RpcError: with Substrate's code and message for the reason it is refused.
        """
        try:
            extrinsic = self._read(raw)
        except BadDataError as error:
            why = "Runtime error: Execution failed: Bad input data provided to validate_transaction"
            raise RpcError(1002, f"Verification Error: {why}: {error}", why) from None
        self.pool.check_new(extrinsic.hash)
        self._admit(extrinsic, [] if watcher is None else [watcher])
        return extrinsic.hash

    def _admit(self, extrinsic: Extrinsic, watchers: list[Watcher]) -> None:
        try:
            valid = self.rules.check(extrinsic, self.head, self.best_number + 1)
        except InvalidTransactionError as error:
            raise error.as_rpc() from None
        entry = Entry(extrinsic, valid.signer, valid.nonce, valid.priority, valid.valid_until)
        entry.watchers = watchers
        self.pool.add(entry)
        self.pool_changes.tell(None)

    async def dry_run(self, raw: bytes) -> bytes:
        """What applying an extrinsic on top of the head answers, in SCALE; changes nothing."""
        extrinsic = self._read(raw)
        async with self._making:
            return self.author.dry_run(self.block(self.best_number).header, extrinsic)

    # blocks

    async def author_block(self, now_ms: int | None = None) -> Block:
        """Make, save and announce the next block, pausing for other work now and then.

        `now_ms` is the block's time when it is not to be the clock's.
        """
        async with self._making:
            if self.actors is not None:
                await self._let_act(self.actors)
            operations, self.operations = self.operations, []
            try:
                made = await self._make(operations, now_ms)
                self._save(made)
            except BaseException:
                self.operations[:0] = operations
                raise
            self._adopt(made)
        if self.snapshots is not None:
            self.snapshots.begin_if_due(self.best_number)
        return made.block

    async def _let_act(self, actors: Actors) -> None:
        paused = time.perf_counter()
        for raw in actors.extrinsics(self.best_number, self.best_hash, self.block(0).hash):
            try:
                self.submit(raw)
            except RpcError as error:
                _log.info("an actor was refused: %s (%s)", error.message, error.data)
            if time.perf_counter() - paused > _SLICE_SECONDS:
                await asyncio.sleep(0)
                paused = time.perf_counter()

    async def _make(self, operations: list[Operation], now_ms: int | None) -> Made:
        parent = self.block(self.best_number).header
        if now_ms is None:
            now_ms = self.wall_ms()
        steps = self.author.make(parent, max(now_ms, self._timestamp() + 1), operations)
        try:
            while True:
                paused = time.perf_counter()
                while time.perf_counter() - paused < _SLICE_SECONDS:
                    next(steps)
                await asyncio.sleep(0)
        except StopIteration as stop:
            made: Made = stop.value
            return made
        finally:
            steps.close()

    def _save(self, made: Made) -> None:
        if self._directory is None:
            return
        try:
            self._directory.append(made.block, made.delta)
        except TaoctlError:
            self.runtime.state.revert_to(made.block.number - 1)
            raise

    def _adopt(self, made: Made) -> None:
        number = made.block.number
        self.index.append(made.block)
        for _, entry in made.taken:
            self.pool.included(entry)
        if made.taken:
            self._included[number] = made.taken
        self.pool.refresh(number)
        self.heads.tell(made.block)
        digest = "0x" + made.block.hash.hex()
        for _, entry in made.taken:
            entry.tell({"inBlock": digest})
        self._finalize(number - self._finality_lag)
        overdue = self._included.get(number - FINALITY_WATCH)
        for _, entry in overdue or ():
            entry.tell({"finalityTimeout": "0x" + self.block(number - FINALITY_WATCH).hash.hex()})
            entry.watchers = []

    def _finalize(self, number: int) -> None:
        while self._finalized < number:
            self._finalized += 1
            block = self.block(self._finalized)
            self.finalized_heads.tell(block)
            for _, entry in self._included.pop(self._finalized, ()):
                entry.tell({"finalized": "0x" + block.hash.hex()})

    # what only a development chain can do

    async def set_head(self, number: int, *, revert_finalized: bool = False) -> None:
        """Make an earlier block the head again; extrinsics of the blocks after it are pending.

        Raises:
            StateDiscardedError: its state is not kept.
            RefusedError: blocks after it are finalized, which no chain takes back, and
                `revert_finalized` does not ask for it.
        """
        async with self._making:
            self.runtime.state.check_kept(number)
            if number < self._finalized and not revert_finalized:
                raise RefusedError(
                    f"block {self._finalized} is finalized, so block {number} cannot be the head",
                    "no honest chain takes a finalized block back; dev_setHead does with a "
                    "second parameter true",
                )
            if self.snapshots is not None:
                await self.snapshots.settle()
            self.runtime.state.revert_to(number)
            gone = self.index.revert_to(number)
            if self._directory is not None:
                assert self.snapshots is not None
                self._directory.revert(number, self.snapshots.parts)
            self._finalized = min(self._finalized, number)
            paused = time.perf_counter()
            for block in gone:
                self._retract(block)
                if time.perf_counter() - paused > _SLICE_SECONDS:
                    await asyncio.sleep(0)
                    paused = time.perf_counter()
            self.pool.refresh(number)
            self.heads.tell(self.block(number))

    def _retract(self, block: Block) -> None:
        """Make the block's extrinsics pending again; those of finalized blocks have no watchers."""
        entries = {entry.extrinsic.raw: entry for _, entry in self._included.pop(block.number, ())}
        for raw in block.extrinsics[1:]:
            entry = entries.get(raw)
            extrinsic = self._read(raw) if entry is None else entry.extrinsic
            watchers = [] if entry is None else entry.watchers
            for tell in watchers:
                tell({"retracted": "0x" + block.hash.hex()})
            self.pool.unban(extrinsic.hash)
            try:
                self._admit(extrinsic, watchers)
            except RpcError:
                for tell in watchers:
                    tell("invalid")

    async def amend(self, change: Callable[[Runtime], None]) -> None:
        """Change the best block's state in place; its hash stays, so clients may have cached it."""
        async with self._making:
            state = self.runtime.state
            with state.amend():
                change(self.runtime)
                changes = state.pending()
                if self._directory is not None and changes:
                    self._directory.amend(self.best_number, self.codec.encode(changes))
            self.pool.refresh(self.best_number)

    def wall_ms(self) -> int:
        """The time of now in ms, as `dev_timeTravel` moved it."""
        return _wall_ms() + self._clock_offset_ms

    def travel_to(self, now_ms: int) -> None:
        """Let the next block's time be this; the clock goes on from there.

        Raises:
            ValueError: the chain's time is past it already, or it is after the year 9999.
        """
        if now_ms > _LATEST_MS:
            raise ValueError("there is no time after the year 9999")
        if now_ms <= self._timestamp():
            raise ValueError(f"the chain's time is {self._timestamp()} ms already")
        self._clock_offset_ms = now_ms - _wall_ms()

    async def close(self) -> None:
        """Finish what is being written and release the state directory."""
        async with self._making:
            if self.snapshots is not None:
                await self.snapshots.settle()
            if self._directory is not None:
                self._directory.close()


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
