"""What a coldkey holds in stake at one block, and how much of it a lock keeps there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from taoctl.chain.view import Api, Storage, View
from taoctl.economics.conviction import Lock, rolled
from taoctl.economics.shares import SafeFloat, from_int, from_u64f64, position_value

PALLET = "SubtensorModule"
POSITIONS = Api("StakeInfoRuntimeApi", "get_stake_info_for_coldkey")
_AVAILABLE = Api("StakeInfoRuntimeApi", "get_stake_availability_for_coldkeys")
_LOCK = Storage(PALLET, "Lock")
_SHARES = Storage(PALLET, "TotalHotkeySharesV2")
_UNTYPED = "Vec<u8>"
_LONGEST_DECAY = 64


async def positions_of(view: View, coldkey: str) -> dict[tuple[str, int], int]:
    """Rao of alpha of every position of a coldkey, by hotkey and subnet."""
    info = view.codec.api(POSITIONS.api, POSITIONS.method)
    if info is None or view.codec.type_name(info.output) == _UNTYPED:
        return await _from_shares(view, coldkey)
    listed = await view.api(POSITIONS.api, POSITIONS.method, coldkey)
    return {(str(one["hotkey"]), int(one["netuid"])): int(one["stake"]) for one in listed}


async def _from_shares(view: View, coldkey: str) -> dict[tuple[str, int], int]:
    """The same from storage, for the runtimes whose answer has no type."""
    hotkeys, networks = await asyncio.gather(
        view.value(PALLET, "StakingHotkeys", coldkey), view.map(PALLET, "NetworksAdded")
    )
    netuids = sorted(int(netuid) for netuid, there in networks.items() if there)
    pools = [(str(hotkey), netuid) for hotkey in hotkeys or () for netuid in netuids]
    keys = [(hotkey, coldkey, netuid) for hotkey, netuid in pools]
    owned, shares, totals = await asyncio.gather(
        view.values(PALLET, "TotalHotkeyAlpha", pools),
        view.values(PALLET, "Alpha", keys),
        view.values(PALLET, "TotalHotkeyShares", pools),
    )
    return {
        place: position_value(int(value or 0), _share(share), _share(total))
        for place, value, share, total in zip(pools, owned, shares, totals, strict=True)
    }


def _share(value: Any) -> SafeFloat:
    return from_u64f64(int(value["bits"])) if isinstance(value, Mapping) else from_int(value or 0)


def share_pool(view: View) -> tuple[Storage, ...]:
    """What tells of the pool that a hotkey's alpha on a subnet is: its alpha, then its shares.

    Nothing on runtimes from before shares were decimal floats, which reckon them in another way.
    """
    if not view.has(_SHARES):
        return ()
    alpha, old = (Storage(PALLET, name) for name in ("TotalHotkeyAlpha", "TotalHotkeyShares"))
    return tuple(one for one in (alpha, old, _SHARES) if view.has(one))


async def is_worthless(view: View, hotkey: str, netuid: int) -> bool:
    """Whether shares of a hotkey are left where its alpha is gone: more alpha gets no share then.

    Source: `sim_update_value_for_one` of the share pool.
    """
    found = [await view.value(one.pallet, one.item, hotkey, netuid) for one in share_pool(view)]
    if not found:
        return False
    alpha, *shares = found
    return not int(alpha or 0) and any(_is_some(one) for one in shares)


def _is_some(share: Any) -> bool:
    if isinstance(share, Mapping):
        return any(int(share[part]) for part in ("bits", "mantissa") if part in share)
    return bool(int(share or 0))


async def locked_alpha(view: View, coldkey: str, netuid: int) -> int | None:
    """Rao of alpha that a lock keeps on a subnet; None where the runtime does not tell."""
    if not view.has(_LOCK):
        return 0
    if not view.has(_AVAILABLE):
        return None
    answer = await view.api(_AVAILABLE.api, _AVAILABLE.method, [coldkey], [netuid])
    for subnets in answer.values():
        for found, state in subnets.items():
            if int(found) == netuid:
                return int(state["locked"])
    return 0


async def unlocked_from(view: View, coldkey: str, netuid: int, most_locked: int) -> int | None:
    """The first block in which a lock keeps no more than so many rao; None if that never comes."""
    stored = await view.map(PALLET, _LOCK.item, coldkey, netuid)
    decaying = await view.value(PALLET, "DecayingLock", coldkey, netuid)
    rate = int(await view.value(PALLET, "UnlockRate"))
    if not stored or decaying is False:
        return None
    state = next(iter(stored.values()))
    lock = Lock(int(state["locked_mass"]), 0, int(state["last_update"]))

    def kept(block: int) -> int:
        rates = {"unlock_rate": rate, "maturity_rate": rate}
        return rolled(lock, block, **rates, to_owner=False, perpetual=False).locked_mass

    low, high = view.block, view.block + rate * _LONGEST_DECAY
    if kept(high) > most_locked:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if kept(middle) <= most_locked else (middle, high)
    return high
