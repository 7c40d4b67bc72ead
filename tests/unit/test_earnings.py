"""Daily figures agree with each other and with the chain's split of new alpha."""

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.earnings import (
    BLOCKS_PER_DAY,
    SubnetDay,
    miner_alpha_per_day,
    neuron_alpha_per_day,
    nominator_alpha_per_day,
    subnet_day,
    tao_value,
    validator_alpha_per_day,
)
from taoctl.economics.emission import split_alpha_out

ALPHA = 10**9


def test_a_whole_subnet_earns_7200_alpha_a_day() -> None:
    day = subnet_day(ALPHA, 11_796)
    assert day.owner + day.miners + day.validators == BLOCKS_PER_DAY * ALPHA
    assert day.miners // ALPHA == 2_952
    assert subnet_day(ALPHA, 0) == SubnetDay(0, 3_600 * ALPHA, 3_600 * ALPHA)


@given(st.integers(0, ALPHA), st.integers(0, 65_535))
def test_roles_earn_what_the_chain_pays_them_per_block(alpha_out: int, cut: int) -> None:
    block = split_alpha_out(alpha_out, cut, 0)
    day = subnet_day(alpha_out, cut)
    # The chain floors every block, a day floors once; the chain also floors the cut's ratio to
    # 32 bits, which gives the others at most alpha_out / 2^33 more, less than a rao here.
    assert 0 <= day.owner - block.owner * BLOCKS_PER_DAY <= 2 * BLOCKS_PER_DAY
    assert -BLOCKS_PER_DAY <= day.miners - block.server * BLOCKS_PER_DAY <= 2 * BLOCKS_PER_DAY


def test_shares_and_epochs_extrapolate_to_the_same_day() -> None:
    miner = miner_alpha_per_day(65_535, ALPHA, 11_796)
    assert abs(miner - subnet_day(ALPHA, 11_796).miners) <= 1
    assert validator_alpha_per_day(65_535, ALPHA, 11_796) == miner
    per_epoch = 360 * split_alpha_out(ALPHA, 11_796, 0).server
    assert abs(neuron_alpha_per_day(per_epoch, 360) - miner) <= BLOCKS_PER_DAY
    assert neuron_alpha_per_day(per_epoch, 0) == 0


def test_a_nominator_earns_its_part_of_the_hotkeys_dividends() -> None:
    assert nominator_alpha_per_day(720, 25, 100, 360) == 3_600
    assert nominator_alpha_per_day(720, 25, 0, 360) == 0
    assert nominator_alpha_per_day(720, 25, 100, 0) == 0


def test_a_mark_is_amount_times_price() -> None:
    assert tao_value(3 * ALPHA, 250_000_000) == 750_000_000
