"""Alpha given up: recycled, burned, or bought to be burned."""

from __future__ import annotations

import pytest
from staking_books import Books, lock
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.units import U64_MAX

ALICE, HOTKEY = account("alice"), account("h:val0-1")
BOTH = ("recycle_alpha", "burn_alpha")


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.begin()
    order = {"hotkey": HOTKEY, "netuid": 1, "amount_staked": 50 * TAO}
    assert made.call("alice", "add_stake", **order).ok
    made.rt.events.clear()
    return made


def held(chain: Chain) -> int:
    return int(chain.rt.subtensor.stake_of(HOTKEY, ALICE, 1))


def give(chain: Chain, name: str, rao: int, netuid: int = 1, hotkey: str = HOTKEY) -> str | None:
    return error_of(chain.call("alice", name, hotkey=hotkey, amount=rao, netuid=netuid))


def buy(chain: Chain, rao: int, limit: int | None = None, netuid: int = 1) -> str | None:
    order = {"hotkey": HOTKEY, "netuid": netuid, "amount": rao, "limit": limit}
    return error_of(chain.call("alice", "add_stake_burn", **order))


def test_recycled_alpha_can_be_emitted_again(chain: Chain) -> None:
    books, before, issued = Books(chain), held(chain), chain.rt.subtensor.alpha_issuance(1)
    assert give(chain, "recycle_alpha", 100 * TAO) is None
    assert abs(before - 100 * TAO - held(chain)) <= 1
    assert chain.rt.subtensor.alpha_issuance(1) == issued - 100 * TAO
    assert chain.events("AlphaRecycled") == [(ALICE, HOTKEY, 100 * TAO, 1)]
    books.check()


def test_burned_alpha_still_counts_as_issued(chain: Chain) -> None:
    books, before, issued = Books(chain), held(chain), chain.rt.subtensor.alpha_issuance(1)
    assert give(chain, "burn_alpha", 100 * TAO) is None
    assert abs(before - 100 * TAO - held(chain)) <= 1
    assert chain.rt.subtensor.alpha_issuance(1) == issued
    assert chain.events("AlphaBurned") == [(ALICE, HOTKEY, 100 * TAO, 1)]
    books.check(burned=100 * TAO)


@pytest.mark.parametrize("name", BOTH)
def test_more_than_is_held_gives_up_all_of_it(chain: Chain, name: str) -> None:
    assert give(chain, name, U64_MAX) is None
    assert held(chain) == 0
    assert give(chain, name, U64_MAX) is None  # nothing to give up is no error


@pytest.mark.parametrize("name", BOTH)
def test_refusals_come_in_the_chains_order(chain: Chain, name: str) -> None:
    module, unknown = chain.rt.subtensor, account("nobody's hotkey")
    assert give(chain, name, 1, 9, unknown) == "SubtensorModule.SubnetNotExists"
    assert give(chain, name, 1, 0, unknown) == "SubtensorModule.CannotBurnOrRecycleOnRootSubnet"
    module.SubtokenEnabled[1] = False
    assert give(chain, name, 1, 1, unknown) == "SubtensorModule.SubtokenDisabled"
    module.SubtokenEnabled[1] = True
    assert give(chain, name, 1, 1, unknown) == "SubtensorModule.HotKeyAccountNotExists"
    lock(chain, ALICE, 1, HOTKEY, held(chain))
    assert give(chain, name, 1) == "SubtensorModule.StakeUnavailable"
    module.SubnetAlphaOut[1] = 0
    assert give(chain, name, 1) == "SubtensorModule.InsufficientLiquidity"


@pytest.mark.parametrize("limited", [False, True])
def test_bought_alpha_is_burned_at_once(chain: Chain, limited: bool) -> None:
    books, before, free = Books(chain), held(chain), chain.free("alice")
    expected = chain.rt.swap.simulate_buy(1, 5 * TAO)
    limit = chain.rt.swap.price_rao(1) * 2 if limited else None
    assert buy(chain, 5 * TAO, limit) is None
    assert abs(held(chain) - before) <= 1
    assert chain.free("alice") == free - 5 * TAO
    told = {"netuid": 1, "hotkey": HOTKEY, "amount": 5 * TAO, "alpha": expected.amount_paid_out}
    assert chain.events("AddStakeBurn") == [told]
    (burned,) = chain.events("AlphaBurned")
    assert expected.amount_paid_out - burned[2] in (0, 1)
    books.check(burned=burned[2])


def test_a_purchase_to_burn_happens_whole_or_not_at_all(chain: Chain) -> None:
    free, price = chain.free("alice"), chain.rt.swap.price_rao(1)
    assert buy(chain, 50 * TAO, price * 101 // 100) == "SubtensorModule.SlippageTooHigh"
    assert buy(chain, 5 * TAO, price - 1) == "Swap.PriceLimitExceeded"
    assert buy(chain, TAO, netuid=0) == "SubtensorModule.CannotBurnOrRecycleOnRootSubnet"
    assert buy(chain, 1) == "SubtensorModule.AmountTooLow"
    assert chain.free("alice") == free
    assert chain.rt.events == []
