# ruff: noqa: RUF001
"""The heat map: where its cells lie, what they say, and how little of it is painted again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import consensus_rows as made
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from taoctl.addresses import short_ss58
from taoctl.reads.weight_map import shade_floors
from taoctl.reads.weight_matrix import WeightLine, WeightMatrix
from tui.glyphs import UNICODE
from tui.screens.consensus_columns import heat_columns
from tui.theme import DARK, derived_colours
from tui.widgets.heat import GRADES, HeatScale
from tui.widgets.heat_layout import HeatLayout
from tui.widgets.heat_map import HeatMap

OWN = frozenset({8, 11})
LABELS = 22
"""Cells of mark, UID and name of a row, and the gap behind it, in 80 columns less one."""


class Painted(HeatMap):
    """Remembers what it was asked to paint; None stands for all of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.asked: list[Region | None] = []
        super().__init__(*args, **kwargs)

    def refresh(self, *regions: Region, **kwargs: Any) -> Any:
        self.asked.extend(regions or (None,))
        return super().refresh(*regions, **kwargs)


class Host(App[None]):
    CSS_PATH = "../../tui/tui.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return derived_colours(self.current_theme)

    def compose(self) -> ComposeResult:
        yield Painted(
            heat_columns(lambda neuron: short_ss58(neuron.hotkey)),
            lambda neuron: short_ss58(neuron.hotkey),
            mine=lambda neuron: neuron.uid in OWN,
            empty="nothing",
        )


def drive(
    test: Callable[[Pilot[None], Painted], Awaitable[None]],
    size: tuple[int, int] = (80, 20),
    matrix: WeightMatrix | None = None,
) -> None:
    async def main() -> None:
        app = Host()
        async with app.run_test(size=size) as pilot:
            heat = app.query_one(Painted)
            heat.focus()
            heat.show(made.matrix() if matrix is None else matrix)
            await pilot.pause()
            heat.asked.clear()
            await test(pilot, heat)

    asyncio.run(main())


def changed(matrix: WeightMatrix, validator: int, weights: dict[int, int]) -> WeightMatrix:
    """The matrix with another row of one validator."""

    def line(one: WeightLine) -> WeightLine:
        if one.neuron.uid != validator:
            return one
        return replace(one, weights=weights, total=sum(weights.values()))

    return replace(matrix, lines=tuple(map(line, matrix.lines)))


@pytest.mark.parametrize(
    ("ppm", "expected"),
    [(None, 0), (0, 1), (1, 1), (199, 1), (200, 2), (799, 3), (6_400, 7), (1_000_000, 7)],
)
def test_a_share_has_one_of_a_few_grades(ppm: int | None, expected: int) -> None:
    assert HeatScale((100, 200, 400, 800, 1_600, 3_200, 6_400)).grade(ppm) == expected
    assert len(HeatScale().floors) == GRADES == len(UNICODE.heat) == 7


def test_nearly_even_weights_are_told_apart_and_the_legend_says_where_grades_begin() -> None:
    matrix = made.matrix()
    even = {uid: 60_000 + 50 * uid for uid in range(40)}
    for line in matrix.lines:
        matrix = changed(matrix, line.neuron.uid, even)
    scale = HeatScale.of(matrix)
    assert {scale.grade(line.share_ppm(uid)) for line in matrix.lines for uid in even} == {
        *range(1, GRADES + 1)
    }
    assert scale.floors == weights_shades(even)
    assert [step for step, _ in scale.legend()] == list(range(1, GRADES + 1))
    assert scale.legend()[0] == (1, "less") and scale.legend()[-1] == (7, "2.53")


def weights_shades(weights: dict[int, int]) -> tuple[int, ...]:
    """What the map of the command line takes for the shades of a line."""
    total = sum(weights.values())
    return shade_floors((given * 1_000_000 // total for given in weights.values()), GRADES)


def test_a_legend_does_not_repeat_itself() -> None:
    assert HeatScale.of(None).legend() == ()
    assert HeatScale((25_000,) * 7).legend() == ((7, "2.50"),)
    close = HeatScale((25_000, 25_010, 25_020, 25_100, 25_110, 25_120, 300_000)).legend()
    assert close == ((1, "less"), (3, "2.50"), (6, "2.51"), (7, "30.0"))
    assert HeatScale((3, 9, 27, 81, 243, 729, 2187)).legend()[1] == (4, "<.01")


@pytest.mark.parametrize(("count", "room", "cell"), [(256, 80, 1), (64, 200, 2), (16, 200, 3)])
def test_cells_are_as_wide_as_fits(count: int, room: int, cell: int) -> None:
    layout = HeatLayout.of(tuple(range(count)), frozenset(), room)
    assert layout.cell == cell
    for at in range(count):
        left = layout.scroll_to_show(at, 0, room)
        start, end = layout.span(at, at, left, room)
        assert layout.pinned <= start < end == start + cell <= room
        assert layout.at(start, left) == layout.at(end - 1, left) == at
    assert layout.at(layout.pinned - 1, 0) is None
    assert layout.at(layout.pinned + count * cell, 0) is None


@pytest.mark.parametrize("count", [1, 9, 64, 256])
def test_a_uid_in_the_header_stands_above_its_column(count: int) -> None:
    uids = tuple(range(0, count * 7, 7))
    layout = HeatLayout.of(uids, frozenset(), 200)
    line = layout.uid_line()
    for word in line.split():
        at = uids.index(int(word))
        assert line[at * layout.cell :].startswith(word)
    assert line.split()[0] == "0"


def test_each_cell_is_the_grade_of_a_share() -> None:
    matrix = made.matrix()

    async def check(_: Pilot[None], heat: Painted) -> None:
        uids = heat.shown_uids
        assert set(uids) == matrix.weighed() | OWN
        for y, line in enumerate(matrix.lines, HeatMap.HEADER_LINES):
            text = heat.render_line(y).text
            assert text[2:6].strip() == str(line.neuron.uid)
            assert short_ss58(line.neuron.hotkey)[:9] in text[:LABELS]
            assert text.startswith("●") == (line.neuron.uid in OWN)
            cells = text[heat._places.pinned :][: len(uids)]
            for uid, shown in zip(uids, cells, strict=True):
                step = heat.scale.grade(line.share_ppm(uid))
                assert shown == (UNICODE.heat[step - 1] if step else " "), (line.neuron.uid, uid)

    drive(check, matrix=matrix)


def test_colours_tell_the_grades_apart_and_own_columns_are_marked() -> None:
    async def check(_: Pilot[None], heat: Painted) -> None:
        colours = {heat.get_visual_style(f"heat--{step}").foreground for step in range(1, 8)}
        assert len(colours) == GRADES
        marks = heat.render_line(1).text[heat._places.pinned :]
        assert [uid for uid, mark in zip(heat.shown_uids, marks, strict=False) if mark == "●"] == [
            8,
            11,
        ]

    drive(check)


def test_the_same_matrix_paints_nothing() -> None:
    async def check(_: Pilot[None], heat: Painted) -> None:
        heat.show(made.matrix())
        later = made.matrix()
        stakes = tuple(
            replace(line, neuron=replace(line.neuron, stake_rao=7)) for line in later.lines
        )
        heat.show(replace(later, lines=stakes))
        assert heat.asked == []

    drive(check)


def test_a_row_that_changed_paints_the_stretch_that_differs() -> None:
    matrix = made.matrix()
    line = matrix.lines[2]
    first = min(line.weights)
    weights = {**line.weights, first: 0}

    async def check(_: Pilot[None], heat: Painted) -> None:
        at = heat.shown_uids.index(first)
        shown = [
            heat.shown_uids.index(uid)
            for uid in heat.shown_uids
            if heat.scale.grade(line.share_ppm(uid))
            != heat.scale.grade(
                replace(line, weights=weights, total=sum(weights.values())).share_ppm(uid)
            )
        ]
        heat.show(changed(matrix, line.neuron.uid, weights))
        (region,) = heat.asked
        assert region is not None and region.y == 2 + HeatMap.HEADER_LINES
        assert region.x == heat._places.pinned + min(shown) == heat._places.pinned + at
        assert region.right == heat._places.pinned + max(shown) + 1
        assert heat.render_line(region.y).text[region.x] == " "

    drive(check, matrix=matrix)


def test_the_cursor_keeps_its_validator_and_its_miner() -> None:
    matrix = made.matrix()

    async def check(pilot: Pilot[None], heat: Painted) -> None:
        await pilot.press("down", "down", *["right"] * 5)
        key, uid = heat.cursor_key, heat.column_uid
        assert uid == heat.shown_uids[5] and key == matrix.lines[2].neuron.hotkey
        heat.asked.clear()
        await pilot.press("right")
        assert None not in heat.asked and all(
            region is not None and (region.width == 1 or region.y == 0) for region in heat.asked
        )
        await pilot.press("left")
        only = changed(matrix, 0, {uid: 5})
        heat.show(replace(only, lines=only.lines[:1] + only.lines[2:]))
        assert (heat.cursor_key, heat.column_uid) == (key, uid)
        heat.show(replace(only, lines=only.lines[:1]))
        assert heat.cursor_key == matrix.lines[0].neuron.hotkey
        assert heat.column_uid in heat.shown_uids
        heat.show(None)
        assert heat.cursor_key is None and heat.column_uid is None
        await pilot.press("left", "right", "down", "s", "w", "enter", "end")

    drive(check, matrix=matrix)


def test_sorting_by_a_miner_puts_those_first_who_weigh_it_most() -> None:
    matrix = made.matrix()

    async def check(pilot: Pilot[None], heat: Painted) -> None:
        await pilot.press("right", "right", "right", "s")
        uid = heat.column_uid
        assert uid is not None
        order = [heat.model.row(key).line.weights.get(uid) for key in heat.model.order]
        known = [given for given in order if given is not None]
        assert known == sorted(known, reverse=True) and known[0] > known[-1]
        assert order[len(known) :] == [None] * (len(order) - len(known))
        at = heat.shown_uids.index(uid)
        assert heat.render_line(1).text[heat._places.pinned + at] == "▼"
        await pilot.press("s")
        assert [heat.model.row(key).line.neuron.uid for key in heat.model.order] == [
            line.neuron.uid for line in matrix.lines
        ]

    drive(check, matrix=matrix)


def test_a_filter_takes_rows_away_and_the_wide_view_shows_all_neurons() -> None:
    matrix = made.matrix()

    async def check(pilot: Pilot[None], heat: Painted) -> None:
        hotkey = matrix.lines[3].neuron.hotkey
        heat.set_filter(short_ss58(hotkey)[:5])
        assert hotkey in heat.model.order and len(heat.model.order) < len(matrix.lines)
        heat.set_filter("no such thing")
        assert "no row matches" in heat.render_line(3).text
        heat.set_filter("")
        before = heat.shown_uids
        await pilot.press("w")
        assert heat.shown_uids == tuple(one.uid for one in matrix.neurons)
        assert set(before) < set(heat.shown_uids)

    drive(check, matrix=matrix)


def test_far_columns_scroll_into_the_picture_and_the_labels_stay() -> None:
    matrix = made.matrix(count=256)

    async def check(pilot: Pilot[None], heat: Painted) -> None:
        label = heat.render_line(2).text[: heat._places.pinned]
        last = heat.shown_uids[-1]
        heat.move_to_column(last)
        await pilot.pause()
        assert heat.column_uid == last and heat.scroll_x > 0
        for y in range(2, 2 + len(matrix.lines)):
            if y >= heat.size.height - 1:
                break
            assert heat.render_line(y).cell_length == heat.scrollable_content_region.width
        assert heat.render_line(2).text[: heat._places.pinned] == label
        line = matrix.lines[0]
        step = heat.scale.grade(line.share_ppm(last))
        cell = heat.render_line(2).text[heat.scrollable_content_region.width - 1]
        assert cell == (UNICODE.heat[step - 1] if step else " ")
        assert "‹" in heat.render_line(0).text and "›" not in heat.render_line(0).text

    drive(check, matrix=matrix)


def test_a_click_takes_the_cursor_to_a_cell() -> None:
    async def check(pilot: Pilot[None], heat: Painted) -> None:
        await pilot.click(Painted, offset=(heat._places.pinned + 9, 5))
        assert heat.column_uid == heat.shown_uids[9]
        assert heat.cursor_key == heat.model.order[3]

    drive(check)
