"""Block rewards, subnet shares, a subnet's block, moving prices and registration prices."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics import registration_price
from taoctl.economics.emission import (
    MAX_SUPPLY_RAO,
    AlphaSplit,
    SubnetShareInput,
    block_emission,
    network_to_prune,
    next_moving_price,
    root_proportion,
    root_sells,
    split_alpha_out,
    subnet_emissions,
    subnet_shares,
    subnet_terms,
)

TAO = 10**9
ONE_32 = 1 << 32
ONE_64 = 1 << 64
TAO_WEIGHT = 3_320_413_933_267_719_290  # 0.18


@pytest.mark.parametrize(
    ("issuance_tao", "reward"),
    [
        (0, TAO),
        (10_499_999, TAO),
        (10_500_000, TAO // 2),
        (15_749_999, TAO // 2),
        (15_750_000, TAO // 4),
        (18_375_000, TAO // 8),
        (21_000_000, 0),
        (22_000_000, 0),
    ],
)
def test_the_reward_halves_at_the_halving_issuances(issuance_tao: int, reward: int) -> None:
    assert block_emission(issuance_tao * TAO) == reward


@given(st.integers(0, MAX_SUPPLY_RAO), st.integers(0, MAX_SUPPLY_RAO))
def test_the_reward_never_rises_with_issuance(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert block_emission(low) >= block_emission(high)


SUBNETS = st.lists(
    st.tuples(
        st.integers(0, 3 * ONE_32), st.integers(0, ONE_32), st.sampled_from([True, True, False])
    ),
    max_size=8,
).map(lambda drawn: [SubnetShareInput(netuid, *row) for netuid, row in enumerate(drawn, start=1)])


@given(SUBNETS)
def test_shares_follow_price_and_what_miners_got(subnets: list[SubnetShareInput]) -> None:
    shares = subnet_shares(subnets)
    paying = {
        s.netuid: Fraction(s.moving_price_bits * (ONE_32 - s.miner_burned_bits)) for s in subnets
    }
    if not sum(paying.values()):
        paying = {s.netuid: Fraction(s.moving_price_bits) for s in subnets}
    enabled = {s.netuid: paying[s.netuid] if s.emission_enabled else 0 for s in subnets}
    total = sum(enabled.values())
    assert set(shares) == {s.netuid for s in subnets}
    for netuid, share in shares.items():
        want = Fraction(enabled[netuid], 1) / total if total else Fraction(0)
        # Where nearly all of a price is burned the chain keeps few digits of the rest.
        assert abs(Fraction(share, ONE_64) - want) <= Fraction(1, 10**6)
    assert sum(shares.values()) <= ONE_64


def test_shares_without_burning_are_price_shares() -> None:
    subnets = [SubnetShareInput(1, ONE_32 // 4), SubnetShareInput(2, 3 * ONE_32 // 4)]
    assert subnet_shares(subnets) == {1: ONE_64 // 4, 2: 3 * ONE_64 // 4}
    assert subnet_emissions(subnets, TAO) == {1: TAO * ONE_32 // 4, 2: 3 * TAO * ONE_32 // 4}
    off = [subnets[0], SubnetShareInput(2, 3 * ONE_32 // 4, emission_enabled=False)]
    assert subnet_shares(off) == {1: ONE_64, 2: 0}


def test_when_every_subnet_burns_everything_prices_decide() -> None:
    burning = [SubnetShareInput(n, ONE_32, miner_burned_bits=ONE_32) for n in (1, 2)]
    assert subnet_shares(burning) == {1: ONE_64 // 2, 2: ONE_64 // 2}


@given(
    st.integers(0, TAO * ONE_32),
    st.integers(1, 2 * ONE_64),
    st.integers(0, MAX_SUPPLY_RAO),
    st.integers(0, ONE_32),
)
def test_a_subnets_tao_is_injected_up_to_the_cap_and_the_rest_buys(
    emission: int, price: int, issuance: int, proportion: int
) -> None:
    terms = subnet_terms(emission, price, issuance, proportion)
    assert terms.alpha_out == block_emission(issuance)
    assert terms.tao_in + terms.excess_tao <= emission >> 32 <= terms.tao_in + terms.excess_tao + 1
    assert terms.alpha_in <= (proportion * terms.alpha_out) >> 32


def test_an_old_subnet_mostly_buys_and_a_young_one_mostly_adds_liquidity() -> None:
    price = ONE_64 // 10
    young = subnet_terms(TAO * ONE_32 // 20, price, TAO, ONE_32)
    assert (young.tao_in, young.excess_tao) == (TAO // 20 - 1, 0) or young.excess_tao <= 1
    old = subnet_terms(TAO * ONE_32 // 20, price, 10**15, ONE_32 // 100)
    assert old.alpha_in == 10**7 - 1 or old.alpha_in == 10**7
    assert old.excess_tao > old.tao_in


def test_root_proportion_falls_as_alpha_grows() -> None:
    assert root_proportion(0, 0, TAO_WEIGHT) == 0
    assert root_proportion(10**15, 0, TAO_WEIGHT) == ONE_32
    assert abs(root_proportion(10**15, 18 * 10**13, TAO_WEIGHT) - ONE_32 // 2) < 10
    assert root_proportion(10**15, 10**15, TAO_WEIGHT) < ONE_32 // 6


def test_new_alpha_is_divided_18_41_41() -> None:
    assert split_alpha_out(TAO, 11_796, 0) == AlphaSplit(
        owner=179_995_422, server=410_002_288, validator=410_002_288, root=0
    )
    no_cut = split_alpha_out(TAO, None, ONE_32 // 2)
    assert no_cut == AlphaSplit(owner=0, server=TAO // 2, validator=TAO // 4, root=TAO // 4)


@given(st.integers(0, TAO), st.one_of(st.none(), st.integers(0, 65_535)), st.integers(0, ONE_32))
def test_a_split_loses_less_than_a_rao_per_part(
    alpha: int, cut: int | None, proportion: int
) -> None:
    parts = split_alpha_out(alpha, cut, proportion)
    total = parts.owner + parts.server + parts.validator + parts.root
    assert alpha - 4 <= total <= alpha


def test_root_sells_only_above_one_tao_of_prices() -> None:
    assert not root_sells([ONE_32 // 2, ONE_32 // 2])
    assert root_sells([ONE_32 // 2, ONE_32 // 2 + 1])


def test_the_moving_price_approaches_the_spot_price_and_counts_it_as_one_at_most() -> None:
    moving = 0
    for age in range(1, 2_000):
        moving = next_moving_price(
            moving,
            5 * ONE_64,
            moving_alpha_bits=ONE_32 // 2,
            blocks_since_start=age,
            halving_blocks=10,
        )
        assert moving <= ONE_32
    assert moving > ONE_32 * 0.999


def test_the_cheapest_oldest_mortal_subnet_makes_room() -> None:
    subnets = {5: (70, 10), 3: (70, 5), 9: (10, 990), 2: (80, 0)}
    assert network_to_prune(subnets, 1_000, 500) == 3
    assert network_to_prune(subnets, 1_000, 10) == 9
    assert network_to_prune(subnets, 100, 500) is None


BURN = st.integers(500_000, 10**11)


@given(BURN, st.integers(1, 65_535))
def test_a_burn_price_halves_in_its_half_life(burn: int, half_life: int) -> None:
    factor = registration_price.decay_factor_bits(half_life)
    exact = 0.5 ** (1 / half_life) * ONE_32
    # Flooring every product of the power makes the chain's factor a little larger.
    assert -2 <= factor - exact <= 70
    once = registration_price.decayed(burn, half_life, 0, 10**11)
    assert once == (burn * factor) >> 32


def test_a_burn_price_stays_in_its_bounds_and_jumps_by_its_factor() -> None:
    price = TAO
    for _ in range(360):
        price = registration_price.decayed(price, 360, 500_000, 10**11)
    assert price == pytest.approx(TAO / 2, rel=1e-5)
    assert registration_price.decayed(TAO, 0, 500_000, 10**11) == TAO
    assert registration_price.decayed(400_000, 360, 500_000, 10**11) == 500_000
    assert registration_price.bumped(TAO, 3 * ONE_64 // 2, 0, 10**11) == 3 * TAO // 2
    assert registration_price.bumped(TAO, ONE_64 // 2, 0, 10**11) == TAO
    assert registration_price.bumped(10**11, 2 * ONE_64, 0, 10**11) == 10**11
