"""Staking calls: what they move, what they refuse and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.subnets import BURN_ACCOUNT, subnet_account
from taoctl.localnet.pallets.subtensor.treasury import MIN_STAKE

VALIDATOR = account("h:val0-1")


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.begin()
    return made


def add(chain: Chain, amount: int, hotkey: str = VALIDATOR, netuid: int = 1) -> Any:
    return chain.call("alice", "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount)


def remove(chain: Chain, amount: int, hotkey: str = VALIDATOR, netuid: int = 1) -> Any:
    return chain.call("alice", "remove_stake", hotkey=hotkey, netuid=netuid, amount_unstaked=amount)


def held(chain: Chain, netuid: int = 1) -> int:
    return int(chain.rt.subtensor.stake_of(VALIDATOR, account("alice"), netuid))


def test_add_stake_moves_tao_into_the_pool_and_alpha_out(chain: Chain):
    module, swap = chain.rt.subtensor, chain.rt.swap
    tao, alpha, out = module.SubnetTAO[1], module.SubnetAlphaIn[1], module.SubnetAlphaOut[1]
    expected = swap.simulate_buy(1, 50 * TAO)
    assert add(chain, 50 * TAO).ok
    bought = held(chain)
    assert bought in (expected.amount_paid_out, expected.amount_paid_out - 1)
    assert module.SubnetTAO[1] == tao + expected.amount_paid_in
    assert module.SubnetAlphaIn[1] == alpha - expected.amount_paid_out
    assert module.SubnetAlphaOut[1] == out + expected.amount_paid_out
    assert chain.free("alice") == 9_950 * TAO
    assert chain.rt.balances.free(BURN_ACCOUNT) == expected.fee_paid == 50 * TAO * 33 // 65535
    fields = (account("alice"), VALIDATOR, 50 * TAO, expected.amount_paid_out, 1, expected.fee_paid)
    assert chain.events("StakeAdded") == [fields]
    assert VALIDATOR in module.StakingHotkeys[account("alice")]


def test_add_stake_leaves_the_existential_deposit(chain: Chain):
    before = chain.free("alice")
    chain.rt.subtensor.SubnetTAO[1] = 10**6 * TAO
    assert add(chain, before).ok
    assert chain.free("alice") == 500


def test_remove_stake_returns_what_the_pool_gives(chain: Chain):
    assert add(chain, 50 * TAO).ok
    free, alpha = chain.free("alice"), held(chain)
    expected = chain.rt.swap.simulate_sell(1, alpha // 2)
    assert remove(chain, alpha // 2).ok
    assert chain.free("alice") == free + expected.amount_paid_out
    assert abs(held(chain) - (alpha - alpha // 2)) <= 1
    paid = (expected.amount_paid_out, expected.amount_paid_in, 1, expected.fee_paid)
    assert chain.events("StakeRemoved") == [(account("alice"), VALIDATOR, *paid)]


def test_remove_more_than_held_removes_all(chain: Chain):
    assert add(chain, 5 * TAO).ok
    assert remove(chain, 2**63).ok
    assert held(chain) == 0
    share = chain.rt.subtensor.share_of(VALIDATOR, account("alice"), 1)
    assert share.mantissa == 0


def test_root_stake_is_one_to_one_and_free(chain: Chain):
    assert add(chain, 7 * TAO, netuid=0).ok
    assert held(chain, 0) == 7 * TAO
    assert chain.rt.subtensor.StakingColdkeysByIndex[0] == account("alice")
    assert remove(chain, 7 * TAO, netuid=0).ok
    assert chain.free("alice") == 10_000 * TAO
    assert chain.rt.subtensor.NumStakingColdkeys.get() == 0


def test_add_stake_refusals_come_in_the_chains_order(chain: Chain):
    module = chain.rt.subtensor
    unknown = account("nobody's hotkey")
    assert error_of(add(chain, 0, unknown, netuid=9)) == "SubtensorModule.SubnetNotExists"
    module.SubtokenEnabled[2] = False
    assert error_of(add(chain, 0, unknown, netuid=2)) == "SubtensorModule.SubtokenDisabled"
    assert error_of(add(chain, MIN_STAKE, unknown)) == "SubtensorModule.AmountTooLow"
    assert error_of(add(chain, 20_000 * TAO, unknown)) == "SubtensorModule.NotEnoughBalanceToStake"
    assert error_of(add(chain, TAO, unknown)) == "SubtensorModule.HotKeyAccountNotExists"
    assert error_of(add(chain, 10**18)) == "SubtensorModule.InsufficientLiquidity"
    module.SubnetAlphaIn[1] = 999_999
    assert error_of(add(chain, TAO)) == "SubtensorModule.InsufficientLiquidity"


def test_remove_stake_refusals_come_in_the_chains_order(chain: Chain):
    module = chain.rt.subtensor
    assert error_of(remove(chain, 1, netuid=9)) == "SubtensorModule.SubtokenDisabled"
    assert error_of(remove(chain, 1)) == "SubtensorModule.AmountTooLow"
    assert add(chain, 5 * TAO).ok
    assert error_of(remove(chain, 1_000)) == "SubtensorModule.AmountTooLow"
    module.Lock[account("alice"), 1, VALIDATOR] = {
        "locked_mass": held(chain),
        "conviction": 0,
        "last_update": 0,
    }
    assert error_of(remove(chain, TAO)) == "SubtensorModule.StakeUnavailable"


def test_a_failed_call_changes_nothing(chain: Chain):
    state = {name: dict(store.data) for name, store in chain.rt.state.stores.items()}
    assert not add(chain, TAO, account("nobody's hotkey")).ok
    assert not remove(chain, TAO).ok
    assert {name: dict(store.data) for name, store in chain.rt.state.stores.items()} == state


def test_stake_of_a_disabled_or_root_origin_is_refused(chain: Chain):
    outcome = chain.call(None, "add_stake", hotkey=VALIDATOR, netuid=1, amount_staked=TAO)
    assert error_of(outcome) == "BadOrigin"


def test_small_nominations_are_swept_after_a_removal(chain: Chain):
    chain.rt.subtensor.NominatorMinRequiredStake.put(1_000_000_000)
    assert add(chain, 2 * TAO).ok
    assert remove(chain, held(chain) // 2).ok
    assert held(chain) == 0
    assert len(chain.events("StakeRemoved")) == 2


def test_trading_keeps_tao_conserved(chain: Chain):
    balances, module = chain.rt.balances, chain.rt.subtensor
    for turn in range(1, 12):
        assert add(chain, turn * 3 * TAO).ok
        assert remove(chain, held(chain) // 3).ok
    accounts = chain.rt.system.Account.values()
    assert sum(info["data"]["free"] for info in accounts) == balances.total_issuance
    assert balances.total_issuance == module.TotalIssuance.get()
    assert balances.free(subnet_account(1)) == module.SubnetTAO[1]


def test_a_limit_order_stops_at_its_price(chain: Chain):
    swap = chain.rt.swap
    limit = swap.price_rao(1) * 102 // 100
    most = swap.most_to_buy_with(1, limit)
    order = {"hotkey": VALIDATOR, "netuid": 1, "limit_price": limit}
    over = {**order, "amount_staked": most + TAO}
    refused = chain.call("alice", "add_stake_limit", allow_partial=False, **over)
    assert error_of(refused) == "SubtensorModule.SlippageTooHigh"
    free = chain.free("alice")
    assert chain.call("alice", "add_stake_limit", allow_partial=True, **over).ok
    assert free - chain.free("alice") == most
    assert swap.price_rao(1) <= limit + 1
    passed = chain.call("alice", "add_stake_limit", allow_partial=True, **over)
    assert error_of(passed) in ("Swap.PriceLimitExceeded", "SubtensorModule.AmountTooLow")


def test_a_limit_sale_keeps_what_it_cannot_sell(chain: Chain):
    assert add(chain, 100 * TAO).ok
    swap, whole = chain.rt.swap, held(chain)
    limit = swap.price_rao(1) * 98 // 100
    most = swap.most_to_sell(1, limit)
    assert most < whole
    order = {"hotkey": VALIDATOR, "netuid": 1, "amount_unstaked": whole, "limit_price": limit}
    refused = chain.call("alice", "remove_stake_limit", allow_partial=False, **order)
    assert error_of(refused) == "SubtensorModule.SlippageTooHigh"
    assert chain.call("alice", "remove_stake_limit", allow_partial=True, **order).ok
    assert abs(held(chain) - (whole - most)) <= 2
    assert swap.price_rao(1) >= limit - 1


def test_root_limits_are_all_or_nothing(chain: Chain):
    order = {"hotkey": VALIDATOR, "netuid": 0, "amount_staked": TAO, "allow_partial": False}
    low = chain.call("alice", "add_stake_limit", limit_price=TAO - 1, **order)
    assert error_of(low) == "SubtensorModule.SlippageTooHigh"
    assert chain.call("alice", "add_stake_limit", limit_price=TAO, **order).ok
