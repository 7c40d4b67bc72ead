"""Balances: what a coldkey holds free, reserved and staked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One account. All amounts are rao of TAO."""

    name: Annotated[str | None, Column("name", Kind.TEXT, "wallet name, if it is one")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "the account")]
    free_rao: Annotated[int, Column("free τ", Kind.TAO, "can be sent or staked")]
    reserved_rao: Annotated[int, Column("reserved τ", Kind.TAO, "held by deposits", wide=True)]
    frozen_rao: Annotated[
        int, Column("frozen τ", Kind.TAO, "part of free that is locked", wide=True)
    ]
    staked_value_rao: Annotated[
        int | None, Column("staked τ", Kind.TAO, "all positions at the current price")
    ]
    total_rao: Annotated[int | None, Column("total τ", Kind.TAO, "free, reserved and staked")]
    nonce: Annotated[int, Column("nonce", Kind.INT, "transactions made", wide=True)]
