"""`taoctl lab epoch FILE` answers as the recorded epochs do, and says what is wrong with a file."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl.cli.main import main
from taoctl.cli.schemas import every

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "yuma_vectors.json").read_text()
)["cases"]
SCHEMA = every()["taoctl.lab.epoch.1.json"]
GOOD: dict[str, Any] = CASES[0]["input"]
N = GOOD["n"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))


def written(folder: Path, content: Any) -> str:
    path = folder / "epoch.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["lab", "epoch", *words, "-o", "json"]) == 0
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


def test_an_epoch_is_read_from_stdin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(GOOD).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert answer(capsys, "-") == CASES[0]["output"]


def test_people_read_a_row_for_each_uid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "epoch", written(tmp_path, {"cases": CASES[:1]})]) == 0
    name, head, *rows = capsys.readouterr().out.splitlines()
    assert name == CASES[0]["name"]
    assert head.split()[:3] == ["uid", "active", "vali"]
    shown = [row.split() for row in rows]
    assert [row[0] for row in shown] == [str(uid) for uid in range(N)]
    assert [row[5] for row in shown] == ["0.0000", "0.1548", "0.8452"]


def replaced(name: str, uid: int, value: Any) -> dict[str, Any]:
    """The good epoch with one entry of one of its lists replaced."""
    listed = list(GOOD[name])
    listed[uid] = value
    return GOOD | {name: listed}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([GOOD], "an epoch is a JSON object"),
        ({k: v for k, v in GOOD.items() if k != "kappa"}, "epoch without kappa"),
        ({"input": {}}, "epoch without n, block"),
        (GOOD | {"n": -1}, "n is -1"),
        (GOOD | {"n": 4_097}, "n is 4097"),
        (GOOD | {"n": N + 1}, f"alpha_stake has {N} entries"),
        (GOOD | {"block": "1000"}, 'block is "1000"'),
        (GOOD | {"kappa": 65_536}, "kappa is 65536"),
        (GOOD | {"kappa": 0.5}, "kappa is 0.5"),
        (GOOD | {"bonds_moving_average": 1_000_001}, "bonds_moving_average is 1000001"),
        (GOOD | {"alpha_sigmoid_steepness": -32_769}, "alpha_sigmoid_steepness is -32769"),
        (GOOD | {"yuma3": 1}, "yuma3 is 1"),
        (GOOD | {"owner_uid": -1}, "owner_uid is -1"),
        (GOOD | {"tao_stake": 5}, "tao_stake is 5"),
        (replaced("alpha_stake", 1, 2**64), "alpha_stake of uid 1 is 18446744073709551616"),
        (replaced("last_update", 2, None), "last_update of uid 2 is null"),
        (replaced("validator_permit", 0, "yes"), 'validator_permit of uid 0 is "yes"'),
        (replaced("weights", 0, [[1]]), "weights of uid 0 is [[1]]"),
        (replaced("weights", 0, "x"), 'weights of uid 0 is "x"'),
        (replaced("weights", 0, [[1, 65_536]]), "weights of uid 0 for uid 1 is 65536"),
        (replaced("bonds", 1, [[-1, 5]]), "a uid in bonds of uid 1 is -1"),
        (replaced("bonds", 1, [[2, 5], [2, 6]]), "bonds of uid 1 names a uid twice"),
        (GOOD | {"commit_blocks": [1]}, "commit_blocks has 1 entries"),
        (GOOD | {"commit_blocks": [1, None, True]}, "commit_blocks of uid 2 is true"),
        ({"cases": [GOOD, GOOD | {"n": None}]}, "case 2: n is null"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    content: Any, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", "epoch", written(tmp_path, content)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def drawn(dice: random.Random) -> dict[str, Any]:
    """An epoch of numbers at and between the ends of what each may be."""
    n = dice.choice((0, 1, 2, 5))

    def one(least: int, most: int) -> int:
        return dice.choice((least, most, dice.randint(least, most), min(most, least + 1)))

    def each(least: int, most: int) -> list[int]:
        return [one(least, most) for _ in range(n)]

    def rows() -> list[list[list[int]]]:
        uids = [dice.sample(range(n + 2), dice.randint(0, n)) for _ in range(n)]
        return [[[uid, one(0, 65_535)] for uid in row] for row in uids]

    u16, u64 = 65_535, 2**64 - 1
    return {
        "n": n,
        "block": one(0, u64),
        "tempo": one(0, u16),
        "last_mechanism_step_block": one(0, u64),
        "activity_cutoff": one(0, u64),
        **{name: one(0, u16) for name in ("kappa", "bonds_penalty", "alpha_low", "alpha_high")},
        "bonds_moving_average": one(0, 10**6),
        "yuma3": dice.random() < 0.6,
        "liquid_alpha": dice.random() < 0.6,
        "alpha_sigmoid_steepness": one(-(2**15), 2**15 - 1),
        "max_allowed_validators": one(0, u16),
        "stake_threshold": dice.choice((0, 0, 1, u64)),
        "owner_uid": dice.choice((None, 0, u16)),
        "rao_emission": one(0, u64),
        "tao_weight_u64": one(0, u64),
        "alpha_stake": each(0, u64),
        "tao_stake": each(0, u64),
        "last_update": each(0, u64),
        "block_at_registration": each(0, 3),
        "validator_permit": [dice.random() < 0.8 for _ in range(n)],
        "weights": rows(),
        "bonds": rows(),
        "commit_blocks": dice.choice((None, [dice.choice((None, 0, u64)) for _ in range(n)])),
    }


def test_every_epoch_that_can_be_written_has_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(5)
    cases = [{"name": str(place), "input": drawn(dice)} for place in range(400)]
    found = answer(capsys, written(tmp_path, {"cases": cases}))
    for case, said in zip(cases, found, strict=True):
        output, given = said["output"], case["input"]
        for name in ("stake_weight", "consensus", "incentive", "dividends", "validator_trust"):
            assert len(output[name]) == given["n"]
            assert all(0 <= value <= 65_535 for value in output[name]), (name, given)
        assert sum(output["emission"]) <= given["rao_emission"]
        assert all(value >= 0 for value in output["emission"])


def test_csv_has_no_form_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "epoch", written(tmp_path, GOOD), "-o", "csv"]) == 2
    assert capsys.readouterr().out == ""
