"""Text that strangers wrote, made safe."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.text import printable


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain name", "plain name"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("\x9b31mred", "31mred"),
        ("a\nb\tc\r\nd", "a b c d"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("zero\u200bwidth\u2066\ufeff", "zerowidth"),
        ("z" + "\u0301" * 40, "ź\u0301\u0301"),
        ("\U000f0000private", "private"),
        ("\ud800lone", "lone"),
        ("τ α 中文 🚀", "τ α 中文 🚀"),
        ("", ""),
        ("\x00\x01", ""),
    ],
)
def test_hostile_text_loses_what_steers_a_terminal(hostile: str, shown: str) -> None:
    assert printable(hostile) == unicodedata.normalize("NFC", shown)


def test_long_text_is_cut() -> None:
    assert len(printable("x" * 10_000)) == 512
    assert printable("x" * 10_000, 10) == "x" * 9 + "…"


@given(st.text(max_size=300))
def test_nothing_dangerous_survives(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= 512
    for char in shown:
        assert unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
    assert printable(shown) == shown
