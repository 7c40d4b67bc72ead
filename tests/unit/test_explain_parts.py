"""The parts of incentives and dividends add up to what the epoch said, to the last bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taoctl.economics.explain import earned
from taoctl.economics.yuma import EpochInput, run_epoch, trace_epoch

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "yuma_vectors.json").read_text()
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_parts_add_up_to_the_recorded_output(case: dict[str, Any]) -> None:
    trace, want = trace_epoch(EpochInput.from_json(case["input"])), case["output"]
    bits, yuma3 = want["i32f32_bits"], case["input"]["yuma3"]
    for uid in range(case["input"]["n"]):
        found = earned(trace, uid)
        assert found.rank == sum(part.contribution for part in found.weights)
        if found.rank_total:
            assert (found.rank << 32) // found.rank_total == bits["incentive"][uid]
        else:
            assert bits["incentive"][uid] == 0
        assert found.owned == sum(part.contribution for part in found.bonds)
        scaled = (found.owned * bits["active_stake"][uid]) >> 32
        assert found.dividend_raw == (scaled if yuma3 else found.owned)
        if found.dividend_total:
            assert (found.dividend_raw << 32) // found.dividend_total == bits["dividends"][uid]
        for part in found.weights:
            assert part.stake == bits["active_stake"][part.validator]
            assert part.clipped in (min(part.weight, part.consensus), 0)
            assert part.consensus == bits["consensus"][uid]
            assert part.contribution == (part.clipped * part.stake) >> 32
        for bond in found.bonds:
            assert bond.incentive == bits["incentive"][bond.uid]
            assert bond.contribution == (bond.bond * bond.incentive) >> 32


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_bonds_in_a_neuron_are_parts_of_one(case: dict[str, Any]) -> None:
    trace = trace_epoch(EpochInput.from_json(case["input"]))
    held: dict[int, int] = {}
    for uid in trace.rows:
        for bond in earned(trace, uid).bonds:
            held[bond.uid] = held.get(bond.uid, 0) + bond.bond
    assert all(total == 0 or 2**32 - len(trace.rows) <= total <= 2**32 for total in held.values())
    assert trace.output == run_epoch(EpochInput.from_json(case["input"]))
