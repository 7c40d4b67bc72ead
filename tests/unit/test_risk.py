"""How near a neuron is to pruning: its place, its margin, and the blocks to be expected."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.pruning import PruneOrder, Slot, prune_order
from taoctl.economics.risk import Arrivals, Risk, Standing, risk_of

BLOCK, IMMUNITY = 10_000, 1_000
SLOTS = {
    uid: Slot(uid, emission, registered)
    for uid, (emission, registered) in enumerate(
        [(900, 0), (500, 10), (100, 20), (300, 30), (50, 9_600), (400, 9_100), (700, 40)]
    )
}
ORDER = prune_order(
    SLOTS.values(), block=BLOCK, immunity_period=IMMUNITY, min_non_immune=2, immortal={0}
)
USUAL = Arrivals(recent=4, window=7_200, free=0, allowed=True)


def risk(uid: int, arrivals: Arrivals = USUAL, order: PruneOrder = ORDER) -> Risk:
    left = max(IMMUNITY - (BLOCK - SLOTS[uid].registered_at), 0)
    return risk_of(uid, order, SLOTS, immunity_left=left, arrivals=arrivals)


def test_each_standing_and_place() -> None:
    assert (ORDER.exposed, ORDER.immune, ORDER.sheltered) == ((2, 3), (4, 5), (1, 6))
    assert [risk(uid).standing for uid in range(7)] == [
        Standing.OWNER,
        Standing.SHELTERED,
        Standing.EXPOSED,
        Standing.EXPOSED,
        Standing.IMMUNE,
        Standing.IMMUNE,
        Standing.SHELTERED,
    ]
    assert [risk(uid).rank for uid in range(7)] == [None, None, 1, 2, 3, 4, None]
    assert [risk(uid).ahead for uid in range(7)] == [None, None, 0, 1, 2, 3, None]
    assert [risk(uid).margin for uid in (2, 3, 4, 5)] == [0, 200, -50, 300]


def test_blocks_are_registrations_still_to_come_at_the_recent_rate() -> None:
    assert [risk(uid).blocks for uid in (2, 3)] == [1_800, 3_600]
    with_room = replace(USUAL, free=3)
    assert [risk(uid, with_room).blocks for uid in (2, 3)] == [7_200, 9_000]
    assert "(3 free + place 2) * 7200 / 4: 4 registrations" in risk(3, with_room).how


def test_an_immune_neuron_can_go_soon_after_its_immunity_ends() -> None:
    # 600 blocks of immunity and nobody with less emission: the first registration after it.
    assert risk(4).blocks == 600 + 1_800
    # 100 blocks of immunity, but two with less emission go before it.
    assert risk(5).blocks == 3_600 + 1_800
    assert risk(4).how.startswith("600 blocks of immunity, then one registration: 4 reg")
    assert risk(5).how.startswith("(0 free + 2 with less emission + 1) * 7200 / 4, immunity over")
    # So many registrations that the immune are reached before immunity ends.
    rush = replace(USUAL, recent=7_200)
    assert risk(4, rush).blocks == 3


def test_nothing_is_expected_where_nothing_happens() -> None:
    quiet, closed = replace(USUAL, recent=0), replace(USUAL, allowed=False)
    assert (risk(2, quiet).blocks, risk(2, closed).blocks) == (None, None)
    assert risk(2, quiet).how.startswith("0 registrations in the last 7200 blocks")
    assert risk(2, closed).how == "the subnet takes no registrations"
    assert risk(0).blocks is None and "never" in risk(0).how
    assert risk(6).blocks is None and "out of immunity" in risk(6).how


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(8_000, BLOCK)), min_size=1, max_size=20),
    st.integers(0, 8),
    st.integers(0, 5),
    st.integers(1, 500),
)
def test_who_goes_next_is_expected_first(
    drawn: list[tuple[int, int]], floor: int, free: int, recent: int
) -> None:
    slots = {uid: Slot(uid, *values) for uid, values in enumerate(drawn)}
    order = prune_order(slots.values(), block=BLOCK, immunity_period=IMMUNITY, min_non_immune=floor)
    arrivals = Arrivals(recent, 7_200, free, allowed=True)
    found = {
        uid: risk_of(
            uid,
            order,
            slots,
            immunity_left=max(IMMUNITY - (BLOCK - slot.registered_at), 0),
            arrivals=arrivals,
        )
        for uid, slot in slots.items()
    }
    for uid, one in found.items():
        assert (one.blocks is None) == (one.rank is None)
        if one.rank is not None and one.blocks is not None:
            assert one.blocks <= (free + one.rank) * 7_200 // recent
            assert one.margin == slots[uid].emission - slots[order.next_uid or 0].emission
    if order.exposed:
        first = found[order.exposed[0]]
        assert first.blocks == (free + 1) * 7_200 // recent
        assert all((one.blocks or first.blocks) >= first.blocks for one in found.values())
