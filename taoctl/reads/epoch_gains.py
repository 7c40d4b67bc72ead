"""What the next epoch of a subnet brings every position: of stake there, and of stake on root."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from taoctl.chain.view import Entry, View
from taoctl.economics.gains import Gain, RootPosition, SharePool, claim_gains, stake_gains
from taoctl.economics.payout import Fate, Payment
from taoctl.economics.shares import ZERO, SafeFloat, from_u64f64
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, ROOT_NETUID, bits_of, column_of, item

_OLD_SHARES, _SHARES = "Alpha", "AlphaV2"
_OLD_TOTAL, _TOTAL = "TotalHotkeyShares", "TotalHotkeySharesV2"
GAIN_NEEDS: tuple[Entry, ...] = tuple(
    item(name) for name in (_SHARES, _TOTAL, "TotalHotkeyAlpha", "RootClaimable", "RootClaimed")
)
"""Entries without which it is not known who stakes how much; older shares are read where kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GainRow:
    """What the next epoch brings one position. Amounts are rao of the subnet's alpha."""

    kind: Annotated[
        str, Column("of", Kind.TEXT, "`stake` on the subnet, or `claim` of stake on root")
    ]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "with whom it is staked")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "whose it is")]
    before_rao: Annotated[
        int, Column("now α", Kind.ALPHA, "alpha staked, or alpha owed and not claimed yet")
    ]
    gain_rao: Annotated[int, Column("gets α", Kind.ALPHA, "what the epoch adds to it")]
    after_rao: Annotated[int, Column("then α", Kind.ALPHA, "both together", drop=1)]


async def epoch_gains(view: View, netuid: int, payments: Sequence[Payment]) -> tuple[GainRow, ...]:
    """Every position that the payments of an epoch change, stake first, the largest gain first.

    A gain is what the position is worth after the epoch less what it was, to the rao: the share
    pools' rounding is in it, which may take a rao from positions that get nothing themselves.
    """
    staked = {one.staked_to for one in payments if one.fate is Fate.STAKE and one.staked_to}
    claims = {one.hotkey: one.alpha_rao for one in payments if one.fate is Fate.CLAIMABLE}
    pools, found = await asyncio.gather(
        _pools(view, sorted(staked), netuid), _claims(view, claims, netuid)
    )
    rows = (
        *(_row("stake", one) for one in stake_gains(pools, payments)),
        *(_row("claim", one) for one in found),
    )
    changed = [one for one in rows if one.gain_rao]
    return tuple(sorted(changed, key=lambda one: (one.kind == "claim", -one.gain_rao, one.hotkey)))


async def _claims(view: View, paid: Mapping[str, int], netuid: int) -> list[Gain]:
    hotkeys = sorted(paid)
    pools, rates, claimed = await asyncio.gather(
        _pools(view, hotkeys, ROOT_NETUID),
        column_of(view, "RootClaimable", [(one,) for one in hotkeys]),
        asyncio.gather(*(view.map(PALLET, "RootClaimed", netuid, one) for one in hotkeys)),
    )
    found: list[Gain] = []
    for hotkey, rate, done in zip(hotkeys, rates, claimed, strict=True):
        pool = pools[hotkey]
        positions = [
            RootPosition(coldkey, pool.worth(coldkey), int(done.get(coldkey, 0)))
            for coldkey in pool.shares
        ]
        found += claim_gains(hotkey, _rate(rate, netuid), paid[hotkey], positions, pool.value)[1]
    return found


def _rate(rates: Mapping[Any, Any] | None, netuid: int) -> int:
    return next((bits_of(rate) or 0 for at, rate in (rates or {}).items() if int(at) == netuid), 0)


async def _pools(view: View, hotkeys: Sequence[str], netuid: int) -> dict[str, SharePool]:
    places = [(one, netuid) for one in hotkeys]
    values, totals, old_totals, *shares = await asyncio.gather(
        column_of(view, "TotalHotkeyAlpha", places),
        column_of(view, _TOTAL, places),
        column_of(view, _OLD_TOTAL, places),
        *(_shares(view, one, netuid) for one in hotkeys),
    )
    columns = zip(hotkeys, values, totals, old_totals, shares, strict=True)
    return {
        hotkey: SharePool(
            int(value), from_u64f64(bits) if (bits := bits_of(old)) else _float(total), held
        )
        for hotkey, value, total, old, held in columns
    }


async def _shares(view: View, hotkey: str, netuid: int) -> dict[str, SafeFloat]:
    """Shares by coldkey; those that are still kept in the older form count before others."""
    new, old = await asyncio.gather(
        view.map(PALLET, _SHARES, hotkey),
        view.map(PALLET, _OLD_SHARES, hotkey) if view.has(item(_OLD_SHARES)) else _none(),
    )
    found = {coldkey: _float(one) for coldkey, one in _there(new.items(), netuid)}
    found |= {
        coldkey: from_u64f64(bits)
        for coldkey, one in _there(old.items(), netuid)
        if (bits := bits_of(one))
    }
    return {coldkey: share for coldkey, share in found.items() if share.mantissa}


def _there(entries: Iterable[tuple[Any, Any]], netuid: int) -> Iterable[tuple[str, Any]]:
    return ((str(coldkey), one) for (coldkey, at), one in entries if int(at) == netuid)


def _float(value: Any) -> SafeFloat:
    return SafeFloat(int(value["mantissa"]), int(value["exponent"])) if value else ZERO


async def _none() -> dict[Any, Any]:
    return {}


def _row(kind: str, one: Gain) -> GainRow:
    return GainRow(
        kind=kind,
        hotkey=one.hotkey,
        coldkey=one.coldkey,
        before_rao=one.before,
        gain_rao=one.after - one.before,
        after_rao=one.after,
    )
