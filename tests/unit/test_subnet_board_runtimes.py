"""The board of subnets on older runtimes: what they lack is unknown, never 0."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from stored_chain import StoredChain

from taoctl.reads.seat_prices import seat_prices
from taoctl.reads.subnet_board import subnet_board
from taoctl.reads.subnet_detail import subnet_detail

TAO = 10**9


async def nothing() -> Mapping[int, int]:
    return {}


def test_on_the_oldest_the_way_of_prices_and_who_goes_are_unknown() -> None:
    chain = StoredChain(218)
    for netuid in (0, 1):
        chain.put("NetworksAdded", netuid, value=True)
    chain.put("Tempo", 1, value=99)
    chain.put("SubnetMechanism", 1, value=1)
    chain.put("SubnetTAO", 1, value=90 * TAO)
    chain.put("SubnetAlphaIn", 1, value=400 * TAO)
    chain.put("Burn", 1, value=3 * TAO)
    chain.answer("SubnetRegistrationRuntimeApi", "get_network_registration_cost", value=7 * TAO)
    board = asyncio.run(subnet_board(chain.view(1000), nothing()))
    root, one = board.rows
    assert board.line is None and one.prune_rank is None
    assert board.cost is not None
    assert (board.cost.cost_rao, board.cost.step_rao, board.cost.day_rao) == (7 * TAO, None, None)
    assert one.burn_rao == 3 * TAO and one.price_change_ppm is None
    assert root.burn_rao is None and root.next_burn_rao is None
    assert (one.next_burn_rao, one.risen_burn_rao) == (None, None)
    shown = asyncio.run(subnet_detail(chain.view(1000), 1))
    assert (shown.burn_rao, shown.next_burn_rao, shown.risen_burn_rao) == (3 * TAO, None, None)
    assert shown.slippage_10_ppm == one.slippage_ppm and shown.new_subnet_rao == 7 * TAO


@pytest.mark.parametrize("spec", [365, 393, 424])
def test_prices_of_seats_are_told_as_far_as_the_runtime_goes(spec: int) -> None:
    chain = StoredChain(spec)
    chain.put("Burn", 1, value=3 * TAO)
    chain.put("MinBurn", 1, value=TAO)
    chain.put("MaxBurn", 1, value=100 * TAO)
    has_decay = chain.codec.storage("SubtensorModule", "BurnHalfLife") is not None
    if has_decay:
        chain.put("BurnHalfLife", 1, value=10)
    found = asyncio.run(seat_prices(chain.view(1000), (0, 1)))
    assert set(found) == {1}
    assert (found[1].burn_rao, found[1].min_rao, found[1].max_rao) == (3 * TAO, TAO, 100 * TAO)
    assert (found[1].half_life_blocks == 10) is has_decay
    assert (found[1].next_rao < 3 * TAO) is has_decay
