"""Results in every format, tables that fit, and text that cannot steer a terminal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Annotated

import pytest

from taoctl.cli import options, output
from taoctl.cli.options import Format
from taoctl.cli.output import Origin, Result, Section, cell_width, fitted, table_text
from taoctl.errors import RefusedError, UsageError
from taoctl.reads.columns import Column, Kind, columns_of
from taoctl.reads.concentration import ConcentrationRow

ORIGIN = Origin("local", "0x" + "11" * 32, 7, "0x" + "22" * 32, 424, simulated=True)
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
HOSTILE = "\x1b[31mevil\u202e[bold]"


@dataclass(frozen=True, kw_only=True)
class Row:
    uid: Annotated[int, Column("uid", Kind.UID, "u")]
    name: Annotated[str | None, Column("name", Kind.TEXT, "n")]
    stake_rao: Annotated[int | None, Column("stake", Kind.TAO, "s")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "h", wide=True)]
    live: Annotated[bool, Column("live", Kind.BOOL, "l")]


ROWS = (
    Row(uid=0, name="plain", stake_rao=1, hotkey=ALICE, live=True),
    Row(uid=1, name=HOSTILE, stake_rao=None, hotkey=ALICE, live=False),
    Row(uid=2, name="=1+1", stake_rao=10**18, hotkey=ALICE, live=True),
)
RESULT = Result("taoctl.test/1", ORIGIN, (Section(ROWS, Row),))


def shown(
    chosen: Format, capsys: pytest.CaptureFixture[str], result: Result = RESULT
) -> tuple[str, str]:
    options.reset()
    options.current().output = chosen
    output.show(result)
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_json_is_one_envelope(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(Format.JSON, capsys)
    assert err == ""
    found = json.loads(out)
    assert {key: value for key, value in found.items() if key != "data"} == {
        "schema": "taoctl.test/1",
        "network": "local",
        "genesis": ORIGIN.genesis,
        "block": 7,
        "block_hash": ORIGIN.block_hash,
        "spec_version": 424,
        "simulated": True,
    }
    first, second, _ = found["data"]
    assert first == {
        "uid": 0,
        "name": "plain",
        "stake": {"rao": "1", "tao": "0.000000001"},
        "hotkey": ALICE,
        "live": True,
    }
    assert second["stake"] is None
    assert second["name"] == HOSTILE


@pytest.mark.parametrize("chosen", Format)
def test_no_format_lets_an_escape_sequence_out(
    chosen: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = shown(chosen, capsys)
    for text in (out, err):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_ndjson_is_one_envelope_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Format.NDJSON, capsys)
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["data"]["uid"] for line in lines] == [0, 1, 2]
    assert {line["block_hash"] for line in lines} == {ORIGIN.block_hash}


def test_csv_holds_raw_values_and_no_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Format.CSV, capsys)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0] == {
        "uid": "0",
        "name": "plain",
        "stake_rao": "1",
        "hotkey": ALICE,
        "live": "true",
    }
    assert rows[1]["stake_rao"] == ""
    assert rows[2]["name"] == "'=1+1"


def test_yaml_says_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Format.YAML, capsys)
    assert out.startswith('schema: "taoctl.test/1"\nnetwork: "local"\n')
    assert '    stake:\n      rao: "1"\n      tao: "0.000000001"\n' in out


def test_a_table_has_its_origin_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(Format.TABLE, capsys)
    assert err == f"local SIM · block 7 {ORIGIN.block_hash}\n"
    head, first, second, third = out.splitlines()
    assert head.split() == ["uid", "name", "stake", "live"]
    assert first.split() == ["0", "plain", "0.000000001", "yes"]
    assert second.split() == ["1", "[31mevil[bold]", "-", "no"]
    assert third.split() == ["2", "=1+1", "1,000,000,000", "yes"]


def test_quiet_leaves_only_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    options.reset()
    options.current().quiet = True
    output.show(RESULT)
    assert capsys.readouterr().err == ""


def test_wide_shows_whole_addresses_and_amounts(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Format.WIDE, capsys)
    assert ALICE in out
    assert "1000000000.000000000" in out


def test_one_row_is_a_list_of_fields(capsys: pytest.CaptureFixture[str]) -> None:
    single = Result("taoctl.test/1", ORIGIN, (Section(ROWS[:1], Row, single=True),))
    out, _ = shown(Format.TABLE, capsys, single)
    assert out.splitlines()[0].split() == ["uid", "0"]
    assert ALICE in out
    out, _ = shown(Format.JSON, capsys, single)
    assert json.loads(out)["data"]["uid"] == 0


def test_the_addresses_of_a_section_are_those_of_its_address_columns() -> None:
    assert output.addresses_in(Section(ROWS, Row)) == [ALICE] * 3
    assert output.addresses_in(Section((), Row)) == []


def test_csv_is_refused_where_there_are_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    options.reset()
    options.current().output = Format.CSV
    with pytest.raises(UsageError, match="no rows"):
        output.show_data("taoctl.test/1", {"pid": 1}, "a localnet runs")
    assert capsys.readouterr().out == ""
    options.current().output = Format.NDJSON
    output.show_data("taoctl.test/1", {"pid": 1}, "a localnet runs")
    assert json.loads(capsys.readouterr().out)["data"] == {"pid": 1}


def test_several_sections_are_fields_of_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    both = Result(
        "taoctl.test/1",
        ORIGIN,
        (
            Section(ROWS[:1], Row, key="head", single=True, people=False),
            Section(ROWS, Row, key="rows"),
        ),
        extra={"limit": 3},
    )
    out, _ = shown(Format.JSON, capsys, both)
    data = json.loads(out)["data"]
    assert (data["limit"], data["head"]["uid"], len(data["rows"])) == (3, 0, 3)
    out, _ = shown(Format.TABLE, capsys, both)
    assert len(out.splitlines()) == 4


@pytest.mark.parametrize("width", range(12, 60))
def test_a_table_fits_its_width(width: int) -> None:
    long = Row(uid=9, name="名" * 40, stake_rao=5, hotkey=ALICE, live=True)
    text, hidden = table_text(columns_of(Row), (*ROWS, long), width)
    assert max(cell_width(line) for line in text.splitlines()) <= width
    shown_titles = text.splitlines()[0].split()
    assert len(shown_titles) == len(columns_of(Row)) - hidden
    assert shown_titles[0] == "uid"


def test_without_a_width_nothing_is_cut() -> None:
    long = Row(uid=9, name="x" * 300, stake_rao=5, hotkey=ALICE, live=True)
    text, hidden = table_text(columns_of(Row), (long,), None, full=True)
    assert "x" * 300 in text
    assert hidden == 0


def test_an_empty_table_is_its_head() -> None:
    text, _ = table_text(columns_of(Row), (), 80)
    assert text.split() == ["uid", "name", "stake", "hotkey", "live"]


def test_wide_characters_are_cut_by_cells() -> None:
    assert cell_width("名前") == 4
    assert fitted("名前が長い", 5) == "名前…"
    assert cell_width(fitted("名前が長い", 4)) <= 4


def test_errors_are_cleaned_and_never_coloured_off_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.error(RefusedError(f"node said {HOSTILE}", "try\nagain"), as_json=False)
    assert capsys.readouterr().err == "error: node said [31mevil[bold]\nhint: try again\n"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_needs_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert output.colours(_Terminal())
    assert not output.colours(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not output.colours(_Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.colours(_Terminal())


def test_a_narrow_terminal_keeps_what_tells_the_rows_of_network_health_apart() -> None:
    row = ConcentrationRow(
        scope="network",
        netuid=None,
        name="thirteen long",
        holders=1000,
        nakamoto=10,
        top_ten_ppm=683_600,
        gini_ppm=771_500,
        hhi=573,
        stake_weight_rao=2_639_344 * 10**9,
        staked_rao=6_447_846 * 10**9,
    )
    text, hidden = table_text(columns_of(ConcentrationRow), (row,), 80)
    assert hidden == 2 and "network" in text and "hhi" not in text
    assert max(map(len, text.splitlines())) <= 80
