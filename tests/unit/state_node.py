"""A scripted node with metadata, a chain of blocks and storage, for tests of the client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from scripted_node import Failure, Peer, ScriptedNode, header

from taoctl.chain.header import read_header
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact_bytes

CHAIN = Path(__file__).resolve().parents[2].parent / "shared" / "chain"
FILES = {218: "subtensor-218", 365: "finney-365", 393: "finney-393", 424: "finney-424"}


def metadata_of(spec: int, version: int = 15) -> bytes:
    """Metadata of a real runtime; where it is absent, the localnet's for 424, or a skip."""
    path = CHAIN / f"{FILES[spec]}.v{version}.scale"
    if path.is_file():
        return path.read_bytes()
    if spec != 424:
        pytest.skip("the real metadata is not beside this repository")
    return _localnet_metadata(version)


@cache
def _localnet_metadata(version: int) -> bytes:
    from taoctl.localnet.pallets import PALLETS
    from taoctl.localnet.runtime import Runtime

    runtime = Runtime(PALLETS)
    return runtime.metadata_v15 if version == 15 else runtime.metadata_v14


class StateNode(ScriptedNode):
    """Blocks 0 to `number`; block 0 has the genesis hash, the others that of their header.

    Attributes:
        spec: spec version of every block at or above `upgraded_at`, `old_spec` below.
        storage: full keys to bytes, the same at every block.
        pruned_below: blocks below this have no state.
    """

    def __init__(self, spec: int = 424) -> None:
        super().__init__()
        self.number = 20
        self.spec = spec
        self.old_spec = spec
        self.upgraded_at = 0
        self.pruned_below = 0
        self.has_v15 = True
        self.storage: dict[bytes, bytes] = {}
        self.api_answers: dict[str, str] = {}
        self.answers.update(
            chain_getFinalizedHead=self._finalized,
            state_call=self._call,
            state_getMetadata=self._metadata_v14,
            state_getStorage=self._storage,
            state_queryStorageAt=self._query,
            state_getKeysPaged=self._keys,
        )

    @cached_property
    def codec(self) -> Codec:
        return Codec(metadata_of(self.spec), self.spec, 1)

    def put(self, pallet: str, item: str, keys: tuple[Any, ...], value: Any) -> None:
        codec = self.codec
        encoded = codec.encode(codec.need_storage(pallet, item).value_type, value)
        self.storage[codec.storage_key(pallet, item, *keys)] = encoded

    def hash_of(self, number: int) -> str:
        return self.genesis if number == 0 else read_header(header(number)).hash

    def number_of(self, block_hash: str) -> int:
        for number in range(self.number + 1):
            if self.hash_of(number) == block_hash:
                return number
        raise Failure(4003, "Client error: UnknownBlock: Header was not found in the database")

    def spec_of(self, number: int) -> int:
        return self.spec if number >= self.upgraded_at else self.old_spec

    def _state(self, block_hash: str) -> int:
        number = self.number_of(block_hash)
        if number < self.pruned_below:
            text = f"Client error: UnknownBlock: State already discarded for {block_hash}"
            raise Failure(4003, text)
        return number

    async def _block_hash(self, peer: Peer, params: list[Any]) -> Any:
        return self.hash_of(params[0]) if params[0] <= self.number else None

    async def _header(self, peer: Peer, params: list[Any]) -> Any:
        if not params:
            return header(self.number)
        try:
            return header(self.number_of(params[0]))
        except Failure:
            return None

    async def _version(self, peer: Peer, params: list[Any]) -> Any:
        spec = self.spec_of(self._state(params[0]) if params else self.number)
        return {"specName": "node-subtensor", "specVersion": spec, "transactionVersion": 1}

    async def _finalized(self, peer: Peer, params: list[Any]) -> Any:
        return self.hash_of(self.number - 2)

    async def _metadata_v14(self, peer: Peer, params: list[Any]) -> Any:
        return "0x" + metadata_of(self.spec_of(self._state(params[0])), 14).hex()

    async def _call(self, peer: Peer, params: list[Any]) -> Any:
        number = self._state(params[2])
        if params[0] == "Metadata_metadata_at_version":
            assert params[1] == "0x0f000000"
            if not self.has_v15:
                return "0x00"
            metadata = metadata_of(self.spec_of(number))
            return "0x" + (b"\x01" + compact_bytes(len(metadata)) + metadata).hex()
        if params[0] not in self.api_answers:
            raise Failure(4003, f"Client error: {params[0]} is not exported")
        return self.api_answers[params[0]]

    async def _storage(self, peer: Peer, params: list[Any]) -> Any:
        self._state(params[1])
        value = self.storage.get(bytes.fromhex(params[0][2:]))
        return None if value is None else "0x" + value.hex()

    async def _query(self, peer: Peer, params: list[Any]) -> Any:
        self._state(params[1])
        found = [(key, self.storage.get(bytes.fromhex(key[2:]))) for key in params[0]]
        changes = [[key, None if value is None else "0x" + value.hex()] for key, value in found]
        return [{"block": params[1], "changes": changes[::-1]}]

    async def _keys(self, peer: Peer, params: list[Any]) -> Any:
        prefix, count, start, block_hash = params
        self._state(block_hash)
        wanted = sorted(key for key in self.storage if key.startswith(bytes.fromhex(prefix[2:])))
        if start is not None:
            wanted = [key for key in wanted if key > bytes.fromhex(start[2:])]
        return ["0x" + key.hex() for key in wanted[:count]]


@asynccontextmanager
async def state_node(spec: int = 424) -> AsyncIterator[StateNode]:
    metadata_of(spec)
    node = StateNode(spec)
    await node.start()
    try:
        yield node
    finally:
        await node.stop()
