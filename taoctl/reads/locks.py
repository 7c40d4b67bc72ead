"""Locks on alpha: what they hold back now and later, and the conviction they give."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Api, View
from taoctl.economics.conviction import ONE, Lock, half_life, rolled
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, bits_of, column_of, item, typed_api, value_or_none
from taoctl.reads.registry import read

_LOCK = item("Lock")
_AVAILABLE = Api("StakeInfoRuntimeApi", "get_stake_availability_for_coldkeys")
_CONVICTION = Api("StakeInfoRuntimeApi", "get_hotkey_conviction")
_NEEDS = (_LOCK, item("DecayingLock"), item("UnlockRate"), item("MaturityRate"))
_WANTS = (item("SubnetOwnerHotkey"), item("AccountFlags"), _AVAILABLE, _CONVICTION)

_DAY_BLOCKS = 7_200


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRow:
    """A coldkey's lock on a subnet, as it is in the block that was read. Amounts are rao."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    netuid: Annotated[int, Column("netuid", Kind.NETUID, "where it is locked")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "whom the lock backs")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "whose lock it is", wide=True)]
    locked_rao: Annotated[int, Column("locked α", Kind.ALPHA, "alpha that cannot leave now")]
    available_rao: Annotated[
        int | None,
        Column("free α", Kind.ALPHA, "alpha of the coldkey on the subnet that can leave now"),
    ]
    conviction_rao: Annotated[
        int, Column("conviction α", Kind.ALPHA, "conviction that this lock gives the hotkey")
    ]
    mode: Annotated[str, Column("mode", Kind.TEXT, "`decaying`, or `perpetual`: it stays whole")]
    half_life_blocks: Annotated[
        int | None, Column("half life", Kind.BLOCKS, "blocks in which half comes free")
    ]
    locked_in_30_days_rao: Annotated[
        int, Column("in 30 d α", Kind.ALPHA, "locked 216000 blocks from now", drop=2)
    ]
    locked_in_90_days_rao: Annotated[
        int, Column("in 90 d α", Kind.ALPHA, "locked 648000 blocks from now", drop=1)
    ]
    locked_in_365_days_rao: Annotated[
        int, Column("in 365 d α", Kind.ALPHA, "locked 2628000 blocks from now", drop=3)
    ]
    hotkey_conviction_rao: Annotated[
        int | None,
        Column("hotkey's α", Kind.ALPHA, "conviction of the hotkey there, of all", wide=True),
    ]
    to_owner: Annotated[
        bool, Column("owner", Kind.BOOL, "it backs the subnet owner's hotkey", wide=True)
    ]
    last_update_block: Annotated[
        int, Column("updated", Kind.BLOCK, "block that the chain last stored it in", wide=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRow:
    """Whether an account takes locked alpha that others transfer to it."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "the account")]
    accepts: Annotated[bool, Column("accepts", Kind.BOOL, "whether it takes locked alpha")]


@read(
    "locks",
    row=LockRow,
    needs=_NEEDS,
    wants=_WANTS,
    help="locks on the alpha of accounts, and what they come to",
)
async def locks(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[LockRow, ...]:
    """Every lock of the coldkeys, by coldkey as given, then netuid; rolled forward to the block."""
    each, unlock, maturity = await asyncio.gather(
        asyncio.gather(*(view.map(PALLET, _LOCK.item, one) for one in coldkeys)),
        value_or_none(view, "UnlockRate"),
        value_or_none(view, "MaturityRate"),
    )
    found = [
        (coldkey, int(netuid), str(hotkey), stored)
        for coldkey, of in zip(coldkeys, each, strict=True)
        for (netuid, hotkey), stored in sorted(of.items())
    ]
    modes, owners, free, totals = await asyncio.gather(
        column_of(view, "DecayingLock", [(coldkey, netuid) for coldkey, netuid, _, _ in found]),
        column_of(view, "SubnetOwnerHotkey", [(netuid,) for _, netuid, _, _ in found]),
        _available(view, coldkeys) if found else _none(),
        _convictions(view, [(hotkey, netuid) for _, netuid, hotkey, _ in found]),
    )
    rates = (int(unlock), int(maturity))
    return tuple(
        _row(
            view.block,
            names or {},
            (coldkey, netuid, hotkey),
            _Terms(_lock(stored), rates, str(owner) == hotkey, mode is False),
            None if free is None else free.get((coldkey, netuid)),
            total,
        )
        for (coldkey, netuid, hotkey, stored), mode, owner, total in zip(
            found, modes, owners, totals, strict=True
        )
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """A stored lock and what rolls it forward."""

    lock: Lock
    rates: tuple[int, int]
    to_owner: bool
    perpetual: bool

    def at(self, block: int) -> Lock:
        """The lock as it is at a block."""
        return rolled(
            self.lock,
            block,
            unlock_rate=self.rates[0],
            maturity_rate=self.rates[1],
            to_owner=self.to_owner,
            perpetual=self.perpetual,
        )


def _row(
    block: int,
    names: Mapping[str, str],
    key: tuple[str, int, str],
    terms: _Terms,
    available: int | None,
    total: int | None,
) -> LockRow:
    coldkey, netuid, hotkey = key
    now = terms.at(block)
    later = {days: terms.at(block + days * _DAY_BLOCKS).locked_mass for days in (30, 90, 365)}
    half = half_life(terms.rates[0])
    return LockRow(
        wallet_name=names.get(coldkey),
        hotkey_name=names.get(hotkey),
        netuid=netuid,
        hotkey=hotkey,
        coldkey=coldkey,
        locked_rao=now.locked_mass,
        available_rao=available,
        conviction_rao=now.conviction // ONE,
        mode="perpetual" if terms.perpetual else "decaying",
        half_life_blocks=None if terms.perpetual else half,
        locked_in_30_days_rao=later[30],
        locked_in_90_days_rao=later[90],
        locked_in_365_days_rao=later[365],
        hotkey_conviction_rao=total,
        to_owner=terms.to_owner,
        last_update_block=terms.lock.last_update,
    )


def _lock(stored: Any) -> Lock:
    bits = bits_of(stored["conviction"]) or 0
    return Lock(int(stored["locked_mass"]), bits, int(stored["last_update"]))


async def _available(view: View, coldkeys: Sequence[str]) -> dict[tuple[str, int], int] | None:
    answer = await typed_api(view, _AVAILABLE.api, _AVAILABLE.method, list(coldkeys), None)
    if answer is None:
        return None
    return {
        (str(coldkey), int(netuid)): int(state["available"])
        for coldkey, subnets in answer.items()
        for netuid, state in subnets.items()
    }


async def _none() -> None:
    return None


async def _convictions(view: View, keys: Sequence[tuple[str, int]]) -> list[int | None]:
    each = await asyncio.gather(
        *(typed_api(view, _CONVICTION.api, _CONVICTION.method, *key) for key in keys)
    )
    return [None if one is None else (bits_of(one) or 0) // ONE for one in each]


@read(
    "locked-alpha",
    row=AcceptRow,
    needs=(item("AccountFlags"),),
    help="whether accounts take locked alpha that others transfer to them",
)
async def locked_alpha(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[AcceptRow, ...]:
    """Each account, in the order given; none takes it before it says so."""
    flags = await column_of(view, "AccountFlags", [(one,) for one in coldkeys])
    return tuple(
        AcceptRow(
            wallet_name=(names or {}).get(coldkey), coldkey=coldkey, accepts=bool(int(flag) & 1)
        )
        for coldkey, flag in zip(coldkeys, flags, strict=True)
    )
