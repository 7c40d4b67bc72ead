"""How near a neuron is to losing its UID, and when that may come, in blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from taoctl.economics.pruning import PruneOrder, Slot


class Standing(StrEnum):
    """Why a neuron can, or cannot, be replaced now."""

    EXPOSED = "exposed"
    """Out of immunity, so it can be replaced."""
    IMMUNE = "immune"
    """Replaced only once no more neurons out of immunity may go."""
    SHELTERED = "sheltered"
    """Out of immunity, kept by the least number of such neurons that a subnet keeps."""
    OWNER = "owner"
    """The subnet owner's, never replaced."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Registrations of a subnet: how many in the last `window` blocks, and how many UIDs are free.

    `allowed` is whether the subnet takes any now.
    """

    recent: int
    window: int
    free: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """The place of one neuron in the order of pruning.

    `ahead` counts the neurons that go before it as things stand, `rank` is one more, None of one
    that cannot go. `margin` is how much more emission (alpha rao of the last epoch) it has than
    the neuron that goes next; negative of an immune one with less. `blocks` is None where there
    is nothing to expect; `how` says in words what it was computed from.
    """

    standing: Standing
    rank: int | None
    ahead: int | None
    margin: int | None
    blocks: int | None
    how: str


def standing_of(order: PruneOrder, uid: int) -> Standing:
    """Which part of the order of pruning a uid is in."""
    for standing, uids in (
        (Standing.EXPOSED, order.exposed),
        (Standing.IMMUNE, order.immune),
        (Standing.SHELTERED, order.sheltered),
    ):
        if uid in uids:
            return standing
    return Standing.OWNER


def risk_of(
    uid: int,
    order: PruneOrder,
    slots: Mapping[int, Slot],
    *,
    immunity_left: int,
    arrivals: Arrivals,
) -> Risk:
    """The place and the expectation of one neuron, were registrations to go on as of late.

    Args:
        slots: every neuron that the order names, and the uid itself.
        immunity_left: blocks of immunity that the neuron has left.
    """
    standing, rank = standing_of(order, uid), order.ranks().get(uid)
    margin = None
    if order.next_uid is not None and rank is not None:
        margin = slots[uid].emission - slots[order.next_uid].emission
    if rank is None:
        return Risk(standing, None, None, margin, None, _why_not(standing))
    blocks, how = _expected(uid, rank, order, slots, immunity_left, arrivals)
    return Risk(standing, rank, rank - 1, margin, blocks, how)


def _why_not(standing: Standing) -> str:
    if standing is Standing.OWNER:
        return "the subnet owner's neuron is never replaced"
    return "the subnet keeps its last neurons that are out of immunity"


def _expected(
    uid: int,
    rank: int,
    order: PruneOrder,
    slots: Mapping[int, Slot],
    immunity_left: int,
    arrivals: Arrivals,
) -> tuple[int | None, str]:
    if not arrivals.allowed:
        return None, "the subnet takes no registrations"
    seen = f"{_counted(arrivals.recent, 'registration')} in the last {arrivals.window} blocks"
    if not arrivals.recent:
        return None, f"{seen}, so no rate to expect the next by"
    needed = arrivals.free + rank
    blocks = needed * arrivals.window // arrivals.recent
    how = f"({arrivals.free} free + place {rank}) * {arrivals.window} / {arrivals.recent}: {seen}"
    if uid not in order.immune or immunity_left == 0:
        return blocks, how
    before = _ahead_once_exposed(uid, order, slots)
    one = arrivals.window // arrivals.recent
    turn = (arrivals.free + before + 1) * arrivals.window // arrivals.recent
    later = max(immunity_left + one, turn)
    if blocks <= later:
        return blocks, how
    if later > turn:
        return later, f"{immunity_left} blocks of immunity, then one registration: {seen}"
    gone = f"{arrivals.free} free + {before} with less emission + 1"
    return later, f"({gone}) * {arrivals.window} / {arrivals.recent}, immunity over by then: {seen}"


def _ahead_once_exposed(uid: int, order: PruneOrder, slots: Mapping[int, Slot]) -> int:
    """Neurons out of immunity now that go before this one when it is out of immunity too."""

    def key(slot: Slot) -> tuple[int, int, int]:
        return slot.emission, slot.registered_at, slot.uid

    return sum(key(slots[other]) < key(slots[uid]) for other in order.exposed)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
