"""Going back to an earlier block: what is undone, what is pending again, what can still be read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from nodes import ALICE, BOB, TAO, event_names, free, open_plain, transfer, whole_state
from test_rpc_methods import Client

from taoctl.errors import RefusedError
from taoctl.localnet.sealing import Seal


def test_finalized_blocks_are_taken_back_only_when_asked() -> None:
    async def run() -> None:
        node = open_plain().node
        await node.sealer.new_blocks(5)
        client = Client(node)
        with pytest.raises(RefusedError, match="block 3 is finalized"):
            await node.set_head(2)
        assert (await client.error("dev_setHead", 2))["message"].startswith("block 3 is finalized")
        assert (node.best_number, node.finalized_number) == (5, 3)
        await client.ask("dev_setHead", 3)
        assert (node.best_number, node.finalized_number) == (3, 3)
        await client.ask("dev_setHead", 1, True)
        assert (node.best_number, node.finalized_number) == (1, 1)

    asyncio.run(run())


def test_state_nonces_and_events_are_those_of_the_new_head() -> None:
    async def run() -> None:
        node = open_plain(finality_lag=10).node
        await node.sealer.new_blocks(2)
        before = whole_state(node)
        for nonce in range(3):
            node.submit(transfer(node, rao=TAO, nonce=nonce))
            await node.author_block()
        node.submit(transfer(node, ALICE, uri="//Bob"))
        await node.author_block()
        await node.set_head(2)
        assert whole_state(node) == before
        assert free(node, BOB) == 10_000 * TAO
        assert node.head.system.Account[ALICE]["nonce"] == 0
        assert (node.next_nonce(ALICE), node.next_nonce(BOB)) == (3, 1)
        assert "Balances.Transfer" not in event_names(node, 2)
        block = await node.author_block()
        assert len(block.extrinsics) == 5, "all come again, in the order of their nonces"
        assert free(node, BOB) < 10_003 * TAO
        assert event_names(node, 3).count("Balances.Transfer") == 4

    asyncio.run(run())


def test_a_retracted_block_can_be_had_by_hash_but_not_its_state() -> None:
    async def run() -> None:
        node = open_plain(finality_lag=10).node
        client = Client(node)
        raw = transfer(node)
        node.submit(raw)
        gone = "0x" + (await node.author_block()).hash.hex()
        await node.set_head(0)
        assert "0x" + raw.hex() in (await client.ask("chain_getBlock", gone))["block"]["extrinsics"]
        assert (await client.ask("chain_getHeader", gone))["number"] == "0x1"
        assert await client.ask("chain_getBlockHash", 1) is None
        problem = await client.error("state_getRuntimeVersion", gone)
        assert problem["code"] == 4003 and "State already discarded" in problem["message"]
        again = "0x" + (await node.author_block()).hash.hex()
        assert again != gone
        assert await client.ask("chain_getBlockHash", 1) == again

    asyncio.run(run())


def test_an_extrinsic_that_is_not_valid_on_the_other_fork_is_said_to_be_so() -> None:
    async def run() -> None:
        node = open_plain(finality_lag=100).node
        await node.sealer.new_blocks(10)
        told: list[Any] = []
        node.submit(transfer(node, period=4), told.append)  # born in block 10
        gone = "0x" + (await node.author_block()).hash.hex()
        await node.set_head(9)
        assert told == ["ready", {"inBlock": gone}, {"retracted": gone}, "invalid"]
        assert node.pool.counts == (0, 0)

    asyncio.run(run())


def test_a_transaction_that_a_reorg_drops_does_not_come_back_by_itself() -> None:
    async def run() -> None:
        node = open_plain(seal=Seal.INSTANT, finality_lag=2).node
        client = Client(node)
        raw = transfer(node)
        told: list[Any] = []
        digest = "0x" + node.submit(raw, told.append).hex()
        gone = "0x" + (await node.author_block()).hash.hex()
        await client.ask("dev_setHead", 0)
        await client.ask("author_removeExtrinsic", [{"hash": digest}])
        assert told == ["ready", {"inBlock": gone}, {"retracted": gone}, "ready", "invalid"]
        await node.sealer.new_blocks(3)
        assert free(node, BOB) == 10_000 * TAO
        assert node.finalized_number == 1

    asyncio.run(run())


def test_a_reorg_survives_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        node = open_plain(tmp_path, finality_lag=5).node
        await node.sealer.new_blocks(2)
        node.submit(transfer(node))
        await node.author_block()
        await node.set_head(2)
        head = node.best_hash
        await node.close()
        node = open_plain(tmp_path, finality_lag=5).node
        assert (node.best_number, node.best_hash) == (2, head)
        assert free(node, BOB) == 10_000 * TAO
        await node.close()

    asyncio.run(run())
