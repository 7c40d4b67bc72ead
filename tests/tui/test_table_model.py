"""What a table shows and what an update changes, without a widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.reads.columns import Column, Kind
from tui.widgets.table_model import TableColumn, TableModel, absent, cell_width, fit, from_read


@dataclass(frozen=True)
class Miner:
    uid: int
    name: str
    stake: int | None


COLUMNS = (
    TableColumn("uid", "uid", value=lambda row: row.uid, text=str),
    TableColumn("name", "name", value=lambda row: row.name, text=str, right=False, max_width=12),
    TableColumn(
        "stake",
        "stake",
        value=lambda row: row.stake,
        text=absent(str),
        delta=True,
        largest_first=True,
    ),
)
ROWS = (Miner(0, "alice", 30), Miner(1, "Bob", None), Miner(2, "carol", 10), Miner(3, "dave", 20))


def model(*rows: Miner) -> TableModel:
    table = TableModel(COLUMNS, key=lambda row: row.uid)
    table.set_rows(rows or ROWS)
    return table


def test_rows_stand_as_they_came_until_sorted() -> None:
    assert model().order == [0, 1, 2, 3]


@pytest.mark.parametrize(("descending", "order"), [(False, [2, 3, 0, 1]), (True, [0, 3, 2, 1])])
def test_an_unknown_value_is_last_in_both_directions(descending: bool, order: list[int]) -> None:
    table = model()
    table.sort("stake", descending)
    assert table.order == order


def test_text_is_ordered_without_regard_to_case() -> None:
    table = model()
    table.sort("name", descending=True)
    assert table.order == [3, 2, 1, 0]


def test_equal_values_keep_their_order() -> None:
    table = model(Miner(5, "x", 1), Miner(3, "y", 1), Miner(4, "z", 1))
    table.sort("stake", descending=False)
    assert table.order == [5, 3, 4]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", [0, 1, 2, 3]),
        ("bob", [1]),
        ("!bob", [0, 2, 3]),
        ("a.i", [0]),
        ("^[01]$", [0, 1]),
        ("(", []),
        ("!", [0, 1, 2, 3]),
    ],
)
def test_filters(text: str, order: list[int]) -> None:
    table = model()
    table.set_filter(text)
    assert table.order == order


def test_a_text_that_is_no_regular_expression_is_looked_for_literally() -> None:
    table = model(Miner(0, "a(b", 1), Miner(1, "ab", 1))
    table.set_filter("(")
    assert table.order == [0] and table.filter.literal


def test_a_filter_sees_the_whole_value_and_not_only_what_is_shown() -> None:
    address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    short = replace(COLUMNS[1], text=lambda name: name[:4])
    table = TableModel((COLUMNS[0], short), key=lambda row: row.uid)
    table.set_rows([Miner(0, address, 1)])
    table.set_filter("HGKutQY$")
    assert table.order == [0]


def test_a_filter_follows_the_values() -> None:
    table = model()
    table.set_filter("^20$")
    assert table.order == [3]
    changes = table.set_rows([*ROWS[:3], Miner(3, "dave", 21)])
    assert table.order == [] and changes.order


def test_equal_rows_change_nothing() -> None:
    table = model()
    assert table.set_rows([replace(row) for row in ROWS]).nothing


def test_only_the_cells_that_differ_are_named() -> None:
    table = model()
    changes = table.set_rows([*ROWS[:3], Miner(3, "dave", 21)])
    assert changes.cells == {3: {2}} and not changes.order


def test_a_moved_value_lights_up_for_one_update() -> None:
    table = model()
    table.set_rows([Miner(0, "alice", 31), *ROWS[1:]])
    assert table.cells(0)[2].moved == 1
    changes = table.set_rows([Miner(0, "alice", 31), *ROWS[1:]])
    assert table.cells(0)[2].moved == 0 and changes.cells == {0: {2}}
    table.set_rows([Miner(0, "alice", 7), *ROWS[1:]])
    assert table.cells(0)[2].moved == -1


def test_a_value_that_becomes_known_has_not_moved() -> None:
    table = model()
    table.set_rows([ROWS[0], Miner(1, "Bob", 5), *ROWS[2:]])
    assert table.cells(1)[2].moved == 0


def test_rows_that_go_and_come_change_the_order() -> None:
    table = model()
    assert table.set_rows(ROWS[:2]).order and table.order == [0, 1]
    assert table.set_rows(ROWS).order and table.total == 4


def test_widths_grow_with_the_text_and_never_beyond_the_limit() -> None:
    table = model()
    assert table.set_rows([*ROWS, Miner(9, "a rather long name", 1)]).widths
    assert table.widths[1] == 12


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\nb", "\u202egnp.exe", "\x07", "x\u200by"])
def test_nothing_that_steers_a_terminal_reaches_a_cell(text: str) -> None:
    table = model(Miner(0, text, 1))
    shown = table.cells(0)[1].text
    assert shown.isprintable() and "\x1b" not in shown and "\u202e" not in shown


@given(st.text(), st.integers(1, 30), st.booleans())
def test_a_fitted_text_takes_exactly_its_width(text: str, width: int, right: bool) -> None:
    clean = "".join(char for char in text if char.isprintable())
    assert cell_width(fit(clean, width, right, "…")) == width


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        ("子网络", "子网…"),
        ("ab", "ab   "),
        ("abcdef", "abcd…"),
        ("e\u0301te\u0301", "e\u0301te\u0301  "),
    ],
)
def test_wide_and_combining_characters_are_measured_in_cells(text: str, fitted: str) -> None:
    assert fit(text, 5, False, "…") == fitted


def test_a_declared_column_brings_its_title_alignment_and_format() -> None:
    declared = Column("stake τ", Kind.TAO, "what it holds", key="stake")
    column = from_read(declared, min_width=9)
    assert (column.title, column.right, column.help) == ("stake τ", True, "what it holds")
    assert column.text(15 * 10**8) == "1.5000"
    assert column.largest_first and column.min_width == 9
    tone: Any = column.tone
    assert tone(None, 0) == "muted" and tone(None, 1) is None
