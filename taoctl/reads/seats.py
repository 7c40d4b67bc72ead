"""Seats of mine that are gone: no event tells, so whoever holds the UID now is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from taoctl.addresses import short_ss58
from taoctl.chain.view import View
from taoctl.errors import TaoctlError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, column_of
from taoctl.reads.neurons import MyNeuronRow

REPLACED = "replaced"
"""Somebody registered, and the chain gave them the UID."""
TRIMMED = "trimmed"
"""The subnet has fewer UIDs than before, and it was among those that went."""
DISSOLVED = "dissolved"
"""The subnet is gone."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A UID that a hotkey of mine held at a block, and since which block it did."""

    netuid: int
    uid: int
    hotkey: str
    coldkey: str
    registered_at: int | None
    held_block: int
    hotkey_name: str | None = None

    @classmethod
    def of(cls, row: MyNeuronRow, block: int) -> Self:
        """The seat of a neuron that was read at a block."""
        return cls(
            row.netuid, row.uid, row.hotkey, row.coldkey, row.registered_at, block, row.hotkey_name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSeatRow:
    """A UID that a hotkey of mine has lost, and who has it now."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot that it held")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mined or validated")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owned it", wide=True)]
    reason: Annotated[
        str,
        Column(
            "reason",
            Kind.TEXT,
            "replaced: by a registration; trimmed: its subnet has fewer slots; dissolved: the "
            "subnet is gone",
        ),
    ]
    registered_at: Annotated[
        int | None, Column("registered", Kind.BLOCK, "block of its registration", wide=True)
    ]
    held_block: Annotated[
        int, Column("held", Kind.BLOCK, "last block at which it was seen to hold it", wide=True)
    ]
    lost_block: Annotated[
        int | None, Column("lost", Kind.BLOCK, "block in which it lost it; - is not known")
    ]
    noticed_block: Annotated[int, Column("noticed", Kind.BLOCK, "block at which that was seen")]
    successor: Annotated[
        str | None, Column("now", Kind.SS58, "hotkey that holds the slot now; - is none")
    ]
    uid_now: Annotated[
        int | None,
        Column("uid now", Kind.UID, "slot it has since registered for again; - is none", wide=True),
    ]

    @property
    def what(self) -> str:
        """What became of it: `lost uid 7 in block 1,234 to 5Abcd…wxyz`."""
        said = f"lost uid {self.uid}"
        if self.reason != REPLACED:
            return f"{said}: the subnet {'is gone' if self.reason == DISSOLVED else 'was trimmed'}"
        at = "" if self.lost_block is None else f" in block {self.lost_block:,}"
        by = "" if self.successor is None else f" to {short_ss58(self.successor)}"
        again = "" if self.uid_now is None else f", and is back as uid {self.uid_now}"
        return f"{said}{at}{by}{again}"

    @property
    def place(self) -> tuple[int, str, int | None]:
        """What tells one seat from another: subnet, hotkey, and when it was registered."""
        return self.netuid, self.hotkey, self.registered_at


class SeatWatch:
    """Remembers the seats of mine that were read last, and says at a later block which are gone.

    It lives on over lost connections: what happened meanwhile is noticed at the next block that is
    read. It begins anew on another chain.
    """

    def __init__(self) -> None:
        self._genesis: str | None = None
        self._held: tuple[Seat, ...] = ()

    @property
    def held(self) -> tuple[Seat, ...]:
        """The seats as they were last read, or put back by `remember`."""
        return self._held

    def remember(self, genesis: str, seats: Iterable[Seat]) -> None:
        """Take seats of a chain as held, for example those that were kept on disk."""
        self._genesis, self._held = genesis, tuple(seats)

    def hold(self, view: View, rows: Iterable[MyNeuronRow]) -> None:
        """Take the neurons of mine at a block as what is held from here on."""
        self.remember(view.chain.genesis, (Seat.of(row, view.block) for row in rows))

    async def gone(self, view: View) -> tuple[LostSeatRow, ...]:
        """Of the seats that are held, those that are no longer at this block."""
        if view.chain.genesis != self._genesis:
            return ()
        return await lost_seats(view, self._held)


async def lost_seats(view: View, held: Sequence[Seat]) -> tuple[LostSeatRow, ...]:
    """Of seats that were held at earlier blocks, those that are lost at this one.

    The chain emits no event for it: the UID is another hotkey's, or its registration is a newer
    one. A hotkey that was swapped for another of its coldkey, one whose UID moved when a subnet
    was trimmed, and one that went to another coldkey have lost nothing.
    """
    places = [(seat.netuid, seat.uid) for seat in held]
    holders, starts = await asyncio.gather(
        column_of(view, "Keys", places), column_of(view, "BlockAtRegistration", places)
    )
    doubtful = [
        _Doubt(seat, str(holder), start)
        for seat, holder, start in zip(held, holders, starts, strict=True)
        if holder != seat.hotkey or _later(start, seat.registered_at)
    ]
    mine = frozenset((seat.netuid, seat.hotkey) for seat in held)
    found = await asyncio.gather(*(_settled(view, doubt, mine) for doubt in doubtful))
    return tuple(row for row in found if row is not None)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A seat that is not as it was: what is stored under its UID now, and since when."""

    seat: Seat
    stored: str
    start: int | None


async def _settled(
    view: View, doubt: _Doubt, mine: frozenset[tuple[int, str]]
) -> LostSeatRow | None:
    """What became of a seat; None when nothing was lost."""
    seat = doubt.seat
    added, uid_now, uid_of_stored, owner = await asyncio.gather(
        view.value(PALLET, "NetworksAdded", seat.netuid),
        view.value(PALLET, "Uids", seat.netuid, seat.hotkey),
        view.value(PALLET, "Uids", seat.netuid, doubt.stored),
        view.value(PALLET, "Owner", doubt.stored),
    )
    # Where nobody holds a UID, the chain answers with the account of zeros.
    holder = doubt.stored if uid_of_stored == seat.uid else None
    if uid_now is not None:
        since = await view.value(PALLET, "BlockAtRegistration", seat.netuid, int(uid_now))
        if not _later(since, seat.registered_at) or not await _was_held(view, seat):
            return None
    elif holder is not None and owner == seat.coldkey and _is_swap(doubt, holder, mine):
        return None
    reason, lost = _reason(doubt, bool(added), holder)
    return LostSeatRow(
        netuid=seat.netuid,
        hotkey_name=seat.hotkey_name,
        uid=seat.uid,
        hotkey=seat.hotkey,
        coldkey=seat.coldkey,
        reason=reason,
        registered_at=seat.registered_at,
        held_block=seat.held_block,
        lost_block=lost,
        noticed_block=view.block,
        successor=None if holder == seat.hotkey else holder,
        uid_now=None if uid_now is None else int(uid_now),
    )


def _is_swap(doubt: _Doubt, holder: str, mine: frozenset[tuple[int, str]]) -> bool:
    """Whether another hotkey has taken over the seat as it was, and not come from another one."""
    seat = doubt.seat
    return doubt.start == seat.registered_at and (seat.netuid, holder) not in mine


def _reason(doubt: _Doubt, added: bool, holder: str | None) -> tuple[str, int | None]:
    """Why a seat was lost, and in which block where that is known."""
    if not added:
        return DISSOLVED, None
    if holder is not None and _later(doubt.start, doubt.seat.registered_at):
        return REPLACED, doubt.start
    return TRIMMED, None


async def _was_held(view: View, seat: Seat) -> bool:
    """Whether this chain has the seat as it was read, and not only a fork that was given up.

    A registration of mine that a reorg moved to a later block is none that I lost and made again.
    """
    try:
        then = await view.chain.at_block(seat.held_block)
        holder, start = await asyncio.gather(
            then.value(PALLET, "Keys", seat.netuid, seat.uid),
            then.value(PALLET, "BlockAtRegistration", seat.netuid, seat.uid),
        )
    except TaoctlError:
        # The node no longer has that state; then the block is too old to have been in a reorg.
        return True
    return bool(holder == seat.hotkey and start == seat.registered_at)


def _later(start: Any, before: int | None) -> bool:
    return start is not None and before is not None and int(start) > before
