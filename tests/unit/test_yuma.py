"""The array epoch equals a plain-integer epoch on random subnets, and refuses bad input."""

import dataclasses
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yuma_scalar import epoch as scalar_epoch
from yuma_scalar import exponential

from taoctl.economics import fixed
from taoctl.economics.yuma import EpochInput, EpochOutput, run_epoch
from taoctl.errors import BadDataError


def stored_rows(draw: random.Random, n: int, extra: int = 0) -> list[list[list[int]]]:
    """Storage rows: most full, some sparse or empty, some not in uid order."""
    out = []
    for _ in range(n):
        uids = draw.sample(range(n + extra), draw.choice([0, n // 2, n, n, n + extra]))
        if draw.random() < 0.7:
            uids.sort()
        shares = [0, 1, 20_000, 65_535, draw.randint(0, 65_535), draw.randint(0, 65_535)]
        if draw.random() < 0.15:
            shares = [draw.choice([0, 65_535])]
        out.append([[uid, draw.choice(shares)] for uid in uids])
    return out


def subnet(seed: int) -> EpochInput:
    """A small random subnet with the ties, extremes and leftovers that real ones have."""
    draw = random.Random(seed)
    n = draw.choice([1, 2, 3, 5, 8, 13])
    supply = 21 * 10**15
    stakes = draw.choice(
        [
            [10**12],
            [0, 1, 7],
            [0],
            [0, 10**9, 10**15],
            range(10**11, 10**13),
            [supply, supply - 1, supply // 3, 1],
        ]
    )
    shares = [0, 13_107, 21_845, 32_767, 65_535, draw.randint(0, 65_535)]
    fresh = draw.choice([[990], [990, 990, 990, 950, 500, 0]])
    commits = [None, 900, 950, 980, 990]
    return EpochInput(
        n=n,
        block=1_000,
        tempo=draw.choice([10, 360, 5_000]),
        last_mechanism_step_block=draw.choice([0, 639, 949, 989]),
        activity_cutoff=draw.choice([10, 100, 5_000]),
        kappa=draw.choice(shares),
        bonds_penalty=draw.choice(shares),
        bonds_moving_average=draw.choice([0, 333_333, 900_000, 975_000, 1_000_000]),
        yuma3=draw.random() < 0.7,
        liquid_alpha=draw.random() < 0.7,
        alpha_low=draw.choice([0, 1_638, 45_875]),
        alpha_high=draw.choice([45_875, 58_982, 65_535]),
        alpha_sigmoid_steepness=draw.choice([-32_768, -1, 0, 200, 1_000, 4_200, 32_767]),
        max_allowed_validators=draw.choice([0, n // 2, n, n + 1]),
        stake_threshold=draw.choice([0, 5, 10**12, 2**64 - 1]),
        owner_uid=draw.choice([None, 0, n - 1]),
        rao_emission=draw.choice([0, 1, 10**9, 10**13, 21 * 10**15]),
        tao_weight_u64=draw.choice([0, 1, 971_718_665_099_567_868, 2**64 - 1]),
        alpha_stake=draw.choices(stakes, k=n),
        tao_stake=draw.choices([0, 0, 10**11, supply // 5], k=n),
        last_update=draw.choices(fresh, k=n),
        block_at_registration=draw.choices([0, 0, 0, 639, 950, 990], k=n),
        validator_permit=draw.choices([True, True, True, False], k=n),
        weights=stored_rows(draw, n),
        bonds=stored_rows(draw, n, extra=1),
        commit_blocks=draw.choice([None, None, draw.choices(commits, k=n)]),
    )


epochs = st.integers(0, 2**40).map(subnet)


@settings(max_examples=600, deadline=None)
@given(epochs)
def test_arrays_and_plain_integers_agree(epoch: EpochInput) -> None:
    assert_agree(epoch)


@pytest.mark.soak
def test_arrays_and_plain_integers_agree_on_many_subnets() -> None:
    for seed in range(20_000):
        assert_agree(subnet(seed))


REACHED: dict[str, Callable[[EpochInput, EpochOutput], bool]] = {
    "one neuron": lambda e, o: e.n == 1,
    "only the owner reaches the threshold": lambda e, o: (
        e.owner_uid is not None
        and e.stake_threshold == 2**64 - 1
        and o.i32f32_bits.stake[e.owner_uid] == fixed.ONE
    ),
    "equal stakes at the permit cut": lambda e, o: (
        len(set(e.alpha_stake)) == 1 and 0 < sum(o.validator_permit) < e.n
    ),
    "permit lost": lambda e, o: any(
        before and not after
        for before, after in zip(e.validator_permit, o.validator_permit, strict=True)
    ),
    "nobody active": lambda e, o: not any(o.i32f32_bits.active_stake),
    "incentive without dividends": lambda e, o: any(o.incentive) and not any(o.dividends),
    "stake pays": lambda e, o: not any(o.incentive) and any(o.validator_emission),
    "kappa 0": lambda e, o: e.kappa == 0 and any(o.consensus),
    "kappa 65535": lambda e, o: e.kappa == 65_535 and any(o.consensus),
    "partial penalty": lambda e, o: 0 < e.bonds_penalty < 65_535 and any(o.dividends),
    "no penalty": lambda e, o: e.bonds_penalty == 0 and any(o.dividends),
    "liquid with one alpha": lambda e, o: liquid(e, o) and e.alpha_low == e.alpha_high,
    "liquid and falling": lambda e, o: liquid(e, o) and e.alpha_sigmoid_steepness < 0,
    "liquid and flat": lambda e, o: liquid(e, o) and e.alpha_sigmoid_steepness == 0,
    "bonds that never move": lambda e, o: e.bonds_moving_average == 10**6 and any(o.dividends),
    "bonds without memory": lambda e, o: e.bonds_moving_average == 0 and any(o.dividends),
    "stakes near the supply": lambda e, o: max(e.alpha_stake) > 20 * 10**15 and any(o.dividends),
}


def test_the_drawn_subnets_reach_every_special_case() -> None:
    drawn = [subnet(seed) for seed in range(1_500)]
    pairs = [(epoch, run_epoch(epoch)) for epoch in drawn]
    met = {name: sum(case(e, o) for e, o in pairs) for name, case in REACHED.items()}
    assert min(met.values()) >= 10, met


def liquid(epoch: EpochInput, done: EpochOutput) -> bool:
    """Whether liquid alpha decided this epoch's bonds."""
    return epoch.yuma3 and epoch.liquid_alpha and any(done.i32f32_bits.consensus)


def assert_agree(epoch: EpochInput) -> None:
    """Hold every output of the array epoch against the scalar one."""
    got, want = run_epoch(epoch), scalar_epoch(epoch)
    assert list(got.active) == want.active
    for name in ("stake", "active_stake", "consensus", "incentive", "dividends"):
        assert list(getattr(got.i32f32_bits, name)) == getattr(want, name), name
    assert list(got.i32f32_bits.validator_trust) == want.validator_trust
    assert list(got.rank_raw_u16) == [(bits * 65_535) >> 32 for bits in want.ranks]
    assert list(got.validator_permit) == want.validator_permit
    assert [None if row is None else list(row) for row in got.bonds] == want.bonds
    paid = (got.server_emission, got.validator_emission, got.emission)
    for part, share in zip(paid, want.shares, strict=True):
        assert list(part) == [(bits * epoch.rao_emission) >> 32 for bits in share]


@settings(max_examples=150, deadline=None)
@given(epochs)
def test_no_epoch_pays_more_than_it_has(epoch: EpochInput) -> None:
    done = run_epoch(epoch)
    assert sum(done.server_emission) + sum(done.validator_emission) <= epoch.rao_emission
    assert sum(done.emission) <= epoch.rao_emission


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(-(25 << 32), 25 << 32), min_size=1))
def test_exponentials_agree_over_their_whole_range(inputs: list[int]) -> None:
    inputs += [0, fixed.ONE, -fixed.ONE, 20 << 32, -(20 << 32)]
    got = fixed.exp(np.array(inputs, dtype=np.int64)).tolist()
    assert got == [exponential(x) for x in inputs]


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
