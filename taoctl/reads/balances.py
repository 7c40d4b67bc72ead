"""Balances: what a coldkey holds free, reserved and staked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Storage, View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.registry import read
from taoctl.reads.stake import STAKE_ENTRIES, stake


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One account. All amounts are rao of TAO."""

    name: Annotated[str | None, Column("name", Kind.TEXT, "wallet name, if it is one")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "the account")]
    free_rao: Annotated[int, Column("free τ", Kind.TAO, "can be sent or staked")]
    reserved_rao: Annotated[int, Column("reserved τ", Kind.TAO, "held by deposits")]
    frozen_rao: Annotated[
        int, Column("frozen τ", Kind.TAO, "part of free that is locked", wide=True)
    ]
    staked_value_rao: Annotated[
        int | None, Column("staked τ", Kind.TAO, "all positions at the current price")
    ]
    total_rao: Annotated[int | None, Column("total τ", Kind.TAO, "free, reserved and staked")]
    nonce: Annotated[int, Column("nonce", Kind.INT, "transactions made", wide=True)]


_ACCOUNT = Storage("System", "Account")


@read(
    "balances",
    row=BalanceRow,
    needs=(_ACCOUNT,),
    wants=STAKE_ENTRIES,
    help="free, reserved and staked TAO of accounts",
)
async def balances(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[BalanceRow, ...]:
    """What each account holds, in the order given. An account never used holds 0."""
    keys = [(coldkey,) for coldkey in coldkeys]
    accounts, positions = await asyncio.gather(
        view.values(_ACCOUNT.pallet, _ACCOUNT.item, keys), stake(view, coldkeys)
    )
    staked: dict[str, int | None] = dict.fromkeys(coldkeys, 0)
    for position in positions:
        so_far, value = staked[position.coldkey], position.value_tao_rao
        known = so_far is not None and value is not None
        staked[position.coldkey] = so_far + value if known else None
    return tuple(
        _row(coldkey, account, staked[coldkey], (names or {}).get(coldkey))
        for coldkey, account in zip(coldkeys, accounts, strict=True)
    )


def _row(coldkey: str, account: Any, staked: int | None, name: str | None) -> BalanceRow:
    data = account["data"]
    held = int(data["free"]) + int(data["reserved"])
    return BalanceRow(
        name=name,
        coldkey=coldkey,
        free_rao=int(data["free"]),
        reserved_rao=int(data["reserved"]),
        frozen_rao=int(data["frozen"]),
        staked_value_rao=staked,
        total_rao=None if staked is None else held + staked,
        nonce=int(account["nonce"]),
    )
