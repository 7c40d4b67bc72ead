"""Who loses a slot, in which order, and when an epoch is due."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.pruning import (
    Slot,
    immortal_uids,
    immunity_left_blocks,
    is_immune,
    prune_order,
)
from taoctl.economics.schedule import activity_cutoff_blocks, epoch_due, next_epoch_block

BLOCK, IMMUNITY = 10_000, 1_000
SLOTS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([0, 1, 8_999, 9_000, 9_001, 10_000])), max_size=25
).map(lambda rows: [Slot(uid, *row) for uid, row in enumerate(rows)])


@given(SLOTS, st.integers(0, 12), st.sets(st.integers(0, 5)))
def test_the_order_is_what_repeated_registrations_would_do(
    slots: list[Slot], floor: int, immortal: set[int]
) -> None:
    def victim(alive: list[Slot]) -> Slot | None:
        """The chain's single pass: best exposed if enough of them, else best immune."""
        mortal = [slot for slot in alive if slot.uid not in immortal]
        key = lambda slot: (slot.emission, slot.registered_at, slot.uid)  # noqa: E731
        exposed = [s for s in mortal if BLOCK - s.registered_at >= IMMUNITY]
        immune = [s for s in mortal if BLOCK - s.registered_at < IMMUNITY]
        if len(exposed) > floor:
            return min(exposed, key=key)
        return min(immune, key=key, default=None)

    order = prune_order(
        slots, block=BLOCK, immunity_period=IMMUNITY, min_non_immune=floor, immortal=immortal
    )
    alive, taken = list(slots), []
    while (gone := victim(alive)) is not None:
        alive.remove(gone)
        taken.append(gone.uid)
    assert list(order.exposed + order.immune) == taken
    assert order.next_uid == (taken[0] if taken else None)
    assert order.ranks() == {uid: rank for rank, uid in enumerate(taken, start=1)}
    left = {slot.uid for slot in alive} - immortal
    assert set(order.sheltered) == left


def test_lowest_emission_then_oldest_then_lowest_uid_goes_first() -> None:
    slots = [Slot(0, 5, 1), Slot(1, 3, 9), Slot(2, 3, 4), Slot(3, 3, 4), Slot(4, 0, 9_999)]
    order = prune_order(slots, block=BLOCK, immunity_period=IMMUNITY, min_non_immune=0)
    assert order.exposed == (2, 3, 1, 0)
    assert order.immune == (4,)
    kept = prune_order(slots, block=BLOCK, immunity_period=IMMUNITY, min_non_immune=3)
    assert (kept.exposed, kept.immune, kept.sheltered) == ((2,), (4,), (3, 1, 0))


def test_immunity_ends_after_its_blocks() -> None:
    assert immunity_left_blocks(9_001, BLOCK, IMMUNITY) == 1
    assert is_immune(9_001, BLOCK, IMMUNITY)
    assert not is_immune(9_000, BLOCK, IMMUNITY)
    assert immunity_left_blocks(0, BLOCK, IMMUNITY) == 0


def test_the_owner_keeps_its_hotkey_and_its_oldest_slots() -> None:
    owned = [Slot(7, 0, 30), Slot(4, 0, 10), Slot(2, 0, 10)]
    assert immortal_uids(owned, None, 2) == (2, 4)
    assert immortal_uids(owned, 7, 2) == (7, 2)
    assert immortal_uids(owned, 4, 2) == (2, 4)
    assert immortal_uids([replace(owned[0], uid=1)], 1, 0) == ()


def test_an_epoch_is_due_by_tempo_by_trigger_or_after_a_week() -> None:
    def due(block: int, *, tempo: int = 360, pending: int = 0, since: int = 1) -> bool:
        return epoch_due(
            block,
            tempo=tempo,
            last_epoch_block=1_000,
            pending_epoch_at=pending,
            blocks_since_last_step=since,
        )

    assert not due(1_359)
    assert due(1_360)
    assert due(1_010, pending=1_010)
    assert not due(1_009, pending=1_010)
    assert due(1_001, since=50_401)
    assert not due(99_999, tempo=0)
    assert next_epoch_block(360, 1_000, 0) == 1_360
    assert next_epoch_block(360, 1_000, 1_200) == 1_200
    assert next_epoch_block(0, 1_000, 0) is None
    assert activity_cutoff_blocks(13_889, 360) == 5_000
    assert activity_cutoff_blocks(1, 10) == 1
