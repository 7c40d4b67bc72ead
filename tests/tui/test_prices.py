"""Where prices of earlier blocks come from: seen, kept, and asked of nodes until one refuses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from taoctl.errors import RefusedError, UnreachableError, UsageError
from tui.prices import SPANS, STEPS, Prices

GENESIS = "0x" + "ab" * 32
HOUR, DAY = SPANS[:2]


@dataclass
class OldView:
    """The state of an earlier block, of which only the price is asked."""

    block: int

    def has(self, entry: object) -> bool:
        """It has everything."""
        return True

    async def api(self, api: str, method: str, netuid: int) -> int:
        """The price: the number of the block, and of the subnet."""
        return self.block * 100 + netuid


@dataclass
class OldChain:
    """A node that has the state of its last blocks."""

    head: int
    kept_from: int = 0
    problem: Exception | None = None
    asked: list[int] = field(default_factory=list)

    @property
    def newest(self) -> Any:
        """The newest head."""
        return SimpleNamespace(number=self.head)

    async def at_block(self, number: int) -> OldView:
        """Its state, where the node still has it."""
        self.asked.append(number)
        await asyncio.sleep(0)
        if number < self.kept_from:
            raise self.problem or RefusedError(f"node no longer has the state of block {number}")
        return OldView(number)


def filled(prices: Prices, chain: OldChain, span: Any = HOUR, oldest: int = 0) -> int:
    """Ask for what is missing; returns how often it was told that some more is known."""
    told: list[None] = []
    asyncio.run(prices.fill(chain, 1, span, oldest, lambda: told.append(None)))  # type: ignore[arg-type]
    return len(told)


def test_each_step_is_asked_for_once_the_newest_first() -> None:
    prices, chain = Prices(GENESIS), OldChain(1_002)
    assert filled(prices, chain) == STEPS / 6
    assert chain.asked == list(range(1_000, 700, -5))
    course = prices.course(1, 1_002, HOUR)
    assert course.prices == tuple(block * 100 + 1 for block in range(705, 1_001, 5))
    assert prices.reach(1) is None
    filled(prices, chain)
    assert len(chain.asked) == STEPS


def test_a_node_without_the_past_is_not_asked_further_and_the_gap_stays() -> None:
    prices, chain = Prices(GENESIS), OldChain(1_002, kept_from=960)
    filled(prices, chain)
    assert min(chain.asked) >= 960 - 6 * 5
    course = prices.course(1, 1_002, HOUR)
    assert course.first_known_block == 960
    assert set(course.prices[: course.prices.index(96_001)]) == {None}
    reach = prices.reach(1)
    assert reach is not None and reach.block == 955 and "no longer has" in reach.why
    before = len(chain.asked)
    filled(prices, chain)
    filled(prices, chain, DAY)
    assert all(block > 955 for block in chain.asked[before:])


@pytest.mark.parametrize("problem", [UnreachableError("the node is gone"), TimeoutError()])
def test_trouble_ends_the_asking_is_said_and_does_not_last(problem: Exception) -> None:
    prices, chain = Prices(GENESIS), OldChain(1_002, kept_from=2_000, problem=problem)
    filled(prices, chain)
    assert len(chain.asked) == 6
    reach = prices.reach(1)
    assert reach is not None and reach.why in ("the node is gone", "no answer")
    chain.kept_from = 0
    filled(prices, chain)
    assert prices.reach(1) is None and None not in prices.course(1, 1_002, HOUR).prices


def test_nothing_is_asked_from_before_the_subnet_or_of_block_0() -> None:
    prices, chain = Prices(GENESIS), OldChain(52)
    filled(prices, chain, oldest=23)
    assert sorted(chain.asked) == [25, 30, 35, 40, 45, 50]
    filled(prices, chain)
    assert sorted(chain.asked) == list(range(5, 55, 5))


def test_a_price_that_was_seen_is_not_asked_for() -> None:
    prices, chain = Prices(GENESIS), OldChain(52)
    assert prices.note(47, {1: 9}) == ()
    filled(prices, chain, oldest=40)
    assert sorted(chain.asked) == [40, 50]
    assert prices.course(1, 52, HOUR).prices[-3:] == (4_001, 9, 5_001)


def test_what_was_seen_and_asked_for_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"

    async def first() -> None:
        prices = Prices(GENESIS)
        await prices.open(path)
        await prices.load(1, 0)
        for block in (53, 54, 57):
            await prices.keep(prices.note(block, {1: block}))
        chain: Any = OldChain(57)
        await prices.fill(chain, 1, HOUR, 40, lambda: None)
        await prices.close()

    async def second() -> None:
        prices = Prices(GENESIS)
        await prices.open(path)
        assert prices.course(1, 57, HOUR).known == ()
        await prices.load(1, 0)
        await prices.load(1, 0)
        # Of five blocks one is written down, the first that was seen.
        assert prices.course(1, 57, HOUR).prices[-4:] == (4_001, 4_501, 53, 57)
        await prices.close()
        other = Prices("0xother")
        await other.open(path)
        await other.load(1, 0)
        assert other.course(1, 57, HOUR).known == ()
        await other.close()

    asyncio.run(first())
    asyncio.run(second())


def test_a_file_that_cannot_be_used_is_said_and_prices_stay_in_memory(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    prices = Prices(GENESIS)
    with pytest.raises(UsageError, match="cannot be created"):
        asyncio.run(prices.open(blocker / "earnings.sqlite"))
    assert prices.note(10, {1: 3}) == ()
    assert prices.course(1, 10, HOUR).known == (3,)


def test_many_prices_at_once_are_kept_at_longer_steps(tmp_path: Path) -> None:
    async def work() -> None:
        prices = Prices(GENESIS)
        await prices.open(tmp_path / "earnings.sqlite")
        kept = [prices.note(block, {1: block, 2: 7}, every=120) for block in range(100, 400)]
        assert [len(one) for one in kept if one] == [2, 2, 2, 2]
        assert [one[0].block for one in kept if one] == [100, 120, 240, 360]
        # One of them is looked at: of its prices more are kept.
        assert len(prices.note(400, {1: 5})) == 1 and prices.note(401, {1: 5}) == ()
        assert prices.course(2, 399, HOUR).known == (7,) * STEPS
        await prices.close()

    asyncio.run(work())


def test_what_is_on_disk_is_read_even_if_nobody_waited_for_it_at_first(tmp_path: Path) -> None:
    path = tmp_path / "earnings.sqlite"

    async def work() -> None:
        before = Prices(GENESIS)
        await before.open(path)
        await before.keep(before.note(50, {1: 9}))
        await before.close()
        prices = Prices(GENESIS)
        await prices.open(path)
        loading = asyncio.create_task(prices.load(1, 0))
        await asyncio.sleep(0)
        loading.cancel()
        await asyncio.wait({loading})
        assert loading.cancelled()
        await prices.load(1, 0)
        assert prices.course(1, 57, HOUR).known == (9,)
        await prices.close()

    asyncio.run(work())


def test_the_course_of_a_new_subnet_is_not_that_of_the_one_before_it() -> None:
    prices = Prices(GENESIS)
    for block in range(0, 60, 5):
        prices.note(block, {1: 100 + block})
    assert prices.course(1, 57, HOUR, oldest_block=31).known == (135, 140, 145, 150, 155)
    # Nor is a price of the one before taken for the first step of the new one.
    assert None not in prices.course(1, 57, HOUR).prices
    assert prices.course(1, 57, DAY, oldest_block=58).known == ()
