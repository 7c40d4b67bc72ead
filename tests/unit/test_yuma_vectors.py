"""The epoch equals the chain's own arithmetic on every recorded case."""

import json
from pathlib import Path
from typing import Any

import pytest
import yuma_scalar

from taoctl.economics.vectors import epoch_output
from taoctl.economics.yuma import EpochInput

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "yuma_vectors.json").read_text()
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_plain_epoch_of_the_tests_matches_the_chain_too(case: dict[str, Any]) -> None:
    got = yuma_scalar.epoch(EpochInput.from_json(case["input"]))
    bits = case["output"]["i32f32_bits"]
    assert {name: getattr(got, name) for name in bits} == bits
    assert got.validator_permit == case["output"]["validator_permit"]
    rows = [None if row is None else [list(pair) for pair in row] for row in got.bonds]
    assert rows == case["output"]["bonds"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_epoch_matches_the_chain_bit_for_bit(case: dict[str, Any]) -> None:
    assert epoch_output(case["input"]) == case["output"]
