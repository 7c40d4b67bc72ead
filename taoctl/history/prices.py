"""The course of a subnet's price over blocks that are known; the others are gaps, never zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GRAIN_BLOCKS = 5
"""One price in so many blocks is kept; every step of a course is a multiple of it."""

COARSE_BLOCKS = 120
"""Of what was seen long ago one price in so many blocks is held in memory."""

_GRAINS = COARSE_BLOCKS // GRAIN_BLOCKS
_FINE_STEPS = 3
"""So many coarse steps before the newest one are held as they were seen."""


@dataclass(frozen=True, slots=True)
class PriceSample:
    """Rao of TAO per alpha of one subnet, as it was at one block of one chain."""

    genesis: str
    netuid: int
    block: int
    price_rao: int


@dataclass(frozen=True, slots=True)
class Course:
    """The price of a subnet over steps of equally many blocks, oldest first.

    Attributes:
        step: blocks of a step.
        first_block: first block of the first step.
        newest_block: the block that the course ends with, in the last step.
        prices: of each step the last price that is known, rao of TAO per alpha; None for none.
    """

    step: int
    first_block: int
    newest_block: int
    prices: tuple[int | None, ...]

    @property
    def known(self) -> tuple[int, ...]:
        """The prices without the gaps."""
        return tuple(price for price in self.prices if price is not None)

    def newest(self, count: int) -> Course:
        """The newest so many steps alone."""
        dropped = max(0, len(self.prices) - count)
        first = self.first_block + dropped * self.step
        return Course(self.step, first, self.newest_block, self.prices[dropped:])

    @property
    def first_known_block(self) -> int | None:
        """First block of the oldest step with a price; None where no price is known."""
        places = (place for place, price in enumerate(self.prices) if price is not None)
        first = next(places, None)
        return None if first is None else self.first_block + first * self.step


class PriceSeries:
    """Prices of one chain's subnets in memory, by block.

    Of several prices in GRAIN_BLOCKS blocks the newest is held, and a price that is told again
    for the same block takes the place of the one before: the chain was reorganised. As blocks go
    by, of those in COARSE_BLOCKS blocks the newest alone stays, so that memory does for weeks.
    """

    def __init__(self, genesis: str) -> None:
        self._genesis = genesis
        self._grains: dict[int, dict[int, PriceSample]] = {}
        self._thinned: dict[int, int] = {}

    def add(self, samples: Iterable[PriceSample]) -> None:
        """Take samples of this chain in; those of others are left out."""
        for one in samples:
            if one.genesis != self._genesis:
                continue
            grains = self._grains.setdefault(one.netuid, {})
            held = grains.get(one.block // GRAIN_BLOCKS)
            if held is None or held.block <= one.block:
                grains[one.block // GRAIN_BLOCKS] = one
            self._thin(one.netuid, one.block // COARSE_BLOCKS - _FINE_STEPS)

    def _thin(self, netuid: int, end: int) -> None:
        """Hold one price of each coarse step before this one that was not gone through yet."""
        grains = self._grains[netuid]
        begin = self._thinned.setdefault(netuid, end)
        for step in range(begin, end):
            place = range(step * _GRAINS, (step + 1) * _GRAINS)
            for old in [one for one in place if one in grains][:-1]:
                del grains[old]
        self._thinned[netuid] = max(begin, end)

    def course(
        self, netuid: int, newest_block: int, step: int, count: int, oldest_block: int = 0
    ) -> Course:
        """The last `count` steps up to a block, fewer where the chain is younger.

        Args:
            netuid: subnet.
            newest_block: block that the course ends with; what is known of later ones is left out.
            step: blocks of a step, a multiple of GRAIN_BLOCKS.
            count: steps at most.
            oldest_block: the first block of the subnet; what was before it was another's.
        """
        if step <= 0 or step % GRAIN_BLOCKS:
            raise ValueError(f"{step} blocks are no steps of {GRAIN_BLOCKS}")
        last = newest_block // step
        first = max(0, last - count + 1)
        grains = self._grains.get(netuid, {})
        each = step // GRAIN_BLOCKS
        prices: list[int | None] = []
        for place in range(first, last + 1):
            grain = range(place * each, (place + 1) * each)
            found = [grains[one] for one in grain if one in grains]
            known = [one.price_rao for one in found if oldest_block <= one.block <= newest_block]
            prices.append(known[-1] if known else None)
        return Course(step, first * step, newest_block, tuple(prices))
