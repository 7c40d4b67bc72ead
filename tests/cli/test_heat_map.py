"""The heat map of weights fits its terminal and says what its shades mean, without colour too."""

from __future__ import annotations

import io
import re
import sys

import pytest

from taoctl.cli.output import cell_width
from taoctl.cli.weights import heat
from taoctl.reads.weights import WeightRow

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def rows(validators: int, targets: int, name: str | None = None) -> list[WeightRow]:
    """Validators that weigh every third UID, by other parts each."""
    return [
        WeightRow(
            uid=uid,
            hotkey_name=name,
            hotkey=f"key {uid}",
            permit=True,
            updated_block=1,
            age_blocks=1,
            target_uid=target,
            weight=1,
            share_ppm=1_000 + (uid * 7 + target * 13) % 97 * 100,
        )
        for uid in range(validators)
        for target in range(0, targets, 3)
    ]


@pytest.mark.parametrize("columns", [40, 80, 120, 300])
@pytest.mark.parametrize("look", [heat.COLOURS, heat.SHADES, heat.PLAIN])
def test_a_map_of_a_full_subnet_fits(columns: int, look: heat.Palette) -> None:
    shown = heat.heat_map(rows(64, 256, "a validator of mine"), columns, look)
    lines = [ESCAPES.sub("", line) for line in shown.split("\n")]
    assert max(map(cell_width, lines)) <= columns
    assert [line.split()[0] for line in lines[1:65]] == [str(uid) for uid in range(64)]
    assert all("a validator" in line for line in lines[1:65])
    assert ("\x1b" in shown) == (look is heat.COLOURS)
    assert lines[-1] == "a cell is a UID" or lines[-1].endswith("UIDs: their largest share")


def test_every_line_is_what_its_row_gives() -> None:
    given = rows(3, 30)
    head, *lines = heat.heat_map(given, 80, heat.PLAIN).split("\n")
    start = head.index("0")
    assert head[start:].split() == ["0", "10", "20"]
    # A number of the ruler stands over the cell of its UID.
    assert head.index("20") == start + 20
    for uid, line in enumerate(lines[:3]):
        cells = line[start:].ljust(30)
        weighed = {row.target_uid for row in given if row.uid == uid}
        assert {at for at, cell in enumerate(cells) if cell != " "} == weighed
    strongest = max((row for row in given if row.uid == 1), key=lambda row: row.share_ppm or 0)
    assert lines[1][start + strongest.target_uid] == "@"
    assert lines[4] == "share of what its line gives, from"
    assert re.fullmatch(r"\. less  : \d\.\d\d%  \+ \d\.\d\d%  # \d\.\d\d%  @ \d\.\d\d%", lines[5])


def test_colours_are_reset_at_the_end_of_each_line() -> None:
    shown = heat.heat_map(rows(2, 40), 80, heat.COLOURS)
    for line in shown.split("\n")[1:3]:
        assert line.endswith("\x1b[0m") and line.count("\x1b[0m") == 1


def test_a_name_cannot_steer_the_terminal() -> None:
    shown = heat.heat_map(rows(1, 5, "\x1b[2Jevil\u202e\nname"), 80, heat.SHADES)
    assert "\x1b" not in shown and "\u202e" not in shown
    assert len(shown.split("\n")) == 6


@pytest.mark.parametrize(
    ("environ", "encoding", "wanted"),
    [
        ({"TERM": "xterm-256color"}, "utf-8", heat.COLOURS),
        ({"TERM": "xterm-kitty", "COLORTERM": "truecolor"}, "utf-8", heat.COLOURS),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "utf-8", heat.SHADES),
        ({"TERM": "linux"}, "utf-8", heat.SHADES),
        ({"TERM": "dumb"}, "ascii", heat.PLAIN),
    ],
)
def test_the_palette_is_what_the_terminal_can_show(
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    encoding: str,
    wanted: heat.Palette,
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    stream.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdout", stream)
    for name in ("TERM", "COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert heat.palette() is wanted
