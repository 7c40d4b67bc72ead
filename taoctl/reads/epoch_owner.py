"""Whose a subnet is in its next epoch, which may give it to the most convicted hotkey's owner."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.chain.view import View
from taoctl.economics.conviction import YEAR_BLOCKS, Lock, rolled, successor
from taoctl.reads.entries import PALLET, bits_of, item

NOBODY = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"
"""The account of 32 zero bytes, which stands for none."""

_TOTALS = ("HotkeyLock", "DecayingHotkeyLock", "OwnerLock", "DecayingOwnerLock")
_RATES = ("UnlockRate", "MaturityRate")
OWNER_NEEDS = tuple(
    item(name)
    for name in ("SubnetOwner", "SubnetOwnerHotkey", "NetworkRegisteredAt", "SubnetAlphaOut")
)
"""Entries without which it is not known whose a subnet is."""

_GROWTH = 1_000
"""A block adds far less than this part of a subnet's alpha outstanding when it is a year old."""


@dataclass(frozen=True, slots=True)
class EpochOwner:
    """The owner whom an epoch pays.

    Attributes:
        coldkey: the owner.
        hotkey: its hotkey of the subnet.
        before: the coldkey that owned it until then.
        seated: whether the hotkey has a UID already; where not, the epoch gives it one, which may
            replace a neuron.
        close: whether the conviction is so near what a hand-over takes that the alpha of the
            epoch's own block decides.
    """

    coldkey: str
    hotkey: str
    before: str
    seated: bool
    close: bool = False

    @property
    def known(self) -> bool:
        """Whether there is an owner who is paid."""
        return NOBODY not in (self.coldkey, self.hotkey)

    @property
    def changes(self) -> bool:
        """Whether the subnet changes hands in that epoch."""
        return self.coldkey != self.before


async def epoch_owner(view: View, netuid: int, block: int) -> EpochOwner:
    """The owner in an epoch in `block`, if no lock changes until then."""
    coldkey, hotkey, registered, outstanding = await asyncio.gather(
        *(view.value(PALLET, entry.item, netuid) for entry in OWNER_NEEDS)
    )
    now, main = str(coldkey), str(hotkey)
    king, close = None, False
    if block >= int(registered) + YEAR_BLOCKS and all(view.has(item(one)) for one in _TOTALS):
        convictions = await _convictions(view, netuid, main, block)
        king, later = (
            successor(convictions, block, registered=int(registered), outstanding=alpha)
            for alpha in (int(outstanding), int(outstanding) * (_GROWTH + 1) // _GROWTH)
        )
        close = king != later
    if king is not None:
        after = str(await view.value(PALLET, "Owner", king))
        if after not in (NOBODY, now):
            return EpochOwner(after, king, now, await _seated(view, netuid, king), close)
    return EpochOwner(now, main, now, await _seated(view, netuid, main))


async def _seated(view: View, netuid: int, hotkey: str) -> bool:
    return await view.value(PALLET, "Uids", netuid, hotkey) is not None


async def _convictions(view: View, netuid: int, owner: str, block: int) -> list[tuple[str, int]]:
    """(hotkey, conviction bits in that block) of all totals of locks on a subnet."""
    plain, decaying, own, own_decaying, *rates = await asyncio.gather(
        *(view.map(PALLET, name, netuid) for name in _TOTALS[:2]),
        *(view.value(PALLET, name, netuid) for name in _TOTALS[2:]),
        *(view.value(PALLET, name) for name in _RATES),
    )
    unlock, maturity = (int(one) for one in rates)
    kinds: list[tuple[Mapping[Any, Any], bool, bool]] = [
        (plain, False, True),
        (decaying, False, False),
        ({} if own is None else {owner: own}, True, True),
        ({} if own_decaying is None else {owner: own_decaying}, True, False),
    ]

    def each() -> Iterator[tuple[str, int]]:
        for totals, to_owner, perpetual in kinds:
            for hotkey, stored in totals.items():
                lock = Lock(
                    int(stored["locked_mass"]),
                    bits_of(stored["conviction"]) or 0,
                    int(stored["last_update"]),
                )
                now = rolled(
                    lock,
                    block,
                    unlock_rate=unlock,
                    maturity_rate=maturity,
                    to_owner=to_owner,
                    perpetual=perpetual,
                )
                yield str(hotkey), now.conviction

    return list(each())
