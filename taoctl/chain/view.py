"""The state of a chain at one block: pinned, so every answer is asked for once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from taoctl.chain.archive import is_pruned
from taoctl.errors import BadDataError, NotInRuntimeError, RefusedError, TaoctlError
from taoctl.scale.codec import hex_bytes

if TYPE_CHECKING:
    from taoctl.chain.client import Chain
    from taoctl.chain.runtime import Runtime
    from taoctl.scale.codec import Codec

PAGE = 1000
"""Keys asked for at once; nodes answer no more."""

_TURNS = 3
"""Turns of the event loop that gathering keys lasts: those that concurrent reads take to ask."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Storage:
    """A storage item that something needs."""

    pallet: str
    item: str

    def __str__(self) -> str:
        return f"storage {self.pallet}.{self.item}"


@dataclass(frozen=True, slots=True)
class Api:
    """A runtime API method that something needs."""

    api: str
    method: str

    def __str__(self) -> str:
        return f"runtime API {self.api}.{self.method}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that something needs."""

    pallet: str
    name: str

    def __str__(self) -> str:
        return f"call {self.pallet}.{self.name}"


@dataclass(frozen=True, slots=True)
class Constant:
    """A pallet constant that something needs."""

    pallet: str
    name: str

    def __str__(self) -> str:
        return f"constant {self.pallet}.{self.name}"


Entry: TypeAlias = Storage | Api | Call | Constant
"""Something a runtime may have or lack."""


def has_entry(codec: Codec, entry: Entry) -> bool:
    """Whether a runtime has an entry."""
    match entry:
        case Storage(pallet, item):
            return codec.storage(pallet, item) is not None
        case Api(api, method):
            return codec.api(api, method) is not None
        case Call(pallet, name):
            return codec.has_call(pallet, name)
        case Constant(pallet, name):
            return codec.has_constant(pallet, name)


class View:
    """A chain's state at one block.

    Answers never change, so they are remembered, and readers who ask the same at the same time
    share one request. Treat what a view returns as read-only. Values are as `Codec` says.

    Every read raises NotInRuntimeError for an entry the runtime lacks, UsageError for wrong key
    values or arguments, BadDataError for an answer that cannot be decoded, RefusedError when the
    node no longer has the block's state, and what `Link.call` raises.

    Attributes:
        chain: where it was taken from.
        block: block number.
        block_hash: `0x` hash of the block.
    """

    def __init__(
        self,
        chain: Chain,
        block: int,
        block_hash: str,
        find_runtime: Callable[[], Awaitable[Runtime]],
        likely: Runtime | None,
    ) -> None:
        self.chain = chain
        self.block = block
        self.block_hash = block_hash
        self._find_runtime = find_runtime
        self._found: Runtime | None = None
        self._likely = likely
        self._memory: dict[Hashable, asyncio.Task[Any]] = {}
        self._gathered: list[bytes] = []
        self._gathering: asyncio.Future[dict[bytes, bytes]] | None = None

    def __repr__(self) -> str:
        return f"View(block={self.block}, block_hash={self.block_hash!r})"

    # the runtime

    @property
    def runtime(self) -> Runtime:
        """The block's runtime; certain once a read has returned."""
        runtime = self._found or self._likely
        if runtime is None:
            raise RuntimeError("the runtime of this view is not known yet")
        return runtime

    @property
    def codec(self) -> Codec:
        """The codec of the block's runtime."""
        return self.runtime.codec

    @property
    def spec_version(self) -> int:
        """The spec version of the block's runtime."""
        return self.runtime.spec_version

    async def settle(self) -> Runtime:
        """The block's runtime, certain; asks the node at most once."""
        if self._found is None:
            self._found = await asyncio.shield(self._settling())
        return self._found

    def _settling(self) -> asyncio.Task[Runtime]:
        return self._begin(("runtime",), lambda: self._explain(self._find_runtime))

    async def _read(self, ask: Callable[[Codec], Awaitable[T]]) -> T:
        """Ask with the likely runtime while the certain one is being asked for.

        A view of the newest block would otherwise pay one more round trip, only to learn that
        no upgrade happened in the last seconds. After an upgrade the read is done again.
        """
        if self._found is not None or self._likely is None:
            return await ask((await self.settle()).codec)
        settling = self._settling()
        await asyncio.sleep(0)
        try:
            answer = await ask(self._likely.codec)
        except TaoctlError:
            if (await asyncio.shield(settling)) is self._likely:
                raise
        else:
            self._found = await asyncio.shield(settling)
            if self._found is self._likely:
                return answer
        return await ask((await self.settle()).codec)

    async def _once(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        return await asyncio.shield(self._begin(key, ask))

    def _begin(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """The task that asks, begun if it is not remembered; cancelling a reader leaves it be."""
        task = self._memory.get(key)
        if task is None:
            task = asyncio.ensure_future(_run(ask))
            self._memory[key] = task
            task.add_done_callback(lambda done: self._forget_failed(key, done))
        return task

    def _forget_failed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._memory.get(key) is task:
            del self._memory[key]

    # reads

    def has(self, entry: Entry) -> bool:
        """Whether the block's runtime has an entry."""
        return has_entry(self.codec, entry)

    def require(self, *entries: Entry) -> None:
        """Raise NotInRuntimeError, naming them, when entries are missing."""
        missing = [str(entry) for entry in entries if not self.has(entry)]
        if missing:
            raise NotInRuntimeError(
                f"this chain's runtime (spec {self.spec_version}) has no {', no '.join(missing)}",
                "another network, or another block, may run a runtime that has it",
            )

    def constant(self, pallet: str, name: str) -> Any:
        """The value of a pallet constant."""
        return self.codec.constant(pallet, name)

    async def value(self, pallet: str, item: str, *keys: Any) -> Any:
        """One storage value; its default, or None for an optional item, when nothing is stored."""

        async def ask(codec: Codec) -> Any:
            key = codec.storage_key(pallet, item, *keys)
            return codec.decode_storage(pallet, item, await self.raw(key))

        return await self._once(_key("value", pallet, item, keys), lambda: self._read(ask))

    async def values(self, pallet: str, item: str, keys: Iterable[Sequence[Any]]) -> list[Any]:
        """Many values of one storage item, in the order of their key tuples."""
        listed = [tuple(key) for key in keys]

        async def ask(codec: Codec) -> list[Any]:
            raw_keys = codec.storage_keys(pallet, item, listed)
            found = await self._raw_values(raw_keys)
            return codec.decode_storages(pallet, item, [found.get(key) for key in raw_keys])

        return await self._once(_key("values", pallet, item, listed), lambda: self._read(ask))

    async def map(self, pallet: str, item: str, *prefix: Any) -> dict[Any, Any]:
        """All entries of a storage map, or of the part below leading key values.

        One free key value is the dict key itself, several are a tuple.
        """

        async def ask(codec: Codec) -> dict[Any, Any]:
            raw_prefix = codec.storage_prefix(pallet, item, *prefix)
            pairs = await self._raw_pairs(raw_prefix)
            return codec.decode_map(pallet, item, pairs, len(prefix))

        return await self._once(_key("map", pallet, item, prefix), lambda: self._read(ask))

    async def api(self, api: str, method: str, *args: Any) -> Any:
        """What a runtime API answers; an answer of `Vec<u8>` is bytes."""

        async def ask(codec: Codec) -> Any:
            info = codec.need_api(api, method)
            encoded = "0x" + codec.encode_api_args(info, args).hex()
            answer = await self._call("state_call", [info.rpc_name, encoded, self.block_hash])
            return codec.decode_api_result(info, hex_bytes(answer))

        return await self._once(_key("api", api, method, args), lambda: self._read(ask))

    async def derived(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """What is worked out of this view's answers, once for a key."""
        return await self._once(("derived", key), work)

    async def timestamp_ms(self) -> int:
        """Milliseconds since 1970 that the block's author wrote into it."""
        return int(await self.value("Timestamp", "Now"))

    async def raw(self, key: bytes) -> bytes | None:
        """The bytes stored under a full storage key, or None."""

        async def ask() -> bytes | None:
            return (await self._raw_values([key])).get(key)

        return await self._once(("raw", key), ask)

    async def _raw_values(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The stored values of keys; what is asked for in one turn of the loop travels together."""
        if self._gathering is None:
            self._gathering = asyncio.ensure_future(self._gather_keys())
            self._gathering.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._gathered.extend(keys)
        return await asyncio.shield(self._gathering)

    async def _gather_keys(self) -> dict[bytes, bytes]:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        keys, self._gathered, self._gathering = list(dict.fromkeys(self._gathered)), [], None
        if len(keys) == 1:
            answer = await self._call("state_getStorage", ["0x" + keys[0].hex(), self.block_hash])
            return {} if answer is None else {keys[0]: hex_bytes(answer)}
        chunks = [keys[at : at + PAGE] for at in range(0, len(keys), PAGE)]
        answers = await asyncio.gather(*(self._query(chunk) for chunk in chunks))
        return {key: value for answer in answers for key, value in answer.items()}

    async def _raw_pairs(self, prefix: bytes) -> list[tuple[bytes, bytes]]:
        """Keys page by page, since each page starts at the last key; values meanwhile."""
        asked: list[asyncio.Task[dict[bytes, bytes]]] = []
        start: str | None = None
        try:
            while True:
                params = ["0x" + prefix.hex(), PAGE, start, self.block_hash]
                page = await self._call("state_getKeysPaged", params)
                if not isinstance(page, list):
                    raise BadDataError("the node sent a page of keys that cannot be read")
                keys = [hex_bytes(key) for key in page]
                if not all(key.startswith(prefix) for key in keys):
                    raise BadDataError("the node sent keys of another storage item")
                if keys:
                    asked.append(asyncio.create_task(self._query(keys)))
                if len(keys) < PAGE or page[-1] == start:
                    break
                start = page[-1]
            answers = await asyncio.gather(*asked)
        finally:
            for task in asked:
                task.cancel()
        return [pair for answer in answers for pair in answer.items()]

    async def _query(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        params = [["0x" + key.hex() for key in keys], self.block_hash]
        answer = await self._call("state_queryStorageAt", params)
        found: dict[bytes, bytes] = {}
        try:
            for changes in answer:
                for key, value in changes["changes"]:
                    if value is not None:
                        found[hex_bytes(key)] = hex_bytes(value)
        except (TypeError, KeyError, ValueError) as error:
            raise BadDataError("the node sent storage values that cannot be read") from error
        return found

    async def _call(self, method: str, params: list[Any]) -> Any:
        return await self._explain(lambda: self.chain.call(method, params))

    async def _explain(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What is asked; a refusal because the node dropped the block's state says so."""
        try:
            return await ask()
        except RefusedError as error:
            if is_pruned(error):
                raise RefusedError(
                    f"{self.chain.link.endpoint} no longer has the state of block {self.block}",
                    error.hint
                    or "most nodes keep some hundred blocks; ask an archive (--network archive)",
                ) from error
            raise


async def _run(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()


def _key(*parts: Any) -> Hashable:
    with contextlib.suppress(TypeError):
        hash(parts)
        return parts
    return repr(parts)
