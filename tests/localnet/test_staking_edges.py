"""Staking at the edge of each rule: the last amount that passes, and the first that does not."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.treasury import MIN_STAKE
from taoctl.units import U64_MAX

ALICE, OWNER = account("alice"), account("c:val0-1")
FROM, TO = account("h:val0-1"), account("h:val0-2")
TOO_LOW = "SubtensorModule.AmountTooLow"


@pytest.fixture
def chain() -> Chain:
    """Alice has 20 TAO on root and 50 TAO worth of subnet 1, through one hotkey."""
    made = Chain()
    made.begin()
    made.endow_account(OWNER, 1_000)
    made.rt.subtensor.TotalIssuance.put(made.rt.balances.total_issuance)
    for netuid, rao in ((0, 20 * TAO), (1, 50 * TAO)):
        stake(made, netuid, rao)
    made.rt.events.clear()
    return made


def stake(chain: Chain, netuid: int, rao: int, name: str = "add_stake", **limit: Any) -> None:
    order = {"hotkey": FROM, "netuid": netuid, "amount_staked": rao, **limit}
    outcome = chain.call("alice", name, **order)
    assert outcome.ok, outcome.error


def remove(chain: Chain, netuid: int, rao: int, signer: str = "alice") -> str | None:
    order = {"hotkey": FROM, "netuid": netuid, "amount_unstaked": rao}
    return error_of(chain.call(signer, "remove_stake", **order))


def move(chain: Chain, rao: int, origin: int, to: int) -> str | None:
    ends = {"origin_netuid": origin, "destination_netuid": to, "alpha_amount": rao}
    keys = {"origin_hotkey": FROM, "destination_hotkey": TO}
    return error_of(chain.call("alice", "move_stake", **keys, **ends))


def held(chain: Chain, netuid: int, coldkey: str = ALICE) -> int:
    return int(chain.rt.subtensor.stake_of(FROM, coldkey, netuid))


def test_a_rest_below_the_minimum_is_sold_only_whole(chain: Chain) -> None:
    small = MIN_STAKE // 2
    assert remove(chain, 0, held(chain, 0) - small) is None
    assert remove(chain, 0, small - 1) == TOO_LOW
    assert remove(chain, 0, small) is None
    assert held(chain, 0) == 0


def test_what_an_owner_leaves_on_its_own_hotkey_stays(chain: Chain) -> None:
    chain.rt.subtensor.NominatorMinRequiredStake.put(10_000_000_000)  # 20 TAO
    left = 100 * TAO  # worth about 10 TAO
    assert remove(chain, 1, held(chain, 1, OWNER) - left, "c:val0-1") is None
    assert abs(held(chain, 1, OWNER) - left) <= 1
    assert remove(chain, 1, held(chain, 1) - left) is None
    assert held(chain, 1) == 0


def test_more_than_a_pool_can_take_is_refused_before_what_is_held(chain: Chain) -> None:
    order: dict[str, Any] = {"hotkey": FROM, "netuid": 1, "limit_price": 1, "allow_partial": True}

    def limited(rao: int) -> str | None:
        return error_of(chain.call("alice", "remove_stake_limit", amount_unstaked=rao, **order))

    most = chain.rt.subtensor.SubnetAlphaIn[1] * 1_000
    assert limited(most + 1) == "SubtensorModule.InsufficientLiquidity"
    assert limited(most) == "SubtensorModule.NotEnoughStakeToWithdraw"


def test_root_stake_that_leaves_takes_its_part_of_what_was_claimed_along(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.credit_root_dividends(FROM, 1, 4 * TAO)
    stake(chain, 0, 20 * TAO)
    assert remove(chain, 0, 30 * TAO) is None
    claimed = module.RootClaimed[1, FROM, ALICE]
    assert claimed == 0  # 20 TAO came with their past rate, and 30 took it away
    stake(chain, 0, 20 * TAO)
    past = module.RootClaimed[1, FROM, ALICE]
    assert remove(chain, 0, 5 * TAO) is None
    assert abs(module.RootClaimed[1, FROM, ALICE] - past * 3 // 4) <= 1


@pytest.mark.parametrize("limited", [False, True])
def test_a_limit_order_makes_a_strange_hotkey_a_delegate(chain: Chain, limited: bool) -> None:
    delegates = chain.rt.subtensor.Delegates
    assert FROM not in delegates
    if limited:
        stake(chain, 0, TAO, "add_stake_limit", limit_price=TAO, allow_partial=False)
    else:
        stake(chain, 0, TAO)
    assert (FROM in delegates) == limited


def test_a_move_across_subnets_makes_a_strange_hotkey_a_delegate(chain: Chain) -> None:
    delegates = chain.rt.subtensor.Delegates
    assert move(chain, TAO, origin=0, to=0) is None
    assert TO not in delegates
    assert move(chain, TAO, origin=0, to=1) is None
    assert TO in delegates


def test_more_than_the_minimum_must_cross_and_the_minimum_may_stay(chain: Chain) -> None:
    assert move(chain, MIN_STAKE, origin=0, to=1) == TOO_LOW
    assert move(chain, MIN_STAKE + 1, origin=0, to=1) is None
    assert move(chain, MIN_STAKE - 1, origin=0, to=0) == TOO_LOW
    assert move(chain, MIN_STAKE, origin=0, to=0) is None


def test_what_just_reaches_the_minimum_is_staked_on_the_other_side(chain: Chain) -> None:
    swap, module = chain.rt.swap, chain.rt.subtensor
    limit = TAO**2 // (swap.price_rao(1) + 1_000)
    for _ in range(100):
        module.SubnetTAO[1] += swap.most_to_move(0, 1, limit) - MIN_STAKE
    assert swap.most_to_move(0, 1, limit) == MIN_STAKE
    ends = {"origin_netuid": 0, "destination_netuid": 1, "alpha_amount": TAO}
    how: dict[str, Any] = {"hotkey": FROM, "limit_price": limit, "allow_partial": True}
    assert error_of(chain.call("alice", "swap_stake_limit", **ends, **how)) is None
    assert [event[2] for event in chain.events("StakeAdded")] == [MIN_STAKE]


@pytest.mark.parametrize(("threshold", "stays"), [(0, True), (U64_MAX, False)])
def test_a_hotkey_with_too_little_left_loses_the_children_it_waits_for(
    chain: Chain, threshold: int, stays: bool
) -> None:
    module = chain.rt.subtensor
    module.PendingChildKeys[2, FROM] = (((1, TO),), 99)
    module.StakeThreshold.put(threshold)
    assert remove(chain, 1, 10 * TAO) is None
    assert ((2, FROM) in module.PendingChildKeys) == stays


def test_children_wait_until_their_block_is_past(chain: Chain) -> None:
    module, now = chain.rt.subtensor, chain.rt.block_number
    module.PendingChildKeys[1, FROM] = (((1, TO),), now)
    module.apply_pending_children(1)
    assert module.ChildKeys[FROM, 1] == ()
    module.PendingChildKeys[1, FROM] = (((1, TO),), now - 1)
    module.apply_pending_children(1)
    assert module.ChildKeys[FROM, 1] == ((1, TO),)


def test_reserves_and_totals_end_at_the_largest_number(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.SubnetAlphaOut[1] = U64_MAX - 1
    module.TotalStake.put(U64_MAX - 1)
    stake(chain, 1, TAO)
    assert (module.SubnetAlphaOut[1], module.TotalStake.get()) == (U64_MAX, U64_MAX)
    module.SubnetAlphaIn[0] = U64_MAX - 1
    assert remove(chain, 0, TAO) is None
    assert module.SubnetAlphaIn[0] == U64_MAX
    chain.end()
