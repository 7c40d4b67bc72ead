"""Prose is broken between words where a terminal is too narrow, and nowhere else."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.cli.wrapping import fitting, wrapped


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "what       pay 0.019734889 TAO",
            ["what       pay", "0.019734889 TAO"],
        ),
        ("error: it costs 0.25 TAO there", ["error: it costs 0.25", "TAO there"]),
        ("hint: run `taoctl tx resume 1` now", ["hint: run", "`taoctl tx resume 1`", "now"]),
        ("bytes 0x00000000000000000000000000", ["bytes 0x00000000000000000000000000"]),
        (
            "\x1b[33mgive it back, and be gone\x1b[0m",
            ["\x1b[33mgive it back, and be", "gone\x1b[0m"],
        ),
        ("a  b\n  two cells and seven words", ["a  b", "  two cells and", "  seven words"]),
        ("an odd ` stands here alone", ["an odd ` stands here", "alone"]),
    ],
)
def test_lines_are_broken_between_words(text: str, lines: list[str]) -> None:
    assert wrapped(text, 20).split("\n") == lines


def test_what_goes_on_stands_behind_the_label() -> None:
    plan = "fee        0.002663193 TAO\nwarning    it cannot be undone before\n           5 blocks"
    assert wrapped(plan, 26).split("\n") == [
        "fee        0.002663193 TAO",
        "warning    it cannot be",
        "           undone before",
        "           5 blocks",
    ]


@given(st.text("ab `\n0x.", max_size=120), st.integers(1, 60))
def test_nothing_is_lost_and_what_fits_stays_as_it_is(text: str, width: int) -> None:
    found = wrapped(text, width)
    assert found.split() == text.split()
    if all(len(line) <= width for line in text.split("\n")):
        assert found == text


def test_a_pipe_gets_lines_as_they_are() -> None:
    text = "word " * 100
    assert fitting(text, io.StringIO(), len) == text
