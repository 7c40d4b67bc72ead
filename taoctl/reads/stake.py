"""Stake positions: alpha of a coldkey on each hotkey and subnet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Api, View
from taoctl.errors import NotInRuntimeError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import prices
from taoctl.reads.entries import PALLET, column_of, item, typed_api
from taoctl.reads.registry import read
from taoctl.units import mul_rao


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
    locked_rao: Annotated[
        int | None,
        Column(
            "locked α",
            Kind.ALPHA,
            "locked of the coldkey's whole stake on the subnet",
            drop=3,
        ),
    ]
    emission_rao: Annotated[
        int | None,
        Column("α/epoch", Kind.ALPHA, "dividends of the whole hotkey, last epoch", wide=True),
    ]
    registered: Annotated[
        bool | None, Column("registered", Kind.BOOL, "hotkey has a UID there", drop=4)
    ]


_STAKE = Api("StakeInfoRuntimeApi", "get_stake_info_for_coldkeys")
_AVAILABLE = Api("StakeInfoRuntimeApi", "get_stake_availability_for_coldkeys")
STAKE_ENTRIES = (_STAKE, _AVAILABLE, item("StakingHotkeys"), item("Alpha"))
"""What positions are read from."""

NEEDS = ((_STAKE, item("StakingHotkeys")),)
"""Of what positions are read from, one is needed."""


@read(
    "stake",
    row=StakeRow,
    needs=NEEDS,
    wants=STAKE_ENTRIES,
    help="stake positions of accounts",
)
async def stake(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[StakeRow, ...]:
    """Every position of the coldkeys, by coldkey as given, then netuid, then hotkey."""
    if not coldkeys:
        return ()
    answer, locks, price = await asyncio.gather(
        typed_api(view, _STAKE.api, _STAKE.method, list(coldkeys)),
        _locked(view, coldkeys),
        prices(view),
    )
    infos = await _from_storage(view, coldkeys) if answer is None else _flat(answer)
    order = {coldkey: place for place, coldkey in enumerate(coldkeys)}
    infos.sort(key=lambda info: (order[info["coldkey"]], int(info["netuid"]), info["hotkey"]))
    return tuple(_row(info, locks, price, names or {}) for info in infos if int(info["stake"]))


def _flat(answer: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [info for _, infos in answer for info in infos]


def _row(
    info: Mapping[str, Any],
    locks: Mapping[tuple[str, int], int] | None,
    price: Mapping[int, int],
    names: Mapping[str, str],
) -> StakeRow:
    netuid, alpha = int(info["netuid"]), int(info["stake"])
    at = price.get(netuid)
    emission = info.get("emission")
    return StakeRow(
        wallet_name=names.get(info["coldkey"]),
        hotkey_name=names.get(info["hotkey"]),
        netuid=netuid,
        hotkey=info["hotkey"],
        coldkey=info["coldkey"],
        alpha_rao=alpha,
        price_rao=at,
        value_tao_rao=None if at is None else mul_rao(alpha, at),
        locked_rao=None if locks is None else locks.get((info["coldkey"], netuid), 0),
        emission_rao=None if emission is None else int(emission),
        registered=info.get("is_registered"),
    )


async def _locked(view: View, coldkeys: Sequence[str]) -> dict[tuple[str, int], int] | None:
    answer = await typed_api(view, _AVAILABLE.api, _AVAILABLE.method, list(coldkeys), None)
    if answer is None:
        return None
    return {
        (coldkey, int(netuid)): int(state["locked"])
        for coldkey, subnets in answer.items()
        for netuid, state in subnets.items()
    }


async def _from_storage(view: View, coldkeys: Sequence[str]) -> list[Mapping[str, Any]]:
    """Positions from shares, for the runtimes whose stake API answers untyped bytes."""
    if view.has(item("AlphaV2")) or not view.has(item("Alpha")):
        raise NotInRuntimeError(
            f"the stake positions of this runtime (spec {view.spec_version}) cannot be read",
            "upgrade taoctl, or ask a block of a runtime it knows with --at-block",
        )
    staking = await column_of(view, "StakingHotkeys", [(coldkey,) for coldkey in coldkeys])
    added = await view.map(PALLET, "NetworksAdded")
    keys = [
        (hotkey, coldkey, int(netuid))
        for coldkey, hotkeys in zip(coldkeys, staking, strict=True)
        for hotkey in hotkeys or ()
        for netuid, there in added.items()
        if there
    ]
    pools = [(hotkey, netuid) for hotkey, _, netuid in keys]
    shares, totals, alphas, uids = await asyncio.gather(
        column_of(view, "Alpha", keys),
        column_of(view, "TotalHotkeyShares", pools),
        column_of(view, "TotalHotkeyAlpha", pools),
        column_of(view, "Uids", [(netuid, hotkey) for hotkey, netuid in pools]),
    )
    return [
        {
            "hotkey": hotkey,
            "coldkey": coldkey,
            "netuid": netuid,
            "stake": int(alpha or 0) * _units(share) // _units(total) if _units(total) else 0,
            "is_registered": uid is not None,
        }
        for (hotkey, coldkey, netuid), share, total, alpha, uid in zip(
            keys, shares, totals, alphas, uids, strict=True
        )
    ]


def _units(share: Any) -> int:
    return int(share["bits"]) if isinstance(share, dict) else int(share or 0)
