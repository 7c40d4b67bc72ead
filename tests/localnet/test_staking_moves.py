"""Moving stake: what arrives where, which fee is taken, and what is refused in which order."""

from __future__ import annotations

from typing import Any

import pytest
from staking_books import Books, lock
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.treasury import MIN_STAKE
from taoctl.units import U64_MAX

ALICE, BOB = account("alice"), account("c:val1-1")
FROM, TO = account("h:val0-1"), account("h:val0-2")


@pytest.fixture
def chain() -> Chain:
    """Alice holds alpha on subnet 1 through a validator of it, worth about 50 TAO."""
    made = Chain()
    made.begin()
    stake(made, 50 * TAO)
    made.rt.events.clear()
    return made


def stake(chain: Chain, rao: int, netuid: int = 1) -> None:
    assert chain.call("alice", "add_stake", hotkey=FROM, netuid=netuid, amount_staked=rao).ok


def held(chain: Chain, netuid: int = 1, hotkey: str = FROM, coldkey: str = ALICE) -> int:
    return int(chain.rt.subtensor.stake_of(hotkey, coldkey, netuid))


def move(chain: Chain, amount: int, origin: int = 1, to: int = 2, **other: Any) -> str | None:
    how = {"origin_hotkey": FROM, "destination_hotkey": TO, **other}
    ends = {"origin_netuid": origin, "destination_netuid": to, "alpha_amount": amount}
    return error_of(chain.call("alice", "move_stake", **how, **ends))


def transfer(
    chain: Chain, amount: int, origin: int = 1, to: int = 1, dest: str = BOB
) -> str | None:
    how = {"destination_coldkey": dest, "hotkey": FROM, "origin_netuid": origin}
    whole = {**how, "destination_netuid": to, "alpha_amount": amount}
    return error_of(chain.call("alice", "transfer_stake", **whole))


def swap(chain: Chain, amount: int, origin: int = 1, to: int = 2, **limit: Any) -> str | None:
    how = {"hotkey": FROM, "origin_netuid": origin, "destination_netuid": to}
    name = "swap_stake_limit" if limit else "swap_stake"
    return error_of(chain.call("alice", name, **how, alpha_amount=amount, **limit))


def test_a_move_within_a_subnet_changes_the_hotkey_and_costs_nothing(chain: Chain) -> None:
    books, before, part = Books(chain), held(chain), held(chain) // 3
    pool = chain.rt.swap.pool(1)
    assert move(chain, part, to=1) is None
    assert abs(held(chain, hotkey=TO) - part) <= 1
    assert abs(before - part - held(chain)) <= 1
    assert chain.rt.swap.pool(1) == pool
    worth = part * chain.rt.swap.price_bits(1) >> 64
    assert chain.events("StakeRemoved") == [(ALICE, FROM, worth, part, 1, 0)]
    assert chain.events("StakeAdded") == [(ALICE, TO, worth, part, 1, 0)]
    assert chain.events("StakeMoved") == [(ALICE, FROM, 1, TO, 1, worth)]
    assert TO in chain.rt.subtensor.StakingHotkeys[ALICE]
    books.check()


def test_a_move_to_another_subnet_takes_the_fee_of_the_one_it_leaves(chain: Chain) -> None:
    books, part = Books(chain), held(chain) // 2
    sold = chain.rt.swap.simulate_sell(1, part)
    bought = chain.rt.swap.buy(2, sold.amount_paid_out, 10**15, free=True)
    free = chain.free("alice")
    assert move(chain, part) is None
    assert chain.events("StakeRemoved") == [
        (ALICE, FROM, sold.amount_paid_out, sold.amount_paid_in, 1, sold.fee_paid)
    ]
    assert sold.fee_paid > 0
    paid = (sold.amount_paid_out, bought.amount_paid_out, 2, 0)
    assert chain.events("StakeAdded") == [(ALICE, TO, *paid)]
    assert chain.events("StakeMoved") == [(ALICE, FROM, 1, TO, 2, sold.amount_paid_out)]
    assert abs(held(chain, 2, TO) - bought.amount_paid_out) <= 1
    assert chain.free("alice") == free
    books.check()


def test_a_move_from_root_takes_the_fee_of_the_subnet_it_goes_to(chain: Chain) -> None:
    stake(chain, 9 * TAO, netuid=0)
    books = Books(chain)
    chain.rt.events.clear()
    bought = chain.rt.swap.simulate_buy(2, 9 * TAO)
    assert swap(chain, U64_MAX, origin=0) is None
    assert chain.events("StakeRemoved") == [(ALICE, FROM, 9 * TAO, 9 * TAO, 0, 0)]
    paid = (9 * TAO, bought.amount_paid_out, 2, bought.fee_paid)
    assert chain.events("StakeAdded") == [(ALICE, FROM, *paid)]
    assert chain.events("StakeSwapped") == [(ALICE, FROM, 0, 2, 9 * TAO)]
    assert chain.rt.subtensor.NumStakingColdkeys.get() == 0
    books.check()


def test_a_swap_to_root_stakes_the_tao(chain: Chain) -> None:
    sold = chain.rt.swap.simulate_sell(1, held(chain))
    assert swap(chain, U64_MAX, to=0) is None
    assert (held(chain), held(chain, 0)) == (0, sold.amount_paid_out)
    assert chain.rt.subtensor.StakingColdkeysByIndex[0] == ALICE


def test_a_transfer_gives_stake_to_another_coldkey(chain: Chain) -> None:
    books, part, before = Books(chain), held(chain) // 4, held(chain, coldkey=BOB)
    assert transfer(chain, part) is None
    assert abs(held(chain, coldkey=BOB) - before - part) <= 1
    worth = part * chain.rt.swap.price_bits(1) >> 64
    assert chain.events("StakeTransferred") == [(ALICE, BOB, FROM, 1, 1, worth)]
    assert FROM in chain.rt.subtensor.StakingHotkeys[BOB]
    books.check()


def test_a_transfer_across_subnets_pays_through_the_balances_of_both(chain: Chain) -> None:
    books, part = Books(chain), held(chain) // 4
    newcomer = account("somebody new")
    sold = chain.rt.swap.simulate_sell(1, part)
    chain.endow_account(newcomer, 500)
    chain.rt.subtensor.TotalIssuance.put(chain.rt.balances.total_issuance)
    assert transfer(chain, part, to=2, dest=newcomer) is None
    assert chain.rt.balances.free(newcomer) == 500
    assert held(chain, 2, FROM, newcomer) > 0
    ends = (ALICE, newcomer, FROM, 1, 2, sold.amount_paid_out)
    assert chain.events("StakeTransferred") == [ends]
    books.check()


def test_a_transfer_of_root_stake_carries_the_claims_along(chain: Chain) -> None:
    stake(chain, 8 * TAO, netuid=0)
    module = chain.rt.subtensor
    module.credit_root_dividends(FROM, 1, 4 * TAO)
    owed = module.root_owed(FROM, ALICE, 1)
    assert owed > 0
    assert transfer(chain, 4 * TAO, origin=0, to=0) is None
    assert (held(chain, 0), held(chain, 0, coldkey=BOB)) == (4 * TAO, 4 * TAO)
    assert module.root_owed(FROM, BOB, 1) <= 1
    assert abs(module.root_owed(FROM, ALICE, 1) - owed // 2) <= 1


def test_who_is_given_root_stake_is_listed_for_the_blocks_claims(chain: Chain) -> None:
    stake(chain, 8 * TAO, netuid=0)
    assert BOB not in chain.rt.subtensor.StakingColdkeys
    assert transfer(chain, 4 * TAO, origin=0, to=0) is None
    listed = chain.rt.subtensor.StakingColdkeys[BOB]
    assert chain.rt.subtensor.StakingColdkeysByIndex[listed] == BOB


def test_more_than_is_held_moves_all_of_it(chain: Chain) -> None:
    assert move(chain, U64_MAX) is None
    assert held(chain) == 0


def test_a_limited_swap_fills_whole_in_part_or_not_at_all(chain: Chain) -> None:
    books, chain_swap = Books(chain), chain.rt.swap
    ratio = chain_swap.price_rao(1) * 10**9 // chain_swap.price_rao(2)
    limit = ratio * 99 // 100
    most = chain_swap.most_to_move(1, 2, limit)
    assert 0 < most < held(chain)
    tight = {"limit_price": limit, "allow_partial": False}
    assert swap(chain, most + TAO, **tight) == "SubtensorModule.SlippageTooHigh"
    assert swap(chain, most // 2, **tight) is None
    before, most = held(chain), chain_swap.most_to_move(1, 2, limit)
    assert swap(chain, U64_MAX, **{**tight, "allow_partial": True}) is None
    assert abs(before - most - held(chain)) <= 1
    assert swap(chain, held(chain), **{**tight, "limit_price": 2 * ratio}) == (
        "SubtensorModule.SlippageTooHigh"
    )
    assert swap(chain, U64_MAX, limit_price=0, allow_partial=False) is None
    assert held(chain) == 0
    books.check()


def test_what_is_too_little_to_stake_rests_in_the_balance(chain: Chain) -> None:
    module, free = chain.rt.subtensor, chain.free("alice")
    ratio = chain.rt.swap.price_rao(1) * 10**9 // chain.rt.swap.price_rao(2)
    limit = ratio - ratio // 2_000_000
    most = chain.rt.swap.most_to_move(1, 2, limit)
    assert 0 < most * chain.rt.swap.price_bits(1) >> 64 < MIN_STAKE
    before = held(chain)
    assert swap(chain, U64_MAX, limit_price=limit, allow_partial=True) is None
    (removed,) = chain.events("StakeRemoved")
    assert 0 < removed[2] < MIN_STAKE
    assert chain.events("StakeAdded") == []
    assert chain.events("StakeSwapped") == [(ALICE, FROM, 1, 2, removed[2])]
    assert chain.free("alice") == free + removed[2]
    assert held(chain) < before
    assert module.stake_of(FROM, ALICE, 2) == 0


def test_limits_where_one_side_is_tao_itself(chain: Chain) -> None:
    most, price = chain.rt.swap.most_to_move, chain.rt.swap.price_rao(1)
    assert (most(0, 0, TAO), most(0, 0, TAO + 1)) == (U64_MAX, 0)
    assert most(1, 0, price * 9 // 10) == chain.rt.swap.most_to_sell(1, price * 9 // 10)
    assert most(0, 1, 0) == U64_MAX
    assert most(0, 1, TAO * 8) == chain.rt.swap.most_to_buy_with(1, TAO // 8)
    assert most(1, 2, 0) == U64_MAX
    chain.rt.subtensor.SubnetTAO[2] = 0
    assert most(1, 2, 0) == 0


def test_refusals_of_a_move_come_in_the_chains_order(chain: Chain) -> None:
    module, unknown = chain.rt.subtensor, account("nobody's hotkey")
    same = {"destination_hotkey": FROM, "to": 1}
    assert move(chain, 0, **same) == "SubtensorModule.SameNetuid"
    assert move(chain, 0, origin=9) == "SubtensorModule.SubnetNotExists"
    module.SubtokenEnabled[2] = False
    assert move(chain, 0, to=9) == "SubtensorModule.SubnetNotExists"
    assert move(chain, 0, origin_hotkey=unknown) == "SubtensorModule.SubtokenDisabled"
    module.SubtokenEnabled[2] = True
    missing = "SubtensorModule.HotKeyAccountNotExists"
    assert move(chain, 0, origin_hotkey=unknown) == missing
    assert move(chain, 0, destination_hotkey=unknown) == missing
    assert move(chain, 0) == "SubtensorModule.AmountTooLow"
    assert move(chain, 1_000) == "SubtensorModule.AmountTooLow"
    assert move(chain, 1_000, to=1) == "SubtensorModule.AmountTooLow"
    lock(chain, ALICE, 1, FROM, held(chain))
    assert move(chain, TAO) == "SubtensorModule.StakeUnavailable"
    assert move(chain, TAO, to=1) is None
    reserve, module.SubnetTAO[1] = module.SubnetTAO[1], 999_999
    assert move(chain, TAO) == "SubtensorModule.InsufficientLiquidity"
    module.SubnetTAO[1] = reserve


def test_the_limit_is_worked_out_before_anything_is_checked(chain: Chain) -> None:
    above = {"limit_price": TAO, "allow_partial": False}
    assert swap(chain, 0, to=0, **above) == "Swap.PriceLimitExceeded"
    assert swap(chain, 0, to=0, **{**above, "limit_price": 1}) == "SubtensorModule.AmountTooLow"


def test_what_the_other_pool_refuses_undoes_the_sale(chain: Chain) -> None:
    books, before, module = Books(chain), held(chain), chain.rt.subtensor
    alpha, module.SubnetAlphaIn[2] = module.SubnetAlphaIn[2], 999_999
    assert move(chain, TAO) == "Swap.ReservesTooLow"
    module.SubnetAlphaIn[2] = alpha
    tao, module.SubnetTAO[2] = module.SubnetTAO[2], 1
    assert move(chain, TAO) == "Swap.SwapInputTooLarge"
    module.SubnetTAO[2] = tao
    assert (held(chain), chain.rt.events) == (before, [])
    books.check()


@pytest.mark.parametrize("closed", [1, 2])
def test_transfers_need_both_subnets_to_allow_them(chain: Chain, closed: int) -> None:
    chain.rt.subtensor.TransferToggle[closed] = False
    assert transfer(chain, TAO, to=2) == "SubtensorModule.TransferDisallowed"
    assert transfer(chain, TAO) == ("SubtensorModule.TransferDisallowed" if closed == 1 else None)
    assert move(chain, TAO) is None


def test_locked_alpha_goes_last_and_only_to_those_who_take_it(chain: Chain) -> None:
    module, whole = chain.rt.subtensor, held(chain)
    lock(chain, ALICE, 1, FROM, whole - 10 * TAO)
    assert transfer(chain, 9 * TAO) is None
    assert module.locked_alpha(BOB, 1) == 0
    assert transfer(chain, 9 * TAO) == "SubtensorModule.AccountRejectsLockedAlpha"
    module.AccountFlags[BOB] = 1
    lock(chain, BOB, 1, TO, TAO)
    assert transfer(chain, 9 * TAO) == "SubtensorModule.LockHotkeyMismatch"
    del module.Lock[BOB, 1, TO]
    before = module.locked_alpha(ALICE, 1)
    assert transfer(chain, 9 * TAO) is None
    gone = before - module.locked_alpha(ALICE, 1)
    assert gone > 0
    assert module.locked_alpha(BOB, 1) == gone
