"""Who loses a slot when a full subnet takes a registration.

Source: registration.rs of subtensor at spec 425 (get_neuron_to_prune, get_immune_owner_tuples).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """A neuron as pruning sees it: Emission (alpha rao of the last epoch) and registration."""

    uid: int
    emission: int
    registered_at: int


@dataclass(frozen=True, slots=True)
class PruneOrder:
    """Uids in the order registrations would take their slots, were nothing else to change.

    `exposed` are out of immunity; `immune` follow once as many exposed slots are gone as the
    subnet may lose; `sheltered` are out of immunity but kept by that minimum, in the same
    order. Owner slots are in none. A slot taken meanwhile belongs to a new, immune neuron and
    is not ranked.
    """

    exposed: tuple[int, ...]
    immune: tuple[int, ...]
    sheltered: tuple[int, ...]

    @property
    def next_uid(self) -> int | None:
        """The uid that the next registration takes, None when there is none to take."""
        return next(iter(self.exposed + self.immune), None)

    def ranks(self) -> dict[int, int]:
        """1 for the next uid to go; sheltered and owner uids have no rank."""
        return {uid: rank for rank, uid in enumerate(self.exposed + self.immune, start=1)}


def prune_order(
    slots: Iterable[Slot],
    *,
    block: int,
    immunity_period: int,
    min_non_immune: int,
    immortal: Collection[int] = (),
) -> PruneOrder:
    """Order the neurons of a full subnet by who goes first.

    Lowest emission first, then the oldest registration, then the lowest uid; neurons past
    `immunity_period` blocks before immune ones, as long as more than `min_non_immune` of them
    remain. `immortal`: uids from `immortal_uids`.
    """
    ordered = sorted(
        (slot for slot in slots if slot.uid not in immortal),
        key=lambda slot: (slot.emission, slot.registered_at, slot.uid),
    )
    immune = [s.uid for s in ordered if is_immune(s.registered_at, block, immunity_period)]
    covered = set(immune)
    open_slots = [s.uid for s in ordered if s.uid not in covered]
    losable = max(len(open_slots) - min_non_immune, 0)
    return PruneOrder(tuple(open_slots[:losable]), tuple(immune), tuple(open_slots[losable:]))


def is_immune(registered_at: int, block: int, immunity_period: int) -> bool:
    """Whether a neuron's immunity still holds at a block."""
    return immunity_left_blocks(registered_at, block, immunity_period) > 0


def immunity_left_blocks(registered_at: int, block: int, immunity_period: int) -> int:
    """Blocks until a neuron can be pruned as non-immune, 0 when it can."""
    return max(immunity_period - max(block - registered_at, 0), 0)


def immortal_uids(
    owner_coldkey_slots: Sequence[Slot], owner_hotkey_uid: int | None, limit: int
) -> tuple[int, ...]:
    """Uids of the subnet owner that are never pruned.

    Args:
        owner_coldkey_slots: slots held by hotkeys of the owner's coldkey.
        owner_hotkey_uid: uid of SubnetOwnerHotkey, None when it holds none.
        limit: ImmuneOwnerUidsLimit.
    """
    oldest = sorted(owner_coldkey_slots, key=lambda slot: (slot.registered_at, slot.uid))
    uids = [slot.uid for slot in oldest[:limit]]
    if owner_hotkey_uid is not None and owner_hotkey_uid not in uids:
        uids.insert(0, owner_hotkey_uid)
    return tuple(uids[:limit])
