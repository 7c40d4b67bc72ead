"""The chain itself: identity, runtime and single blocks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import Storage, View
from taoctl.errors import BadDataError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.registry import read


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRow:
    """What a connection reaches: network, runtime and head."""

    network: Annotated[str, Column("network", Kind.TEXT, "name or address asked for")]
    chain_name: Annotated[str | None, Column("chain", Kind.TEXT, "what the node calls itself")]
    endpoint: Annotated[str, Column("endpoint", Kind.TEXT, "node that answers")]
    latency_ms: Annotated[int | None, Column("latency ms", Kind.MILLIS, "last round trip")]
    simulated: Annotated[bool, Column("simulated", Kind.BOOL, "a localnet, not a real chain")]
    genesis: Annotated[str, Column("genesis", Kind.HASH, "hash of block 0")]
    spec_name: Annotated[str | None, Column("spec name", Kind.TEXT, "runtime name")]
    spec_version: Annotated[int, Column("spec", Kind.INT, "runtime version")]
    newer_than_tested: Annotated[
        bool, Column("newer", Kind.BOOL, "runtime is newer than the newest this was tested with")
    ]
    block: Annotated[int, Column("block", Kind.BLOCK, "block of this answer")]
    block_hash: Annotated[str, Column("hash", Kind.HASH, "its hash")]
    finalized: Annotated[int | None, Column("finalized", Kind.BLOCK, "newest final block")]
    timestamp_ms: Annotated[int | None, Column("time", Kind.TIME, "its time, ms since 1970")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """One block: identity, time and what happened in it."""

    block: Annotated[int, Column("block", Kind.BLOCK, "block number")]
    block_hash: Annotated[str, Column("hash", Kind.HASH, "its hash")]
    timestamp_ms: Annotated[int | None, Column("time", Kind.TIME, "ms since 1970")]
    spec_version: Annotated[int, Column("spec", Kind.INT, "runtime version")]
    extrinsics: Annotated[int | None, Column("extrinsics", Kind.INT, "extrinsics in it")]
    events: Annotated[int | None, Column("events", Kind.INT, "events in it")]


_NOW = Storage("Timestamp", "Now")
_EVENT_COUNT = Storage("System", "EventCount")


@read("chain", row=ChainRow, wants=(_NOW,), help="network, runtime and head")
async def chain_info(view: View) -> ChainRow:
    """The chain that a view belongs to, and the block it is pinned to."""
    chain = view.chain
    runtime, finalized, time = await asyncio.gather(
        view.settle(), chain.finalized_number(), _time(view)
    )
    latency = chain.link.latency_ms
    return ChainRow(
        network=chain.network,
        chain_name=chain.chain_name,
        endpoint=chain.link.endpoint,
        latency_ms=None if latency is None else round(latency),
        simulated=chain.simulated,
        genesis=chain.genesis,
        spec_name=runtime.version.spec_name,
        spec_version=runtime.spec_version,
        newer_than_tested=runtime.newer_than_tested,
        block=view.block,
        block_hash=view.block_hash,
        finalized=finalized,
        timestamp_ms=time,
    )


@read("block", row=BlockRow, wants=(_NOW, _EVENT_COUNT), help="one block")
async def block(view: View) -> BlockRow:
    """The block that a view is pinned to."""
    events = view.value("System", "EventCount") if view.has(_EVENT_COUNT) else _none()
    body, count, time, runtime = await asyncio.gather(
        view.chain.call("chain_getBlock", [view.block_hash]), events, _time(view), view.settle()
    )
    try:
        extrinsics = len(body["block"]["extrinsics"])
    except (TypeError, KeyError) as error:
        raise BadDataError(f"the node sent a block {view.block} that cannot be read") from error
    return BlockRow(
        block=view.block,
        block_hash=view.block_hash,
        timestamp_ms=time,
        spec_version=runtime.spec_version,
        extrinsics=extrinsics,
        events=None if count is None else int(count),
    )


async def _time(view: View) -> int | None:
    # Block 0 has no time yet: the storage default 0 is not a date.
    return await view.timestamp_ms() or None if view.has(_NOW) else None


async def _none() -> None:
    return None
