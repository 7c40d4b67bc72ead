"""Rows as bytes, and several mechanisms in one subnet."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.mechanisms import aggregate_mechanisms, paid_emission, split_emission
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


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=4))
def test_with_an_even_split_what_was_paid_is_known_to_a_few_rao(emissions: list[int]) -> None:
    parts = [1 << 40] * len(emissions)
    stored = sum(emissions) // len(emissions)
    for incentives in ([7] * len(emissions), [1 + one % 9 for one in emissions]):
        paid = paid_emission(stored, parts, incentives, len(emissions) % 2, 2 * stored)
        assert 0 <= sum(emissions) - paid < len(emissions)


@given(st.integers(0, 2**50), st.integers(1, 65_534), st.booleans(), st.integers(1, 65_535))
def test_what_one_mechanism_of_two_paid_is_known_however_they_split(
    emission: int, first: int, second: bool, incentive: int
) -> None:
    parts = [first, 65_535 - first]
    stored = emission * parts[second] // 65_535
    incentives = [0, incentive] if second else [incentive, 0]
    if parts[0] == parts[1]:
        return
    paid = paid_emission(stored, parts, incentives, 0, 2 * stored)
    assert 0 <= emission - paid <= 65_535 // parts[second] + 1


def test_what_nobody_is_paid_is_nothing() -> None:
    assert paid_emission(0, [3, 5], [0, 0], 0, 9) == 0
    assert paid_emission(9, [0, 0], [1, 1], 0, 9) == 9


def test_dividends_of_several_mechanisms_are_a_part_of_all_that_was_paid():
    parts, whole = [45_535, 20_000], 65_535
    epoch = 10**12
    paid_out = [epoch * part // whole for part in parts]
    shares = [20_000, 5_000]
    truth = sum(out * share // (2 * 65_535) for out, share in zip(paid_out, shares, strict=True))
    everyone = sum(out * part // whole for out, part in zip(paid_out, parts, strict=True))
    mean = sum(part * share for part, share in zip(parts, shares, strict=True)) // whole
    found = paid_emission(1, parts, [0, 0], mean, everyone)
    assert abs(found - truth) < truth // 10_000
