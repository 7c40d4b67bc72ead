"""Neurons in the line in which they are pruned, and what parts neighbours in it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.prune_gaps import Apart, Gap, lined_up
from taoctl.economics.pruning import Slot, prune_order
from taoctl.economics.risk import Standing

BLOCK, IMMUNITY = 10_000, 1_000


def test_each_reason_to_go_later() -> None:
    rows = [(5, 10), (5, 10), (5, 40), (7, 0), (9, 0), (2, 9_500), (0, 20), (1, 30)]
    slots = [Slot(uid, *row) for uid, row in enumerate(rows)]
    order = prune_order(
        slots, block=BLOCK, immunity_period=IMMUNITY, min_non_immune=1, immortal={6, 7}
    )
    assert lined_up(order, slots) == (
        Gap(0, Standing.EXPOSED, None, None, None),
        Gap(1, Standing.EXPOSED, Apart.UID, 0, 0),
        Gap(2, Standing.EXPOSED, Apart.REGISTRATION, 0, 30),
        Gap(3, Standing.EXPOSED, Apart.EMISSION, 2, -40),
        Gap(5, Standing.IMMUNE, Apart.STANDING, None, None),
        Gap(4, Standing.SHELTERED, Apart.STANDING, None, None),
        Gap(6, Standing.OWNER, Apart.STANDING, None, None),
        Gap(7, Standing.OWNER, Apart.EMISSION, 1, 10),
    )
    assert lined_up(prune_order([], block=1, immunity_period=0, min_non_immune=0), []) == ()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(8_998, 9_003)), max_size=25),
    st.integers(0, 12),
    st.sets(st.integers(0, 5)),
)
def test_everybody_stands_in_line_once_and_parts_add_up(
    drawn: list[tuple[int, int]], floor: int, immortal: set[int]
) -> None:
    slots = [Slot(uid, *row) for uid, row in enumerate(drawn)]
    order = prune_order(
        slots, block=BLOCK, immunity_period=IMMUNITY, min_non_immune=floor, immortal=immortal
    )
    line = lined_up(order, slots)
    assert sorted(gap.uid for gap in line) == list(range(len(slots)))
    ranks = order.ranks()
    assert [gap.uid for gap in line if gap.uid in ranks] == sorted(ranks, key=ranks.__getitem__)
    standings = list(Standing)
    assert [standings.index(gap.standing) for gap in line] == sorted(
        standings.index(gap.standing) for gap in line
    )
    for before, gap in pairwise(line):
        one, other = slots[before.uid], slots[gap.uid]
        if before.standing is not gap.standing:
            assert (gap.apart, gap.emission, gap.blocks) == (Apart.STANDING, None, None)
            continue
        # The first figure that differs is what parts them, and it is larger.
        figures = [
            (Apart.EMISSION, one.emission, other.emission),
            (Apart.REGISTRATION, one.registered_at, other.registered_at),
            (Apart.UID, one.uid, other.uid),
        ]
        why, less, more = next(figure for figure in figures if figure[1] != figure[2])
        assert gap.apart is why and less < more
        assert one.emission + (gap.emission or 0) == other.emission
        assert one.registered_at + (gap.blocks or 0) == other.registered_at
