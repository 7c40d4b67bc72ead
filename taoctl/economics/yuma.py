"""One Yuma epoch of one subnet mechanism, bit for bit as the chain computes it (spec 425)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taoctl.economics import fixed
from taoctl.economics.bonds import BondRule, Matrix, NextBonds, next_bonds
from taoctl.economics.epoch import EpochBits, EpochInput, EpochOutput
from taoctl.economics.fixed import Bits
from taoctl.economics.rows import PairRows
from taoctl.errors import BadDataError

__all__ = [
    "BONDS_SCALE",
    "EpochBits",
    "EpochInput",
    "EpochOutput",
    "EpochTrace",
    "run_epoch",
    "trace_epoch",
]

U64_MAX = 2**64 - 1
BONDS_SCALE = 1_000_000
"""1.0 of bonds_moving_average."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """Who counts in this epoch: activity, permits and stake (bits) per uid."""

    active: list[bool]
    stake: list[int]
    active_stake: list[int]
    permits: list[bool]
    new_permits: list[bool]


@dataclass(frozen=True, slots=True)
class EpochTrace:
    """An epoch's output with what it came from.

    `rows` are the uids of the matrices' rows: who had a permit, or bonds. `weights` are normalised
    by row, `clipped` cut down to consensus; `ranks` per uid, as bits, before normalising.
    """

    output: EpochOutput
    rows: tuple[int, ...]
    weights: Matrix
    clipped: Matrix
    ranks: tuple[int, ...]
    bonds: NextBonds


def run_epoch(epoch: EpochInput) -> EpochOutput:
    """Run one epoch; raises BadDataError when lengths or ranges of the input disagree.

    Source: run_epoch.rs of subtensor at spec 425, sparse path.
    """
    return trace_epoch(epoch).output


def trace_epoch(epoch: EpochInput) -> EpochTrace:
    """Run one epoch and keep what its output came from; raises as `run_epoch`."""
    _check(epoch)
    standing = _standing(epoch)
    rows = [uid for uid in range(epoch.n) if standing.permits[uid] or epoch.bonds[uid]]
    active_stake = _vector([standing.active_stake[uid] for uid in rows])
    stored = _stored_weights(epoch, standing.permits, rows)
    weights = Matrix(fixed.ratio(stored.values, stored.values.sum(axis=1)[:, None]), stored.present)
    consensus = _consensus(weights.bits, active_stake, _u16_bits(epoch.kappa))
    clipped = _clip(weights, consensus)
    trust = _spread(clipped.bits.sum(axis=1), rows, epoch.n)
    ranks: list[int] = fixed.mul(clipped.bits, active_stake[:, None]).sum(axis=0).tolist()
    incentive = fixed.normalised(ranks)
    bonds = next_bonds(
        _bond_rule(epoch),
        old=_old_bonds(epoch, rows),
        stored_weights=stored,
        weights=weights,
        clipped=clipped,
        active_stake=active_stake,
        consensus=consensus,
        incentive=_vector(incentive),
    )
    dividends = fixed.normalised(_spread(bonds.dividends, rows, epoch.n))
    server, validator, combined = _emissions(standing, incentive, dividends)
    output = EpochOutput(
        stake_weight=_u16s(standing.stake),
        active=tuple(standing.active),
        validator_permit=tuple(standing.new_permits),
        consensus=_u16s(consensus.tolist()),
        incentive=_u16s(incentive),
        dividends=_u16s(dividends),
        validator_trust=_u16s(trust),
        rank_raw_u16=_u16s(ranks),
        emission=_shares(combined, epoch.rao_emission),
        server_emission=_shares(server, epoch.rao_emission),
        validator_emission=_shares(validator, epoch.rao_emission),
        bond_bytes=_bond_rows(bonds, rows, standing),
        i32f32_bits=EpochBits(
            stake=tuple(standing.stake),
            active_stake=tuple(standing.active_stake),
            consensus=tuple(consensus.tolist()),
            incentive=tuple(incentive),
            dividends=tuple(dividends),
            validator_trust=tuple(trust),
        ),
    )
    return EpochTrace(output, tuple(rows), weights, clipped, tuple(ranks), bonds)


def _check(epoch: EpochInput) -> None:
    per_uid = (
        "alpha_stake",
        "tao_stake",
        "last_update",
        "block_at_registration",
        "validator_permit",
        "weights",
        "bonds",
    )
    for name in per_uid:
        length = len(getattr(epoch, name))
        if length != epoch.n:
            raise BadDataError(f"epoch input {name} has {length} entries for {epoch.n} uids")
    if epoch.commit_blocks is not None and len(epoch.commit_blocks) != epoch.n:
        raise BadDataError(f"epoch input commit_blocks does not have {epoch.n} entries")
    if not 0 <= epoch.bonds_moving_average <= BONDS_SCALE:
        raise BadDataError(f"bonds_moving_average is outside 0..{BONDS_SCALE}")


def _standing(epoch: EpochInput) -> _Standing:
    active = [
        min(updated + epoch.activity_cutoff, U64_MAX) >= epoch.block
        for updated in epoch.last_update
    ]
    stake = _stake(epoch)
    permits = [bool(permit) for permit in epoch.validator_permit]
    new_permits = _top_stakes(stake, epoch.max_allowed_validators)
    if epoch.owner_uid is not None and epoch.owner_uid < epoch.n:
        permits[epoch.owner_uid] = new_permits[epoch.owner_uid] = True
    counted = zip(stake, active, permits, strict=True)
    masked = [bits if alive and permit else 0 for bits, alive, permit in counted]
    return _Standing(active, stake, fixed.normalised(masked), permits, new_permits)


def _stake(epoch: EpochInput) -> list[int]:
    """Normalised stake weight bits; stake below the threshold counts as 0 except the owner's."""
    tao_weight = (epoch.tao_weight_u64 << 32) // U64_MAX
    total = [
        (alpha << 32) + tao * tao_weight
        for alpha, tao in zip(epoch.alpha_stake, epoch.tao_stake, strict=True)
    ]
    kept = [
        value if uid == epoch.owner_uid or value >> 32 >= epoch.stake_threshold else 0
        for uid, value in enumerate(total)
    ]
    return fixed.normalised(kept)


def _top_stakes(stake: list[int], limit: int) -> list[bool]:
    """The `limit` largest nonzero stakes; among equals the higher uid wins."""
    chosen = [bits != 0 for bits in stake]
    ascending = sorted(range(len(stake)), key=stake.__getitem__)
    for uid in ascending[: max(len(stake) - limit, 0)]:
        chosen[uid] = False
    return chosen


def _stored_weights(epoch: EpochInput, permits: list[bool], rows: list[int]) -> PairRows:
    """Weights (u16) of permitted validators that count: no self-weight but the owner's, none
    older than the registration it points at."""
    raw = PairRows.read([epoch.weights[uid] if permits[uid] else () for uid in rows], epoch.n)
    registered = np.array(epoch.block_at_registration, dtype=np.uint64)
    updated = np.array([epoch.last_update[uid] for uid in rows], dtype=np.uint64)
    kept = updated[:, None] > registered[None, :]
    for index, uid in enumerate(rows):
        kept[index, uid] &= uid == epoch.owner_uid
    if epoch.commit_blocks is not None:
        commits = [epoch.commit_blocks[uid] for uid in rows]
        earliest = np.array([U64_MAX if c is None else c for c in commits], dtype=np.uint64)
        kept &= earliest[:, None] >= registered[None, :]
    return raw.keep(kept)


def _clip(weights: Matrix, consensus: Bits) -> Matrix:
    """Weights cut down to consensus; entries cut to 0 vanish."""
    kept = weights.present & ((weights.bits <= consensus) | (consensus > 0))
    return Matrix(np.minimum(weights.bits, consensus), kept)


def _consensus(weights: Bits, active_stake: Bits, majority: int) -> Bits:
    """Stake-weighted median per column over the rows with stake: the clip level of each uid."""
    counted = active_stake > 0
    columns = weights.shape[1]
    if not counted.any():
        return np.zeros(columns, dtype=np.int64)
    stake = _vector(fixed.normalised(active_stake[counted].tolist()))
    minority = int(stake.sum()) - majority
    # Scores are at most 2^32, so score and row index share one sortable lane.
    index_bits = len(stake).bit_length()
    keys = (weights[counted].T << index_bits) | np.arange(len(stake))
    keys = np.sort(np.ascontiguousarray(keys), axis=1)
    reached = np.cumsum(stake[keys & ((1 << index_bits) - 1)], axis=1) > minority
    reached[:, -1] = True
    median: Bits = keys[np.arange(columns), reached.argmax(axis=1)] >> index_bits
    return median


def _old_bonds(epoch: EpochInput, rows: list[int]) -> PairRows:
    """Stored bonds (u16) without the columns of uids registered since the last epoch."""
    last = epoch.last_mechanism_step_block
    last_tempo = max(epoch.block - epoch.tempo, 0) if last == 0 else last + 1
    stale = np.array([last_tempo <= block for block in epoch.block_at_registration], dtype=bool)
    return PairRows.read([epoch.bonds[uid] for uid in rows], epoch.n).keep(~stale)


def _bond_rows(bonds: NextBonds, rows: list[int], standing: _Standing) -> tuple[bytes | None, ...]:
    """Per uid the row to store: empty when the permit was lost, None when there was none."""
    packed = bonds.packed_rows(standing.new_permits[uid] for uid in rows)
    stored = dict(zip(rows, packed, strict=True))
    permits = zip(standing.new_permits, standing.permits, strict=True)
    return tuple(
        stored.get(uid, b"") if new or old else None for uid, (new, old) in enumerate(permits)
    )


def _bond_rule(epoch: EpochInput) -> BondRule:
    return BondRule(
        yuma3=epoch.yuma3,
        liquid=epoch.liquid_alpha,
        penalty=_u16_bits(epoch.bonds_penalty),
        alpha=fixed.ONE - (epoch.bonds_moving_average << 32) // BONDS_SCALE,
        alpha_low=_u16_bits(epoch.alpha_low),
        alpha_high=_u16_bits(epoch.alpha_high),
        steepness=epoch.alpha_sigmoid_steepness,
    )


def _emissions(
    standing: _Standing, incentive: list[int], dividends: list[int]
) -> tuple[list[int], list[int], list[int]]:
    """Server, validator and combined shares (bits), with the fallback to stake when all are 0."""
    combined = [a + b for a, b in zip(incentive, dividends, strict=True)]
    total = sum(combined)
    if total:
        server = fixed.over_sum(incentive, total)
        return server, fixed.over_sum(dividends, total), fixed.over_sum(combined, total)
    fallback = standing.active_stake if any(standing.active_stake) else standing.stake
    return list(incentive), list(fallback), list(fallback)


def _shares(bits: list[int], rao: int) -> tuple[int, ...]:
    return tuple((value * rao) >> 32 for value in bits)


def _u16s(bits: list[int]) -> tuple[int, ...]:
    return tuple(fixed.to_u16(_vector(bits)).tolist())


def _u16_bits(value: int) -> int:
    return (value << 32) // fixed.U16_MAX


def _vector(values: list[int]) -> Bits:
    return np.array(values, dtype=np.int64)


def _spread(values: Bits, rows: list[int], n: int) -> list[int]:
    """Values of the kept rows placed at their uids, 0 elsewhere."""
    out = [0] * n
    for uid, value in zip(rows, values.tolist(), strict=True):
        out[uid] = value
    return out
