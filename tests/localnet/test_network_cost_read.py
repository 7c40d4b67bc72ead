"""The read of a subnet's price says what the chain asks for, now and in blocks to come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from owned_chain import COST, hotkey, owned_chain
from settings_chain import carried_out, caught_up, on, put

from taoctl.calls.network.create import CreateSubnet
from taoctl.chain.client import Chain
from taoctl.reads.network_cost import network_cost


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Iterator[ThreadChain]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    with owned_chain() as chain:
        yield chain


async def _asked(chain: Chain) -> int:
    """What the chain itself asks for in its newest block."""
    view = await caught_up(chain)
    return int(await view.api("SubnetRegistrationRuntimeApi", "get_network_registration_cost"))


def test_before_the_first_subnet_it_costs_the_least_and_anybody_may(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        row = await network_cost(view)
        assert row.cost_rao == row.next_block_rao == row.least_rao == row.day_rao == COST
        assert (row.last_block, row.open_from_block) == (None, view.block + 1)
        assert (row.step_rao, row.least_block) == (0, view.block)

    on(net.url, work)


def test_each_step_of_the_fall_is_told(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "NetworkRateLimit", (), 7_200)
        _, created = await carried_out(chain, CreateSubnet(hotkey("new")))
        assert created.block is not None
        row = await network_cost(await caught_up(chain))
        step = 100 * TAO // 100_800
        assert (row.cost_rao, row.step_rao) == (2 * COST, step)
        assert (row.last_rao, row.last_block) == (COST, created.block)
        assert row.open_from_block == created.block + 7_200
        assert row.day_rao == 2 * COST - step * 7_201
        assert row.week_rao == 2 * COST - step * 50_401
        assert row.least_block == created.block - (-COST // step)
        for _ in range(3):
            row = await network_cost(await caught_up(chain))
            await chain.call("dev_newBlock", [])
            assert await _asked(chain) == row.next_block_rao == row.cost_rao - step

    on(net.url, work)


def test_the_block_of_the_least_is_the_first_that_asks_no_more(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "NetworkLastLockCost", (), 101 * TAO)
        await put(chain, "NetworkLockReductionInterval", (), 10)
        key = ("NetworkLastRegistered",)
        await put(chain, "LastRateLimitedBlock", key, (await caught_up(chain)).block)
        row = await network_cost(await caught_up(chain))
        assert row.least_block is not None and row.cost_rao > COST
        while (await caught_up(chain)).block < row.least_block - 1:
            await chain.call("dev_newBlock", [])
        assert await _asked(chain) > COST
        await chain.call("dev_newBlock", [])
        assert await _asked(chain) == COST
        there = await network_cost(await caught_up(chain))
        assert (there.least_block, there.step_rao) == (row.least_block, 0)
        await chain.call("dev_newBlock", [])
        there = await network_cost(await caught_up(chain))
        assert there.least_block == row.least_block + 1

    on(net.url, work)
