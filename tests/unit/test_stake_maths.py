"""Inherited stake, root claims and weight scaling as pure functions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics import inheritance, root_claims, weights

U64_MAX = 2**64 - 1


def test_stake_without_relations_is_its_own():
    assert inheritance.inherited(123, [], []) == 123


def test_full_proportion_moves_everything():
    assert inheritance.inherited(1_000, [U64_MAX], []) == 0
    assert inheritance.inherited(0, [], [(U64_MAX, 1_000)]) == 1_000


def test_half_to_a_child_and_a_quarter_from_a_parent():
    half, quarter = 2**63, 2**62
    assert inheritance.inherited(1_000, [half], []) == 500
    assert inheritance.inherited(1_000, [half], [(quarter, 400)]) == 600


@given(st.integers(0, 21 * 10**15), st.integers(0, U64_MAX))
def test_a_child_never_gains_more_than_the_parent_gives(stake: int, share: int):
    kept = inheritance.inherited(stake, [share], [])
    gained = inheritance.inherited(0, [], [(share, stake)])
    assert stake - 1 <= kept + gained <= stake


def test_combined_weight_uses_the_default_tao_weight():
    # 0.0527 of 1,000 TAO on top of 5 alpha, in rao.
    weight = inheritance.combined_weight(5 * 10**9, 10**12, 971718665099567868)
    assert 5 * 10**9 + 52_670_000_000 < weight < 5 * 10**9 + 52_680_000_000


def test_root_rate_pays_in_proportion():
    rate = root_claims.rate_increment_bits(500, 1_000)
    assert root_claims.owed(rate, 400, 0) == 200
    assert root_claims.owed(rate, 400, 150) == 50
    assert root_claims.owed(rate, 400, 250) == 0
    assert root_claims.owed_bits(rate, 400, 250) == -50 << 32


def test_new_root_stake_owes_nothing_for_the_past():
    rate = root_claims.rate_increment_bits(7, 9)
    for amount in (1, 9, 10**12):
        debt = root_claims.past_share(rate, amount)
        assert root_claims.owed(rate, amount, debt) == 0


def test_claim_indices_are_spread_and_bounded():
    chosen = root_claims.claim_indices(bytes(range(32)), 5, 1_000)
    assert chosen == tuple(sorted(set(chosen)))
    assert all(0 <= index < 1_000 for index in chosen)
    assert root_claims.claim_indices(bytes(32), 5, 0) == (0,)


def test_upscale_keeps_the_ratio_and_tops_at_u16():
    assert weights.max_upscale([]) == ()
    assert weights.max_upscale([0, 0]) == (0, 0)
    assert weights.max_upscale([1, 2]) == (32768, 65535)
    assert weights.max_upscale([65535, 1]) == (65535, 1)
    assert weights.max_upscale([50000, 25000]) == (65535, 32767)  # the ratio is floored first


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=64))
def test_upscale_preserves_order(values: list[int]):
    scaled = weights.max_upscale(values)
    assert max(scaled) == (65535 if any(values) else 0)
    for left, right in zip(range(len(values)), range(1, len(values)), strict=False):
        if values[left] <= values[right]:
            assert scaled[left] <= scaled[right]
