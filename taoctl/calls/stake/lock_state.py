"""What a chain holds of locks on alpha, rolled forward to a block."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from taoctl.calls.stake.holdings import positions_of
from taoctl.calls.stake.hotkeys import OWNER, PALLET, is_stored, item, read, read_or_none
from taoctl.chain.view import View
from taoctl.economics.conviction import Lock, rolled

LOCK_ENTRIES = (
    OWNER,
    item("Lock"),
    item("DecayingLock"),
    item("UnlockRate"),
    item("MaturityRate"),
    item("SubnetOwnerHotkey"),
)
"""What locks are read from."""

_ACCEPTS = 1
"""Bit of AccountFlags that says that an account takes locked alpha."""


@dataclass(frozen=True, slots=True)
class Held:
    """A coldkey's lock on a subnet.

    Attributes:
        hotkey: ss58 address that it backs.
        lock: as it is at some block.
    """

    hotkey: str
    lock: Lock


async def alpha_on(view: View, coldkey: str, netuid: int) -> int:
    """Rao of alpha that a coldkey has on a subnet, over all hotkeys."""
    held = await positions_of(view, coldkey)
    return sum(rao for (_, place), rao in held.items() if place == netuid)


async def lock_on(view: View, coldkey: str, netuid: int, block: int) -> Held | None:
    """A coldkey's lock on a subnet as it is at a block; None where there is none."""
    found = await view.map(PALLET, "Lock", coldkey, netuid)
    if not found:
        return None
    # There is one at most: the chain takes the first that it finds, too.
    hotkey, stored = next(iter(found.items()))
    unlock, maturity, perpetual, owner = await asyncio.gather(
        read(view, "UnlockRate"),
        read(view, "MaturityRate"),
        is_perpetual(view, coldkey, netuid),
        read(view, "SubnetOwnerHotkey", netuid),
    )
    lock = rolled(
        _lock(stored),
        block,
        unlock_rate=int(unlock),
        maturity_rate=int(maturity),
        to_owner=str(owner) == str(hotkey),
        perpetual=perpetual,
    )
    return Held(str(hotkey), lock)


def _lock(stored: Any) -> Lock:
    conviction = stored["conviction"]
    bits = int(conviction["bits"] if isinstance(conviction, dict) else conviction)
    return Lock(int(stored["locked_mass"]), bits, int(stored["last_update"]))


async def is_perpetual(view: View, coldkey: str, netuid: int) -> bool:
    """Whether a coldkey's lock on a subnet stays whole; it decays where nothing is set."""
    return await read_or_none(view, "DecayingLock", coldkey, netuid) is False


async def rejects_locked_alpha(view: View, coldkey: str) -> bool:
    """Whether a coldkey refuses locked alpha that others transfer to it."""
    if not await is_stored(view, "AccountFlags", coldkey):
        return True
    return not int(await read(view, "AccountFlags", coldkey)) & _ACCEPTS


def mode_text(perpetual: bool) -> str:
    """The word for whether a lock stays whole."""
    return "perpetual" if perpetual else "decaying"
