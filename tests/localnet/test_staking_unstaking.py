"""Unstaking whole positions: one with a limit, all of a hotkey, all of its alpha onto root."""

from __future__ import annotations

import pytest
from staking_books import Books, lock
from subtensor_chain import TAO, Chain, account, error_of

ALICE, HOTKEY = account("alice"), account("h:val0-1")
MISSING = "SubtensorModule.HotKeyAccountNotExists"


@pytest.fixture
def chain() -> Chain:
    """Alice holds stake on root and both subnets through one hotkey."""
    made = Chain()
    made.begin()
    for netuid, rao in ((0, 20 * TAO), (1, 50 * TAO), (2, 30 * TAO)):
        order = {"hotkey": HOTKEY, "netuid": netuid, "amount_staked": rao}
        assert made.call("alice", "add_stake", **order).ok
    made.rt.events.clear()
    return made


def held(chain: Chain, netuid: int) -> int:
    return int(chain.rt.subtensor.stake_of(HOTKEY, ALICE, netuid))


def whole(chain: Chain, limit: int | None, netuid: int = 1) -> str | None:
    order = {"hotkey": HOTKEY, "netuid": netuid, "limit_price": limit}
    return error_of(chain.call("alice", "remove_stake_full_limit", **order))


def every(chain: Chain, name: str = "unstake_all", hotkey: str = HOTKEY) -> str | None:
    return error_of(chain.call("alice", name, hotkey=hotkey))


@pytest.mark.parametrize("limited", [False, True])
def test_a_whole_position_is_sold(chain: Chain, limited: bool) -> None:
    books, free = Books(chain), chain.free("alice")
    expected = chain.rt.swap.simulate_sell(1, held(chain, 1))
    after = expected.price_after_bits * TAO >> 64
    assert whole(chain, after if limited else None) is None
    assert held(chain, 1) == 0
    assert chain.free("alice") == free + expected.amount_paid_out
    books.check()


def test_a_whole_position_is_sold_within_its_limit_or_not_at_all(chain: Chain) -> None:
    price = chain.rt.swap.price_rao(1)
    assert whole(chain, price * 999 // 1000) == "SubtensorModule.SlippageTooHigh"
    assert whole(chain, price + 1) == "Swap.PriceLimitExceeded"
    assert whole(chain, TAO + 1, netuid=0) == "SubtensorModule.SlippageTooHigh"
    assert whole(chain, TAO, netuid=0) is None
    assert whole(chain, None, netuid=0) == "SubtensorModule.AmountTooLow"
    chain.rt.subtensor.SubtokenEnabled[1] = False
    assert whole(chain, None) == "SubtensorModule.SubtokenDisabled"
    assert whole(chain, 1) is None  # the limited form does not ask for the subtoken


def test_unstake_all_sells_every_position_and_leaves_root_too(chain: Chain) -> None:
    books, free = Books(chain), chain.free("alice")
    assert every(chain) is None
    removed = chain.events("StakeRemoved")
    assert [event[4] for event in removed] == [0, 1, 2]
    assert chain.free("alice") == free + sum(event[2] for event in removed)
    assert not any(held(chain, netuid) for netuid in (0, 1, 2))
    books.check()


def test_unstake_all_passes_over_what_cannot_be_sold(chain: Chain) -> None:
    lock(chain, ALICE, 1, HOTKEY, TAO)
    chain.rt.subtensor.SubtokenEnabled[2] = False
    assert every(chain) is None
    assert held(chain, 0) == 0
    assert held(chain, 1) > 0
    assert held(chain, 2) > 0
    assert every(chain) is None  # nothing to do is no error
    assert every(chain, hotkey=account("nobody's hotkey")) == MISSING


def test_unstake_all_alpha_stakes_the_proceeds_on_root(chain: Chain) -> None:
    books, free = Books(chain), chain.free("alice")
    assert every(chain, "unstake_all_alpha") is None
    paid = sum(event[2] for event in chain.events("StakeRemoved"))
    assert chain.events("StakeAdded") == [(ALICE, HOTKEY, paid, paid, 0, 0)]
    assert (held(chain, 0), held(chain, 1), held(chain, 2)) == (20 * TAO + paid, 0, 0)
    assert chain.free("alice") == free
    books.check()


def test_unstake_all_alpha_needs_something_to_sell(chain: Chain) -> None:
    assert every(chain, "unstake_all_alpha") is None
    assert every(chain, "unstake_all_alpha") == "SubtensorModule.AmountTooLow"
    assert held(chain, 0) > 20 * TAO
    assert every(chain, "unstake_all_alpha", account("nobody's hotkey")) == MISSING


def test_dust_that_is_swept_takes_its_lock_along(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.NominatorMinRequiredStake.put(10_000_000_000)  # 20 TAO
    lock(chain, ALICE, 1, HOTKEY, held(chain, 1) // 10)
    part = held(chain, 1) * 8 // 10
    order = {"hotkey": HOTKEY, "netuid": 1, "amount_unstaked": part}
    assert chain.call("alice", "remove_stake", **order).ok
    assert held(chain, 1) == 0
    assert len(chain.events("StakeRemoved")) == 2
    assert module.locked_alpha(ALICE, 1) == 0
