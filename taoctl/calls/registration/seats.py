"""Which UID a registration takes in the next block, and from whom.

Source: `get_neuron_to_prune`, `get_immune_owner_tuples` and `replace_neuron` of pallet subtensor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from taoctl.calls.stake.hotkeys import PALLET, is_stored, item, read, read_or_none
from taoctl.chain.view import View
from taoctl.economics.pruning import Slot, immortal_uids, prune_order
from taoctl.economics.schedule import next_epoch_block


@dataclass(frozen=True, slots=True)
class Seat:
    """A UID that a registration takes.

    Attributes:
        uid: the UID; None where nobody can tell.
        whose: a free seat, that of another neuron, that of a hotkey which the same transaction
            has just seated, or that of the subnet owner's hotkey, which the chain takes payment for
            and leaves where it is.
        hotkey: ss58 address of another neuron that has it; else None.
        coldkey: ss58 address of that hotkey's owner.
        emission_rao: alpha of that neuron in the last epoch; None on root.
        registered_at: block in which that neuron took it; None on root.
        stake_rao: root stake of that hotkey, where that decides.
    """

    uid: int | None
    whose: Literal["free", "other", "ours", "owner"] = "free"
    hotkey: str | None = None
    coldkey: str | None = None
    emission_rao: int | None = None
    registered_at: int | None = None
    stake_rao: int | None = None


class Seats:
    """The seats of a subnet in the next block, which one account's hotkeys take in turn.

    Attributes:
        told: whether this runtime's order of who goes first is known here.
    """

    def __init__(self, view: View, netuid: int, origin: str) -> None:
        self._view, self._netuid, self._origin = view, netuid, origin
        self._count = self._limit = 0
        self._slots: dict[int, Slot] = {}
        self._owners: set[int] = set()
        self._owner_uid: int | None = None
        self._owned_by_origin = False
        self._period = self._minimum = self._immortals = 0
        self._ours: set[int] = set()
        self.told = view.has(item("MinNonImmuneUids")) and not view.has(item("PruningScores"))

    async def load(self, wanted: int) -> Seats:
        """Read what decides, for so many registrations; itself."""
        count, limit = await asyncio.gather(
            read(self._view, "SubnetworkN", self._netuid),
            read(self._view, "MaxAllowedUids", self._netuid),
        )
        self._count, self._limit = int(count), int(limit)
        if self._limit and self._count + wanted > self._limit and self.told:
            await self._load_rules()
            await self._load_slots()
            await self._load_owner()
        return self

    async def _load_rules(self) -> None:
        period, minimum, limit = await asyncio.gather(
            read(self._view, "ImmunityPeriod", self._netuid),
            read(self._view, "MinNonImmuneUids", self._netuid),
            read_or_none(self._view, "ImmuneOwnerUidsLimit", self._netuid),
        )
        self._period, self._minimum, self._immortals = int(period), int(minimum), int(limit or 0)

    async def _load_slots(self) -> None:
        places = [(self._netuid, uid) for uid in range(self._count)]
        emission, registered = await asyncio.gather(
            read(self._view, "Emission", self._netuid),
            self._view.values(PALLET, "BlockAtRegistration", places),
        )
        for uid, block in enumerate(registered):
            earned = int(emission[uid]) if uid < len(emission) else 0
            self._slots[uid] = Slot(uid, earned, int(block))

    async def _load_owner(self) -> None:
        owner, hotkey, stored = await asyncio.gather(
            read(self._view, "SubnetOwner", self._netuid),
            read(self._view, "SubnetOwnerHotkey", self._netuid),
            is_stored(self._view, "SubnetOwnerHotkey", self._netuid),
        )
        self._owned_by_origin = owner == self._origin
        self._owners = set(await self._uids(await read(self._view, "OwnedHotkeys", owner)))
        if stored:
            self._owner_uid = next(iter(await self._uids([hotkey])), None)

    async def _uids(self, hotkeys: Iterable[str]) -> list[int]:
        keys = [(self._netuid, hotkey) for hotkey in hotkeys]
        found = await self._view.values(PALLET, "Uids", keys) if keys else []
        return [int(uid) for uid in found if uid is not None]

    async def take(self) -> Seat | None:
        """The seat of the next registration, which has it from now on; None where there is none."""
        if not self._limit:
            return None
        if self._count < self._limit:
            self._count += 1
            self._seat(self._count - 1)
            return Seat(self._count - 1)
        if not self.told:
            return Seat(None)
        uid = self._leaving()
        if uid is None:
            return None
        if uid == self._owner_uid:
            return Seat(uid, "owner")
        seat = Seat(uid, "ours") if uid in self._ours else await self._held(self._slots[uid])
        self._seat(uid)
        return seat

    def _seat(self, uid: int) -> None:
        self._slots[uid] = Slot(uid, 0, self._view.block + 1)
        self._ours.add(uid)
        self._owners.discard(uid)
        if self._owned_by_origin:
            self._owners.add(uid)

    def _leaving(self) -> int | None:
        owned = [self._slots[uid] for uid in self._owners if uid in self._slots]
        return prune_order(
            self._slots.values(),
            block=self._view.block + 1,
            immunity_period=self._period,
            min_non_immune=self._minimum,
            immortal=immortal_uids(owned, self._owner_uid, self._immortals),
        ).next_uid

    async def _held(self, slot: Slot) -> Seat:
        hotkey = str(await read(self._view, "Keys", self._netuid, slot.uid))
        coldkey = str(await read(self._view, "Owner", hotkey))
        return Seat(slot.uid, "other", hotkey, coldkey, slot.emission, slot.registered_at)


async def epoch_comes_first(view: View, netuid: int) -> bool:
    """Whether an epoch is due in the next block, which changes who goes first."""
    tempo, last, pending = await asyncio.gather(
        read_or_none(view, "Tempo", netuid),
        read_or_none(view, "LastEpochBlock", netuid),
        read_or_none(view, "PendingEpochAt", netuid),
    )
    if tempo is None or last is None:
        return False
    due = next_epoch_block(int(tempo), int(last), int(pending or 0))
    return due is not None and due <= view.block + 1
