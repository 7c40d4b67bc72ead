"""Swaps equal the chain's own arithmetic on every recorded case."""

import json
from pathlib import Path
from typing import Any

import pytest

from taoctl.economics.pool import Pool, SwapError, swap

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "swap_vectors.json").read_text()
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_swap_matches_the_chain_bit_for_bit(case: dict[str, Any]) -> None:
    order = case["input"]
    try:
        done = swap(
            Pool.from_json(order), order["side"], order["amount"], order["limit_price_rao"]
        ).to_json()
    except SwapError as error:
        done = {"error": error.name}
    assert done == case["output"]
