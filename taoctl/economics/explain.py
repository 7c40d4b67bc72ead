"""Where an incentive or dividends come from: the parts that an epoch added up, as I32F32 bits."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics import fixed
from taoctl.economics.yuma import EpochTrace


@dataclass(frozen=True, slots=True)
class WeightPart:
    """What one validator's weight on a uid adds to its rank; bits, 2^32 is 1.

    `weight` is normalised over the validator's row, `clipped` at most `consensus`; `contribution`
    is clipped times the validator's stake among active ones. The contributions sum to the rank.
    """

    validator: int
    stake: int
    weight: int
    consensus: int
    clipped: int
    contribution: int


@dataclass(frozen=True, slots=True)
class BondPart:
    """What one bond of a validator adds to its dividends; bits, 2^32 is 1.

    `bond` is the validator's part of all bonds in the uid after this epoch; `contribution` is it
    times the uid's incentive. The contributions sum to `owned`.
    """

    uid: int
    weight: int
    consensus: int
    clipped: int
    bond: int
    incentive: int
    contribution: int


@dataclass(frozen=True, slots=True)
class Earned:
    """How one uid's incentive and dividends came about in an epoch; bits, 2^32 is 1.

    incentive = rank / rank_total; dividends = dividend_raw / dividend_total, where dividend_raw
    is `owned`, with Yuma3 times the validator's part of the active stake.
    """

    weights: tuple[WeightPart, ...]
    rank: int
    rank_total: int
    bonds: tuple[BondPart, ...]
    owned: int
    dividend_raw: int
    dividend_total: int


def earned(trace: EpochTrace, uid: int) -> Earned:
    """The parts of one uid's incentive and dividends."""
    place = trace.rows.index(uid) if uid in trace.rows else None
    bonds, raw = trace.bonds, trace.bonds.dividends
    return Earned(
        weights=_weight_parts(trace, uid),
        rank=trace.ranks[uid],
        rank_total=sum(trace.ranks),
        bonds=() if place is None else _bond_parts(trace, place),
        owned=0 if place is None else int(bonds.owned[place]),
        dividend_raw=0 if place is None else int(raw[place]),
        dividend_total=int(raw.sum()),
    )


def _weight_parts(trace: EpochTrace, uid: int) -> tuple[WeightPart, ...]:
    bits = trace.output.i32f32_bits
    parts = []
    for place, validator in enumerate(trace.rows):
        if not trace.weights.present[place, uid]:
            continue
        clipped, stake = trace.clipped.bits[place, uid], bits.active_stake[validator]
        parts.append(
            WeightPart(
                validator=validator,
                stake=stake,
                weight=int(trace.weights.bits[place, uid]),
                consensus=bits.consensus[uid],
                clipped=int(clipped),
                contribution=int(fixed.mul(clipped, stake)),
            )
        )
    return tuple(parts)


def _bond_parts(trace: EpochTrace, place: int) -> tuple[BondPart, ...]:
    bits = trace.output.i32f32_bits
    weights, clipped, share = trace.weights, trace.clipped, trace.bonds.share
    return tuple(
        BondPart(
            uid=uid,
            weight=int(weights.bits[place, uid]),
            consensus=bits.consensus[uid],
            clipped=int(clipped.bits[place, uid]),
            bond=int(share[place, uid]),
            incentive=bits.incentive[uid],
            contribution=int(fixed.mul(share[place, uid], bits.incentive[uid])),
        )
        for uid in range(len(bits.incentive))
        if weights.present[place, uid] or share[place, uid]
    )
