"""What a position earns per day, from what the chain stores; alpha and TAO in integer rao.

Figures extrapolate one epoch or one block over a day of 7200 blocks and floor. They say nothing
about the next epoch, and a mark in TAO is not an exit value: for that see `pool.simulate`.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOCKS_PER_DAY = 7_200
U16_MAX = 65_535
RAO = 10**9


@dataclass(frozen=True, slots=True)
class SubnetDay:
    """A subnet's new alpha of one day by who gets it, rao."""

    owner: int
    miners: int
    validators: int


def subnet_day(alpha_out_rao: int, owner_cut_u16: int) -> SubnetDay:
    """Divide a day of `alpha_out_rao` per block (SubnetAlphaOutEmission) by role.

    `owner_cut_u16`: SubnetOwnerCut, or 0 where the cut is disabled. The validators' part
    includes their nominators and root.
    """
    day = alpha_out_rao * BLOCKS_PER_DAY
    owner = day * owner_cut_u16 // U16_MAX
    miners = (day - owner) // 2
    return SubnetDay(owner, miners, day - owner - miners)


def neuron_alpha_per_day(emission_rao: int, tempo: int) -> int:
    """Alpha per day of a uid from Emission[uid], the stored figure of its last epoch.

    Gross: a validator's includes its nominators' and root's part. 0 for a subnet without epochs.
    """
    return emission_rao * BLOCKS_PER_DAY // tempo if tempo else 0


def miner_alpha_per_day(incentive_u16: int, alpha_out_rao: int, owner_cut_u16: int) -> int:
    """Alpha per day that an incentive earns."""
    return _role_part(incentive_u16, alpha_out_rao, owner_cut_u16)


def validator_alpha_per_day(dividends_u16: int, alpha_out_rao: int, owner_cut_u16: int) -> int:
    """Gross alpha per day that dividends earn: takes, nominators and root together."""
    return _role_part(dividends_u16, alpha_out_rao, owner_cut_u16)


def nominator_alpha_per_day(
    hotkey_dividends_rao: int, stake_rao: int, hotkey_alpha_rao: int, tempo: int
) -> int:
    """Alpha per day of a stake with a validator, after its take.

    Args:
        hotkey_dividends_rao: AlphaDividendsPerSubnet of the hotkey, its last epoch.
        stake_rao: the position, alpha.
        hotkey_alpha_rao: TotalHotkeyAlphaLastEpoch; 0 gives 0.
        tempo: blocks per epoch; 0 gives 0.
    """
    if not hotkey_alpha_rao or not tempo:
        return 0
    return hotkey_dividends_rao * stake_rao * BLOCKS_PER_DAY // (hotkey_alpha_rao * tempo)


def tao_value(alpha_rao: int, price_rao: int) -> int:
    """TAO rao that alpha is worth at a price in rao of TAO per alpha, without fee or impact."""
    return alpha_rao * price_rao // RAO


def _role_part(share_u16: int, alpha_out_rao: int, owner_cut_u16: int) -> int:
    rest = alpha_out_rao * BLOCKS_PER_DAY * (U16_MAX - owner_cut_u16)
    return rest * share_u16 // (2 * U16_MAX * U16_MAX)
