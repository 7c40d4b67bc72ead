"""Weights as a map: how UIDs are folded into cells, and which shade a share has."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.reads.weight_map import shade, shade_floors, weight_map
from taoctl.reads.weights import WeightRow


def row(uid: int, target: int, share_ppm: int | None, weight: int = 1) -> WeightRow:
    given_: dict[str, Any] = {"permit": True, "updated_block": 1, "age_blocks": 1}
    return WeightRow(
        uid=uid,
        hotkey_name=None,
        hotkey=f"key {uid}",
        target_uid=target,
        weight=weight,
        share_ppm=share_ppm,
        **given_,
    )


def test_a_cell_shows_the_largest_share_in_it() -> None:
    rows = [row(3, 0, 10), row(3, 1, 30), row(3, 6, 20), row(1, 5, 1_000_000)]
    whole = weight_map(rows, 80)
    assert (whole.fold, whole.targets, whole.cells) == (1, 7, 7)
    assert [one.uid for one in whole.rows] == [1, 3]
    assert whole.rows[1].shares_ppm == (10, 30, 0, 0, 0, 0, 20)
    folded = weight_map(rows, 3)
    assert (folded.fold, folded.cells) == (3, 3)
    assert folded.rows[1].shares_ppm == (30, 0, 20)
    assert folded.rows[0].shares_ppm == (0, 1_000_000, 0)


@pytest.mark.parametrize(("cells", "fold"), [(300, 1), (256, 1), (255, 2), (74, 4), (1, 256)])
def test_a_full_subnet_fits(cells: int, fold: int) -> None:
    found = weight_map([row(0, 255, 7), row(63, 0, 9)], cells)
    assert found.fold == fold and found.cells <= cells
    assert found.rows[0].shares_ppm[-1] == 7 and found.rows[1].shares_ppm[0] == 9


def test_of_no_weights_there_is_an_empty_map() -> None:
    empty = weight_map([], 80)
    assert (empty.rows, empty.cells, empty.fold) == ((), 0, 1)
    assert shade_floors(empty.shares_ppm(), 4) == (0, 0, 0, 0)
    # A row whose weights are all zero has no shares.
    nothing = weight_map([row(0, 2, None)], 80)
    assert nothing.rows[0].shares_ppm == (0, 0, 0)
    assert [shade(0, shade_floors(nothing.shares_ppm(), 4))] == [0]


def test_the_least_weight_is_seen_and_a_weight_of_zero_is_not() -> None:
    found = weight_map([row(0, 0, 999_999), row(0, 1, 0), row(0, 2, 0, weight=0)], 80)
    assert found.rows[0].shares_ppm == (999_999, 1, 0)
    floors = shade_floors(found.shares_ppm(), 4)
    assert [shade(share, floors) for share in found.rows[0].shares_ppm] == [4, 1, 0]


def test_shades_reach_from_the_least_share_to_the_largest() -> None:
    floors = shade_floors((10_000, 160_000, 0, 40_000), 4)
    assert floors == (10_000, 20_000, 40_000, 80_000)
    shown = [shade(share, floors) for share in (0, 10_000, 19_999, 20_000, 40_000, 160_000)]
    assert shown == [0, 1, 1, 2, 3, 4]
    # All alike: all are the largest.
    assert shade(5, shade_floors((5, 5, 5), 8)) == 8


def test_a_few_that_get_nearly_all_or_next_to_nothing_do_not_hide_how_the_others_differ() -> None:
    others = [round(10_000 * 1.01**step) for step in range(96)]
    floors = shade_floors([1, 2, *others, 500_000, 900_000], 8)
    assert {shade(share, floors) for share in others} == set(range(1, 9))
    assert [shade(share, floors) for share in (1, 900_000)] == [1, 8]


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=50), st.integers(2, 9))
def test_more_is_never_lighter_and_steps_are_even(shares: list[int], shades: int) -> None:
    floors = shade_floors(shares, shades)
    assert len(floors) == shades and list(floors) == sorted(floors)
    ascending = sorted(shares)
    shown = [shade(share, floors) for share in ascending]
    assert shown == sorted(shown) and shown[-1] == shades and shown[0] >= 1
    aside = len(shares) // 20
    low, high = ascending[aside], ascending[-1 - aside]
    for step, floor in enumerate(floors):
        exact = Fraction(low) ** (shades - step) * Fraction(high) ** step
        assert floor**shades <= exact < (floor + 1) ** shades
