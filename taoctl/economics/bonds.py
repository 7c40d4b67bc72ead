"""How an epoch moves validator bonds: classic, Yuma3, and Yuma3 with liquid alpha."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from taoctl.economics import fixed
from taoctl.economics.fixed import ONE, U16_MAX, Bits
from taoctl.economics.rows import Mask, PairRows


@dataclass(frozen=True, slots=True)
class BondRule:
    """The hyperparameters of the bond step, as I32F32 bits except `steepness` (plain integer)."""

    yuma3: bool
    liquid: bool
    penalty: int
    alpha: int
    alpha_low: int
    alpha_high: int
    steepness: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Validator rows by uids: bits, and which entries exist (an existing entry can be 0)."""

    bits: Bits
    present: Mask


@dataclass(frozen=True, slots=True)
class NextBonds:
    """New bonds by validator row and the dividends per row before normalising.

    `share` is each row's part of all bonds in a uid, and `owned` what of the incentives its parts
    come to. `order` is given when rows keep the stored order of the weights they come from.
    """

    bonds: Matrix
    share: Bits
    owned: Bits
    dividends: Bits
    order: PairRows | None = None

    def packed_rows(self, wanted: Iterable[bool]) -> list[bytes]:
        """Rows to store as little-endian u16 pairs; empty for rows that are not wanted."""
        stored = fixed.to_u16(self.bonds.bits).astype("<u2")
        return [self._row(index, stored) if want else b"" for index, want in enumerate(wanted)]

    def _row(self, index: int, stored: npt.NDArray[np.uint16]) -> bytes:
        held = self.bonds.present[index]
        columns = np.flatnonzero(held)
        if self.order is not None and index in self.order.shuffled:
            columns = self.order.stored_order(index, held)
        row = np.empty((len(columns), 2), dtype="<u2")
        row[:, 0] = columns
        row[:, 1] = stored[index, columns]
        return row.tobytes()


def next_bonds(
    rule: BondRule,
    *,
    old: PairRows,
    stored_weights: PairRows,
    weights: Matrix,
    clipped: Matrix,
    active_stake: Bits,
    consensus: Bits,
    incentive: Bits,
) -> NextBonds:
    """Bonds and dividends after one epoch.

    Shapes: matrices are validator rows by uids, vectors per row (active_stake) or per uid.
    `old` is the stored bonds, `weights` the normalised and `clipped` the consensus-clipped form
    of `stored_weights`. Source: run_epoch.rs and math.rs of subtensor at spec 425.
    """
    target, keeps_order = _penalised(rule.penalty, weights, clipped)
    if not rule.yuma3:
        return _classic(rule, old, target.bits, active_stake, incentive)
    before = fixed.ratio(old.values, np.array(U16_MAX))
    order = None
    if rule.liquid and bool(consensus.any()):
        order = stored_weights.keep(target.present) if keeps_order else None
        met = target.present if order is None else order.met_ascending()
        bonds = _liquid(rule, before, old.met_ascending(), target, met, consensus)
    else:
        bits = fixed.mul(target.bits, rule.alpha) + fixed.mul(before, ONE - rule.alpha)
        bonds = Matrix(bits, bits > 0)
    share = fixed.div(bonds.bits, bonds.bits.sum(axis=0)[None, :])
    owned = fixed.mul(share, incentive[None, :]).sum(axis=1)
    return NextBonds(bonds, share, owned, fixed.mul(owned, active_stake), order)


def _penalised(penalty: int, weights: Matrix, clipped: Matrix) -> tuple[Matrix, bool]:
    """Weights moved towards the clipped ones; the flag tells that entries keep stored order."""
    if penalty == 0:
        return weights, True
    if penalty == ONE:
        return clipped, True
    moved = weights.bits + fixed.mul(clipped.bits - weights.bits, penalty)
    return Matrix(moved, moved > 0), False


def _classic(
    rule: BondRule, old: PairRows, target: Bits, active_stake: Bits, incentive: Bits
) -> NextBonds:
    before = fixed.ratio(old.values, old.values.sum(axis=0)[None, :])
    delta = fixed.mul(target, active_stake[:, None])
    delta = fixed.div(delta, delta.sum(axis=0)[None, :])
    moved = fixed.mul(delta, rule.alpha) + fixed.mul(before, ONE - rule.alpha)
    share = fixed.div(moved, moved.sum(axis=0)[None, :])
    dividends = fixed.mul(share, incentive[None, :]).sum(axis=1)
    highest = share.max(axis=0, initial=0)
    stored = Matrix(fixed.div(share, highest[None, :]), moved > 0)
    return NextBonds(stored, share, dividends, dividends)


def _liquid(
    rule: BondRule, before: Bits, before_met: Mask, target: Matrix, target_met: Mask, level: Bits
) -> Matrix:
    """Each existing weight entry moves its bond by its own alpha; other bonds vanish.

    The `_met` masks tell which entries the search for alphas sees; it takes the others for 0.
    """
    here = target.present
    weight = np.where(target_met, target.bits, 0)[here]
    bond = np.where(before_met, before, 0)[here]
    alpha = _alphas(rule, weight, bond, np.broadcast_to(level, here.shape)[here])
    moved = fixed.mul(before[here], ONE - alpha) + fixed.mul(target.bits[here], alpha)
    bits = np.zeros_like(target.bits)
    bits[here] = np.minimum(moved, ONE)
    return Matrix(bits, bits > 0)


def _alphas(rule: BondRule, weight: Bits, bond: Bits, consensus: Bits) -> Bits:
    """The sigmoid alpha of each (weight, bond, consensus) triple."""
    rise = np.clip(weight - consensus, 0, ONE)
    fall = np.clip(bond - weight, 0, ONE)
    gaps, place = np.unique(np.where(weight >= bond, rise, fall), return_inverse=True)
    slope = (abs(rule.steepness) << 32) // 100 * (-1 if rule.steepness > 0 else 1)
    exponent = fixed.mul(np.full_like(gaps, slope), gaps - (ONE >> 1))
    sigmoid = fixed.reciprocal((fixed.exp(exponent) + ONE).astype(np.uint64)).astype(np.int64)
    alpha = rule.alpha_low + fixed.mul(sigmoid, rule.alpha_high - rule.alpha_low)
    clamped: Bits = np.maximum(np.minimum(alpha, rule.alpha_high), rule.alpha_low)
    return clamped[place]
