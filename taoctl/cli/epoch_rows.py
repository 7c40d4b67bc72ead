"""What an epoch says of each uid, as rows for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True)
class EpochRow:
    """One uid after an epoch; parts are u16 of 65535, emission alpha rao."""

    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    active: Annotated[bool, Column("active", Kind.BOOL, "set weights recently")]
    validator_permit: Annotated[bool, Column("vali", Kind.BOOL, "may set weights from now on")]
    stake_weight: Annotated[int, Column("stake", Kind.U16, "part of the stake that counts")]
    consensus: Annotated[int, Column("consensus", Kind.U16, "weight backed by kappa")]
    incentive: Annotated[int, Column("incentive", Kind.U16, "miner share")]
    dividends: Annotated[int, Column("dividends", Kind.U16, "validator share")]
    validator_trust: Annotated[int, Column("vtrust", Kind.U16, "weights within consensus")]
    emission: Annotated[int, Column("α", Kind.ALPHA, "alpha of the epoch, gross")]


def epoch_rows(found: Mapping[str, Any]) -> tuple[EpochRow, ...]:
    """The rows of an epoch's output."""
    names = [name for name in EpochRow.__annotations__ if name != "uid"]
    columns = zip(*(found[name] for name in names), strict=True)
    return tuple(EpochRow(uid, *values) for uid, values in enumerate(columns))
