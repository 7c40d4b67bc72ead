"""Figures, charts, warnings and plain ASCII: what becomes of values on their way to a cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from dashboard_rows import my_neuron
from hypothesis import given
from hypothesis import strategies as st

from taoctl.chain.status import LinkState, LinkStatus
from tui.ascii_filter import ascii_text
from tui.attention import Severity, warnings
from tui.figures import age, blocks_text, fixed, gibibytes, watts
from tui.glyphs import ASCII, UNICODE, choose_glyphs
from tui.pulse import Pulse
from tui.widgets.charts import bar, columns, sparkline
from tui.widgets.table_model import cell_width


@pytest.mark.parametrize(
    ("rao", "digits", "text"),
    [
        (0, 4, "0"),
        (1, 4, "<0.0001"),
        (-1, 4, ">-0.0001"),
        (99_999, 4, "<0.0001"),
        (100_000, 4, "0.0001"),
        (1_999_999_999, 4, "1.9999"),
        (1_234_567 * 10**9, 2, "1,234,567.00"),
        (10**9 - 1, 0, "<1"),
        (-1_500_000_000, 1, "-1.5"),
        (2**64 - 1, 0, "18,446,744,073"),
    ],
)
def test_fixed_amounts(rao: int, digits: int, text: str) -> None:
    assert fixed(rao, digits) == text


@given(st.integers(0, 2**64 - 1), st.integers(0, 9))
def test_a_fixed_amount_never_shows_more_than_there_is(rao: int, digits: int) -> None:
    text = fixed(rao, digits)
    if text.startswith("<"):
        assert 0 < rao < 10 ** (9 - digits)
    else:
        whole, _, fraction = text.replace(",", "").partition(".")
        shown = int(whole) * 10**9 + int(fraction.ljust(9, "0") or "0")
        assert shown <= rao < shown + 10 ** (9 - digits)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0s"), (59.9, "59s"), (60, "1m 00s"), (3725, "1h 02m"), (180_000, "2d 02h")],
)
def test_ages(seconds: float, text: str) -> None:
    assert age(seconds) == text


def test_hardware_figures() -> None:
    assert gibibytes(80 * 2**30) == "80.0" and watts(612_400) == "612"


def test_a_sparkline_spans_its_ramp_and_keeps_the_newest() -> None:
    assert sparkline([0, 5, 10], 10, UNICODE) == "▁▄█"
    assert sparkline([9, 9, 0, 10], 2, UNICODE) == "▁█"
    assert sparkline([7, 7], 5, UNICODE) == "▄▄"
    assert sparkline([0, 0], 5, UNICODE) == "▁▁"
    assert sparkline([], 5, UNICODE) == "" and sparkline([1], 0, UNICODE) == ""


@given(st.lists(st.integers(0, 2**70), max_size=40), st.integers(0, 50), st.integers(1, 12))
def test_charts_have_the_asked_size(values: list[int], width: int, height: int) -> None:
    assert len(sparkline(values, width, ASCII)) == min(len(values), width)
    lines = columns(values, width, height, ASCII)
    assert len(lines) == height
    assert {len(line) for line in lines} == {min(len(values), width)}


def test_columns_stand_on_zero() -> None:
    assert columns([0, 4, 8], 3, 2, UNICODE) == ["  █", " ██"]


@given(st.integers(0, 200), st.integers(0, 100), st.integers(0, 40))
def test_a_bar_is_as_long_as_asked_and_never_empty_for_something(
    part: int, whole: int, width: int
) -> None:
    full, empty = bar(part, whole, width, UNICODE)
    assert len(full) + len(empty) == width
    if part and whole and width:
        assert full


def test_warnings_are_sorted_by_what_they_cost() -> None:
    calm = replace(
        my_neuron(1, 8, "w", "calm"),
        prune_rank=40,
        emission_rao=5,
        immunity_left_blocks=0,
        last_update=995,
    )
    assert warnings([calm], 1000) == ()
    idle = replace(calm, uid=3, hotkey_name=None, emission_rao=0)
    risk = replace(calm, uid=4, prune_rank=2)
    stopped = replace(calm, uid=5, last_update=900, registered_at=10)
    young = replace(calm, uid=6, immunity_left_blocks=4)
    next_out = replace(calm, uid=7, prune_rank=1)
    found = warnings([idle, risk, stopped, young, next_out], 1000)
    assert [(w.severity, w.uid) for w in found] == [
        (Severity.BAD, 5),
        (Severity.BAD, 7),
        (Severity.WARN, 4),
        (Severity.WARN, 6),
        (Severity.NOTE, 3),
    ]
    assert found[0].text == "weights are 9.0 tempos old"
    assert found[-1].name == "uid 3"


def test_unknown_values_warn_of_nothing() -> None:
    row = replace(
        my_neuron(1, 8, "w", "n"),
        prune_rank=None,
        emission_rao=None,
        immunity_left_blocks=None,
        last_update=None,
        tempo=None,
    )
    assert warnings([row], 1000) == ()


def test_only_who_had_its_uid_in_an_epoch_can_have_earned_nothing_there() -> None:
    row = replace(
        my_neuron(1, 9, "w", "n"),
        prune_rank=40,
        emission_rao=0,
        immunity_left_blocks=0,
        validator_permit=False,
        last_epoch_block=990,
        registered_at=989,
    )
    assert [w.text for w in warnings([row], 1000)] == ["earned nothing last epoch"]
    # The epoch comes first in its block, so that who registers in it is not in it yet.
    assert warnings([replace(row, registered_at=990)], 1000) == ()
    assert warnings([replace(row, registered_at=995)], 1000) == ()
    assert len(warnings([replace(row, registered_at=None)], 1000)) == 1


def test_nobody_is_replaced_while_the_subnet_has_free_uids() -> None:
    row = replace(my_neuron(1, 9, "w", "n"), prune_rank=1, emission_rao=5, immunity_left_blocks=0)
    row = replace(row, validator_permit=False)
    assert [w.text for w in warnings([row], 1000)] == ["first in line to be replaced"]
    assert warnings([replace(row, free_slots=3)], 1000) == ()
    # Where the number of free UIDs is not known, the worst is assumed.
    assert len(warnings([replace(row, free_slots=None)], 1000)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"netuid": 0},  # root, where nobody sets weights
        {"validator_permit": False},
        {"last_update": 500, "registered_at": 500},  # a miner that was given a permit
    ],
)
def test_only_a_validator_that_once_set_weights_can_have_stopped(changes: dict[str, Any]) -> None:
    stopped = replace(
        my_neuron(1, 8, "w", "n"),
        prune_rank=None,
        emission_rao=5,
        immunity_left_blocks=0,
        last_update=500,
        registered_at=10,
    )
    assert len(warnings([stopped], 1000)) == 1
    assert warnings([replace(stopped, **changes)], 1000) == ()


@given(st.text())
def test_ascii_text_is_ascii_and_as_wide(text: str) -> None:
    clean = "".join(char for char in text if char.isprintable())
    plain = ascii_text(clean)
    assert plain.isascii()
    assert len(plain) >= cell_width(clean)


@pytest.mark.parametrize(("text", "plain"), [("τ/day", "T/day"), ("╭─ α", "+- a"), ("子", "??")])
def test_known_characters_have_a_likeness(text: str, plain: str) -> None:
    assert ascii_text(text) == plain


def test_ascii_is_chosen_by_the_user_or_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "UTF-8")
    assert choose_glyphs({}) is UNICODE
    assert choose_glyphs({"TAOCTL_ASCII": "1"}) is ASCII
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "ANSI_X3.4-1968")
    assert choose_glyphs({}) is ASCII


def test_a_pulse_learns_the_pace_and_tells_lateness() -> None:
    pulse = Pulse("local")
    assert not pulse.live and pulse.finality_lag is None and pulse.lateness(5) == 0
    pulse = pulse.with_block(10, 100.0).with_block(12, 124.0)
    assert pulse.interval == 12.0
    assert pulse.lateness(124.0 + 36) == 3
    link = LinkStatus("ws://x", 1.0, LinkState.LIVE, 0.0, None)
    assert replace(pulse, link=link, finalized=9).live
    assert replace(pulse, finalized=9).finality_lag == 3


def test_one_block_is_not_blocks() -> None:
    assert [blocks_text(one) for one in (0, 1, 1_234)] == ["0 blocks", "1 block", "1,234 blocks"]
