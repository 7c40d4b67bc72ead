"""Rows as bytes, and several mechanisms in one subnet."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from taoctl.economics.mechanisms import aggregate_mechanisms, split_emission
from taoctl.economics.yuma import EpochInput, run_epoch
from taoctl.errors import BadDataError

CASES = json.loads(
    (Path(__file__).parent.parent / "data" / "yuma_vectors.json").read_text(encoding="utf-8")
)["cases"]


def packed(rows: Any) -> list[bytes]:
    return [struct.pack(f"<{2 * len(row)}H", *chain.from_iterable(row)) for row in rows]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_packed_rows_say_the_same_as_pairs(case: dict[str, Any]):
    plain = EpochInput.from_json(case["input"])
    dense = replace(plain, weights=packed(plain.weights), bonds=packed(plain.bonds))
    assert run_epoch(dense) == run_epoch(plain)


def test_mixed_rows_are_refused():
    plain = EpochInput.from_json(CASES[0]["input"])
    with pytest.raises(BadDataError):
        run_epoch(replace(plain, weights=[*packed(plain.weights[:1]), *plain.weights[1:]]))


def test_split_gives_the_remainder_to_the_first():
    assert split_emission(10, 3, None) == [4, 3, 3]
    assert split_emission(100, 2, [65_535 // 3, 65_535 - 65_535 // 3]) == [34, 66]
    assert split_emission(100, 2, [65_535]) == [100, 0]
    assert split_emission(0, 2, None) == [0, 0]


def test_one_mechanism_is_taken_as_it_is():
    output = run_epoch(EpochInput.from_json(CASES[0]["input"]))
    terms = aggregate_mechanisms(1_000_000_000, [(1_000_000_000, output)])
    assert terms.emission == output.emission
    assert terms.server_emission == output.server_emission
    assert aggregate_mechanisms(0, [(0, output)]) == terms


def test_two_mechanisms_average_scores_and_add_emission():
    case = EpochInput.from_json(CASES[0]["input"])
    first = run_epoch(replace(case, rao_emission=750))
    second = run_epoch(replace(case, rao_emission=250))
    terms = aggregate_mechanisms(1_000, [(750, first), (250, second)])
    for uid in range(case.n):
        assert (
            terms.server_emission[uid] == first.server_emission[uid] + second.server_emission[uid]
        )
        assert abs(terms.dividends[uid] - first.dividends[uid]) <= 2
    assert terms.active == first.active
    assert sum(terms.validator_emission) + sum(terms.server_emission) <= 1_000
