"""The pool's limits, removal and statuses, and dry runs: as a node has them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from nodes import ALICE, BOB, TAO, free, open_plain, signed, transfer, whole_state
from test_rpc_methods import Client

from taoctl.localnet import node as node_module
from taoctl.localnet import pool as pool_module
from taoctl.localnet.dev import DevNode
from taoctl.localnet.extrinsic import read_extrinsic
from taoctl.localnet.pallets.utility import BATCHED_CALLS_LIMIT
from taoctl.localnet.pool import FUTURE_LIMIT, READY_LIMIT, Entry, Limit, Pool
from taoctl.localnet.rpc.registry import RpcError
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256


def code_of(work: Any) -> int:
    with pytest.raises(RpcError) as caught:
        work()
    return caught.value.code


def entry(node: DevNode, signer: str, *, priority: int, nonce: int = 0) -> Entry:
    """An entry as the node would make it, but of any priority."""
    uri = "//Alice" if signer == ALICE else "//Bob"
    raw = transfer(node, uri=uri, nonce=nonce)
    return Entry(read_extrinsic(raw, node.runtime.decode_call), signer, nonce, priority, None)


def test_a_node_holds_what_substrate_holds_by_default() -> None:
    assert (READY_LIMIT.count, READY_LIMIT.size) == (8192, 20 * 2**20)
    assert (FUTURE_LIMIT.count, FUTURE_LIMIT.size) == (819, 2 * 2**20)


def test_a_full_pool_drops_the_oldest_of_the_lowest_priority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool_module, "READY_LIMIT", Limit(3, 10**6))
    node = open_plain().node
    told: dict[int, list[Any]] = {}
    raws = [transfer(node, nonce=nonce) for nonce in range(3)]
    for nonce, raw in enumerate(raws):
        told[nonce] = []
        node.submit(raw, told[nonce].append)
    node.submit(transfer(node, ALICE, uri="//Bob"))
    assert told == {nonce: ["ready", "dropped"] for nonce in range(3)}, "what follows goes too"
    assert node.pool.counts == (1, 0)
    assert node.next_nonce(ALICE) == 0
    assert code_of(lambda: node.submit(raws[0])) == 1012
    node.submit(transfer(node, rao=7, nonce=0))
    assert node.pool.counts == (2, 0)


def test_a_pool_that_is_full_of_better_ones_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "READY_LIMIT", Limit(1, 10**6))
    node = open_plain().node
    pool = Pool(lambda account: 0)
    pool.add(entry(node, ALICE, priority=5))
    assert code_of(lambda: pool.add(entry(node, BOB, priority=4))) == 1016
    assert (pool.counts, pool.next_nonce(BOB)) == ((1, 0), 0)
    pool.add(entry(node, BOB, priority=6))
    assert (pool.counts, pool.next_nonce(ALICE), pool.next_nonce(BOB)) == ((1, 0), 0, 1)


def test_bytes_count_too_and_future_ones_have_their_own_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = open_plain().node
    raw = transfer(node, nonce=5)
    monkeypatch.setattr(pool_module, "FUTURE_LIMIT", Limit(100, len(raw)))
    told: list[Any] = []
    node.submit(raw, told.append)
    node.submit(transfer(node, nonce=7))
    assert (told, node.pool.counts) == (["future", "dropped"], (0, 1))
    node.submit(transfer(node, nonce=0))
    assert node.pool.counts == (1, 1)


def test_an_extrinsic_of_higher_priority_usurps_the_nonce() -> None:
    node = open_plain().node
    pool = Pool(lambda account: 0)
    told: list[Any] = []
    first, better = entry(node, ALICE, priority=1), entry(node, ALICE, priority=2)
    first.watchers = [told.append]
    pool.add(first)
    assert code_of(lambda: pool.add(entry(node, ALICE, priority=1))) == 1014
    pool.add(better)
    assert told == ["ready", {"usurped": "0x" + better.hash.hex()}]
    assert (pool.counts, pool.get(better.hash)) == ((1, 0), better)


def test_what_is_removed_by_hand_goes_with_what_follows_it() -> None:
    async def run() -> None:
        node = open_plain().node
        client = Client(node)
        raws = [transfer(node, rao=n + 1, nonce=n) for n in range(3)]
        told: list[Any] = []
        for raw in raws:
            node.submit(raw, told.append)
        hashes = ["0x" + blake2_256(raw).hex() for raw in raws]
        gone = await client.ask("author_removeExtrinsic", [{"extrinsic": "0x" + raws[1].hex()}])
        assert gone == hashes[1:]
        assert told == ["ready", "ready", "ready", "invalid", "invalid"]
        assert await client.ask("author_pendingExtrinsics") == ["0x" + raws[0].hex()]
        assert await client.ask("author_removeExtrinsic", [{"hash": hashes[0]}]) == hashes[:1]
        assert await client.ask("author_removeExtrinsic", [{"hash": hashes[0]}]) == []
        refused = await client.error("author_submitExtrinsic", "0x" + raws[0].hex())
        assert refused["code"] == 1012
        for bad in (None, [3], [{"hash": "0x12"}], [{"other": hashes[0]}]):
            assert (await client.error("author_removeExtrinsic", bad))["code"] == -32602

    asyncio.run(run())


def test_finality_that_does_not_come_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_module, "FINALITY_WATCH", 4)

    async def run() -> None:
        node = open_plain(finality_lag=6).node
        told: list[Any] = []
        node.submit(transfer(node), told.append)
        block = await node.author_block()
        await node.sealer.new_blocks(10)
        digest = "0x" + block.hash.hex()
        assert told == ["ready", {"inBlock": digest}, {"finalityTimeout": digest}]
        assert node.finalized_number == 5

    asyncio.run(run())


# dry runs


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ({}, "0x0000"),
        ({"rao": 20_000 * TAO}, "0x00010702"),  # Token.FundsUnavailable or Arithmetic.Underflow
        ({"nonce": 3}, "0x010002"),
        ({"spoil": True}, "0x010004"),
        ({"tip": 10**15}, "0x010001"),
    ],
)
def test_a_dry_run_answers_with_the_nodes_bytes_and_changes_nothing(
    how: dict[str, Any], answer: str
) -> None:
    async def run() -> None:
        node = open_plain().node
        await node.sealer.new_blocks(2)
        client = Client(node)
        before = whole_state(node)
        raw = transfer(node, **how)
        found = await client.ask("system_dryRun", "0x" + raw.hex())
        if answer.startswith("0x0001"):
            assert found.startswith("0x0001")
            node.submit(raw)
            await node.author_block()
            events = node.runtime.codec.decode_storage(
                "System",
                "Events",
                node.state_at(3).read(node.runtime.codec.storage_key("System", "Events")),
            )
            failed = next(e["event"] for e in events if "ExtrinsicFailed" in str(e["event"]))
            assert _kind(found) in str(failed)
            return
        assert found == answer
        assert whole_state(node) == before
        assert (node.best_number, node.pool.counts) == (2, (0, 0))
        assert free(node, BOB) == 10_000 * TAO
        await node.author_block()
        assert free(node, BOB) == 10_000 * TAO

    asyncio.run(run())


def _kind(answer: str) -> str:
    """The variant of DispatchError in a dry run's answer."""
    return {3: "Module", 7: "Token", 8: "Arithmetic"}[bytes.fromhex(answer[2:])[2]]


def test_a_dry_run_tells_a_module_error() -> None:
    async def run() -> None:
        node = open_plain().node
        client = Client(node)
        codec = node.runtime.codec
        none = codec.compose_call("Utility", "batch", {"calls": []})
        remark = codec.compose_call("System", "remark", {"remark": b""})
        many = BATCHED_CALLS_LIMIT + 1
        call = none[:-1] + compact_bytes(many) + remark * many
        found = await client.ask("system_dryRun", "0x" + signed(node, call, "//Bob").hex())
        error = node.runtime.pallets["Utility"].error("TooManyCalls")
        assert found == "0x000103" + bytes([error.pallet_index, error.index, 0, 0, 0]).hex()

    asyncio.run(run())


def test_a_dry_run_waits_for_the_block_in_the_making_and_takes_the_head_only() -> None:
    async def run() -> None:
        node = open_plain().node
        client = Client(node)
        raw = "0x" + transfer(node).hex()
        making, answer = await asyncio.gather(node.author_block(), client.ask("system_dryRun", raw))
        assert (making.number, answer) == (1, "0x0000")
        first = "0x" + node.block(0).hash.hex()
        best = "0x" + node.best_hash.hex()
        assert await client.ask("system_dryRun", raw, best) == "0x0000"
        assert (await client.error("system_dryRun", raw, first))["code"] == -32602
        broken = await client.error("system_dryRun", "0x00")
        assert (broken["code"], broken["message"]) == (2, "Unable to dry run extrinsic.")

    asyncio.run(run())
