"""A chain: connect to a network, follow its heads, and take views of its blocks."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from taoctl import paths
from taoctl.chain.archive import Archive, is_pruned, may_be_older
from taoctl.chain.bars import Bars
from taoctl.chain.greeting import Facts, ask_facts, check_genesis
from taoctl.chain.header import Head, read_header
from taoctl.chain.health import Greeting
from taoctl.chain.link import Link
from taoctl.chain.networks import Network, resolve
from taoctl.chain.rpc import Caller, RpcError, Subscription
from taoctl.chain.runtime import Runtime, Runtimes, RuntimeVersion
from taoctl.chain.status import LinkState, LinkStatus, Pulse
from taoctl.chain.submission import Submission
from taoctl.chain.view import View
from taoctl.errors import BadDataError, RefusedError, TaoctlError, UnreachableError, UsageError

SIMULATED_PREFIX = "taoctl localnet"
"""The chain name that taoctl's own dev chain gives itself starts with this."""

_HASH = re.compile(r"0x[0-9a-f]{64}")
_VIEWS_KEPT = 8


class Chain:
    """A connection to one chain; get it from `connect`.

    Attributes:
        network: name of the network, or the endpoint that was given instead.
        genesis: `0x` hash of block 0.
        chain_name: what the node calls the chain, None when it does not say.
        pulse: beats whenever the newest head or the state of the link changes.
    """

    def __init__(self, network: Network, timeout: float, cache_dir: Path | None) -> None:
        self.network = network.name
        self.genesis = network.genesis or ""
        self.chain_name: str | None = None
        self.pulse = Pulse()
        self._timeout = timeout
        bars = Bars(None if cache_dir is None else cache_dir / "endpoints.json")
        self._link = Link(network.endpoints, self._greet, call_timeout=timeout, bars=bars)
        self._link.pulse = self.pulse
        self._archive = Archive(network.archive, self._greet_archive, bars)
        self._cache_dir = cache_dir
        self._version: RuntimeVersion | None = None
        self._newest: Head | None = None
        self._untouched = False
        self._runtimes: Runtimes | None = None
        self._runtime: Runtime | None = None
        self._following: asyncio.Task[Subscription] | None = None
        self._views: OrderedDict[str, View] = OrderedDict()

    def __repr__(self) -> str:
        return f"Chain({self.network!r}, {self.link.endpoint!r})"

    # facts

    @property
    def link(self) -> LinkStatus:
        """The state of the connection."""
        return self._link.status

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that may serve, in order."""
        return self._link.endpoints

    @property
    def simulated(self) -> bool:
        """Whether this is taoctl's own dev chain."""
        return (self.chain_name or "").startswith(SIMULATED_PREFIX)

    @property
    def runtime(self) -> Runtime:
        """The newest runtime seen."""
        if self._runtime is None:
            raise RuntimeError("the chain is not connected yet")
        return self._runtime

    @property
    def spec_version(self) -> int:
        """Spec version of the newest runtime seen."""
        return self.runtime.spec_version

    @property
    def newest(self) -> Head:
        """The newest head heard of, which is old when nothing follows the heads."""
        if self._newest is None:
            raise RuntimeError("the chain is not connected yet")
        return self._newest

    # connecting

    async def _open(self) -> None:
        """Connect and load the runtime; raises UnreachableError, BadDataError."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        await self._link.open(self._timeout)
        assert self._version is not None
        self._runtimes = Runtimes(self._ask, self.genesis, self._cache_dir)
        try:
            async with asyncio.timeout_at(deadline):
                self._runtime = await self._runtimes.load(self._version, self.newest.hash)
        except TimeoutError:
            raise UnreachableError(
                f"{self.link.endpoint} did not send its metadata within {self._timeout:g} s",
                "allow more with --timeout, or name another endpoint with --network",
            ) from None

    async def _greet(self, call: Caller) -> Greeting:
        facts = await ask_facts(call, self.genesis)
        return Greeting(facts.head.number, facts.syncing, lambda: self._adopt(facts))

    def _adopt(self, facts: Facts) -> None:
        check_genesis(facts.genesis, self.genesis)
        self.genesis = facts.genesis
        self._version, self._newest = facts.version, facts.head
        self._untouched = True
        self.chain_name = facts.name or self.chain_name

    async def _greet_archive(self, call: Caller) -> None:
        check_genesis(await call("chain_getBlockHash", [0]), self.genesis)

    async def close(self) -> None:
        """Close the connection; whoever follows its heads comes to an end."""
        if self._following is not None:
            self._following.cancel()
        await asyncio.gather(self._link.close(), self._archive.close())

    def forget_metadata(self) -> None:
        """Drop the kept metadata of the newest runtime; the next connection asks for it anew.

        For when the chain refuses a signature: a node that lied once would else be believed
        as long as its metadata is kept, and every signature over its hash refused.
        """
        if self._runtimes is not None:
            self._runtimes.forget(self.runtime.version)

    # requests

    async def call(
        self, method: str, params: Sequence[Any] = (), *, timeout: float | None = None
    ) -> Any:
        """The result of a raw JSON-RPC request; see `Link.call`.

        What the node in use no longer has is asked of the network's archive, if it has one.
        """
        # Whatever is asked may change the chain, so the head learnt on connecting is old now.
        self._untouched = False
        return await self._ask(method, params, timeout=timeout)

    async def _ask(
        self, method: str, params: Sequence[Any] = (), *, timeout: float | None = None
    ) -> Any:
        deadline = time.monotonic() + (self._timeout if timeout is None else timeout)
        refusal: RpcError | None = None
        try:
            answer = await self._link.call(method, params, timeout=timeout)
            newest = -1 if self._newest is None else self._newest.number
            if answer is not None or not may_be_older(method, params, newest):
                return answer
        except RpcError as error:
            if not is_pruned(error):
                raise
            answer, refusal = None, error
        try:
            if self._archive.serves(method):
                left = max(0.1, deadline - time.monotonic())
                answer = await self._archive.call(method, params, timeout=left)
                refusal = None
        except TaoctlError as problem:
            if refusal is not None and not isinstance(problem, RpcError):
                refusal.hint = f"its archive does not help: {problem.message}"
        if refusal is not None:
            raise refusal
        return answer

    async def submit_and_watch(self, extrinsic: str, *, timeout: float | None = None) -> Submission:
        """Hand a signed extrinsic to the node, once, and follow it; see `Link.submit_and_watch`."""
        self._untouched = False
        return await self._link.submit_and_watch(extrinsic, timeout=timeout)

    # blocks

    async def at_head(self) -> View:
        """A view of the newest block."""
        return self.view_of(await self.head())

    async def head(self) -> Head:
        """The newest block: the last one pushed while heads are followed, else asked for."""
        followed = self._following is not None and self._following.done() and self.link.live
        age_s = time.monotonic() - self.newest.at_monotonic
        if not followed and not (self._untouched and age_s < 1.0):
            self._newest = read_header(await self.call("chain_getHeader"))
        self._untouched = False
        return self.newest

    async def at_finalized(self) -> View:
        """A view of the newest finalized block."""
        return await self.at_hash(_told_hash(await self.call("chain_getFinalizedHead")))

    async def finalized_number(self) -> int:
        """Number of the newest finalized block."""
        block_hash = _told_hash(await self.call("chain_getFinalizedHead"))
        return read_header(await self.call("chain_getHeader", [block_hash])).number

    async def at_block(self, number: int) -> View:
        """A view of the block with this number; raises UsageError when there is none yet."""
        block_hash = None if number < 0 else await self.call("chain_getBlockHash", [number])
        if block_hash is None:
            head = read_header(await self.call("chain_getHeader"))
            if 0 <= number <= head.number:
                raise RefusedError(
                    f"{self.link.endpoint} no longer has block {number}",
                    "ask an archive (--network archive)",
                )
            raise UsageError(
                f"there is no block {number}", f"blocks go from 0 to {head.number} here"
            )
        return await self._settled(number, _told_hash(block_hash))

    async def at_hash(self, block_hash: str) -> View:
        """A view of the block with this hash; raises UsageError when the node has no such block."""
        block_hash = _as_hash(block_hash)
        header = await self.call("chain_getHeader", [block_hash])
        if header is None:
            raise UsageError(
                f"there is no block {block_hash} on this chain",
                "check the hash, and that --network names the chain it is from",
            )
        return await self._settled(read_header(header).number, block_hash)

    def view_of(self, head: Head) -> View:
        """The view of a head that came from this chain; the same object for the same head."""
        return self._view(head.number, head.hash, self._runtime)

    async def _settled(self, number: int, block_hash: str) -> View:
        view = self._view(number, block_hash, None)
        await view.settle()
        return view

    def _view(self, number: int, block_hash: str, likely: Runtime | None) -> View:
        view = self._views.get(block_hash)
        if view is None:
            view = View(self, number, block_hash, lambda: self._runtime_at(block_hash), likely)
            self._views[block_hash] = view
            if len(self._views) > _VIEWS_KEPT:
                self._views.popitem(last=False)
        self._views.move_to_end(block_hash)
        return view

    async def _runtime_at(self, block_hash: str) -> Runtime:
        assert self._runtimes is not None
        runtime = await self._runtimes.at(block_hash)
        if runtime.spec_version > self.spec_version:
            self._runtime = runtime
        return runtime

    # heads

    async def heads(self) -> AsyncIterator[Head]:
        """Every new newest block, from the current one on, for as long as it is iterated.

        A slow reader misses blocks and gets the newest. Goes on after a lost connection, and
        ends when the chain is closed; `link` says how the link is, `pulse` when that changes.
        """
        await self.follow_heads()
        seen: str | None = None
        while True:
            beat = self.pulse.beat
            head = self.newest
            if head.hash != seen:
                seen = head.hash
                yield head
            elif self.link.state is LinkState.CLOSED:
                return
            else:
                await self.pulse.wait(beat)

    async def follow_heads(self) -> None:
        """Have the node push new heads, once per connection whoever asks."""
        if self._following is None:
            self._following = asyncio.create_task(
                self._link.subscribe(
                    "chain_subscribeNewHeads", "chain_unsubscribeNewHeads", self._push
                )
            )
        try:
            await asyncio.shield(self._following)
        except BaseException:
            if self._following is not None and self._following.done():
                self._following = None
            raise

    def _push(self, header: Any) -> None:
        head = read_header(header)
        if head != self._newest:
            self._newest = head
        self.pulse.fire()


@asynccontextmanager
async def connect(
    network: str | Network = "finney", *, timeout: float = 10.0, cache_dir: Path | None = None
) -> AsyncIterator[Chain]:
    """A chain, connected for the length of an `async with` block.

    Args:
        network: finney, test, archive, local, a WebSocket URL, several joined by commas, or a
            Network from `networks.resolve`.
        timeout: seconds for the whole of connecting, and then for each request.
        cache_dir: where runtime metadata is kept; None means the user's cache directory.

    Raises:
        UnreachableError: no such network, or no endpoint of it answers in time; names each one.
        BadDataError: the node's metadata cannot be read.
    """
    chosen = resolve(network) if isinstance(network, str) else network
    chain = Chain(chosen, timeout, cache_dir or paths.cache_dir())
    try:
        await chain._open()
        yield chain
    finally:
        await chain.close()


def _as_hash(text: Any) -> str:
    if isinstance(text, str) and _HASH.fullmatch(text.lower()):
        return text.lower()
    raise UsageError(f"{text!r} is not a block hash", "a block hash is 0x and 64 hex digits")


def _told_hash(answer: Any) -> str:
    """A block hash that the node says."""
    if isinstance(answer, str) and _HASH.fullmatch(answer):
        return answer
    raise BadDataError("the node sent a block hash that cannot be read")
