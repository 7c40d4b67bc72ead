"""`taoctl lab swap` answers as the recorded cases do, and says what is wrong with a file."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl.cli.main import main
from taoctl.cli.schemas import every

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "swap_vectors.json").read_text()
)["cases"]
SCHEMA = every()["taoctl.lab.swap.1.json"]
GOOD: dict[str, Any] = CASES[0]["input"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))


def written(folder: Path, content: Any) -> str:
    path = folder / "swap.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["lab", "swap", *words, "-o", "json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    whole = json.loads(captured.out)
    jsonschema.validate(whole, SCHEMA)
    return whole["data"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_recorded_case_gives_its_output(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, written(tmp_path, case["input"])) == case["output"]
    assert answer(capsys, written(tmp_path, case)) == case["output"]


def test_a_whole_file_of_cases_gives_all_outputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, written(tmp_path, {"format": 1, "cases": CASES}))
    assert found == [{"name": one["name"], "output": one["output"]} for one in CASES]


def test_a_swap_is_read_from_stdin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(GOOD).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert answer(capsys, "-") == CASES[0]["output"]


def test_no_limit_is_a_market_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, written(tmp_path, GOOD | {"limit_price_rao": None}))
    assert found == CASES[0]["output"]


def test_people_read_it_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "swap", written(tmp_path, GOOD)]) == 0
    lines = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["amount paid out"].strip() == "3997981816"
    assert lines["partial"].strip() == "no"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([GOOD], "a swap is a JSON object"),
        ({k: v for k, v in GOOD.items() if k != "amount"}, "swap without amount"),
        ({"input": {}}, "swap without alpha_reserve, amount"),
        (GOOD | {"side": "hold"}, 'side is "hold"'),
        (GOOD | {"side": ["buy"]}, 'side is ["buy"]'),
        (GOOD | {"amount": -1}, "amount is -1"),
        (GOOD | {"amount": 1.5}, "amount is 1.5"),
        (GOOD | {"amount": "1"}, 'amount is "1"'),
        (GOOD | {"amount": True}, "amount is true"),
        (GOOD | {"amount": None}, "amount is null"),
        (GOOD | {"amount": 2**64}, "amount is 18446744073709551616"),
        (GOOD | {"quote_weight_perquintill": 10**18 + 1}, "quote_weight_perquintill is"),
        (GOOD | {"fee_rate_u16": 65_536}, "fee_rate_u16 is 65536"),
        ({"cases": [GOOD, GOOD | {"side": 1}]}, "case 2: side is 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    content: Any, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", "swap", written(tmp_path, content)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize("weight", [0, 1, 10**16, 10**18 - 1, 10**18])
@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("amount", [0, 1, 2**64 - 1])
def test_every_swap_that_can_be_written_has_an_answer(
    weight: int, side: str, amount: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = GOOD | {"quote_weight_perquintill": weight, "side": side, "amount": amount}
    for reserves in ((0, 0), (1, 2**64 - 1), (2**64 - 1, 1), (10**12, 10**13)):
        alpha, tao = reserves
        found = answer(
            capsys, written(tmp_path, case | {"alpha_reserve": alpha, "tao_reserve": tao})
        )
        assert "error" in found or found["amount_paid_in"] <= amount


def test_csv_has_no_form_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "swap", written(tmp_path, GOOD), "-o", "csv"]) == 2
    assert capsys.readouterr().out == ""
