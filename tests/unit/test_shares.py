"""The share pool: exactness, conservation and the rules of first deposit and dilution."""

from __future__ import annotations

from decimal import Decimal, getcontext

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics import shares
from taoctl.economics.shares import ZERO, SafeFloat, from_int

getcontext().prec = 60
AMOUNT = st.integers(min_value=1, max_value=21 * 10**15)


def exact(value: SafeFloat) -> Decimal:
    return Decimal(value.mantissa) * Decimal(10) ** value.exponent


def test_normalised_bounds():
    assert from_int(0) == ZERO
    assert from_int(1) == SafeFloat(10**21, -21)
    assert from_int(10**20) == SafeFloat(10**21, -1)
    assert from_int(10**21) == SafeFloat(10**21, 0)
    assert from_int(10**20 + 1) == SafeFloat(10**20 + 1, 0)
    assert shares.normalised(10**21 + 1, 0) == SafeFloat(10**21, 0)
    assert shares.normalised(10**22, 3) == SafeFloat(10**21, 4)


@given(st.integers(min_value=1, max_value=2**200), st.integers(min_value=-40, max_value=40))
def test_normalised_loses_less_than_one_digit(mantissa: int, exponent: int):
    value = shares.normalised(mantissa, exponent)
    assert 10**20 < value.mantissa <= 10**21
    true = Decimal(mantissa) * Decimal(10) ** exponent
    assert exact(value) <= true
    assert true - exact(value) < Decimal(10) ** (value.exponent + 1)


@given(AMOUNT)
def test_whole_rao_survive(amount: int):
    assert shares.to_int(from_int(amount)) == amount


def test_first_depositor_owns_everything():
    value, total, share = shares.change(0, ZERO, ZERO, 5_000)
    assert (value, total, share) == (5_000, from_int(5_000), from_int(5_000))
    assert shares.position_value(value, share, total) == 5_000


def test_dividends_raise_every_position_pro_rata():
    value, total, first = shares.change(0, ZERO, ZERO, 3_000)
    value, total, second = shares.change(value, total, ZERO, 1_000)
    value += 400
    assert shares.position_value(value, first, total) == 3_300
    assert shares.position_value(value, second, total) == 1_100


def test_later_deposit_does_not_dilute():
    value, total, first = shares.change(0, ZERO, ZERO, 3_000)
    value += 1_500
    value, total, second = shares.change(value, total, ZERO, 4_500)
    assert shares.position_value(value, first, total) == 4_500
    assert shares.position_value(value, second, total) == 4_500


def test_pool_without_value_gives_no_share():
    assert not shares.accepts(0, from_int(7), 100)
    assert shares.accepts(0, ZERO, 100)
    assert shares.change(0, from_int(7), ZERO, 100) == (100, from_int(7), ZERO)


def test_legacy_share_converts():
    assert shares.from_u64f64(0) == ZERO
    assert shares.to_int(shares.from_u64f64(5 << 64)) == 5
    half = shares.from_u64f64((5 << 64) + (1 << 63))
    assert exact(half) == Decimal("5.5")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(10**12), 10**12)), max_size=40))
def test_positions_never_exceed_the_pool(moves: list[tuple[int, int]]):
    value, total, held = 0, ZERO, [ZERO] * 4
    for who, delta in moves:
        owned = shares.position_value(value, held[who], total)
        delta = max(delta, -owned)
        if delta == 0 or (delta > 0 and not shares.accepts(value, total, delta)):
            continue
        value, total, held[who] = shares.change(value, total, held[who], delta)
        positions = [shares.position_value(value, share, total) for share in held]
        assert sum(positions) <= value
        assert value - sum(positions) <= 8
