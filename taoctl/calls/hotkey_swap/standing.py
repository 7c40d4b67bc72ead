"""What a hotkey has on each subnet at one block, as far as a swap is about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taoctl.calls.stake.children import Child
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, is_stored, item, owner_of, read
from taoctl.chain.view import Storage, View

_STRIDE = 4096
"""Storage index of a mechanism = mechanism * 4096 + netuid."""
_SERVED = {"Axons": "axon", "Prometheus": "Prometheus", "NeuronCertificates": "certificate"}
_TIMELOCKED = ("TimelockedWeightCommits", "CRV3WeightCommitsV2", "CRV3WeightCommits")
_COMMITTED = Storage("Commitments", "CommitmentOf")


@dataclass(frozen=True, slots=True)
class OnSubnet:
    """What a hotkey has on one subnet.

    Attributes:
        netuid: the subnet.
        member: whether it has a seat; None where nothing was ever noted.
        uid: of its seat; None without one.
        alpha_rao: of everybody who staked to it.
        children: whom it lends to.
        parents: who lends to it.
        pending: the children that are asked for; None where no change waits.
        childkey_take: of 65535, where it was set; None for the chain's default.
        is_owners: whether it is the subnet owner's hotkey.
        served: the words for what its neuron publishes.
        commits: hashes of weights that wait to be revealed.
        timelocked: weights that wait for their pulse.
        auto_stakers: coldkeys that have mining income staked to it.
        lockers: coldkeys whose lock speaks for it.
        committed: whether something is kept under it in Commitments.
    """

    netuid: int
    member: bool | None = None
    uid: int | None = None
    alpha_rao: int = 0
    children: tuple[Child, ...] = ()
    parents: tuple[Child, ...] = ()
    pending: tuple[Child, ...] | None = None
    childkey_take: int | None = None
    is_owners: bool = False
    served: tuple[str, ...] = ()
    commits: int = 0
    timelocked: int = 0
    auto_stakers: int = 0
    lockers: int = 0
    committed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether a swap would find nothing here."""
        return not (self.is_kept or self.alpha_rao or self.lockers)

    @property
    def is_kept(self) -> bool:
        """Whether there is something besides stake."""
        family = self.children or self.parents or self.pending is not None
        share = self.childkey_take is not None
        return bool(self.uid is not None or family or share or self.is_owners or self.auto_stakers)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a hotkey has: everywhere, and on each subnet.

    Attributes:
        hotkey: ss58 address.
        owner: its coldkey; None where the chain does not know the hotkey.
        take: of 65535, where it was set; None for the chain's default.
        on: by netuid, for every subnet there is.
    """

    hotkey: str
    owner: str | None
    take: int | None
    on: Mapping[int, OnSubnet]


async def standing(view: View, hotkey: str) -> Standing:
    """All that a hotkey has in the view's block."""
    return await view.derived(("standing", hotkey), lambda: _standing(view, hotkey))


async def netuids_of(view: View) -> list[int]:
    """The subnets there are, root among them, ascending."""
    found = await view.map(PALLET, NETWORKS.item)
    return sorted(int(netuid) for netuid, there in found.items() if there)


async def _standing(view: View, hotkey: str) -> Standing:
    netuids = await netuids_of(view)
    owner, chosen, take = await asyncio.gather(
        owner_of(view, hotkey),
        is_stored(view, "Delegates", hotkey),
        read(view, "Delegates", hotkey),
    )
    rows = await _Subnets(view, hotkey, netuids).rows()
    return Standing(hotkey, owner, int(take) if chosen else None, {one.netuid: one for one in rows})


class _Subnets:
    """One hotkey's rows, gathered item by item: a whole map, or a column of single values."""

    def __init__(self, view: View, hotkey: str, netuids: Sequence[int]) -> None:
        self.view, self.hotkey, self.netuids = view, hotkey, netuids

    async def rows(self) -> list[OnSubnet]:
        """A row for each subnet."""
        member, alpha, children, parents, takes, auto, uids, pending, owners = await asyncio.gather(
            self._map("IsNetworkMember"),
            self._map("TotalHotkeyAlpha"),
            self._map("ChildKeys"),
            self._map("ParentKeys"),
            self._map("ChildkeyTake"),
            self._map("AutoStakeDestinationColdkeys"),
            self._column("Uids", [(n, self.hotkey) for n in self.netuids]),
            self._column("PendingChildKeys", [(n, self.hotkey) for n in self.netuids]),
            self._column("SubnetOwnerHotkey", [(n,) for n in self.netuids]),
        )
        seated = [n for n in self.netuids if uids.get(n) is not None]
        served, waiting, committed, lockers = await asyncio.gather(
            self._served(seated), self._waiting(seated), self._committed(seated), self._lockers()
        )
        return [
            OnSubnet(
                netuid,
                member=member.get(netuid),
                uid=None if uids.get(netuid) is None else int(uids[netuid]),
                alpha_rao=int(alpha.get(netuid) or 0),
                children=_family(children.get(netuid)),
                parents=_family(parents.get(netuid)),
                pending=_asked(pending.get(netuid)),
                childkey_take=None if takes.get(netuid) is None else int(takes[netuid]),
                is_owners=owners.get(netuid) == self.hotkey,
                served=served.get(netuid, ()),
                commits=waiting.get(netuid, (0, 0))[0],
                timelocked=waiting.get(netuid, (0, 0))[1],
                auto_stakers=len(auto.get(netuid) or ()),
                lockers=lockers.get(netuid, 0),
                committed=netuid in committed,
            )
            for netuid in self.netuids
        ]

    async def _map(self, name: str) -> dict[int, Any]:
        if not self.view.has(item(name)):
            return {}
        found = await self.view.map(PALLET, name, self.hotkey)
        return {int(netuid): value for netuid, value in found.items()}

    async def _column(self, name: str, keys: Sequence[tuple[Any, ...]]) -> dict[int, Any]:
        """Values by the first part of their key; empty where the runtime lacks the item."""
        if not keys or not self.view.has(item(name)):
            return {}
        values = await self.view.values(PALLET, name, keys)
        return {int(key[0]): value for key, value in zip(keys, values, strict=True)}

    async def _served(self, seated: Sequence[int]) -> dict[int, tuple[str, ...]]:
        keys = [(netuid, self.hotkey) for netuid in seated]
        columns = await asyncio.gather(*(self._column(name, keys) for name in _SERVED))
        return {
            netuid: tuple(
                word
                for word, column in zip(_SERVED.values(), columns, strict=True)
                if column.get(netuid) is not None
            )
            for netuid in seated
        }

    async def _waiting(self, seated: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Hashed and timelocked commits of each subnet, over all of its mechanisms."""
        counts = await self._column("MechanismCountCurrent", [(netuid,) for netuid in seated])
        found = await asyncio.gather(
            *(self._waiting_on(netuid, int(counts.get(netuid, 1))) for netuid in seated)
        )
        return dict(zip(seated, found, strict=True))

    async def _waiting_on(self, netuid: int, mechanisms: int) -> tuple[int, int]:
        indices = [mechanism * _STRIDE + netuid for mechanism in range(mechanisms)]
        hashed = await self._column("WeightCommits", [(one, self.hotkey) for one in indices])
        locked = await asyncio.gather(*(self._timelocked(one) for one in indices))
        return sum(len(one or ()) for one in hashed.values()), sum(locked)

    async def _timelocked(self, index: int) -> int:
        there = [name for name in _TIMELOCKED if self.view.has(item(name))]
        found = await asyncio.gather(*(self.view.map(PALLET, name, index) for name in there))
        queues = (queue for epochs in found for queue in epochs.values())
        return sum(str(who) == self.hotkey for queue in queues for who, *_ in queue)

    async def _committed(self, seated: Sequence[int]) -> set[int]:
        if not seated or not self.view.has(_COMMITTED):
            return set()
        keys = [(netuid, self.hotkey) for netuid in seated]
        values = await self.view.values(_COMMITTED.pallet, _COMMITTED.item, keys)
        return {netuid for netuid, value in zip(seated, values, strict=True) if value is not None}

    async def _lockers(self) -> dict[int, int]:
        if not self.view.has(item("LockingColdkeys")):
            return {}
        # Locks to the subnet owner's hotkey are counted in totals of their own.
        owners = await self._column("SubnetOwnerHotkey", [(n,) for n in self.netuids])
        keys = [(netuid, self.hotkey) for netuid in self.netuids]
        totals = await asyncio.gather(
            *(self._column(name, keys) for name in ("HotkeyLock", "DecayingHotkeyLock"))
        )
        some = [
            netuid
            for netuid in self.netuids
            if owners.get(netuid) == self.hotkey
            or any(one.get(netuid) is not None for one in totals)
        ]
        counts = await asyncio.gather(*(self._lockers_on(netuid) for netuid in some))
        return dict(zip(some, counts, strict=True))

    async def _lockers_on(self, netuid: int) -> int:
        return len(await self.view.map(PALLET, "LockingColdkeys", netuid, self.hotkey))


def _family(stored: Iterable[tuple[Any, Any]] | None) -> tuple[Child, ...]:
    return tuple(Child(str(hotkey), int(share)) for share, hotkey in stored or ())


def _asked(stored: tuple[Any, Any] | None) -> tuple[Child, ...] | None:
    """Children that are asked for; the block they wait for is never 0 where some are."""
    return None if stored is None or not int(stored[1]) else _family(stored[0])
