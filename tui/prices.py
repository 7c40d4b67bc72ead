"""Prices of one chain's subnets: those seen, those on disk, and those that nodes still have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taoctl.errors import RefusedError, TaoctlError
from taoctl.history.prices import GRAIN_BLOCKS, Course, PriceSample, PriceSeries
from taoctl.history.store import Store
from taoctl.reads.dynamic import price_of

if TYPE_CHECKING:
    from taoctl.chain.client import Chain

STEPS = 60
"""Steps of a course at most, each of which may cost a question about an old block."""

_AT_ONCE = 6
_OLD_BLOCK_S = 10.0


@dataclass(frozen=True, slots=True)
class Span:
    """So much of the past as a chart shows at once; `step` is the blocks of a step."""

    step: int

    @property
    def blocks(self) -> int:
        """Blocks from its beginning to its end."""
        return self.step * STEPS


SPANS = (Span(5), Span(120), Span(840), Span(3_600))
"""An hour, a day, a week and thirty days of blocks of 12 s."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the past of a subnet ends that nodes were asked for.

    Attributes:
        block: the newest block whose price could not be had.
        why: in words.
        final: whether nodes said so; otherwise they are asked again.
    """

    block: int
    why: str
    final: bool


class Prices:
    """What is known of the prices of one chain, and what was asked for in vain."""

    def __init__(self, genesis: str) -> None:
        self._series = PriceSeries(genesis)
        self._genesis = genesis
        self._store: Store | None = None
        self._loaded: set[int] = set()
        self._kept: dict[int, int] = {}
        self._reach: dict[int, Reach] = {}

    async def open(self, path: Path) -> None:
        """Keep prices in a file from now on; raises TaoctlError."""
        self._store = await Store.open(path)

    def course(self, netuid: int, newest_block: int, span: Span, oldest_block: int = 0) -> Course:
        """The course of a subnet's price over a span up to a block, as far as it is known.

        Its number may have been another subnet's before `oldest_block`.
        """
        return self._series.course(netuid, newest_block, span.step, STEPS, oldest_block)

    def reach(self, netuid: int) -> Reach | None:
        """Where the past ends that nodes tell; None while nothing was refused."""
        return self._reach.get(netuid)

    def note(
        self, block: int, prices_rao: Mapping[int, int], every: int = GRAIN_BLOCKS
    ) -> tuple[PriceSample, ...]:
        """Take prices in that were just read; returns what `keep` is to be given.

        Args:
            block: that they are of.
            prices_rao: rao of TAO per alpha, by netuid.
            every: of so many blocks one is kept.
        """
        samples = [PriceSample(self._genesis, one, block, rao) for one, rao in prices_rao.items()]
        self._series.add(samples)
        if self._store is None:
            return ()
        due = [one for one in samples if self._kept.get(one.netuid, -1) // every != block // every]
        self._kept |= {one.netuid: block for one in due}
        return tuple(due)

    async def keep(self, samples: Sequence[PriceSample]) -> None:
        """Write samples to the file; with the first that fails none are kept any more.

        Raises:
            TaoctlError: they could not be written.
        """
        if self._store is None:
            return
        try:
            await self._store.record_prices(samples)
        except TaoctlError:
            self._store = None
            raise

    async def load(self, netuid: int, since_block: int) -> None:
        """Take in what is on disk of a subnet, once.

        Raises:
            TaoctlError: it could not be read; then nothing is written either.
        """
        if self._store is None or netuid in self._loaded:
            return
        try:
            self._series.add(await self._store.prices(self._genesis, netuid, since_block))
        except TaoctlError:
            self._store = None
            raise
        # Not before: who waits for it may turn to another span meanwhile.
        self._loaded.add(netuid)

    async def fill(
        self, chain: Chain, netuid: int, span: Span, oldest: int, tell: Callable[[], None]
    ) -> None:
        """Ask for a price of each step that has none, the newest first, until one is refused.

        Args:
            chain: to ask.
            netuid: the subnet.
            span: how far back.
            oldest: the first block of the subnet; nothing is asked before it.
            tell: called whenever some more are known.

        Raises:
            TaoctlError: the prices could not be written down.
        """
        missing = self._missing(netuid, chain.newest.number, span, oldest)
        if missing and (reach := self._reach.get(netuid)) is not None and not reach.final:
            del self._reach[netuid]
        for at in range(0, len(missing), _AT_ONCE):
            blocks = missing[at : at + _AT_ONCE]
            answers = await asyncio.gather(
                *(self._ask(chain, netuid, block) for block in blocks), return_exceptions=True
            )
            found = []
            for block, answer in zip(blocks, answers, strict=True):
                if isinstance(answer, TaoctlError | TimeoutError):
                    why = answer.message if isinstance(answer, TaoctlError) else "no answer"
                    self._reach[netuid] = Reach(block, why, isinstance(answer, RefusedError))
                    break
                if isinstance(answer, BaseException):
                    raise answer
                if answer is not None:
                    found.append(PriceSample(self._genesis, netuid, block, answer))
            self._series.add(found)
            tell()
            await self.keep(found)
            if len(found) < len(blocks):
                return

    def _missing(self, netuid: int, newest: int, span: Span, oldest: int) -> list[int]:
        """The first block of each step without a price, the newest first."""
        course = self.course(netuid, newest, span, oldest)
        reach = self._reach.get(netuid)
        lost = reach.block if reach is not None and reach.final else -1
        blocks = [
            course.first_block + place * course.step
            for place, price in enumerate(course.prices)
            if price is None
        ]
        return [block for block in reversed(blocks) if block > lost and block >= max(oldest, 1)]

    async def _ask(self, chain: Chain, netuid: int, block: int) -> int | None:
        async with asyncio.timeout(_OLD_BLOCK_S):
            return await price_of(await chain.at_block(block), netuid)

    async def close(self) -> None:
        """Let go of the file."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()
