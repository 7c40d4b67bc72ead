"""Swaps against the curve itself, in 120-digit decimals: how far the chain's digits stray from it.

The other tests hold the pool to the chain's own steps. Here nothing of them is used: a reserve R
that takes d pays S * (1 - (R / (R + d)) ** (w_in / w_out)), and the price of alpha is the ratio of
the reserves, each divided by its weight. What the chain rounds is bounded by that.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from taoctl.economics.pool import (
    U64_MAX,
    WEIGHT_MIN,
    WEIGHT_ONE,
    Pool,
    Side,
    SwapError,
    amount_out,
    fee_rao,
    inject,
    max_amount,
    max_amount_moved,
    price_rao,
    spot_price_bits,
    swap,
)

DIGITS = Context(prec=120)
ONE = Decimal(1)
LAST_DIGIT = ONE / 10**18 + ONE / 2**64
"""What one unit of the power's 18 digits, and of its 64 bits, is worth of a reserve."""
FURTHEST = 100
"""Beyond e^-100 the chain's series is cut before it converges."""

SIDES: st.SearchStrategy[Side] = st.sampled_from(["buy", "sell"])
WEIGHTS = st.one_of(
    st.just(WEIGHT_ONE // 2),
    st.integers(WEIGHT_MIN, WEIGHT_ONE - WEIGHT_MIN),
    st.integers(1, 99).map(lambda percent: percent * WEIGHT_MIN),
    st.integers(-(10**9), 10**9).map(lambda off: WEIGHT_ONE // 2 + off),
)


def sizes(least: int, most: int) -> st.SearchStrategy[int]:
    """Whole numbers of every order of magnitude between two."""
    return st.one_of(
        st.integers(least, most),
        st.floats(0, 1).map(lambda at: min(max(int(least * (most / least) ** at), least), most)),
    )


RESERVES = sizes(10**6, U64_MAX // 1_001)
RATES = st.sampled_from([0, 1, 33, 10_000])
POOLS = st.builds(Pool, RESERVES, RESERVES, WEIGHTS, RATES)
LIKELY = sizes(10**12, 10**16)
LEVEL_POOLS = st.builds(
    Pool, LIKELY, LIKELY, st.integers(45 * 10**16, 55 * 10**16), st.sampled_from([0, 33])
)
"""Pools as they are on the chain: others are emptied by the probe for the most that fits."""


def sides(pool: Pool, side: Side) -> tuple[int, int, Fraction]:
    """The reserve that takes, the one that gives, and the exponent of the curve."""
    base, quote = pool.base_weight_perquintill, pool.quote_weight_perquintill
    if side == "buy":
        return pool.tao_reserve, pool.alpha_reserve, Fraction(quote, base)
    return pool.alpha_reserve, pool.tao_reserve, Fraction(base, quote)


def decimal(value: Fraction | int) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def curve(pool: Pool, side: Side, net: int) -> Decimal:
    """What the curve pays for a net input, to 100 digits."""
    taking, giving, exponent = sides(pool, side)
    with localcontext(DIGITS):
        logarithm = (Decimal(taking) / Decimal(taking + net)).ln() * decimal(exponent)
        return Decimal(giving) * (ONE - logarithm.exp())


def distance(pool: Pool, side: Side, net: int) -> Decimal:
    """How far from 1 the power is, as its logarithm."""
    taking, _, exponent = sides(pool, side)
    with localcontext(DIGITS):
        return (Decimal(taking + net) / Decimal(taking)).ln() * decimal(exponent)


def price(pool: Pool) -> Fraction:
    """TAO per alpha, exactly."""
    weights = Fraction(pool.base_weight_perquintill, pool.quote_weight_perquintill)
    return weights * Fraction(pool.tao_reserve, pool.alpha_reserve)


@settings(max_examples=120, deadline=None)
@given(POOLS, SIDES, st.data())
def test_what_is_paid_out_is_the_curve_to_the_last_digit(
    pool: Pool, side: Side, data: st.DataObject
) -> None:
    taking, giving, _ = sides(pool, side)
    net = data.draw(sizes(1, taking * 1_000))
    assume(distance(pool, side, net) < FURTHEST)
    paid, exact = amount_out(pool, side, net), curve(pool, side, net)
    event(f"giving has {len(str(giving))} digits")
    with localcontext(DIGITS):
        # The power is cut off at its 18th digit, so that the pool pays that digit too much.
        assert exact - 1 < paid <= exact + giving * LAST_DIGIT


@settings(max_examples=80, deadline=None)
@given(POOLS)
def test_the_price_loses_only_its_last_bits(pool: Pool) -> None:
    weights = Fraction(pool.base_weight_perquintill, pool.quote_weight_perquintill)
    reserves = Fraction(pool.tao_reserve, pool.alpha_reserve)
    lost = price(pool) * 2**64 - spot_price_bits(pool)
    assert 0 <= lost < weights + reserves + 2
    assert price_rao(pool) == min(spot_price_bits(pool) * 10**9 // 2**64, U64_MAX)


@settings(max_examples=80, deadline=None)
@given(sizes(1, U64_MAX), st.integers(0, 10_000))
def test_a_fee_is_its_rate_and_at_most_a_rao_less(amount: int, rate: int) -> None:
    taken = fee_rao(Pool(10**9, 10**9, fee_rate_u16=rate), amount)
    assert 0 <= amount * rate // 65_535 - taken <= 1


@settings(max_examples=120, deadline=None)
@given(POOLS, SIDES, st.data())
def test_a_limit_is_reached_where_the_curve_reaches_it(
    pool: Pool, side: Side, data: st.DataObject
) -> None:
    assume(10**4 < price_rao(pool) < 10**17)
    spot, taking = price_rao(pool), sides(pool, side)[0]
    far = data.draw(st.integers(1, 900))
    limit = spot + spot * far // 1_000 + 1 if side == "buy" else spot - spot * far // 1_000
    amount = data.draw(sizes(1, taking * 900))
    assume(distance(pool, side, amount) < FURTHEST)
    try:
        done = swap(pool, side, amount, limit)
    except SwapError as refused:
        assert refused.name in ("ReservesTooLow", "PriceLimitExceeded")
        return
    if not spot_price_bits(done.pool):  # emptied to the last rao: no limit stops a price of 0
        return
    bits = Fraction(spot_price_bits(pool), 2**64)
    limit_bits = Fraction((limit << 64) // 10**9, 2**64)
    ratio = limit_bits / bits if side == "buy" else bits / limit_bits
    weight = pool.base_weight_perquintill if side == "buy" else pool.quote_weight_perquintill
    with localcontext(DIGITS):
        power = (decimal(ratio).ln() * weight / WEIGHT_ONE).exp()
        reaches = taking * (power - 1)
        slack = 2 + taking * LAST_DIGIT
        event(f"partial: {done.partial}")
        if done.partial:
            assert reaches - slack < done.amount_paid_in <= reaches
            assert done.amount_paid_in + done.fee_paid + done.refund == amount
        elif abs(price(done.pool) - limit_bits) > limit_bits / 10**12:
            # Where the whole order ends clear of the limit, the curve says that it does.
            assert done.amount_paid_in <= reaches + slack
            assert done.refund == 0


@settings(max_examples=100, deadline=None)
@given(POOLS, SIDES, st.data())
def test_an_order_in_two_parts_pays_what_it_pays_in_one(
    pool: Pool, side: Side, data: st.DataObject
) -> None:
    whole = Pool(pool.alpha_reserve, pool.tao_reserve, pool.quote_weight_perquintill, 0)
    taking, giving, _ = sides(whole, side)
    net = data.draw(sizes(2, taking * 900))
    first = data.draw(st.integers(1, net - 1))
    assume(distance(whole, side, net) < FURTHEST / 3)
    try:
        at_once = swap(whole, side, net)
        part = swap(whole, side, first)
        rest = swap(part.pool, side, net - first)
    except SwapError:
        return
    assume(not (at_once.partial or part.partial or rest.partial))
    split = part.amount_paid_out + rest.amount_paid_out
    with localcontext(DIGITS):
        # The second part starts from a reserve that was rounded by a rao: that weighs as much
        # more as the reserve is smaller, which the kept ratio of the second part bounds.
        assert abs(split - at_once.amount_paid_out) <= 3 + 3 * giving * LAST_DIGIT


@settings(max_examples=100, deadline=None)
@given(POOLS, SIDES, st.data())
def test_more_in_is_never_less_out(pool: Pool, side: Side, data: st.DataObject) -> None:
    taking, giving, _ = sides(pool, side)
    small = data.draw(sizes(1, taking * 900))
    large = data.draw(st.integers(small, taking * 1_000))
    assume(distance(pool, side, large) < FURTHEST)
    least, most = amount_out(pool, side, small), amount_out(pool, side, large)
    assert 0 <= least <= most <= giving


@settings(max_examples=100, deadline=None)
@given(POOLS, SIDES, st.data())
def test_beyond_what_the_series_can_do_the_pool_still_pays_no_more_than_it_has(
    pool: Pool, side: Side, data: st.DataObject
) -> None:
    taking, giving, _ = sides(pool, side)
    net = data.draw(sizes(1, taking * 1_000))
    assert 0 <= amount_out(pool, side, net) <= giving


@settings(max_examples=80, deadline=None)
@given(LEVEL_POOLS, SIDES, st.integers(2, 500))
def test_the_most_that_a_limit_lets_through_takes_the_price_there(
    pool: Pool, side: Side, far: int
) -> None:
    spot = price_rao(pool)
    limit = spot + spot * far // 1_000 if side == "buy" else spot - spot * far // 1_000
    try:
        most = max_amount(pool, side, limit)
    except SwapError:
        return
    taking, giving, _ = sides(pool, side)
    net = most - fee_rao(pool, most)
    assume(net > 10**4)
    paid_out = amount_out(pool, side, net)
    gained = (paid_out, net) if side == "buy" else (-net, -paid_out)
    after = Pool(
        pool.alpha_reserve - gained[0],
        pool.tao_reserve + gained[1],
        pool.quote_weight_perquintill,
    )
    # A rao more or less, of the input or of the output, is all that it can be off by.
    reached, wanted = price(after), Fraction(limit, 10**9)
    off = wanted * (Fraction(4, taking) + Fraction(4, giving - paid_out) + Fraction(1, 10**15))
    off += Fraction(4, 2**64) + Fraction(2, 10**9) * Fraction(1, 10**3)
    assert abs(reached - wanted) <= off


@settings(max_examples=80, deadline=None)
@given(RESERVES, RESERVES, RESERVES, RESERVES, st.integers(1, 10**12))
def test_the_most_that_moves_between_pools_is_the_formula(
    x1: int, y1: int, x2: int, y2: int, limit: int
) -> None:
    origin, destination = Pool(x1, y1), Pool(x2, y2)
    most = max_amount_moved(origin, destination, limit)
    ratio, wanted = price(origin) / price(destination), Fraction(limit, 10**9)
    assume(abs(ratio - wanted) > ratio / 10**6 and min(price(origin), price(destination)) > 10**-9)
    if wanted > ratio:
        assert most == 0
        return
    reached = Fraction(x2 * y1, y1 + y2) / wanted
    if reached >= 2**64:  # the quotient does not fit, and is then 0
        assert most == 0
        return
    exact = reached - Fraction(x1 * y2, y1 + y2)
    # Each of the two terms is made from a ratio of 64 bits.
    off = 2 + Fraction(x1 + x2, 2**64) * (1 + 1 / wanted) + exact * 2 / (wanted * 2**64)
    assert abs(most - min(max(exact, Fraction(0)), U64_MAX)) <= off


@settings(max_examples=80, deadline=None)
@given(POOLS, st.integers(0, 10**15), st.integers(0, 10**15))
def test_what_the_protocol_adds_leaves_the_price(pool: Pool, tao: int, alpha: int) -> None:
    added = inject(pool, tao, alpha)
    if added.pool == pool:
        return
    before, after = price(pool), price(added.pool)
    # Each weight is rounded to a whole number of squared rao, then to 18 digits.
    squared = pool.tao_reserve * (pool.alpha_reserve + alpha) * pool.base_weight_perquintill
    squares = pool.alpha_reserve * (pool.tao_reserve + tao) * pool.quote_weight_perquintill
    off = Fraction(WEIGHT_ONE, min(squared, squares)) + Fraction(2, WEIGHT_MIN)
    assert abs(after - before) <= before * off


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_the_smallest_and_largest_of_everything(side: Side) -> None:
    for weight in (WEIGHT_MIN, WEIGHT_ONE // 2, WEIGHT_ONE - WEIGHT_MIN):
        for reserve in (10**6, 10**15, U64_MAX // 1_001):
            pool = Pool(reserve, reserve, weight, 10_000)
            for amount in (0, 1, 2, reserve, U64_MAX):
                try:
                    done = swap(pool, side, amount)
                except SwapError as refused:
                    assert refused.name in (
                        *("ReservesTooLow", "SwapInputTooLarge", "PriceLimitExceeded"),
                        "InsufficientLiquidity",
                    )
                    continue
                taking, giving, _ = sides(done.pool, side)
                assert min(taking, giving) >= 0
                assert done.amount_paid_in + done.fee_paid + done.refund == amount
