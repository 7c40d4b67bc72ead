"""The series of earnings: one point an epoch, every subnet with its latest samples."""

from __future__ import annotations

from dataclasses import replace

from taoctl.history.series import EarningsPoint, EarningsSeries, tao_per_day_rao
from taoctl.history.store import EarningsSample

GENESIS = "0xaa"
FIRST = EarningsSample(GENESIS, 1, "5A", 100, 360, 10**9, 5 * 10**8)


def test_a_day_has_7200_blocks_at_the_epoch_rate_and_price() -> None:
    assert tao_per_day_rao(FIRST) == 20 * 5 * 10**8
    assert tao_per_day_rao(replace(FIRST, price_rao=None)) is None
    assert tao_per_day_rao(replace(FIRST, tempo=0)) is None


def test_each_epoch_of_any_subnet_is_a_point_with_the_latest_of_all() -> None:
    series = EarningsSeries(GENESIS)
    other = EarningsSample(GENESIS, 2, "5B", 105, 720, 10**9, 10**9)
    later = replace(FIRST, epoch_block=460, alpha_rao=2 * 10**9)
    series.add([later, FIRST, other])
    assert series.points() == (
        EarningsPoint(100, 10 * 10**9),
        EarningsPoint(105, 20 * 10**9),
        EarningsPoint(460, 30 * 10**9),
    )


def test_two_hotkeys_paid_in_one_block_are_one_point() -> None:
    series = EarningsSeries(GENESIS)
    series.add([FIRST, replace(FIRST, hotkey="5B")])
    assert series.points() == (EarningsPoint(100, 20 * 10**9),)


def test_only_new_samples_of_this_chain_are_taken() -> None:
    series = EarningsSeries(GENESIS)
    assert series.add([FIRST, FIRST]) == (FIRST,)
    assert series.add([FIRST, replace(FIRST, genesis="0xbb")]) == ()
    assert len(series.points()) == 1


def test_an_unknown_price_adds_nothing_and_takes_the_old_rate_off() -> None:
    series = EarningsSeries(GENESIS)
    series.add([FIRST, replace(FIRST, epoch_block=460, price_rao=None)])
    assert [point.tao_per_day_rao for point in series.points()] == [10 * 10**9, 0]


def test_a_hotkey_that_was_swapped_for_another_is_not_counted_twice() -> None:
    series = EarningsSeries(GENESIS)
    kept = replace(FIRST, hotkey="5B")
    at_second = [replace(one, epoch_block=460) for one in (kept, replace(FIRST, hotkey="5New"))]
    series.add([FIRST, kept, *at_second])
    assert [point.tao_per_day_rao for point in series.points()] == [20 * 10**9, 20 * 10**9]


def test_a_subnet_in_which_the_last_neuron_was_lost_counts_for_two_tempos() -> None:
    series = EarningsSeries(GENESIS)
    others = [replace(FIRST, netuid=2, epoch_block=block) for block in (110, 820, 821)]
    series.add([FIRST, *others])
    assert [(point.block, point.tao_per_day_rao) for point in series.points()] == [
        (100, 10 * 10**9),
        (110, 20 * 10**9),
        (820, 20 * 10**9),
        (821, 10 * 10**9),
    ]
    # It was only not looked at: with a later sample it has counted all the while.
    series.add([replace(FIRST, epoch_block=1_180)])
    assert [point.tao_per_day_rao for point in series.points()][-2:] == [20 * 10**9, 20 * 10**9]
