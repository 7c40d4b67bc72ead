"""What becomes of a subnet's TAO when the subnet is dissolved.

Source: staking/remove_stake.rs of subtensor at spec 425 (destroy_alpha_in_out_stakes).
"""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.units import U64_MAX

_ONE_BITS = 32


def divided(pot: int, values: Sequence[int]) -> list[int]:
    """A pot in rao divided by what alpha is held: floors first, then a rao each by remainder.

    Those with the largest remainders get the rao that are left over; of equals the earlier ones.
    All is given out where any alpha is held.

    Args:
        values: rao of alpha of each, in the chain's order; the protocol's own comes last.
    """
    total = sum(values)
    if not pot or not total:
        return [0] * len(values)
    parts = [divmod(pot * value, total) for value in values]
    shares = [share for share, _ in parts]
    left = pot - sum(shares)
    for place in sorted(range(len(parts)), key=lambda at: -parts[at][1])[:left]:
        shares[place] += 1
    return shares


def protocol_alpha(alpha_in: int, own: int, registered_at: int, since_block: int) -> int:
    """Rao of alpha for which the protocol takes its part of the pot, which is recycled.

    Args:
        alpha_in: the pool's alpha, which counts of younger subnets only.
        own: SubnetProtocolAlpha.
        registered_at: when the subnet was registered.
        since_block: TaoInRefundDeploymentBlock; subnets of later blocks are younger ones.
    """
    return own + (alpha_in if registered_at > since_block else 0)


def owner_refund(lock_rao: int, alpha_issued: int, owner_cut_u16: int, price_bits: int) -> int:
    """Rao of TAO that the owner of an old subnet gets back of its lock.

    That is the lock less what the owner's cut of all alpha is worth at the spot price. Subnets
    registered since NetworkRegistrationStartBlock get none.

    Args:
        alpha_issued: alpha in the pool and outstanding, rao.
        owner_cut_u16: SubnetOwnerCut.
        price_bits: TAO per alpha, U64F64.
    """
    cut = (owner_cut_u16 << _ONE_BITS) // 65_535
    owned = alpha_issued * cut >> _ONE_BITS
    worth = owned * (price_bits >> _ONE_BITS) >> _ONE_BITS
    return max(lock_rao - worth, 0)


def median_price_bits(prices: Sequence[int]) -> int:
    """The median of all subnets' spot prices, U64F64; one TAO where no subnet has a price.

    Of an even number it is the mean of the two in the middle. Subnets with a price of 0 do not
    count. Source: staking/stake_utils.rs (get_median_subnet_alpha_price).
    """
    known = sorted(price for price in prices if price > 0)
    if not known:
        return 1 << 64
    lower, upper = known[(len(known) - 1) // 2], known[len(known) // 2]
    return lower if lower == upper else (lower + upper) // 2


def first_pool(paid_rao: int, least_rao: int, median_bits: int) -> tuple[int, int]:
    """TAO and alpha of a new subnet's pool, rao: all that was paid, at the median price.

    Args:
        paid_rao: what the owner paid.
        least_rao: NetworkMinLockCost, which a pool has at least.
        median_bits: from `median_price_bits`.
    """
    tao = max(paid_rao, least_rao)
    alpha = (tao << 64) // median_bits
    # A quotient that the chain's fixed point does not hold counts as none.
    return tao, alpha if alpha <= U64_MAX else 0
