"""The screen of all subnets: its band, its marks, its keys, and what it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import dashboard_rows as made
import pytest
from offline import GENESIS, beat, dashboard, feed, live, with_history
from textual.pilot import Pilot

import tui.day_ago
from taoctl.chain.view import View
from taoctl.reads.subnet_board import SubnetBoard
from tui.app import Dashboard
from tui.day_ago import DayAgoPrices
from tui.prices import SPANS, Prices
from tui.screens.metagraph import MetagraphScreen
from tui.screens.subnet import SubnetScreen
from tui.screens.weights import WeightsScreen
from tui.widgets.board_panels import ChosenSubnetPanel, NewSubnetPanel
from tui.widgets.lines import Lines
from tui.widgets.table import Table

Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]
BLOCK = 1000
WIDE, NARROW = (120, 40), (80, 24)


def drive(steps: Steps, size: tuple[int, int] = WIDE, board: SubnetBoard | None = None) -> None:
    async def main() -> None:
        dash = dashboard()
        async with dash.run_test(size=size) as pilot:
            with_history(dash)
            beat(dash, BLOCK)
            await pilot.press("2")
            dash.live_screen.live = live(board or made.board(13, BLOCK), BLOCK)
            await pilot.pause()
            await steps(pilot, dash)

    asyncio.run(main())


def text(dash: Dashboard, kind: type[Lines]) -> str:
    panel = dash.screen.query_one(kind)
    lines = panel.lines(panel.size.width)
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def row_text(dash: Dashboard, netuid: int) -> str:
    table = dash.live_screen.table
    at = table.model.place(netuid)
    assert at is not None
    return table.render_line(1 + at - round(table.scroll_y)).text


def with_row(netuid: int, **changes: Any) -> SubnetBoard:
    board = made.board(13, BLOCK)
    rows = [replace(row, **changes) if row.netuid == netuid else row for row in board.rows]
    return replace(board, rows=tuple(rows))


def with_cost(**changes: Any) -> SubnetBoard:
    return replace(made.board(13, BLOCK), cost=replace(made.network_cost(BLOCK), **changes))


def new_subnet(board: SubnetBoard) -> str:
    """What the panel says of a new subnet, where it has lines enough."""
    return _said([board], WIDE)[0]


def in_short(*boards: SubnetBoard) -> list[str]:
    """The one line that the panel has for each in a narrow terminal."""
    return _said(boards, NARROW)


def _said(boards: Sequence[SubnetBoard], size: tuple[int, int]) -> list[str]:
    found = []

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        panel = dash.screen.query_one(NewSubnetPanel)
        for board in boards:
            panel.show(board, BLOCK)
            found.append(text(dash, NewSubnetPanel))

    drive(steps, size)
    return found


def test_the_price_of_a_new_subnet_and_who_goes_for_it() -> None:
    said = new_subnet(made.board(13, BLOCK))
    head = said.splitlines()[0]
    assert head.startswith("1,999.0000 τ  ") and head.endswith("  closed for 7,099 blocks")
    assert "in a day 1,926.9900  in a week 1,494.9900" in said
    assert "least 500.0000  in 149,900 blocks" in said
    first = next(row for row in made.board(13, BLOCK).rows if row.prune_rank == 1)
    assert f"SN {first.netuid} {first.name} would go for it" in said
    open_now = with_cost(open_from_block=BLOCK + 1)
    short, short_open = in_short(made.board(13, BLOCK), open_now)
    assert short == ("new subnet  1,999.0000 τ  ▼ 1,926.9900 in a day  closed for 7,099 blocks")
    assert short_open.endswith(f"in a day  SN {first.netuid} would go for it")
    head = new_subnet(open_now).splitlines()[0]
    assert head.startswith("1,999.0000 τ  ▼ 0.0100 a block  ") and head.endswith("  open")


def test_a_price_that_falls_no_further() -> None:
    least = with_cost(cost_rao=500 * 10**9)
    never = with_cost(cost_rao=500 * 10**9, last_block=None, open_from_block=BLOCK + 1)
    assert "500.0000 τ  the least" in in_short(least)[0]
    said, said_of_none = _said([least, never], WIDE)
    assert "the least that one costs, until the next is created" in said
    assert "last one in block 900" in said and "a block\n" not in said
    assert "none was created yet" in said_of_none


def test_what_of_the_price_is_not_known_is_said_and_not_made_up() -> None:
    unknown = dict.fromkeys(("next_block_rao", "day_rao", "week_rao", "step_rao", "least_block"))
    board = made.board(13, BLOCK)
    nothing = replace(board, cost=None, line=None)
    lines = _said([with_cost(**unknown), nothing, replace(board, line=None)], WIDE)
    assert "how it goes on is not known" in lines[0] and "least 500.0000" in lines[0]
    assert "▼" not in lines[0]
    assert lines[1] == "what it costs is not told by this runtime"
    assert "which one would go is not known" in lines[2]
    short = in_short(with_cost(**unknown), nothing)
    assert short[0].startswith("new subnet  1,999.0000 τ  closed")
    assert short[1] == "new subnet  what it costs is not told by this runtime"


def test_room_for_more_and_a_network_of_which_all_are_immune() -> None:
    board = made.board(13, BLOCK)
    assert board.line is not None
    room = replace(board, line=replace(board.line, limit=15))
    assert "room for 3 more of 15" in new_subnet(room)
    immune = [
        replace(row, prune_rank=None, immunity_left_blocks=900 + row.netuid)
        for row in board.line.rows
    ]
    assert board.cost is not None
    cost = replace(board.cost, open_from_block=BLOCK + 1)
    stuck = new_subnet(replace(board, cost=cost, line=replace(board.line, rows=tuple(immune))))
    assert "full, all are immune for 901 blocks" in stuck
    assert not stuck.splitlines()[0].endswith("open")


def test_the_band_follows_the_cursor_the_filter_and_the_block() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        panel = dash.screen.query_one(ChosenSubnetPanel)
        assert panel.border_title == "SN 0 root" and "joined by stake" in text(dash, type(panel))
        await pilot.press("down", "down", "down")
        row = made.board(13, BLOCK).rows[3]
        assert panel.border_title == "SN 3 omega"
        said = text(dash, ChosenSubnetPanel)
        assert row.burn_rao is not None and row.next_burn_rao is not None
        assert f"register {row.burn_rao / 10**9:.9f}"[:15] in said
        assert f"next {row.next_burn_rao // 1000 / 10**6:.6f}" in said
        assert "after one " in said and "uids 64/64 full" in said and "10 τ lose 0.06%" in said
        await pilot.press("slash", *"vision", "enter")
        assert panel.border_title == "SN 4 vision"
        assert "registration closed" in text(dash, ChosenSubnetPanel)
        assert "next" not in text(dash, ChosenSubnetPanel)
        dash.live_screen.live = live(
            with_row(4, registration_allowed=True, burn_rao=7 * 10**9, neurons=60), BLOCK + 1
        )
        await pilot.pause()
        said = text(dash, ChosenSubnetPanel)
        assert "register 7.0000 τ" in said and "uids 60/64 4 free" in said
        await pilot.press("slash", *"nowhere", "enter")
        assert text(dash, ChosenSubnetPanel) == "no subnet is selected"

    drive(steps)


def test_the_narrow_band_has_a_line_for_each_and_leaves_room_for_the_rows() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("down")
        assert "\n" not in text(dash, ChosenSubnetPanel) + text(dash, NewSubnetPanel)
        assert text(dash, ChosenSubnetPanel).startswith("SN 1  register ")
        assert dash.live_screen.table.size.height >= 18
        keys = [column.key for column in dash.screen.query_one(Table).shown_columns]
        for key in ("price_rao", "price_change_ppm", "emission_share_ppm", "slippage_ppm"):
            assert key in keys
        assert "burn_rao" in keys and "owner_coldkey" not in keys

    drive(steps, NARROW)


def test_a_name_with_markup_is_a_name() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("down")
        picture = dash.export_screenshot().replace("&#160;", " ")
        assert "SN 1 [red]x[/] [/b" in picture and "\x1b" not in picture

    drive(steps, board=with_row(1, name="[red]x[/] [/b\x1b[2J"))


def test_subnets_of_mine_are_marked_named_and_red_when_they_are_to_go() -> None:
    mine = made.address("wallet", "miner")
    board = with_row(12, owner_coldkey=mine)

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        assert row_text(dash, 12).startswith("● ") and " miner " in row_text(dash, 12)
        assert row_text(dash, 11).startswith("  ")
        dash.live_screen.table.move_to(12)
        assert "owner miner (yours)" in text(dash, ChosenSubnetPanel)
        dash.run_command("filter miner")
        assert dash.live_screen.table.model.order == [12]
        dash.run_command("filter")
        near = replace(board.rows[12], prune_rank=2)
        dash.live_screen.live = live(replace(board, rows=(*board.rows[:12], near)), BLOCK + 1)
        await pilot.pause()
        assert row_text(dash, 12).startswith("●!")
        assert board.line is not None
        room = replace(board.line, limit=20)
        dash.live_screen.live = live(
            replace(board, rows=(*board.rows[:12], near), line=room), BLOCK + 2
        )
        await pilot.pause()
        assert row_text(dash, 12).startswith("● ")

    drive(steps, board=board)


def test_it_is_sorted_by_any_column_and_what_is_not_known_comes_last() -> None:
    board = with_row(5, price_change_ppm=None, slippage_ppm=None, neurons=None)

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        table = dash.live_screen.table
        for key in ("price_change_ppm", "slippage_ppm", "prune_rank", "uids", "next_burn_rao"):
            table.sort_by(key, descending=True)
            last = [table.model.cells(n) for n in table.model.order]
            at = [column.key for column in table.model.columns].index(key)
            dashes = [cells[at].text == "-" for cells in last]
            assert dashes == sorted(dashes) and not dashes[0] and dashes[-1], key
        table.sort_by("price_change_ppm", descending=True)
        assert table.model.order[:3] == [1, 2, 3]

    drive(steps, board=board)


@pytest.mark.parametrize(
    ("key", "kind"), [("enter", SubnetScreen), ("n", MetagraphScreen), ("W", WeightsScreen)]
)
def test_keys_lead_from_a_row_to_its_subnet(key: str, kind: type[Any]) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("down", "down", key)
        await pilot.pause()
        screen = dash.screen
        assert isinstance(screen, kind) and cast(Any, screen).netuid == 2
        await pilot.press("escape")
        assert dash.trail() == ["Subnets"] and dash.live_screen.table.cursor_key == 2

    drive(steps)


def test_keys_on_a_table_without_rows_do_nothing() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        for key in ("enter", "n", "W", "c"):
            await pilot.press(key)
        assert dash.trail() == ["Subnets"]
        feed(dash)
        await pilot.pause()
        assert dash.live_screen.table.model.total == 13

    drive(steps, board=made.board_of(()))


class _Slow:
    """Prices of a day before that come only when they are let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.asked = 0

    async def __call__(self, view: View) -> Mapping[int, int]:
        self.asked += 1
        await self.let_go.wait()
        return {1: self.asked}


def test_rows_do_not_wait_for_the_prices_of_a_day_before(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        slow = _Slow()
        monkeypatch.setattr(tui.day_ago, "prices_a_day_ago", slow)
        monkeypatch.setattr(tui.day_ago, "_PATIENCE_S", 0.01)
        prices = DayAgoPrices()
        view: Any = SimpleNamespace(chain=object())
        assert await prices.at(view) == {} and await prices.at(view) == {}
        assert slow.asked == 1
        slow.let_go.set()
        while await prices.at(view) != {1: 1}:
            pass
        slow.let_go.clear()
        assert await prices.at(view) == {1: 1}, "what was known stays until it is known anew"
        other: Any = SimpleNamespace(chain=object())
        assert await prices.at(other) == {}, "another chain has other prices"

    asyncio.run(work())


def test_a_day_before_that_could_not_be_read_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: Iterator[Exception | dict[int, int]] = iter([RuntimeError("a bug"), {1: 5}])

    async def one_of_them(view: View) -> Mapping[int, int]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def work() -> None:
        monkeypatch.setattr(tui.day_ago, "prices_a_day_ago", one_of_them)
        prices = DayAgoPrices()
        view: Any = SimpleNamespace(chain=object())
        with pytest.raises(RuntimeError):
            await prices.at(view)
        assert await prices.at(view) == {1: 5}

    asyncio.run(work())


def test_the_courses_of_all_subnets_grow_while_they_are_looked_at() -> None:
    board = with_row(5, price_rao=None)

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.prices = Prices(GENESIS)
        for block in (BLOCK, BLOCK + 5, BLOCK + 11):
            dash.live_screen.live = live(board, block)
        course = dash.prices.course(1, BLOCK + 11, SPANS[0])
        assert course.known == (board.rows[1].price_rao,) * 3
        assert dash.prices.course(5, BLOCK + 11, SPANS[0]).known == ()

    drive(steps, board=board)
