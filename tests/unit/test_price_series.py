"""The course of a price: gaps where nothing is known, and the newest price of each step."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.errors import BadDataError
from taoctl.history.prices import COARSE_BLOCKS, GRAIN_BLOCKS, Course, PriceSample, PriceSeries
from taoctl.history.store import EarningsSample, Store

GENESIS = "0x" + "cd" * 32


def sample(block: int, price: int = 7, netuid: int = 1, genesis: str = GENESIS) -> PriceSample:
    return PriceSample(genesis, netuid, block, price)


def series(*samples: PriceSample) -> PriceSeries:
    found = PriceSeries(GENESIS)
    found.add(samples)
    return found


def test_what_is_not_known_is_a_gap_and_no_zero() -> None:
    course = series(sample(100, 5), sample(111, 0)).course(1, 114, 5, 4)
    assert course == Course(5, 95, 114, (None, 5, None, 0))
    assert course.known == (5, 0) and course.first_known_block == 100
    assert series().course(1, 114, 5, 4).first_known_block is None


def test_a_step_has_its_newest_price_and_none_of_later_blocks() -> None:
    found = series(sample(100, 1), sample(104, 2), sample(107, 3), sample(109, 4))
    assert found.course(1, 120, 10, 3).prices == (4, None, None)
    # Of five blocks the newest is held: what is later than the end leaves a gap.
    assert found.course(1, 108, 10, 1).prices == (2,)
    assert found.course(1, 103, 10, 1).prices == (None,)


def test_another_chain_and_another_subnet_have_courses_of_their_own() -> None:
    found = series(sample(100, 1), sample(100, 2, netuid=2), sample(100, 3, genesis="0xother"))
    assert found.course(1, 100, 5, 1).prices == (1,)
    assert found.course(2, 100, 5, 1).prices == (2,)
    assert found.course(3, 100, 5, 1).prices == (None,)


def test_a_block_that_is_told_again_counts_as_it_was_told_last() -> None:
    found = series(sample(100, 1), sample(100, 2))
    assert found.course(1, 100, 5, 1).prices == (2,)
    found.add([sample(100, 3)])
    assert found.course(1, 100, 5, 1).prices == (3,)


def test_a_young_chain_has_a_short_course_and_the_newest_steps_can_be_had_alone() -> None:
    course = series(sample(0, 1), sample(12, 2)).course(1, 12, 5, 60)
    assert course == Course(5, 0, 12, (1, None, 2))
    assert course.newest(2) == Course(5, 5, 12, (None, 2))
    assert course.newest(9) == course


@pytest.mark.parametrize("step", [0, -5, 7])
def test_a_step_is_so_many_grains(step: int) -> None:
    with pytest.raises(ValueError, match="no steps"):
        series().course(1, 10, step, 4)


@given(
    st.dictionaries(st.integers(0, 400), st.integers(0, 10**18), max_size=40),
    st.integers(0, 400),
    st.sampled_from([5, 10, 120]),
    st.integers(1, 70),
)
def test_every_price_of_a_course_is_one_of_its_step(
    known: dict[int, int], newest: int, step: int, count: int
) -> None:
    found = series(*(sample(block, price) for block, price in known.items()))
    course = found.course(1, newest, step, count)
    assert 1 <= len(course.prices) <= count
    for place, price in enumerate(course.prices):
        first = course.first_block + place * step
        blocks = range(first, min(first + step, newest + 1))
        if price is not None:
            assert price in [known[block] for block in blocks if block in known]
        else:
            # Only what shares its grain with a later block may be left out.
            shadowed = [b for b in blocks if b in known]
            last_grain = newest // GRAIN_BLOCKS
            assert all(block // GRAIN_BLOCKS == last_grain for block in shadowed)


def test_prices_are_kept_beside_earnings_and_the_last_told_stays(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"

    async def scenario() -> None:
        store = await Store.open(path)
        await store.record([EarningsSample(GENESIS, 1, "5Hot", 10, 12, 5, 7)])
        await store.record_prices([sample(10, 1), sample(5, 2), sample(5, 3, netuid=2)])
        await store.record_prices([sample(10, 4), sample(10, 9, genesis="0xother")])
        await store.record_prices([])
        await store.close()
        again = await Store.open(path)
        assert await again.prices(GENESIS, 1) == (sample(5, 2), sample(10, 4))
        assert await again.prices(GENESIS, 1, since_block=6) == (sample(10, 4),)
        assert len(await again.samples(GENESIS)) == 1
        await again.close()

    asyncio.run(scenario())


def test_a_store_from_before_prices_gets_a_place_for_them_and_keeps_its_earnings(
    tmp_path: Path,
) -> None:
    path = tmp_path / "earnings.sqlite"

    async def before() -> None:
        store = await Store.open(path)
        await store.record([EarningsSample(GENESIS, 1, "5Hot", 10, 12, 5, 7)])
        await store.close()

    asyncio.run(before())
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE prices")

    async def after() -> None:
        store = await Store.open(path)
        await store.record_prices([sample(10)])
        assert await store.prices(GENESIS, 1) == (sample(10),)
        assert len(await store.samples(GENESIS)) == 1
        await store.close()

    asyncio.run(after())


def test_what_was_asked_for_before_closing_is_still_written(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"

    async def scenario() -> None:
        store = await Store.open(path)
        writing = [asyncio.create_task(store.record_prices([sample(n)])) for n in range(20)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*writing)
        again = await Store.open(path)
        assert len(await again.prices(GENESIS, 1)) == 20
        await again.close()

    asyncio.run(scenario())


def test_what_was_seen_long_ago_is_held_in_longer_steps() -> None:
    """Whoever watches a whole network for weeks has memory left; no chart loses a step by it."""
    found = PriceSeries(GENESIS)
    days = 2
    newest = days * 7_200
    for block in range(newest + 1):
        found.add([sample(block, block)])
    assert len(found._grains[1]) < newest // COARSE_BLOCKS + 5 * COARSE_BLOCKS // GRAIN_BLOCKS
    for step in (5, 120, 840, 3_600):
        course = found.course(1, newest, step, 60)
        begins = range(course.first_block, newest + 1, step)
        assert course.prices == tuple(min(first + step - 1, newest) for first in begins), step


def test_a_number_that_the_file_cannot_hold_is_said(tmp_path: Path) -> None:
    async def work() -> None:
        store = await Store.open(tmp_path / "earnings.sqlite")
        with pytest.raises(BadDataError, match="holds no such number"):
            await store.record_prices([sample(5, 1 << 63)])
        await store.record_prices([sample(5, (1 << 63) - 1)])
        await store.close()

    asyncio.run(work())
