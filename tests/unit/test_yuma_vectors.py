"""The epoch equals the chain's own arithmetic on every recorded case."""

import json
from pathlib import Path
from typing import Any

import pytest

from taoctl.economics.vectors import epoch_output

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "yuma_vectors.json").read_text()
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_epoch_matches_the_chain_bit_for_bit(case: dict[str, Any]) -> None:
    assert epoch_output(case["input"]) == case["output"]
