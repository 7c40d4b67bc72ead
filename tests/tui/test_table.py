# ruff: noqa: RUF001
"""The table widget: cursor, scrolling, sorting, and how little it paints."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from tui.widgets.table import Table
from tui.widgets.table_model import TableColumn


@dataclass(frozen=True)
class Row:
    uid: int
    stake: int
    note: str = ""


COLUMNS = (
    TableColumn("uid", "uid", value=lambda row: row.uid, text=str, pinned=True, min_width=4),
    TableColumn(
        "stake", "stake", value=lambda row: row.stake, text=str, largest_first=True, min_width=8
    ),
    TableColumn("note", "note", value=lambda row: row.note, text=str, right=False, min_width=20),
    TableColumn("twice", "twice", value=lambda row: row.stake * 2, text=str, min_width=10),
    TableColumn("extra", "extra", value=lambda row: -row.uid, text=str, min_width=30, rank=5),
)


class Painted(Table):
    """Remembers what it was asked to paint; None stands for all of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.asked: list[Region | None] = []
        super().__init__(*args, **kwargs)

    def refresh(self, *regions: Region, **kwargs: Any) -> Any:
        self.asked.extend(regions or (None,))
        return super().refresh(*regions, **kwargs)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Any] = []

    def compose(self) -> ComposeResult:
        yield Painted(
            COLUMNS, key=lambda row: row.uid, own=lambda row: row.uid == 2, empty="nothing"
        )

    def on_table_opened(self, event: Table.Opened) -> None:
        self.opened.append(event.key)


def rows(count: int = 100) -> list[Row]:
    return [Row(uid, 1000 - uid * 3, f"note {uid}") for uid in range(count)]


def drive(
    test: Callable[[Pilot[None], Painted], Awaitable[None]],
    size: tuple[int, int] = (80, 21),
    content: list[Row] | None = None,
) -> Host:
    async def main() -> Host:
        app = Host()
        async with app.run_test(size=size) as pilot:
            table = app.query_one(Painted)
            table.focus()
            table.set_rows(rows() if content is None else content)
            await pilot.pause()
            table.asked.clear()
            await test(pilot, table)
        return app

    return asyncio.run(main())


def text_of(table: Table, y: int) -> str:
    return table.render_line(y).text


def test_header_and_rows_are_aligned() -> None:
    async def check(_: Pilot[None], table: Painted) -> None:
        assert text_of(table, 0).startswith("   uid     stake  note ")
        assert text_of(table, 1).startswith("     0      1000  note 0 ")
        assert text_of(table, 3).startswith("●    2       994  note 2 ")
        assert len(text_of(table, 5)) == table.scrollable_content_region.width

    drive(check)


def test_moving_the_cursor_paints_two_lines() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.press("down")
        assert table.cursor_key == 1
        assert {region.y for region in table.asked if region} == {1, 2}
        assert None not in table.asked

    drive(check)


def test_a_changed_value_paints_its_cells_only() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        changed = rows()
        changed[4] = replace(changed[4], stake=1)
        table.set_rows(changed)
        assert table.asked == [Region(8, 5, 8, 1), Region(40, 5, 10, 1)]
        assert "      1  note 4" in text_of(table, 5)

    drive(check)


def test_a_change_out_of_sight_paints_nothing() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        changed = rows()
        changed[90] = replace(changed[90], stake=1)
        table.set_rows(changed)
        assert table.asked == []

    drive(check)


def test_equal_rows_paint_nothing() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        table.set_rows(rows())
        assert table.asked == []

    drive(check)


def test_two_rows_that_swap_places_paint_two_lines() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        table.sort_by("stake", descending=True)
        await pilot.pause()
        table.asked.clear()
        changed = rows()
        changed[5] = replace(changed[5], stake=changed[4].stake + 1)
        table.set_rows(changed)
        assert None not in table.asked
        assert {region.y for region in table.asked if region} == {5, 6}

    drive(check)


def test_the_cursor_stays_with_its_row_when_the_order_changes() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.press(*["down"] * 7)
        assert table.cursor_key == 7
        table.sort_by("stake", descending=False)
        await pilot.pause()
        assert table.cursor_key == 7
        top = round(table.scroll_y)
        assert top <= 92 < top + table.scrollable_content_region.height - 1
        changed = [replace(row, stake=5000) if row.uid == 7 else row for row in rows()]
        table.set_rows(changed)
        await pilot.pause()
        assert table.cursor_key == 7 and table.model.place(7) == 99

    drive(check)


def test_the_cursor_keeps_its_place_when_its_row_goes() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.press(*["down"] * 3)
        table.set_rows([row for row in rows() if row.uid != 3])
        assert table.cursor_key == 4

    drive(check)


def test_pages_and_edges() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.press("end")
        assert table.cursor_key == 99
        assert text_of(table, table.scrollable_content_region.height - 1).split()[0] == "99"
        await pilot.press("home")
        assert table.cursor_key == 0 and table.scroll_y == 0
        await pilot.press("pagedown")
        assert table.cursor_key == table.scrollable_content_region.height - 2

    drive(check)


def test_sorting_goes_down_then_up_then_off_and_shows_an_arrow() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.press("right", "s")
        assert (table.model.sort_key, table.model.descending) == ("stake", True)
        assert "▼stake" in text_of(table, 0)
        await pilot.press("s")
        assert "▲stake" in text_of(table, 0) and table.model.order[0] == 99
        await pilot.press("s")
        assert table.model.sort_key is None and table.model.order[0] == 0

    drive(check)


def test_a_narrow_table_scrolls_sideways_behind_its_pinned_columns() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        assert text_of(table, 0)[:2] == " ›"
        await pilot.press("right", "right", "right")
        assert table.header_column.key == "twice"
        header, line = text_of(table, 0), text_of(table, 1)
        assert header.startswith("‹") and header.rstrip().endswith("twice")
        assert line.split()[0] == "0" and line.rstrip().endswith("2000")
        await pilot.press("left", "left", "left")
        assert table.scroll_x == 0

    drive(check, size=(40, 12))


def test_columns_of_high_rank_appear_when_there_is_room_or_on_demand() -> None:
    async def narrow(pilot: Pilot[None], table: Painted) -> None:
        assert "extra" not in [column.key for column in table.shown_columns]
        await pilot.press("w")
        assert "extra" in [column.key for column in table.shown_columns]
        await pilot.press("w")
        assert "extra" not in [column.key for column in table.shown_columns]

    async def broad(pilot: Pilot[None], table: Painted) -> None:
        assert "extra" in [column.key for column in table.shown_columns]

    drive(narrow)
    drive(broad, size=(120, 20))


def test_enter_opens_the_selected_row() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.press("down", "enter")

    assert drive(check).opened == [1]


def test_clicks_select_open_and_sort() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        await pilot.click(table, offset=(10, 4))
        assert table.cursor_key == 3
        await pilot.click(table, offset=(10, 6), times=2)
        await pilot.click(table, offset=(12, 0))
        assert table.model.sort_key == "stake"

    assert drive(check).opened == [5]


def test_an_empty_table_says_why() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        assert "nothing" in text_of(table, 2)
        assert table.cursor_key is None and table.cursor_row is None
        await pilot.press("down", "enter", "end", "s")
        table.set_rows(rows(3))
        table.set_filter("zzz")
        assert "no row matches zzz" in text_of(table, 2)

    assert drive(check, content=[]).opened == []


@pytest.mark.parametrize("size", [(80, 21), (20, 5), (200, 50)])
def test_every_line_is_exactly_as_wide_as_the_table(size: tuple[int, int]) -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        for y in range(table.scrollable_content_region.height):
            assert table.render_line(y).cell_length == table.scrollable_content_region.width

    wide = [Row(uid, uid, "子网络 🚀 é\u0301") for uid in range(30)]
    drive(check, size=size, content=wide)


def test_columns_make_room_for_the_scrollbar() -> None:
    async def check(pilot: Pilot[None], table: Painted) -> None:
        # 2 + 4 + 2 + 8 + 2 + 20 + 2 + 10 + 2 + 30 = 82 cells fit exactly without a scrollbar.
        assert [c.key for c in table.shown_columns][-1] == "extra"
        table.set_rows(rows(50))
        await pilot.pause(0.1)
        assert table.scrollable_content_region.width < 82
        assert [c.key for c in table.shown_columns][-1] == "twice"

    drive(check, size=(82, 20), content=rows(5))
