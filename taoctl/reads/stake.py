"""Stake positions: alpha of a coldkey on each hotkey and subnet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeRow:
    """One position (coldkey, hotkey, netuid). Alpha and TAO amounts are rao."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number, 0 is root")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "whom the stake backs")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "whose stake it is", wide=True)]
    alpha_rao: Annotated[int, Column("stake α", Kind.ALPHA, "alpha of this position")]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha")]
    value_tao_rao: Annotated[int | None, Column("value τ", Kind.TAO, "alpha at the price")]
    locked_rao: Annotated[int | None, Column("locked α", Kind.ALPHA, "cannot be unstaked")]
    emission_rao: Annotated[
        int | None,
        Column("α/epoch", Kind.ALPHA, "dividends of the whole hotkey, last epoch", wide=True),
    ]
    registered: Annotated[bool | None, Column("registered", Kind.BOOL, "hotkey has a UID there")]
