"""What `prune-order` says of a full subnet is what registrations then do, one after the other."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from registration_chain import FULL, SEATED, hotkey, registration_chain

from taoctl.chain.client import connect
from taoctl.reads.prune_order import PruneRow, prune_rows

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from stake_net import StakeNet


@pytest.fixture(scope="module")
def net() -> Iterator[StakeNet]:
    with registration_chain() as chain:
        yield StakeNet(chain, lambda: None)


def said(net: StakeNet) -> tuple[PruneRow, ...]:
    """The order of the full subnet, as a client reads it at the head."""

    async def run() -> tuple[PruneRow, ...]:
        async with connect(net.chain.url, timeout=30) as chain:
            return await prune_rows(await chain.at_head(), FULL)

    return asyncio.run(run())


def draw(net: StakeNet, chance: random.Random) -> None:
    """Other neurons: ties of emission and of age, immunity that ends soon, slots of the owner."""

    def write(runtime: Any) -> None:
        module, now = runtime.subtensor, runtime.block_number
        module.ImmunityPeriod[FULL] = chance.choice([0, 3, 4, 5, 4096])
        module.MinNonImmuneUids[FULL] = chance.randint(0, SEATED)
        module.ImmuneOwnerUidsLimit[FULL] = chance.randint(1, 3)
        module.Emission[FULL] = tuple(chance.choice([0, 0, 1, 5, 2**63]) for _ in range(SEATED))
        module.Burn[FULL] = 500_000
        for uid in range(SEATED):
            module.BlockAtRegistration[FULL, uid] = max(0, chance.randint(now - 5, now))

    net.change(write)


def keys(net: StakeNet) -> list[str]:
    return [net.look(lambda head, u=uid: head.subtensor.Keys[FULL, u]) for uid in range(SEATED)]


@pytest.mark.parametrize("count", [15, pytest.param(200, marks=pytest.mark.soak)])
def test_the_first_in_the_order_is_the_one_that_is_replaced(net: StakeNet, count: int) -> None:
    replaced = edges = 0
    for seed in range(count):
        draw(net, random.Random(seed))
        rows = said(net)
        assert sorted(row.uid for row in rows) == list(range(SEATED))
        before, newcomer = keys(net), hotkey(f"order-{count}-{seed}")
        failure = net.force("//Bob", "burned_register", netuid=FULL, hotkey=newcomer)
        changed = [
            uid for uid, (was, now) in enumerate(zip(before, keys(net), strict=True)) if was != now
        ]
        if rows[0].prune_rank is None:
            assert failure == "SubtensorModule.NoNeuronIdAvailable" and not changed, seed
            continue
        assert failure is None and changed == [rows[0].uid], seed
        replaced += 1
        edges += any(row.immunity_left_blocks == 1 for row in rows)
    assert replaced > count // 2 and edges
