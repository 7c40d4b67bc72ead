"""The array epoch equals a plain-integer epoch on random subnets, and refuses bad input."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yuma_scalar import epoch as scalar_epoch

from taoctl.economics.yuma import EpochInput, run_epoch
from taoctl.errors import BadDataError

U16 = st.integers(0, 65_535)
SHARE = st.one_of(st.sampled_from([0, 1, 32_767, 65_535]), U16)


@st.composite
def rows(draw: Any, n: int, extra: int = 0) -> list[list[list[int]]]:
    """Storage rows: any subset of uids, in any order, some rows empty."""
    out = []
    for _ in range(n):
        uids = draw(st.lists(st.integers(0, n - 1 + extra), unique=True, max_size=n + extra))
        if draw(st.booleans()):
            uids.sort()
        out.append([[uid, draw(SHARE)] for uid in uids])
    return out


@st.composite
def epochs(draw: Any) -> EpochInput:
    n = draw(st.integers(1, 7))
    stakes = st.one_of(st.just(0), st.integers(1, 10), st.integers(0, 10**16))

    def vector(values: Any) -> list[Any]:
        drawn: list[Any] = draw(st.lists(values, min_size=n, max_size=n))
        return drawn

    return EpochInput(
        n=n,
        block=1_000,
        tempo=draw(st.sampled_from([10, 360, 5_000])),
        last_mechanism_step_block=draw(st.sampled_from([0, 639, 990])),
        activity_cutoff=draw(st.sampled_from([1, 100, 5_000])),
        kappa=draw(SHARE),
        bonds_penalty=draw(SHARE),
        bonds_moving_average=draw(st.sampled_from([0, 900_000, 975_000, 1_000_000])),
        yuma3=draw(st.booleans()),
        liquid_alpha=draw(st.booleans()),
        alpha_low=draw(st.sampled_from([1_638, 45_875])),
        alpha_high=draw(st.sampled_from([45_875, 58_982, 65_535])),
        alpha_sigmoid_steepness=draw(st.sampled_from([-32_768, -1, 0, 200, 1_000, 4_200, 32_767])),
        max_allowed_validators=draw(st.integers(0, n + 1)),
        stake_threshold=draw(st.sampled_from([0, 5, 10**12])),
        owner_uid=draw(st.one_of(st.none(), st.integers(0, n - 1))),
        rao_emission=draw(st.integers(0, 10**13)),
        tao_weight_u64=draw(st.sampled_from([0, 971_718_665_099_567_868, 2**64 - 1])),
        alpha_stake=vector(stakes),
        tao_stake=vector(stakes),
        last_update=vector(st.sampled_from([0, 500, 950, 1_000])),
        block_at_registration=vector(st.sampled_from([0, 0, 0, 950, 990])),
        validator_permit=vector(st.booleans()),
        weights=draw(rows(n)),
        bonds=draw(rows(n, extra=1)),
        commit_blocks=draw(
            st.one_of(
                st.none(),
                st.lists(st.sampled_from([None, 900, 980]), min_size=n, max_size=n),
            )
        ),
    )


@settings(max_examples=400, deadline=None)
@given(epochs())
def test_arrays_and_plain_integers_agree(epoch: EpochInput) -> None:
    got, want = run_epoch(epoch), scalar_epoch(epoch)
    for name in ("stake", "active_stake", "consensus", "incentive", "dividends"):
        assert list(getattr(got.i32f32_bits, name)) == getattr(want, name), name
    assert list(got.i32f32_bits.validator_trust) == want.validator_trust
    assert list(got.validator_permit) == want.validator_permit
    assert [None if row is None else list(row) for row in got.bonds] == want.bonds
    paid = (got.server_emission, got.validator_emission, got.emission)
    for part, share in zip(paid, want.shares, strict=True):
        assert list(part) == [(bits * epoch.rao_emission) >> 32 for bits in share]


@settings(max_examples=150, deadline=None)
@given(epochs())
def test_no_epoch_pays_more_than_it_has(epoch: EpochInput) -> None:
    done = run_epoch(epoch)
    assert sum(done.server_emission) + sum(done.validator_emission) <= epoch.rao_emission
    assert sum(done.emission) <= epoch.rao_emission


CASES = json.loads((Path(__file__).parents[1] / "data" / "yuma_vectors.json").read_text())["cases"]
SMALL = EpochInput.from_json(CASES[0]["input"])


def test_a_vector_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(BadDataError, match="tao_stake has 2 entries for 3 uids"):
        run_epoch(dataclasses.replace(SMALL, tao_stake=[0, 0]))


@pytest.mark.parametrize(
    "row",
    [pytest.param([[1, 5], [1, 6]], id="uid twice"), pytest.param([[1, 70_000]], id="not u16")],
)
def test_a_row_that_storage_cannot_hold_is_refused(row: list[list[int]]) -> None:
    with pytest.raises(BadDataError):
        run_epoch(dataclasses.replace(SMALL, weights=[row, [], []]))


def test_an_input_without_a_field_says_which() -> None:
    data = {name: value for name, value in CASES[0]["input"].items() if name != "kappa"}
    with pytest.raises(BadDataError, match="kappa"):
        EpochInput.from_json(data)


def test_weights_do_not_count_for_a_neuron_registered_after_their_commit() -> None:
    open_commit = dataclasses.replace(
        SMALL, block_at_registration=[0, 0, 950], commit_blocks=[900, None, None]
    )
    late = run_epoch(open_commit).i32f32_bits.validator_trust
    plain = run_epoch(dataclasses.replace(open_commit, commit_blocks=None))
    assert late != plain.i32f32_bits.validator_trust
