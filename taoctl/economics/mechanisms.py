"""Several incentive mechanisms in one subnet: splitting its emission and merging what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from taoctl.economics.epoch import EpochOutput

U16_MAX = 65_535
_ONE = 1 << 64


@dataclass(frozen=True, slots=True)
class MergedTerms:
    """What the epochs of all mechanisms together say of a subnet, per uid; units as EpochOutput."""

    stake_weight: tuple[int, ...]
    active: tuple[bool, ...]
    validator_permit: tuple[bool, ...]
    consensus: tuple[int, ...]
    dividends: tuple[int, ...]
    validator_trust: tuple[int, ...]
    emission: tuple[int, ...]
    server_emission: tuple[int, ...]
    validator_emission: tuple[int, ...]


def split_emission(total: int, count: int, split: Sequence[int] | None) -> list[int]:
    """Emission in rao per mechanism; the first gets what rounding leaves.

    Args:
        split: u16 parts that sum to 65535, or None for an even split.
    """
    if split is None:
        parts = [total // count] * count
    else:
        parts = [total * part // U16_MAX for part in split]
        parts = (parts + [0] * count)[:count]
    parts[0] += max(total - sum(parts), 0)
    return parts


def aggregate_mechanisms(total: int, outputs: Sequence[tuple[int, EpochOutput]]) -> MergedTerms:
    """Merge epochs, each with the emission in rao that it shared out.

    Emissions to hotkeys add up; scores are averaged by the mechanisms' parts of the total, the
    running value floored at each step as the chain does.
    """
    weights = [_weight(part, total, place) for place, (part, _) in enumerate(outputs)]
    epochs = [output for _, output in outputs]
    if len(epochs) == 1 and weights[0] == _ONE:
        return _alone(epochs[0])

    def mean(read: Callable[[EpochOutput], Sequence[int]]) -> tuple[int, ...]:
        return tuple(_weighted(column, weights) for column in zip(*map(read, epochs), strict=True))

    def summed(read: Callable[[EpochOutput], Sequence[int]]) -> tuple[int, ...]:
        return tuple(map(sum, zip(*map(read, epochs), strict=True)))

    def either(read: Callable[[EpochOutput], Sequence[bool]]) -> tuple[bool, ...]:
        return tuple(map(any, zip(*map(read, epochs), strict=True)))

    return MergedTerms(
        stake_weight=mean(lambda epoch: epoch.stake_weight),
        active=either(lambda epoch: epoch.active),
        validator_permit=either(lambda epoch: epoch.validator_permit),
        consensus=mean(lambda epoch: epoch.consensus),
        dividends=mean(lambda epoch: epoch.dividends),
        validator_trust=mean(lambda epoch: epoch.validator_trust),
        emission=mean(lambda epoch: epoch.emission),
        server_emission=summed(lambda epoch: epoch.server_emission),
        validator_emission=summed(lambda epoch: epoch.validator_emission),
    )


def paid_emission(
    stored: int, parts: Sequence[int], incentives: Sequence[int], dividends: int, everyone: int
) -> int:
    """Alpha rao that a uid was paid by all mechanisms together, from the mean that is stored.

    The stored figure is the sum over the mechanisms of emission times part of the whole: what was
    paid over their number where the split is even. Elsewhere it is exact, to rounding, for a uid
    that earns in one mechanism. One that earns in several is taken by its incentives, and one with
    dividends by its part of all that was paid, to their 65535ths.

    Args:
        stored: Emission of the uid.
        parts: what each mechanism has of the subnet's emission, in any unit.
        incentives: Incentive of the uid in each mechanism, u16.
        dividends: Dividends of the uid, the mean over the mechanisms, u16.
        everyone: sum of Emission of all uids.
    """
    whole, squares = sum(parts), sum(part * part for part in parts)
    if len(set(parts)) == 1 or not whole:
        return stored * len(parts) if whole else stored
    earned = sum(part * one for part, one in zip(parts, incentives, strict=True))
    if dividends:
        shared_out = everyone * whole * whole // squares
        return shared_out * (earned + dividends * whole) // (2 * U16_MAX * whole)
    mean = sum(part * part * one for part, one in zip(parts, incentives, strict=True))
    return stored * earned * whole // mean if mean else stored


def _weight(part: int, total: int, place: int) -> int:
    if total:
        return (part << 64) // total
    return _ONE if place == 0 else 0


def _weighted(values: Sequence[int], weights: Sequence[int]) -> int:
    value = 0
    for one, weight in zip(values, weights, strict=True):
        value = ((value << 64) + one * weight) >> 64
    return value


def _alone(epoch: EpochOutput) -> MergedTerms:
    return MergedTerms(
        stake_weight=epoch.stake_weight,
        active=epoch.active,
        validator_permit=epoch.validator_permit,
        consensus=epoch.consensus,
        dividends=epoch.dividends,
        validator_trust=epoch.validator_trust,
        emission=epoch.emission,
        server_emission=epoch.server_emission,
        validator_emission=epoch.validator_emission,
    )
