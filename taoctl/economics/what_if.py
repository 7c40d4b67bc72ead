"""An epoch's input with weights or stakes that are otherwise than they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from taoctl.economics.epoch import EpochInput, PairRow


@dataclass(frozen=True, slots=True)
class NewWeight:
    """A weight (u16, as stored) of one uid on another, set in the block before the epoch."""

    validator: int
    miner: int
    value: int


@dataclass(frozen=True, slots=True)
class NewStake:
    """A uid's inherited stake in rao: alpha of the subnet, or TAO on root."""

    uid: int
    rao: int
    on_root: bool


def with_weights(epoch: EpochInput, weights: Iterable[NewWeight]) -> EpochInput:
    """The input with some weights set; the rest of each row stays, and its setter is active."""
    rows, updates = list(epoch.weights), list(epoch.last_update)
    for one in weights:
        rows[one.validator] = _row_with(rows[one.validator], one.miner, one.value)
        updates[one.validator] = max(updates[one.validator], epoch.block - 1)
    return replace(epoch, weights=rows, last_update=updates)


def with_stakes(epoch: EpochInput, stakes: Iterable[NewStake]) -> EpochInput:
    """The input with some stakes set."""
    alpha, tao = list(epoch.alpha_stake), list(epoch.tao_stake)
    for one in stakes:
        (tao if one.on_root else alpha)[one.uid] = one.rao
    return replace(epoch, alpha_stake=alpha, tao_stake=tao)


def _row_with(row: PairRow, uid: int, value: int) -> PairRow:
    if isinstance(row, bytes):
        raise TypeError("rows of pairs are needed")
    pairs = [tuple(pair) for pair in row]
    if any(known == uid for known, _ in pairs):
        return [(known, value if known == uid else old) for known, old in pairs]
    return [*pairs, (uid, value)]
