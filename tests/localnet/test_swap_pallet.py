"""The Swap pallet: prices, fee rates, pools that were never traded, retired calls."""

from __future__ import annotations

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.economics.pool import WEIGHT_ONE


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.begin()
    return made


def test_prices_of_pools_and_of_what_has_none(chain: Chain):
    swap, module = chain.rt.swap, chain.rt.subtensor
    assert swap.price_rao(1) == pytest.approx(TAO // 10, rel=1e-2)
    assert swap.price_rao(0) == TAO
    module.SubnetMechanism[2] = 0
    assert swap.price_rao(2) == TAO
    module.SubnetAlphaIn[1] = 0
    assert swap.price_rao(1) == 0


def test_the_fee_rate_is_roots_to_set(chain: Chain):
    rate = {"pallet": "Swap", "netuid": 1, "rate": 100}
    assert error_of(chain.call("alice", "set_fee_rate", **rate)) == "BadOrigin"
    missing = chain.call(None, "set_fee_rate", **{**rate, "netuid": 9})
    assert error_of(missing) == "Swap.MechanismDoesNotExist"
    high = chain.call(None, "set_fee_rate", **{**rate, "rate": 10_001})
    assert error_of(high) == "Swap.FeeRateTooHigh"
    assert chain.call(None, "set_fee_rate", **rate).ok
    assert chain.rt.swap.simulate_buy(1, TAO).fee_paid == TAO * 100 // 65535
    assert chain.events("FeeRateSet") == [{"netuid": 1, "rate": 100}]


def test_the_first_trade_sets_even_weights(chain: Chain):
    swap = chain.rt.swap
    swap.PalSwapInitialized[1] = False
    swap.SwapBalancer[1] = {"quote": WEIGHT_ONE * 3 // 10}
    swap.simulate_buy(1, TAO)
    assert not swap.PalSwapInitialized[1]
    assert swap.SwapBalancer[1]["quote"] == WEIGHT_ONE * 3 // 10
    order = {"hotkey": account("h:val0-1"), "netuid": 1, "amount_staked": TAO}
    assert chain.call("alice", "add_stake", **order).ok
    assert swap.PalSwapInitialized[1]
    assert swap.SwapBalancer[1]["quote"] == WEIGHT_ONE // 2


def test_injected_liquidity_keeps_the_price(chain: Chain):
    swap, module = chain.rt.swap, chain.rt.subtensor
    before = swap.price_bits(1)
    tao, alpha = swap.inject(1, 50 * TAO, 20 * TAO)
    module.SubnetTAO[1] += tao
    module.SubnetAlphaIn[1] += alpha
    assert (tao, alpha) == (50 * TAO, 20 * TAO)
    assert swap.price_bits(1) == pytest.approx(before, rel=1e-12)
    assert swap.SwapBalancer[1]["quote"] != WEIGHT_ONE // 2


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("add_liquidity", {"netuid": 1, "tick_low": 0, "tick_high": 1, "liquidity": 1}),
        ("remove_liquidity", {"netuid": 1, "position_id": 0}),
        ("modify_position", {"netuid": 1, "position_id": 0, "liquidity_delta": -1}),
    ],
)
def test_calls_of_the_old_pools_are_retired(chain: Chain, name: str, args: dict[str, int]):
    outcome = chain.call("alice", name, pallet="Swap", hotkey=account("h:val0-1"), **args)
    assert error_of(outcome) == "Swap.Deprecated"
