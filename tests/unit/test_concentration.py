"""How unevenly stake is held: worked examples, an independent model, and what must always hold."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.concentration import Concentration, concentration

AMOUNTS = st.one_of(st.integers(0, 5), st.integers(0, 21 * 10**15))
HELD = st.lists(AMOUNTS, min_size=1, max_size=40).filter(any)


def known(holdings: list[int]) -> Concentration:
    found = concentration(holdings)
    assert found is not None
    return found


def test_worked_examples() -> None:
    equal = known([7] * 20)
    assert (equal.holders, equal.total, equal.nakamoto) == (20, 140, 11)
    assert equal.top == Fraction(1, 2)
    assert (equal.gini, equal.hhi) == (Fraction(0), Fraction(1, 20))
    alone = known([0, 0, 9])
    assert (alone.holders, alone.nakamoto) == (1, 1)
    assert (alone.top, alone.gini, alone.hhi) == (Fraction(1), Fraction(0), Fraction(1))
    # Half is not more than half.
    assert known([50, 30, 20]).nakamoto == 2
    assert known([51, 29, 20]).nakamoto == 1
    three = known([1, 2, 3])
    assert (three.gini, three.hhi) == (Fraction(2, 9), Fraction(14, 36))
    assert concentration([]) is None
    assert concentration([0, 0]) is None


def test_what_is_negative_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        concentration([5, -1])


@given(HELD)
def test_another_way_of_working_it_out_says_the_same(holdings: list[int]) -> None:
    found = known(holdings)
    held = [one for one in holdings if one]
    n, total = len(held), sum(held)
    # Gini as half the mean difference of two drawn at random, of their mean.
    apart = sum(abs(one - other) for one in held for other in held)
    assert found.gini == Fraction(apart, n * n) / (2 * Fraction(total, n))
    # HHI as the chance that two rao drawn at random are held by the same.
    assert found.hhi == sum(Fraction(one, total) * Fraction(one, total) for one in held)
    largest: list[int] = []
    rest = list(held)
    while rest and len(largest) < 10:
        largest.append(rest.pop(rest.index(max(rest))))
    assert found.top == Fraction(sum(largest), total)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=9).filter(any))
def test_no_fewer_holders_have_more_than_half(holdings: list[int]) -> None:
    total = sum(holdings)
    fewest = next(
        size
        for size in range(1, len(holdings) + 1)
        if any(2 * sum(some) > total for some in combinations(holdings, size))
    )
    assert known(holdings).nakamoto == fewest


@given(HELD, st.integers(1, 1_000))
def test_neither_order_nor_unit_nor_empty_holdings_matter(holdings: list[int], unit: int) -> None:
    found = known(holdings)
    scaled = known([one * unit for one in reversed(holdings)] + [0, 0])
    for name in ("holders", "nakamoto", "top", "gini", "hhi"):
        assert getattr(scaled, name) == getattr(found, name)
    assert 1 <= found.nakamoto <= found.holders // 2 + 1
    assert Fraction(1, found.holders) <= found.hhi <= 1
    assert 0 <= found.gini < 1 and 0 < found.top <= 1


@given(HELD, st.data())
def test_two_holders_that_become_one_make_it_more_concentrated(
    holdings: list[int], data: st.DataObject
) -> None:
    held = sorted(one for one in holdings if one)
    if len(held) < 2:
        return
    first, second = sorted(
        data.draw(st.sets(st.integers(0, len(held) - 1), min_size=2, max_size=2))
    )
    rest = [one for place, one in enumerate(held) if place not in (first, second)]
    joined, before = known([*rest, held[first] + held[second]]), known(held)
    assert joined.hhi > before.hhi
    assert joined.nakamoto <= before.nakamoto
    assert joined.top >= before.top


@given(st.lists(st.integers(1, 100), min_size=2, max_size=20), st.data())
def test_a_gift_to_a_poorer_one_makes_it_more_equal(held: list[int], data: st.DataObject) -> None:
    held.sort()
    gap = held[-1] - held[0]
    if gap < 2:
        return
    gift = data.draw(st.integers(1, gap - 1))
    after, before = known([held[0] + gift, *held[1:-1], held[-1] - gift]), known(held)
    assert after.gini < before.gini and after.hhi < before.hhi
