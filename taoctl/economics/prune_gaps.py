"""The neurons of a subnet one behind the other as they are pruned, and what parts neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from taoctl.economics.pruning import PruneOrder, Slot
from taoctl.economics.risk import Standing


class Apart(StrEnum):
    """Why a neuron goes after the one before it."""

    EMISSION = "emission"
    """It has more emission."""
    REGISTRATION = "registration"
    """It has as much emission, and was registered later."""
    UID = "uid"
    """It has as much emission, was registered in the same block, and has a higher uid."""
    STANDING = "standing"
    """It is the first of those with a better standing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One neuron in the line, and what parts it from the one before.

    Attributes:
        apart: None of the first in the line.
        emission: alpha rao of the last epoch that it has more than the one before.
        blocks: by how many its registration is later.
        Both are None where the one before has another standing; `blocks` may be negative.
    """

    uid: int
    standing: Standing
    apart: Apart | None
    emission: int | None
    blocks: int | None


def lined_up(order: PruneOrder, slots: Iterable[Slot]) -> tuple[Gap, ...]:
    """Every neuron of a subnet: first to last those that can go, then those that cannot.

    Args:
        order: of the subnet's neurons.
        slots: all of them; those that the order does not name are the owner's.
    """
    known = {slot.uid: slot for slot in slots}
    named = {*order.exposed, *order.immune, *order.sheltered}
    owners = sorted((uid for uid in known if uid not in named), key=lambda uid: _key(known[uid]))
    line = [
        (standing, uid)
        for standing, uids in (
            (Standing.EXPOSED, order.exposed),
            (Standing.IMMUNE, order.immune),
            (Standing.SHELTERED, order.sheltered),
            (Standing.OWNER, owners),
        )
        for uid in uids
    ]
    before: tuple[Standing, int] | None = None
    found = []
    for one in line:
        found.append(_gap(known, before, one))
        before = one
    return tuple(found)


def _gap(
    slots: dict[int, Slot], before: tuple[Standing, int] | None, one: tuple[Standing, int]
) -> Gap:
    standing, uid = one
    if before is None:
        return Gap(uid, standing, None, None, None)
    if before[0] is not standing:
        return Gap(uid, standing, Apart.STANDING, None, None)
    earlier, later = slots[before[1]], slots[uid]
    emission = later.emission - earlier.emission
    blocks = later.registered_at - earlier.registered_at
    apart = Apart.EMISSION if emission else Apart.REGISTRATION if blocks else Apart.UID
    return Gap(uid, standing, apart, emission, blocks)


def _key(slot: Slot) -> tuple[int, int, int]:
    return slot.emission, slot.registered_at, slot.uid
