"""In which block an epoch runs when others are due in the same one."""

from __future__ import annotations

from taoctl.economics.schedule import MAX_TEMPO_BLOCKS, Clock, epoch_runs_in


def clock(netuid: int, last: int, tempo: int = 100, pending: int = 0, since: int = 10) -> Clock:
    return Clock(netuid, tempo, last, pending, since)


def test_alone_it_runs_a_tempo_after_the_last_one() -> None:
    assert epoch_runs_in([clock(1, 50)], 1, 60, 2) == 150
    assert epoch_runs_in([clock(1, 50, pending=70)], 1, 60, 2) == 70


def test_one_that_is_overdue_runs_in_the_next_block() -> None:
    assert epoch_runs_in([clock(1, 50, pending=55)], 1, 60, 2) == 61
    assert epoch_runs_in([clock(1, 50, tempo=5)], 1, 60, 2) == 61


def test_after_the_longest_tempo_it_runs_whatever_is_planned() -> None:
    late = clock(1, 60, tempo=MAX_TEMPO_BLOCKS, since=MAX_TEMPO_BLOCKS)
    assert epoch_runs_in([late], 1, 60, 2) == 61


def test_without_a_tempo_or_a_limit_it_never_runs() -> None:
    assert epoch_runs_in([clock(1, 50, tempo=0)], 1, 60, 2) is None
    assert epoch_runs_in([clock(1, 50)], 1, 60, 0) is None
    assert epoch_runs_in([clock(1, 50)], 2, 60, 2) is None


def test_more_than_the_limit_are_put_off_a_block_by_the_order_of_storage_keys() -> None:
    five = [clock(netuid, 50) for netuid in (3, 1, 2, 256, 257)]
    # Little-endian keys: 256 is 0001, before 1 (0100), 257 (0101), 2 (0200) and 3 (0300).
    found = {one.netuid: epoch_runs_in(five, one.netuid, 60, 2) for one in five}
    assert found == {256: 150, 1: 150, 257: 151, 2: 151, 3: 152}


def test_one_that_comes_by_itself_meanwhile_may_go_first() -> None:
    clocks = [clock(1, 51), clock(2, 50), clock(3, 50), clock(4, 50)]
    # 2 and 3 run in 150; 1 is due in 151 and goes before 4, which still fits; with 1 at a time not.
    assert epoch_runs_in(clocks, 4, 60, 2) == 151
    assert epoch_runs_in(clocks, 4, 60, 1) == 153


def test_one_that_is_never_reached_is_not_waited_for() -> None:
    busy = [clock(netuid, 60, tempo=1) for netuid in (1, 2, 3)]
    assert epoch_runs_in(busy, 3, 60, 2) is None
