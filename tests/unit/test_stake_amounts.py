"""Amounts and limits of trades as people write them, and the prices that follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.calls.stake.amount import ALL, Amount, Takes, alpha_amount, parse_amount, tao_amount
from taoctl.calls.stake.limits import (
    Price,
    Tolerance,
    Unlimited,
    limit_price,
    minimum_out,
    parse_price,
    parse_tolerance,
)
from taoctl.economics import pool as pools
from taoctl.economics.pool import Pool, SwapError
from taoctl.errors import Exit, UsageError
from taoctl.units import U64_MAX

TAO = 10**9
ONE = 1 << 64


@pytest.mark.parametrize(
    ("text", "takes", "amount"),
    [
        ("10tao", "tao", tao_amount(10 * TAO)),
        (" 10 TAO ", "either", tao_amount(10 * TAO)),
        ("0.000000001τ", "tao", tao_amount(1)),
        ("500000rao", "tao", tao_amount(500_000)),
        ("10alpha", "alpha", alpha_amount(10 * TAO)),
        ("1.5 α", "either", alpha_amount(1_500_000_000)),
        ("50%", "tao", Amount("share", millionths=500_000)),
        ("100 %", "alpha", Amount("share", millionths=1_000_000)),
        ("0.0001%", "alpha", Amount("share", millionths=1)),
        ("ALL", "alpha", ALL),
    ],
)
def test_an_amount_is_read_with_its_unit(text: str, takes: Takes, amount: Amount) -> None:
    assert parse_amount(text, takes) == amount
    assert parse_amount(str(amount).replace(" ", ""), "either") == amount


@pytest.mark.parametrize(
    ("text", "takes", "said", "hint"),
    [
        ("10", "tao", "no unit", "write 10tao"),
        ("10.5", "either", "no unit", "write 10.5tao or 10.5alpha"),
        ("10alpha", "tao", "not TAO", "write 10tao, 50% or all"),
        ("10tao", "alpha", "not alpha", "write 10alpha, 50% or all"),
        ("5rao", "alpha", "not alpha", "write 10alpha, 50% or all"),
        ("0tao", "tao", "nothing", "write 10tao"),
        ("-1tao", "tao", "negative", "write 10tao"),
        ("-1", "tao", "negative", "write 10tao"),
        ("0%", "tao", "nothing", "write 10tao"),
        ("101%", "tao", "more than there is", "write 10tao"),
        ("100.0001%", "tao", "more than there is", "write 10tao"),
        ("0.00001%", "tao", "no share", "four digits"),
        ("1.0000000001tao", "tao", "no amount", "nine digits"),
        ("1,5tao", "tao", "no amount", "nine digits"),
        ("1e9tao", "tao", "no unit that is known", "write 10tao"),
        ("0.5rao", "tao", "part of a rao", "write 10tao"),
        ("18446744073.709551616tao", "tao", "too much", "write 10tao"),
        ("tao", "tao", "no amount", "write 10tao"),
        ("", "tao", "no amount", "write 10tao"),
        ("10\x1b[31mtao", "tao", "no unit that is known", "write 10tao"),
        ("10usd", "either", "no unit that is known", "write 10tao, 10alpha"),
    ],
)
def test_a_wrong_amount_says_what_to_write(text: str, takes: Takes, said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_amount(text, takes)
    assert caught.value.exit_code is Exit.USAGE
    assert said in caught.value.message and "\x1b" not in caught.value.message
    assert caught.value.hint is not None and hint in caught.value.hint


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_usage_error(text: str) -> None:
    try:
        amount = parse_amount(text, "either")
    except UsageError:
        return
    assert 0 <= amount.of(10**18) <= U64_MAX


@given(st.integers(0, 21 * 10**15), st.integers(1, 10**6), st.integers(1, 7))
def test_the_parts_of_a_share_never_come_to_more_than_it(
    whole: int, millionths: int, parts: int
) -> None:
    share = Amount("share", millionths=millionths)
    part = share.divided(parts)
    assert part.of(whole) * parts <= share.of(whole) < (part.of(whole) + 1) * parts + parts
    assert ALL.divided(parts).of(whole) == whole // parts
    assert tao_amount(5).divided(parts) == tao_amount(5)


@pytest.mark.parametrize(("text", "ppm"), [("1%", 10_000), ("0.5 %", 5_000), ("250%", 2_500_000)])
def test_a_tolerance_is_a_share_of_the_price(text: str, ppm: int) -> None:
    assert parse_tolerance(text) == Tolerance(ppm)


@pytest.mark.parametrize("text", ["0%", "1", "0.01", "-1%", "1.00001%", "x", ""])
def test_a_tolerance_needs_its_percent_sign_and_a_value(text: str) -> None:
    with pytest.raises(UsageError, match="is no tolerance"):
        parse_tolerance(text)


def test_a_price_limit_is_tao_per_alpha() -> None:
    assert (
        parse_price("0.05") == parse_price("0.05tao") == parse_price(" 0.05 τ") == Price(5 * 10**7)
    )
    for text in ("0", "0.0000000001", "x", "-1", "5%", "99999999999"):
        with pytest.raises(UsageError):
            parse_price(text)


def test_limits_say_what_they_are() -> None:
    assert str(Tolerance(12_500)) == "within 1.25% of the spot price"
    assert str(Price(5 * 10**7)) == "no further than a price of 0.050000000"
    assert str(Unlimited()) == "at any price"


PRICES = st.integers(ONE // 10**9, ONE * 10**6)
PPMS = st.integers(1, 999_999)


@given(PRICES, PPMS)
def test_a_tolerance_is_never_looser_than_it_says(bits: int, ppm: int) -> None:
    buy = limit_price(Tolerance(ppm), "buy", bits)
    sell = limit_price(Tolerance(ppm), "sell", bits)
    assert buy is not None and sell is not None
    assert buy * ONE * 10**6 <= bits * TAO * (10**6 + ppm)
    assert sell * ONE * 10**6 >= bits * TAO * (10**6 - ppm)
    rounded = bits * TAO >> 64
    unsure = limit_price(Tolerance(ppm), "sell", (rounded << 64) // TAO, exact=False)
    assert unsure is not None and unsure >= sell


def test_other_limits_are_what_was_given() -> None:
    assert limit_price(Unlimited(), "buy", ONE) is None
    assert limit_price(Price(7), "sell", ONE) == 7
    with pytest.raises(UsageError, match="no limit to a sale"):
        limit_price(Tolerance(10**6), "sell", ONE)


@given(
    st.integers(10**7, 10**16),
    st.integers(10**7, 10**16),
    st.integers(10**16, 99 * 10**16),
    st.integers(10**6, 10**15),
    st.integers(1, 900_000),
    st.sampled_from(("buy", "sell")),
)
def test_an_order_within_its_limit_brings_what_the_limit_guarantees(
    alpha: int, tao: int, weight: int, amount: int, ppm: int, side: pools.Side
) -> None:
    pool = Pool(alpha, tao, weight)
    limit = limit_price(Tolerance(ppm), side, pools.spot_price_bits(pool))
    assert limit is not None
    try:
        fits = min(amount, pools.max_amount(pool, side, limit))
        done = pools.swap(pool, side, fits, limit)
    except SwapError:
        return
    if not done.price_after_bits:
        return  # an emptied pool has no price, and so passes no limit
    assert done.amount_paid_out >= minimum_out(side, done.amount_paid_in, limit)
