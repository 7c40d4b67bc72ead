"""What a chain knows of the swap of a coldkey: its announcement, its times, its dispute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.stake.hotkeys import item, read
from taoctl.chain.view import View

ANNOUNCEMENTS = item("ColdkeySwapAnnouncements")
DISPUTES = item("ColdkeySwapDisputes")
DELAY = item("ColdkeySwapAnnouncementDelay")
CHANGE_DELAY = item("ColdkeySwapReannouncementDelay")
ENTRIES = (ANNOUNCEMENTS, DISPUTES, DELAY, CHANGE_DELAY)
"""What swaps are read from."""

LAST_BLOCK = 2**32 - 1
"""The highest number that the chain gives a block of a swap."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A swap that is announced and not carried out yet.

    Attributes:
        due: the first block in which it may be carried out.
        new_hash: of the coldkey to swap to, `0x` text.
        changeable: the first block in which it may be replaced or called off.
        disputed: the block in which it was disputed; None where it was not.
    """

    due: int
    new_hash: str
    changeable: int
    disputed: int | None


async def announcement(view: View, coldkey: str) -> Announcement | None:
    """The announced swap of a coldkey; None where there is none."""
    found, disputed, wait = await asyncio.gather(
        read(view, ANNOUNCEMENTS.item, coldkey),
        read(view, DISPUTES.item, coldkey),
        read(view, CHANGE_DELAY.item),
    )
    if found is None:
        return None
    due, new_hash = found
    return Announcement(
        due=int(due),
        new_hash=str(new_hash),
        changeable=min(int(due) + int(wait), LAST_BLOCK),
        disputed=None if disputed is None else int(disputed),
    )
