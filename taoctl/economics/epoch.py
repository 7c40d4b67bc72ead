"""What one Yuma epoch reads and writes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from taoctl.errors import BadDataError

PairRow = Sequence[Sequence[int]] | bytes
"""One stored row of weights or bonds: (uid, u16) pairs, or their little-endian u16 bytes.

The rows of one matrix are all of one form.
"""

Pairs = tuple[tuple[int, int], ...]
"""One row to store: (uid, u16) pairs."""


@dataclass(frozen=True, slots=True)
class EpochInput:
    """Everything an epoch reads; every per-uid sequence has length `n`.

    Units: blocks for block numbers, rao for stakes and emission, u16 proportions for kappa,
    bonds_penalty, alpha_low and alpha_high, millionths for bonds_moving_average. `weights` and
    `bonds` hold one row per uid of (uid, u16) pairs as in storage. `alpha_stake` and `tao_stake`
    are the inherited stakes. `commit_blocks` is given only with commit-reveal on: per uid the
    block of its earliest unexpired commit, or None. Source: run_epoch.rs, epoch_mechanism.
    """

    n: int
    block: int
    tempo: int
    last_mechanism_step_block: int
    activity_cutoff: int
    kappa: int
    bonds_penalty: int
    bonds_moving_average: int
    yuma3: bool
    liquid_alpha: bool
    alpha_low: int
    alpha_high: int
    alpha_sigmoid_steepness: int
    max_allowed_validators: int
    stake_threshold: int
    owner_uid: int | None
    rao_emission: int
    tao_weight_u64: int
    alpha_stake: Sequence[int]
    tao_stake: Sequence[int]
    last_update: Sequence[int]
    block_at_registration: Sequence[int]
    validator_permit: Sequence[bool]
    weights: Sequence[PairRow]
    bonds: Sequence[PairRow]
    commit_blocks: Sequence[int | None] | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the `input` object of a vector; raises BadDataError when a field is missing."""
        known = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in data.items() if name in known})
        except TypeError as error:
            raise BadDataError(f"epoch input is incomplete: {error}") from error


@dataclass(frozen=True, slots=True)
class EpochBits:
    """Raw I32F32 bits per uid behind the rounded vectors."""

    stake: tuple[int, ...]
    active_stake: tuple[int, ...]
    consensus: tuple[int, ...]
    incentive: tuple[int, ...]
    dividends: tuple[int, ...]
    validator_trust: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EpochOutput:
    """What an epoch writes, per uid.

    u16 proportions: stake_weight, consensus, incentive, dividends, validator_trust and
    rank_raw_u16 (not stored). Alpha rao: emission (stored), server_emission (paid to miners),
    validator_emission (to be split into dividends). `bond_bytes` rows: the little-endian u16 of
    (uid, u16) pairs to store, empty when the uid lost its permit, None when it neither has nor
    had one (the chain writes an empty row there too); `bonds` reads them as pairs.
    """

    stake_weight: tuple[int, ...]
    active: tuple[bool, ...]
    validator_permit: tuple[bool, ...]
    consensus: tuple[int, ...]
    incentive: tuple[int, ...]
    dividends: tuple[int, ...]
    validator_trust: tuple[int, ...]
    rank_raw_u16: tuple[int, ...]
    emission: tuple[int, ...]
    server_emission: tuple[int, ...]
    validator_emission: tuple[int, ...]
    bond_bytes: tuple[bytes | None, ...]
    i32f32_bits: EpochBits

    @property
    def bonds(self) -> tuple[Pairs | None, ...]:
        """The bond rows as (uid, u16) pairs; None rows as in `bond_bytes`."""
        return tuple(
            None if row is None else tuple(struct.iter_unpack("<HH", row))
            for row in self.bond_bytes
        )

    def to_json(self) -> dict[str, Any]:
        """The `output` object of a vector: lists, dicts, ints and bools."""

        def plain(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: plain(item) for name, item in value.items()}
            return [plain(item) for item in value] if isinstance(value, tuple) else value

        values = asdict(self)
        values["bonds"] = self.bonds
        del values["bond_bytes"]
        return {name: plain(value) for name, value in values.items()}
