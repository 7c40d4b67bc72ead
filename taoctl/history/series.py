"""Earnings as a series: what all hotkeys together make in a day, after each epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from taoctl.economics.earnings import neuron_alpha_per_day, tao_value
from taoctl.history.store import EarningsSample

_MISSED_TEMPOS = 2
"""Tempos after its last sample from which on a subnet has no neuron of mine any more."""


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
    subnet counts with the samples of its latest epoch: a hotkey that is not among them was swapped
    or has lost its UID. Nor does a subnet count from which none came for two tempos, nor a hotkey
    whose price is not known.
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
        last_epoch = {netuid: block for block, netuid, _ in sorted(self._samples)}
        rates: dict[int, int] = {}
        ends: dict[int, int] = {}
        points: dict[int, int] = {}
        epochs = groupby(sorted(self._samples.items()), key=lambda item: item[0][:2])
        for (block, netuid), epoch in epochs:
            samples = [sample for _, sample in epoch]
            rates[netuid] = sum(tao_per_day_rao(sample) or 0 for sample in samples)
            if block == last_epoch[netuid]:
                ends[netuid] = block + _MISSED_TEMPOS * max(sample.tempo for sample in samples)
            for gone in [one for one, end in ends.items() if end < block]:
                del rates[gone], ends[gone]
            points[block] = sum(rates.values())
        return tuple(EarningsPoint(block, rao) for block, rao in points.items())
