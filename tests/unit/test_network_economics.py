"""What a subnet costs and what becomes of its TAO, held against fractions and told by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.dissolution import (
    divided,
    first_pool,
    median_price_bits,
    owner_refund,
    protocol_alpha,
)
from taoctl.economics.network_cost import NetworkCost, reduction_interval

TAO = 10**9
RAO = st.integers(0, 2**63)


def test_a_price_falls_from_twice_the_last_to_the_last_in_an_interval() -> None:
    price = NetworkCost(1_000 * TAO, 5_000, 100 * TAO, 100_000)
    assert (price.top_rao, price.step_rao) == (2_000 * TAO, TAO // 100)
    assert price.at(5_000) == price.at(4_000) == 2_000 * TAO
    assert price.at(5_001) == 2_000 * TAO - TAO // 100
    assert price.at(105_000) == 1_000 * TAO
    assert price.at(195_000) == price.at(10**9) == 100 * TAO
    assert price.first_block_at(2_000 * TAO) == 5_000
    assert price.first_block_at(1_000 * TAO) == 105_000
    assert price.first_block_at(1_000 * TAO - 1) == 105_001
    assert price.first_block_at(100 * TAO) == 195_000
    assert price.first_block_at(100 * TAO - 1) is None


def test_the_first_subnet_of_a_chain_costs_the_stored_price_less_the_blocks_so_far() -> None:
    price = NetworkCost(1_000 * TAO, 0, 100 * TAO, 100_000)
    assert price.at(0) == 1_000 * TAO
    assert price.at(10_000) == 900 * TAO


def test_without_an_interval_a_price_stays_where_it_is() -> None:
    price = NetworkCost(1_000 * TAO, 5, 100 * TAO, 0)
    assert price.at(10**6) == 2_000 * TAO
    assert price.first_block_at(1_999 * TAO) is None


@given(RAO, st.integers(0, 10**6), RAO, st.integers(1, 10**6), RAO)
def test_the_first_block_of_a_price_is_the_first(
    last: int, at: int, least: int, interval: int, most: int
) -> None:
    price = NetworkCost(last, at, least, interval)
    found = price.first_block_at(most)
    if found is None:
        assert most < least or not price.step_rao
        return
    assert price.at(found) <= most
    if found > at:
        assert price.at(found - 1) > most


@pytest.mark.parametrize(("emission", "blocks"), [(TAO, 100_800), (TAO // 2, 50_400), (0, 0)])
def test_the_interval_shrinks_with_the_emission(emission: int, blocks: int) -> None:
    assert reduction_interval(100_800, emission) == blocks


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**18), max_size=12))
def test_a_pot_is_given_out_to_the_rao_and_by_the_largest_remainders(
    pot: int, values: list[int]
) -> None:
    shares, total = divided(pot, values), sum(values)
    if not total:
        assert shares == [0] * len(values)
        return
    assert sum(shares) == pot
    exact = [Fraction(pot * value, total) for value in values]
    assert all(
        0 <= share - part.__floor__() <= 1 for share, part in zip(shares, exact, strict=True)
    )
    up = {n for n, part in enumerate(exact) if shares[n] > part.__floor__()}
    down = set(range(len(values))) - up
    rest = [part - part.__floor__() for part in exact]
    assert all((rest[a], -a) > (rest[b], -b) for a in up for b in down)


def test_of_equal_remainders_the_earlier_gets_the_rao() -> None:
    assert divided(10, [1, 1, 1]) == [4, 3, 3]
    assert divided(11, [1, 1, 1]) == [4, 4, 3]


def test_the_pools_alpha_counts_for_the_protocol_in_younger_subnets_only() -> None:
    assert protocol_alpha(50, 7, 100, 100) == 7
    assert protocol_alpha(50, 7, 101, 100) == 57


def test_an_old_owner_gets_the_lock_less_what_the_cut_is_worth() -> None:
    price = (1 << 64) // 10
    # 0.18 (11796/65535) of 1,000 alpha at 0.1 TAO is about 18 TAO.
    refund = owner_refund(100 * TAO, 1_000 * TAO, 11_796, price)
    assert abs(refund - (100 * TAO - 17_999_542_229)) < 200
    assert owner_refund(10 * TAO, 1_000 * TAO, 11_796, price) == 0
    assert owner_refund(10 * TAO, 0, 11_796, price) == 10 * TAO


@pytest.mark.parametrize(
    ("prices", "median"), [([], 1 << 64), ([0], 1 << 64), ([5], 5), ([9, 1, 0], 5), ([3, 9, 1], 3)]
)
def test_the_median_is_of_the_prices_there_are(prices: list[int], median: int) -> None:
    assert median_price_bits(prices) == median


def test_a_pool_begins_at_the_median_price_with_all_that_was_paid() -> None:
    assert first_pool(100 * TAO, 10 * TAO, (1 << 64) // 4) == (100 * TAO, 400 * TAO)
    assert first_pool(100 * TAO - 500, 100 * TAO, 1 << 64) == (100 * TAO, 100 * TAO)
    assert first_pool(2**40, 1, 1)[1] == 0
