"""Swaps keep the pool's promises on any reserves and weights."""

from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from taoctl.economics.pool import (
    MAX_PRICE_RAO,
    WEIGHT_ONE,
    Injection,
    Pool,
    Side,
    SimSwap,
    SwapError,
    alpha_for_tao,
    fee_rao,
    inject,
    max_amount,
    max_amount_moved,
    price_rao,
    simulate,
    spot_price_bits,
    swap,
    weight_for_price,
)
from taoctl.economics.power import integer_root, ratio_power
from taoctl.errors import UsageError

RESERVES = st.integers(10**9, 21 * 10**15)
WEIGHTS = st.one_of(
    st.just(WEIGHT_ONE // 2),
    st.integers(45 * 10**16, 55 * 10**16),
    st.integers(1, 99).map(lambda percent: percent * 10**16),
)
POOLS = st.builds(Pool, RESERVES, RESERVES, WEIGHTS, st.sampled_from([0, 33, 10_000]))
# Far from equal weights a probe of 1000 reserves empties the pool to the last digit, and an
# empty pool has price 0, which no limit stops.
LEVEL_POOLS = st.builds(Pool, RESERVES, RESERVES, st.integers(45 * 10**16, 55 * 10**16))
SIDES: st.SearchStrategy[Side] = st.sampled_from(["buy", "sell"])
EVEN = Pool(alpha_reserve=10**14, tao_reserve=10**13)


def order(pool: Pool, side: Side, share: float) -> int:
    return max(int((pool.tao_reserve if side == "buy" else pool.alpha_reserve) * share), 10**6)


@settings(max_examples=200, deadline=None)
@given(POOLS, SIDES, st.floats(1e-7, 5))
def test_a_swap_accounts_for_every_rao(pool: Pool, side: Side, share: float) -> None:
    amount = order(pool, side, share)
    try:
        done = swap(pool, side, amount)
    except SwapError as error:
        assert error.name in {"ReservesTooLow", "PriceLimitExceeded"}
        return
    assert done.amount_paid_in + done.fee_paid + done.refund == amount
    gained = done.amount_paid_in, -done.amount_paid_out
    tao, alpha = gained if side == "buy" else gained[::-1]
    assert done.pool.tao_reserve == pool.tao_reserve + tao
    assert done.pool.alpha_reserve == pool.alpha_reserve + alpha
    assert (done.pool.quote_weight_perquintill, done.pool.fee_rate_u16) == (
        pool.quote_weight_perquintill,
        pool.fee_rate_u16,
    )


@settings(max_examples=200, deadline=None)
@given(POOLS, st.floats(1e-6, 0.5))
def test_a_round_trip_never_pays(pool: Pool, share: float) -> None:
    amount = order(pool, "buy", share)
    try:
        bought = swap(pool, "buy", amount)
        sold = swap(bought.pool, "sell", bought.amount_paid_out)
    except SwapError:
        assume(False)
    # One unit of the 18th digit of the power is worth up to reserve/10^18 rao, plus rounding.
    assert sold.amount_paid_out <= bought.amount_paid_in + 2 + pool.tao_reserve // 10**15


@settings(max_examples=200, deadline=None)
@given(POOLS, SIDES, st.floats(0.001, 3), st.floats(1.001, 2))
def test_a_limit_stops_the_swap_at_the_limit(
    pool: Pool, side: Side, share: float, reach: float
) -> None:
    spot = price_rao(pool)
    assume(10**5 < spot < 10**14)
    limit = int(spot * reach if side == "buy" else spot / reach)
    try:
        done = swap(pool, side, order(pool, side, share), limit)
    except SwapError:
        assume(False)
    slack = limit // 10**5 + 2
    if side == "buy":
        assert price_rao(done.pool) <= limit + slack
    else:
        assert price_rao(done.pool) >= limit - slack
    assert done.partial == (done.refund > 0)


@settings(max_examples=150, deadline=None)
@given(LEVEL_POOLS, SIDES, st.floats(1.001, 1.5))
def test_the_most_a_limit_allows_fits_and_more_does_not(
    pool: Pool, side: Side, reach: float
) -> None:
    spot = price_rao(pool)
    assume(10**5 < spot < 10**14)
    limit = int(spot * reach if side == "buy" else spot / reach)
    most = max_amount(pool, side, limit)
    assume(most > 10**7)
    assert swap(pool, side, most * 2, limit).partial
    assert abs(swap(pool, side, most * 2, limit).amount_paid_in - (most - fee_rao(pool, most))) <= 2


@given(POOLS, st.integers(0, 10**12), st.integers(0, 10**12))
def test_an_injection_keeps_the_price(pool: Pool, tao: int, alpha: int) -> None:
    done = inject(pool, tao, alpha)
    if done == Injection(pool, 0, 0):
        return
    assert (done.pool.tao_reserve, done.pool.alpha_reserve) == (
        pool.tao_reserve + tao,
        pool.alpha_reserve + alpha,
    )
    before, after = spot_price_bits(pool), spot_price_bits(done.pool)
    # The weights carry 18 digits and may be as small as 0.01.
    assert abs(after - before) <= before // 10**14 + 10**4


def test_an_injection_that_unbalances_the_pool_is_skipped() -> None:
    assert inject(EVEN, 10**13 * 200, 0) == Injection(EVEN, 0, 0)


@given(POOLS, SIDES, st.floats(1e-6, 0.2))
def test_a_simulation_is_the_market_swap(pool: Pool, side: Side, share: float) -> None:
    amount = order(pool, side, share)
    told = simulate(pool, side, amount)
    try:
        done = swap(pool, side, amount)
    except SwapError:
        assert told == SimSwap()
        return
    tao, alpha = (told.tao_amount, told.alpha_amount)
    paid = (done.amount_paid_in, done.amount_paid_out)
    assert (tao, alpha) == (paid if side == "buy" else paid[::-1])
    assert told.tao_fee + told.alpha_fee == done.fee_paid
    ideal = told.alpha_slippage + alpha if side == "buy" else told.tao_slippage + tao
    price = Fraction(spot_price_bits(pool), 2**64)
    exact = amount / price if side == "buy" else amount * price
    assert ideal == max(int(exact), done.amount_paid_out)


@pytest.mark.parametrize(
    ("pool", "side", "amount", "limit", "name"),
    [
        (EVEN, "buy", 10**13 * 1_001, None, "SwapInputTooLarge"),
        (EVEN, "sell", 10**14 * 1_001, None, "SwapInputTooLarge"),
        (Pool(999_999, 10**9), "buy", 1_000, None, "ReservesTooLow"),
        (Pool(10**9, 999_999), "sell", 1_000, None, "ReservesTooLow"),
        (EVEN, "sell", 1, None, "ReservesTooLow"),
        (EVEN, "buy", 10**9, 10**8, "PriceLimitExceeded"),
        (EVEN, "sell", 10**9, 10**8 + 1, "PriceLimitExceeded"),
        (Pool(10**9, 0), "sell", 0, None, "ReservesTooLow"),
    ],
)
def test_refusals_carry_the_pallets_names(
    pool: Pool, side: Side, amount: int, limit: int | None, name: str
) -> None:
    with pytest.raises(SwapError) as refused:
        swap(pool, side, amount, limit)
    assert refused.value.name == name
    if limit is None:
        assert simulate(pool, side, amount) == SimSwap()


def test_a_negative_amount_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        swap(EVEN, "buy", -1)


def test_without_fees_the_whole_amount_reaches_the_pool() -> None:
    done = swap(EVEN, "buy", 10**11, MAX_PRICE_RAO, drop_fees=True)
    assert (done.amount_paid_in, done.fee_paid, done.pool.fee_rate_u16) == (10**11, 0, 33)


def test_prices_and_conversions_of_an_even_pool() -> None:
    assert price_rao(EVEN) == 99_999_999  # 0.1 floors in binary
    assert alpha_for_tao(EVEN, 10**9) == 10 * 10**9
    assert alpha_for_tao(Pool(0, 10**13), 10**9) == 0
    half = weight_for_price(EVEN.tao_reserve, EVEN.alpha_reserve, spot_price_bits(EVEN))
    assert abs(half - WEIGHT_ONE // 2) <= 10**5
    with pytest.raises(SwapError, match="unequal"):
        weight_for_price(1, 10**15, 1 << 64)


def test_moving_between_pools_is_bounded_by_their_relative_price() -> None:
    dear = Pool(alpha_reserve=10**14, tao_reserve=2 * 10**13)
    assert max_amount_moved(dear, EVEN, 2_100_000_000) == 0
    assert max_amount_moved(dear, EVEN, 0) == 2**64 - 1
    near, far = (max_amount_moved(dear, EVEN, limit) for limit in (1_900_000_000, 10**9))
    assert 0 < near < far


@given(st.integers(0, 2**2000), st.integers(1, 40))
def test_integer_roots_are_floors(value: int, degree: int) -> None:
    root = integer_root(value, degree)
    assert root**degree <= value < (root + 1) ** degree


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 2**64), st.integers(1, 2**64), st.integers(10**16, 10**18))
def test_powers_agree_with_high_precision_decimals(
    numerator: int, denominator: int, weight: int
) -> None:
    getcontext().prec = 80
    exact = (Decimal(numerator) / denominator) ** (Decimal(weight) / 10**18) * 10**18
    got = ratio_power((numerator, denominator), (weight, 10**18), 10**18, 1_024)
    assert got is not None
    assert abs(got - exact) <= 1 + exact / 10**70


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [((0, 5), (1, 2), 0), ((3, 0), (1, 2), None), ((3, 5), (1, 0), None), ((3, 5), (0, 7), 1000)],
)
def test_powers_at_the_edges(
    base: tuple[int, int], exponent: tuple[int, int], expected: int | None
) -> None:
    assert ratio_power(base, exponent, 1_000, 64) == expected


@pytest.mark.parametrize(
    ("grown", "exponent", "expected"),
    [
        (100, (1, 1), 999_999_999_999_995_238),
        (100, (499_999_999_999_500_000, 500_000_000_000_500_000), 999_999_999_999_995_238),
        (100, (500_000_000_000_250_000, 499_999_999_999_750_000), 999_999_999_999_995_238),
        (1, (499_999_999_500_000_000, 500_000_000_500_000_000), 999_999_999_999_999_952),
    ],
)
def test_series_digits_are_those_recorded_for_the_chain(
    grown: int, exponent: tuple[int, int], expected: int
) -> None:
    supply = 21 * 10**15
    assert ratio_power((supply, supply + grown), exponent, WEIGHT_ONE, 256) == expected


def test_where_the_series_fails_the_chain_pays_the_whole_reserve() -> None:
    skewed = Pool(10**12, 10**9, quote_weight_perquintill=99 * 10**16 + 1 - 10**6)
    assert swap(skewed, "buy", 10**12).amount_paid_out == 10**12
