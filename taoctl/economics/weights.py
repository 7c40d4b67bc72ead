"""Weights as the chain stores them: scaled up so that the largest is 65535."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HALF = 1 << 31
_U16_MAX = 65_535


def max_upscale(values: Sequence[int]) -> tuple[int, ...]:
    """u16 weights scaled so that the largest becomes 65535, rounded to nearest (I32F32)."""
    largest = max(values, default=0)
    if largest == 0:
        return tuple(values)
    if largest > 32768:
        ratio = (65535 << 32) // largest
        return tuple(min((value * ratio + _HALF) >> 32, 65535) for value in values)
    return tuple(min((((value * 65535) << 32) // largest + _HALF) >> 32, 65535) for value in values)


def within_limit(values: Sequence[int], limit_u16: int) -> bool:
    """Whether the largest share of the sum is at most a u16 proportion, compared as I32F32.

    A limit of 65535 allows everything. Source: check_vec_max_limited.
    """
    total = sum(values)
    if limit_u16 == _U16_MAX or total == 0:
        return True
    return (max(values) << 32) // total <= (limit_u16 << 32) // _U16_MAX


@dataclass(frozen=True, slots=True)
class RowRules:
    """What a row of weights is held against when it is stored.

    Attributes:
        n: UIDs of the subnet.
        permits: whether a UID may validate.
        owner_uid: the UID of the owner's hotkey, which always may.
        staked: whether a UID has the stake that weights need.
        least: MinAllowedWeights.
        limit_u16: the largest share one UID may get, of 65535.
        version_key: WeightsVersionKey, 0 for any.
    """

    n: int
    permits: Sequence[bool]
    owner_uid: int | None
    staked: Sequence[bool]
    least: int
    limit_u16: int
    version_key: int


def stored_row(
    uid: int, dests: Sequence[int], values: Sequence[int], version_key: int, rules: RowRules
) -> tuple[tuple[int, int], ...] | None:
    """The row that the chain stores of revealed weights; None where it would refuse them.

    Source: do_set_mechanism_weights and internal_set_weights of subtensor at spec 425.
    """
    lone = len(dests) == 1 and dests[0] == uid
    scaled = max_upscale(values)
    allowed = (
        len(dests) == len(values) <= rules.n
        and rules.staked[uid]
        and not (rules.version_key and version_key < rules.version_key)
        and (lone or rules.permits[uid] or rules.owner_uid == uid)
        and len(set(dests)) == len(dests)
        and all(dest < rules.n for dest in dests)
        and (lone or len(dests) >= min(rules.least, rules.n))
        and (lone or within_limit(scaled, rules.limit_u16))
    )
    return tuple(zip(dests, scaled, strict=True)) if allowed else None
