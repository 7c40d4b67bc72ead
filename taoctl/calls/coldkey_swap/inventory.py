"""Everything that a swap hands from one coldkey to another, before and after.

Source: `do_swap_coldkey` and `swap_coldkey_locks` of pallet subtensor at spec 425.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from taoctl.calls.accounts import holdings
from taoctl.calls.base import Effect
from taoctl.calls.stake.holdings import positions_of
from taoctl.calls.stake.hotkeys import PALLET, item, read, read_or_none
from taoctl.calls.stake.lock_state import is_perpetual, lock_on, mode_text, rejects_locked_alpha
from taoctl.chain.view import View
from taoctl.text import printable
from taoctl.units import Alpha, subnet_name

INVENTORY = tuple(item(name) for name in ("OwnedHotkeys", "StakingHotkeys", "SubnetOwner"))
"""What it is read from on every runtime; the rest is left out where a runtime lacks it."""

_LONGEST_NAME = 60


async def moved(view: View, old: str, new: str) -> tuple[Effect, ...]:
    """What changes hands; stake to the rao, but for the rounding of a hotkey's shares."""
    parts = await asyncio.gather(
        _free(view, old, new),
        _stake(view, old, new),
        _hotkeys(view, old, new),
        _subnets(view, old, new),
        _auto_stake(view, old, new),
        _locks(view, old, new),
        _identity(view, old, new),
    )
    return tuple(effect for part in parts for effect in part)


async def _free(view: View, old: str, new: str) -> Iterable[Effect]:
    source, dest = await asyncio.gather(holdings(view, old), holdings(view, new))
    leaves = source.spendable(keep_alive=False)
    return (
        Effect(old, "free", source.free, source.free - leaves),
        Effect(new, "free", dest.free, f"{dest.free + leaves} less the fee"),
    )


async def _stake(view: View, old: str, new: str) -> Iterable[Effect]:
    held, there = await asyncio.gather(positions_of(view, old), positions_of(view, new))
    found = []
    for place, rao in held.items():
        if not rao:
            continue
        hotkey, netuid = place
        has, gone = Alpha(rao, netuid), Alpha(0, netuid)
        before = Alpha(there.get(place, 0), netuid)
        found.append(Effect(old, "stake", has, gone, hotkey, netuid))
        found.append(Effect(new, "stake", before, before + has, hotkey, netuid))
    return found


async def _hotkeys(view: View, old: str, new: str) -> Iterable[Effect]:
    owned = await read(view, "OwnedHotkeys", old)
    return [Effect(str(hotkey), "owner", old, new) for hotkey in owned]


async def _subnets(view: View, old: str, new: str) -> Iterable[Effect]:
    owners = await view.map(PALLET, "SubnetOwner")
    mine = sorted(int(netuid) for netuid, owner in owners.items() if owner == old)
    return [Effect(None, f"owner of {subnet_name(netuid)}", old, new) for netuid in mine]


async def _auto_stake(view: View, old: str, new: str) -> Iterable[Effect]:
    if not view.has(item("AutoStakeDestination")):
        return ()
    found = []
    for netuid, hotkey in sorted((await view.map(PALLET, "AutoStakeDestination", old)).items()):
        what, own = f"auto-stake hotkey on subnet {netuid}", "each miner's own"
        before = await read(view, "AutoStakeDestination", new, netuid)
        found.append(Effect(old, what, str(hotkey), own))
        found.append(Effect(new, what, str(before or own), str(hotkey)))
    return found


async def _locks(view: View, old: str, new: str) -> Iterable[Effect]:
    """Locks, in which way each of them holds, and whether locked alpha of others is taken."""
    if not view.has(item("Lock")):
        return ()
    found = []
    for netuid, _ in sorted(await view.map(PALLET, "Lock", old)):
        held = await lock_on(view, old, int(netuid), view.block + 1)
        if held is None:
            continue
        locked, nothing = Alpha(held.lock.locked_mass, int(netuid)), Alpha(0, int(netuid))
        what = f"locked on subnet {netuid}"
        found.append(Effect(old, what, locked, nothing))
        found.append(Effect(new, what, nothing, locked))
        mode, then = await asyncio.gather(
            is_perpetual(view, old, int(netuid)), is_perpetual(view, new, int(netuid))
        )
        if mode != then:
            said = f"lock mode on subnet {netuid}"
            found.append(Effect(new, said, mode_text(then), mode_text(mode)))
    return [*found, *await _accepting(view, old, new)]


async def _accepting(view: View, old: str, new: str) -> Iterable[Effect]:
    if not view.has(item("AccountFlags")):
        return ()
    now, then = await asyncio.gather(
        rejects_locked_alpha(view, new), rejects_locked_alpha(view, old)
    )
    words = {True: "refused", False: "taken"}
    return () if now == then else (Effect(new, "locked alpha", words[now], words[then]),)


async def _identity(view: View, old: str, new: str) -> Iterable[Effect]:
    """An identity follows where the new coldkey has none."""
    own, there = await asyncio.gather(
        read_or_none(view, "IdentitiesV2", old), read_or_none(view, "IdentitiesV2", new)
    )
    if own is None or there is not None:
        return ()
    name = _name(own)
    return Effect(old, "identity", name, "none"), Effect(new, "identity", "none", name)


def _name(identity: Any) -> str:
    raw = identity["name"]
    text = raw if isinstance(raw, str) else bytes(raw).decode("utf-8", "replace")
    return printable(text, _LONGEST_NAME) or "without a name"
