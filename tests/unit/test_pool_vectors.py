"""Swaps equal the chain's own arithmetic on every recorded case."""

import json
from pathlib import Path
from typing import Any

import pytest

from taoctl.economics.vectors import swap_output
from taoctl.errors import BadDataError

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "swap_vectors.json").read_text()
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_swap_matches_the_chain_bit_for_bit(case: dict[str, Any]) -> None:
    assert swap_output(case["input"]) == case["output"]


@pytest.mark.parametrize("field", ["amount", "fee_rate_u16"])
def test_a_case_without_a_field_says_which(field: str) -> None:
    lacking = {name: value for name, value in CASES[0]["input"].items() if name != field}
    with pytest.raises(BadDataError, match=field):
        swap_output(lacking)
