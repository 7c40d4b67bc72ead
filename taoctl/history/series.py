"""Earnings as a series: what all hotkeys together make in a day, after each epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from taoctl.economics.earnings import neuron_alpha_per_day, tao_value
from taoctl.history.store import EarningsSample


@dataclass(frozen=True, slots=True)
class EarningsPoint:
    """Gross earnings after an epoch: rao of TAO a day at the rates and prices then known."""

    block: int
    tao_per_day_rao: int


def tao_per_day_rao(sample: EarningsSample) -> int | None:
    """Rao of TAO a day at one epoch's rate, None where the price is not known."""
    if sample.price_rao is None or sample.tempo <= 0:
        return None
    return tao_value(neuron_alpha_per_day(sample.alpha_rao, sample.tempo), sample.price_rao)


@dataclass
class EarningsSeries:
    """Samples of one chain in memory, fed by a store, by live reads, or by both.

    Feeding a sample twice changes nothing. Each epoch of any subnet is one point, in which every
    hotkey counts with its latest sample; a hotkey whose price is not known counts as nothing.
    """

    genesis: str
    _samples: dict[tuple[int, int, str], EarningsSample] = field(default_factory=dict)
    _points: tuple[EarningsPoint, ...] | None = None

    def add(self, samples: Iterable[EarningsSample]) -> tuple[EarningsSample, ...]:
        """Take samples in; returns those that are new and belong to this chain."""
        new = []
        for sample in samples:
            key = (sample.epoch_block, sample.netuid, sample.hotkey)
            if sample.genesis == self.genesis and key not in self._samples:
                self._samples[key] = sample
                new.append(sample)
        if new:
            self._points = None
        return tuple(new)

    def points(self) -> tuple[EarningsPoint, ...]:
        """One point for each epoch, oldest first."""
        if self._points is None:
            self._points = self._sum()
        return self._points

    def _sum(self) -> tuple[EarningsPoint, ...]:
        rates: dict[tuple[int, str], int] = {}
        points: dict[int, int] = {}
        total = 0
        for (block, netuid, hotkey), sample in sorted(self._samples.items()):
            rate = tao_per_day_rao(sample) or 0
            total += rate - rates.get((netuid, hotkey), 0)
            rates[netuid, hotkey] = rate
            points[block] = total
        return tuple(EarningsPoint(block, rao) for block, rao in points.items())
