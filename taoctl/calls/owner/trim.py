"""Fewer UIDs for a subnet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.owner.standing import no_subnet, not_in_time, not_owner
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, is_stored, item, read
from taoctl.chain.owner_clock import TRIMMING
from taoctl.chain.view import Call, View
from taoctl.economics.pruning import Slot, immortal_uids, is_immune
from taoctl.economics.trimming import immune_percent, leaving

_CALL = Call("AdminUtils", "sudo_trim_to_max_allowed_uids")
_MOST_IMMUNE = 80
"""Per cent of those who may stay; as many may not be immune."""


@dataclass(frozen=True, slots=True)
class TrimUids(Intent):
    """Let a subnet have fewer UIDs; those who earn least leave.

    Attributes:
        netuid: the subnet; the signer must own it.
        most: UIDs that it may have then.
    """

    needs = (
        NETWORKS,
        item("SubnetOwner"),
        item("Tempo"),
        item("MinAllowedUids"),
        item("ImmuneOwnerUidsLimit"),
        _CALL,
    )

    netuid: int
    most: int

    @property
    def root_may(self) -> bool:
        """Root may too."""
        return True

    def summary(self) -> str:
        """How many stay, and where."""
        return f"trim subnet {self.netuid} to {self.most} UIDs"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`sudo_trim_to_max_allowed_uids`."""
        args = {"netuid": self.netuid, "max_n": self.most}
        return ChainCall(_CALL.pallet, _CALL.name, args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Not the owner, too soon, frozen, too few or too many, or most of them immune."""
        foreign = await not_owner(view, origin, self.netuid)
        if foreign:
            return foreign
        waits = await not_in_time(view, self.netuid, "the room for UIDs", TRIMMING)
        return (*waits, *await self._bad(view))

    async def root_preflight(self, view: View) -> tuple[Refusal, ...]:
        """The same but for who owns it, and how long ago its owner did so."""
        missing = await no_subnet(view, self.netuid, "SubnetNotExists")
        if missing:
            return missing
        waits = await not_in_time(view, self.netuid, "the room for UIDs", None)
        return (*waits, *await self._bad(view))

    async def _bad(self, view: View) -> tuple[Refusal, ...]:
        least = int(await read(view, "MinAllowedUids", self.netuid))
        room = int(await read(view, "MaxAllowedUids", self.netuid))
        if not least <= self.most <= room:
            said = f"subnet {self.netuid} may be trimmed to {least} UIDs, and has room for {room}"
            hint = f"choose from {least} to {room}"
            return (Refusal("InvalidValue", said, hint),)
        count = int(await read(view, "SubnetworkN", self.netuid))
        if count <= self.most:
            return ()
        stays = await self._staying(view, count)
        if immune_percent(len(stays), self.most) < _MOST_IMMUNE:
            return ()
        said = f"{len(stays)} UIDs are the owner's or in immunity, {_MOST_IMMUNE} % of {self.most}"
        hint = "choose more, or wait until fewer are in immunity"
        return (Refusal("TrimmingWouldExceedMaxImmunePercentage", f"{said} or more", hint),)

    async def _staying(self, view: View, count: int) -> frozenset[int]:
        """UIDs that are the owner's or in immunity in the next block."""
        period, blocks = await asyncio.gather(
            read(view, "ImmunityPeriod", self.netuid),
            view.values(PALLET, "BlockAtRegistration", [(self.netuid, u) for u in range(count)]),
        )
        immune = {
            uid
            for uid, block in enumerate(blocks)
            if is_immune(int(block), view.block + 1, int(period))
        }
        return frozenset(immune | set(await self._owners(view, [int(one) for one in blocks])))

    async def _owners(self, view: View, registered: list[int]) -> tuple[int, ...]:
        owner, limit = await asyncio.gather(
            read(view, "SubnetOwner", self.netuid),
            read(view, "ImmuneOwnerUidsLimit", self.netuid),
        )
        keys = [(self.netuid, hotkey) for hotkey in await read(view, "OwnedHotkeys", owner)]
        uids = await view.values(PALLET, "Uids", keys) if keys else []
        slots = [Slot(int(uid), 0, registered[int(uid)]) for uid in uids if uid is not None]
        speaks: int | None = None
        if await is_stored(view, "SubnetOwnerHotkey", self.netuid):
            hotkey = await read(view, "SubnetOwnerHotkey", self.netuid)
            found = await read(view, "Uids", self.netuid, hotkey)
            speaks = None if found is None else int(found)
        return immortal_uids(slots, speaks, int(limit))

    async def _leaving(self, view: View) -> list[int]:
        count = int(await read(view, "SubnetworkN", self.netuid))
        if count <= self.most:
            return []
        emission = [int(one) for one in await read(view, "Emission", self.netuid)]
        return sorted(leaving(emission, await self._staying(view, count), count - self.most))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The room, the neurons, and who leaves."""
        room, count = await asyncio.gather(
            read(view, "MaxAllowedUids", self.netuid), read(view, "SubnetworkN", self.netuid)
        )
        found = [
            Effect(None, "max_allowed_uids", str(room), str(self.most), netuid=self.netuid),
            Effect(
                None, "neurons", str(count), str(min(int(count), self.most)), netuid=self.netuid
            ),
        ]
        gone = await self._leaving(view)
        keys = [(self.netuid, uid) for uid in gone]
        hotkeys = await view.values(PALLET, "Keys", keys) if keys else []
        found += [
            Effect(None, f"uid {uid}", str(hotkey), "none", netuid=self.netuid)
            for uid, hotkey in zip(gone, hotkeys, strict=True)
        ]
        return tuple(found)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What leaving takes along, and that UIDs change."""
        found = ["it may be trimmed again 216000 blocks after this, not before"]
        if gone := await self._leaving(view):
            found.append("who leaves keeps stake, and loses the seat without anything for it")
            found.append(f"who stays and has a UID above {gone[0]} gets a lower one")
            found.append("who leaves may be others, if an epoch comes before this does")
        return tuple(found)
