"""Alarms about own neurons on every screen, and notices of lost UIDs, with rows put in by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import dashboard_rows as made
import pytest
from offline import beat, dashboard, feed, live, overview_rows
from textual.pilot import Pilot

from taoctl.economics.reveal import EpochClock
from taoctl.reads.alarms import near_pruning, old_weights_blocks, tempos_text
from taoctl.reads.coldkey_swaps import ColdkeySwapRow
from taoctl.reads.lost_commits import LostCommit
from taoctl.reads.seats import DISSOLVED, REPLACED, TRIMMED, LostSeatRow
from taoctl.reads.weight_commits import Commit
from tui.app import Dashboard
from tui.attention import warnings
from tui.notices import Alarms, Losses, alarms, is_alarming, lost_text
from tui.screens.help import HelpScreen
from tui.widgets.header import Header
from tui.widgets.lines import Lines, width_of
from tui.widgets.notice import Notice
from tui.widgets.panels import AttentionPanel

Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]


def drive(steps: Steps, size: tuple[int, int] = (120, 40)) -> None:
    async def main() -> None:
        dash = dashboard()
        async with dash.run_test(size=size) as pilot:
            beat(dash)
            await pilot.pause()
            await steps(pilot, dash)

    asyncio.run(main())


def lost(uid: int = 7, **changes: Any) -> LostSeatRow:
    values: dict[str, Any] = {
        "netuid": 5,
        "hotkey_name": f"rig-{uid}",
        "uid": uid,
        "hotkey": made.address("hotkey", 5, uid),
        "coldkey": made.address("wallet", "miner"),
        "reason": REPLACED,
        "registered_at": 10,
        "held_block": 998,
        "lost_block": 999,
        "noticed_block": 999,
        "successor": made.address("successor"),
        "uid_now": None,
    }
    return LostSeatRow(**(values | changes))


def lost_commit(block: int = 900, drand_round: int | None = 77) -> LostCommit:
    """A commit of `vali` on subnet 1 whose pulse did not come."""
    clock = EpochClock(999, 12, 11, 990, 0, 9)
    hotkey = made.address("hotkey", 1, 8)
    return LostCommit(calm(), Commit(0, hotkey, 1, "0x01", block, 11, clock, drand_round), True)


def swap(**changes: Any) -> ColdkeySwapRow:
    """A coldkey that is to be swapped in 5,000 blocks."""
    values: dict[str, Any] = {
        "wallet_name": "miner",
        "coldkey": made.address("wallet", "miner"),
        "state": "waiting",
        "new_coldkey": None,
        "new_coldkey_hash": "0x" + "77" * 32,
        "announced_block": 900,
        "execute_from_block": 6_001,
        "execute_in_blocks": 5_000,
        "change_from_block": 9_000,
        "disputed_block": None,
    }
    return ColdkeySwapRow(**(values | changes))


def text(dash: Dashboard, kind: type[Lines]) -> str:
    widget = dash.screen.query_one(kind)
    lines = widget.lines(widget.size.width)
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def calm(**changes: Any) -> Any:
    """A validator that is far from everything."""
    row = made.my_neuron(1, 8, "validator", "vali")
    far = {"prune_rank": 50, "last_update": 995, "registered_at": 1, "immunity_left_blocks": 0}
    return replace(row, **(far | changes))


@pytest.mark.parametrize(
    ("rank", "free", "near"),
    [(1, 0, True), (3, 0, True), (4, 0, False), (1, 1, False), (None, 0, False), (3, None, True)],
)
def test_three_places_are_near_where_there_is_no_room(
    rank: int | None, free: int | None, near: bool
) -> None:
    assert near_pruning(rank, free) == near


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [
        ({"last_update": 1000 - 22}, None),
        ({"last_update": 1000 - 23}, 23),
        ({"last_update": 500}, 500),
        ({"last_update": 500, "validator_permit": False}, None),
        ({"last_update": 500, "validator_permit": None}, None),
        ({"last_update": 500, "registered_at": 500}, None),
        ({"last_update": 0, "registered_at": None}, None),
        ({"last_update": None}, None),
        ({"last_update": 500, "netuid": 0}, None),
        ({"last_update": 1001}, None),
    ],
)
def test_weights_are_old_after_two_tempos(changes: dict[str, Any], blocks: int | None) -> None:
    row = calm(**changes)
    assert row.tempo == 11
    assert old_weights_blocks(row, row.tempo, 1000) == blocks
    assert old_weights_blocks(row, None, 1000) is old_weights_blocks(row, 0, 1000) is None


def test_tempos_are_cut_and_not_rounded() -> None:
    assert [tempos_text(blocks, 360) for blocks in (721, 755, 756, 3_600)] == [
        "2.0",
        "2.0",
        "2.1",
        "10.0",
    ]


def test_alarms_count_what_there_is() -> None:
    near, old = calm(prune_rank=2), calm(last_update=900)
    both = calm(prune_rank=1, last_update=900)
    assert alarms([calm()], 1000) == Alarms()
    found = alarms([calm(), near, old, both], 1000, (lost(),))
    assert (found.near, found.old, found.total) == (2, 2, 5)
    assert found.words() == ("LOST 1", "PRUNING 2", "OLD WEIGHTS 2")
    swaps = alarms([near], 1000, (), (swap(), swap(execute_from_block=None), swap()))
    assert swaps.total == 3 and swaps.words() == ("KEY SWAP 2", "PRUNING 1")


def test_a_validator_past_the_cutoff_is_inactive_and_not_only_old() -> None:
    row = calm(last_update=900, active_to_block=999)
    assert alarms([row], 999).words() == ("OLD WEIGHTS 1",)
    assert alarms([row], 1000).words() == ("INACTIVE 1",)
    assert alarms([replace(row, validator_permit=False)], 1000) == Alarms()
    assert alarms([replace(row, last_update=1, registered_at=1)], 1000) == Alarms()
    assert alarms([replace(row, active_to_block=None)], 1000).words() == ("OLD WEIGHTS 1",)
    fresh = replace(row, last_update=995)
    assert is_alarming(fresh, 1000, 11, 0) and not is_alarming(fresh, 999, 11, 0)
    (said,) = (one.text for one in warnings([row], 1000) if "weights" in one.text)
    assert said == "inactive: weights too old, its stake does not count"


def test_a_lost_commit_is_on_every_screen_until_it_is_dismissed_and_rings_once() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rung: list[None] = []
        dash.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        rows = replace(overview_rows(), lost=(lost_commit(), lost(7)))
        for block in (1000, 1001):
            dash.live_screen.live = live(rows, block)
            await pilot.pause()
        await pilot.press("3")
        await pilot.pause()
        assert "LOST 1" in text(dash, Header) and "COMMIT LOST 1" in text(dash, Header)
        said = "weights committed in block 900 are lost: drand round 77 did not come in time"
        assert text(dash, Notice).startswith(f"LOST  SN 1 vali {said}")
        assert len(rung) == 1
        await pilot.press("x", "x", "1")
        dash.live_screen.live = live(rows, 1002)
        await pilot.pause()
        assert len(rung) == 1 and "LOST" not in text(dash, Header)

    drive(steps, size=(200, 50))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "miner coldkey swap in 5,000 blocks; not yours? dispute it"),
        ({"execute_in_blocks": 0}, "miner coldkey swap due now; not yours? dispute it"),
        ({"disputed_block": 950}, "miner coldkey swap disputed, the key is frozen"),
        ({"wallet_name": "\x1b[2Jx"}, "x coldkey swap in"),
        ({"execute_from_block": None}, None),
    ],
)
def test_an_announced_swap_of_a_coldkey_comes_first_and_rings_once(
    changes: dict[str, Any], said: str | None
) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rung: list[None] = []
        dash.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        rows = replace(overview_rows(), swaps=(swap(**changes),))
        for block in (1000, 1001):
            dash.screen.live = live(rows, block)  # type: ignore[attr-defined]
            await pilot.pause()
        first = text(dash, AttentionPanel).splitlines()[0]
        assert "\x1b" not in first and (said in first if said else "swap" not in first)
        assert ("KEY SWAP 1" in text(dash, Header)) == (said is not None)
        assert len(rung) == (said is not None)

    drive(steps, size=(200, 50))


def test_a_seat_is_told_of_once_dismissed_in_order_and_withdrawn_when_it_is_back() -> None:
    seats = Losses()
    assert seats.tell((lost(7), lost(8))) and not seats.tell((lost(7),))
    assert seats.dismiss() == lost(7) and seats.open == (lost(8),)
    assert not seats.tell((lost(7),)) and seats.open == (lost(8),)
    again = replace(made.my_neuron(5, 8, "miner", "rig-8"), registered_at=500)
    seats.withdraw([again])
    assert seats.open == (lost(8),)
    seats.withdraw([replace(again, registered_at=10)])
    assert seats.open == () and seats.dismiss() is None
    assert seats.tell((lost(8),)) and seats.tell((lost(7, registered_at=600),))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "SN 5 rig-7 lost uid 7 in block 999 to 5"),
        ({"uid_now": 9}, ", and is back as uid 9"),
        ({"reason": TRIMMED, "lost_block": None}, "lost uid 7: the subnet was trimmed"),
        ({"reason": DISSOLVED, "lost_block": None}, "lost uid 7: the subnet is gone"),
        ({"hotkey_name": "\x1b[2J[red]x"}, "[red]x lost uid 7"),
    ],
)
def test_what_became_of_a_seat_is_said_in_a_line(changes: dict[str, Any], said: str) -> None:
    line = lost_text(lost(**changes))
    assert said in line and "\x1b" not in line and "\n" not in line


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (200, 50)])
def test_alarms_and_notices_are_on_every_screen(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rows = overview_rows()
        dash.live_screen.live = live(replace(rows, lost=(lost(7), lost(8))))
        await pilot.pause()
        for key in "12341":
            await pilot.press(key)
            await pilot.pause()
            head, notice = text(dash, Header), text(dash, Notice)
            assert "LOST 2" in head or "ALARMS 3" in head
            assert ("tone", "alarm") in {
                ("tone", piece.tone) for piece in dash.screen.query_one(Header).lines(size[0])[0]
            }
            assert dash.screen.query_one(Notice).display
            assert notice.startswith("LOST  SN 5 rig-7 lost uid 7")
            assert (
                notice.endswith("+1 more  x dismiss") and width_of([*notice_line(dash)]) <= size[0]
            )
        await pilot.press("x", "x")
        await pilot.pause()
        assert not dash.screen.query_one(Notice).display
        assert "LOST" not in text(dash, Header)
        await pilot.press("x")
        dash.live_screen.live = live(replace(rows, lost=(lost(7),)), problem="gone for a while")
        dash.live_screen.live = live(replace(rows, lost=(lost(7),)))
        await pilot.pause()
        assert dash.alarms.lost == ()

    drive(steps, size)


def notice_line(dash: Dashboard) -> Any:
    widget = dash.screen.query_one(Notice)
    return widget.lines(widget.size.width)[0]


def test_a_row_is_painted_whole_when_its_alarm_begins_and_when_it_ends() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        rows = overview_rows()
        key = (5, made.address("hotkey", 5, 63))
        table = dash.live_screen.table
        for rank, marked in ((40, False), (2, True), (40, False)):
            neurons = tuple(
                replace(row, prune_rank=rank) if row.hotkey == key[1] else row
                for row in rows.neurons
            )
            dash.live_screen.live = live(replace(rows, neurons=neurons))
            await pilot.pause()
            strip = table.render_line(1 + (table.model.place(key) or 0))
            assert strip.text[:2] == (" !" if marked else "  ")
            grounds = {
                str(part.style.bgcolor.name) for part in strip if part.style and part.style.bgcolor
            }
            assert len(grounds) == 1
            plain = table.render_line(2)
            other = {str(part.style.bgcolor.name) for part in plain if part.style}
            assert (grounds != other) == marked

    drive(steps)


def test_the_help_says_how_a_notice_goes() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        feed(dash)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(dash.screen, HelpScreen)
        page = [
            "".join(piece.text for piece in line)
            for section in dash.screen.query(Lines)
            for line in section.lines(100)
        ]
        told = [line.strip() for line in page if "notice of a UID" in line]
        assert [line.split()[0] for line in told] == ["x", "dismiss"]

    drive(steps)
