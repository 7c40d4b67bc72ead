"""The chain itself: identity, runtime and single blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind


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
    timestamp_ms: Annotated[int | None, Column("time", Kind.MILLIS, "its time, ms since 1970")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """One block: identity, time and what happened in it."""

    block: Annotated[int, Column("block", Kind.BLOCK, "block number")]
    block_hash: Annotated[str, Column("hash", Kind.HASH, "its hash")]
    timestamp_ms: Annotated[int | None, Column("time", Kind.MILLIS, "ms since 1970")]
    spec_version: Annotated[int, Column("spec", Kind.INT, "runtime version")]
    extrinsics: Annotated[int | None, Column("extrinsics", Kind.INT, "extrinsics in it")]
    events: Annotated[int | None, Column("events", Kind.INT, "events in it")]
