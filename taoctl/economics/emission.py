"""Emission: the block reward, how subnets share it, and what each subnet does with its part.

Amounts are integer rao. `*_bits` are fixed point: U96F32 (32 fraction bits) unless the docstring
says U64F64 (64). Source: pallets/subtensor/src/coinbase of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MAX_SUPPLY_RAO = 21 * 10**15
"""Most rao of TAO, and of each subnet's alpha, that can exist."""

FIRST_BLOCK_EMISSION_RAO = 10**9
U16_MAX = 65_535
U64_MAX = 2**64 - 1

_ONE_32 = 1 << 32
_ONE_64 = 1 << 64


@dataclass(frozen=True, slots=True)
class SubnetShareInput:
    """What decides a subnet's share of the block reward.

    `moving_price_bits`: SubnetMovingPrice (2^32 for a stable subnet). `miner_burned_bits`: the
    stored MinerBurned proportion. `emission_enabled`: SubnetEmissionEnabled.
    """

    netuid: int
    moving_price_bits: int
    miner_burned_bits: int = 0
    emission_enabled: bool = True


@dataclass(frozen=True, slots=True)
class SubnetTerms:
    """One block of one subnet, rao: TAO and alpha into the pool, TAO that buys alpha from it,
    and alpha created for participants."""

    tao_in: int
    alpha_in: int
    excess_tao: int
    alpha_out: int


@dataclass(frozen=True, slots=True)
class AlphaSplit:
    """How a block's alpha_out is divided, rao: owner, miners, validators, root stakers."""

    owner: int
    server: int
    validator: int
    root: int


def block_emission(issuance_rao: int) -> int:
    """Reward of one block in rao at an issuance; the same curve serves TAO and each alpha.

    Halves at 1/2, 3/4, 7/8... of the maximum supply; 0 from the maximum on.
    """
    if issuance_rao >= MAX_SUPPLY_RAO:
        return 0
    left = _ONE_32 - (issuance_rao << 32) // MAX_SUPPLY_RAO
    halvings = _whole_log2((1 << 64) // left)
    return ((_ONE_32 >> halvings) * FIRST_BLOCK_EMISSION_RAO) >> 32


def _whole_log2(bits: int) -> int:
    """Whole part of log2 of a value of at least 1; each halving rounds up, as on the chain."""
    whole = 0
    while bits >= 2 * _ONE_32:
        bits = (bits >> 1) + (bits & 1)
        whole += 1
    return whole


def subnet_shares(subnets: Sequence[SubnetShareInput]) -> dict[int, int]:
    """Share of the block reward by netuid, U64F64 bits, of the subnets that may emit.

    Proportional to moving price times (1 - miner burned); subnets with emission disabled get 0
    and the others are scaled up. Pass only eligible subnets: non-root, started, subtoken enabled,
    registration allowed.
    """
    total = sum(subnet.moving_price_bits << 32 for subnet in subnets)
    plain = [((subnet.moving_price_bits << 96) // total) if total else 0 for subnet in subnets]
    weighted = [
        (share * (_ONE_64 - min(subnet.miner_burned_bits << 32, _ONE_64))) >> 64
        for subnet, share in zip(subnets, plain, strict=True)
    ]
    weight = sum(weighted)
    shares = [(part << 64) // weight for part in weighted] if weight else plain
    if all(subnet.emission_enabled for subnet in subnets):
        return {subnet.netuid: share for subnet, share in zip(subnets, shares, strict=True)}
    pairs = list(zip(subnets, shares, strict=True))
    enabled = sum(share for subnet, share in pairs if subnet.emission_enabled)
    return {
        subnet.netuid: (share << 64) // enabled if subnet.emission_enabled and enabled else 0
        for subnet, share in pairs
    }


def subnet_emissions(
    subnets: Sequence[SubnetShareInput], block_emission_rao: int
) -> dict[int, int]:
    """TAO of one block by netuid, U96F32 bits (rao with a fraction); feeds `subnet_terms`."""
    shares = subnet_shares(subnets)
    return {netuid: (block_emission_rao * share) >> 32 for netuid, share in shares.items()}


def root_proportion(root_tao: int, alpha_issuance: int, tao_weight_u64: int) -> int:
    """Part of a subnet's stake weight that root TAO makes, U96F32 bits (RootProp).

    Args:
        root_tao: SubnetTAO of root, rao.
        alpha_issuance: SubnetAlphaIn + SubnetAlphaOut, rao.
        tao_weight_u64: TaoWeight as stored.
    """
    weighted = root_tao * ((tao_weight_u64 << 32) // U64_MAX)
    total = weighted + (alpha_issuance << 32)
    return (weighted << 32) // total if total else 0


def subnet_terms(
    tao_emission_bits: int, price_bits: int, alpha_issuance: int, root_proportion_bits: int
) -> SubnetTerms:
    """Divide a subnet's TAO of one block between pool liquidity and buying alpha.

    Args:
        tao_emission_bits: from `subnet_emissions`, U96F32.
        price_bits: spot price before the block's injections, U64F64 (`pool.spot_price_bits`).
        alpha_issuance: SubnetAlphaIn + SubnetAlphaOut, rao.
        root_proportion_bits: from `root_proportion`, caps the injected alpha.
    """
    alpha_out = block_emission(alpha_issuance)
    price = price_bits >> 32
    tao_in = tao_emission_bits
    alpha_in = (tao_emission_bits << 32) // price if price else 0
    cap = root_proportion_bits * alpha_out
    if alpha_in > cap:
        alpha_in = cap
        tao_in = (alpha_in * price) >> 32
    excess = max(tao_emission_bits - tao_in, 0)
    return SubnetTerms(tao_in >> 32, alpha_in >> 32, excess >> 32, alpha_out)


def split_alpha_out(
    alpha_out: int, owner_cut_u16: int | None, root_proportion_bits: int
) -> AlphaSplit:
    """Divide a block's new alpha (rao): owner cut, then half to miners and half to validators.

    Root's part comes out of the validators' half. Pass None for `owner_cut_u16` where the owner
    cut is disabled. The chain takes `root_proportion` after this block's alpha is minted.
    """
    rest = alpha_out << 32
    owner = 0
    if owner_cut_u16 is not None:
        owner = alpha_out * ((owner_cut_u16 << 32) // U16_MAX)
        rest -= owner
    root = ((root_proportion_bits * rest) >> 32) >> 1
    server = rest >> 1
    validator = max(rest - server - root, 0)
    return AlphaSplit(owner >> 32, server >> 32, validator >> 32, root >> 32)


def root_sells(moving_price_bits: Iterable[int]) -> bool:
    """Whether root's alpha is kept for root stakers: the emitting subnets' prices sum above 1.

    Takes SubnetMovingPrice bits (U96F32). Otherwise root's part is recycled.
    """
    return sum(moving_price_bits) > _ONE_32


def next_moving_price(
    moving_price_bits: int,
    price_bits: int,
    *,
    moving_alpha_bits: int,
    blocks_since_start: int,
    halving_blocks: int,
) -> int:
    """SubnetMovingPrice after one block, I96F32 bits.

    Args:
        moving_price_bits: SubnetMovingPrice before, I96F32.
        price_bits: spot price now, U64F64; counts as 1 at most.
        moving_alpha_bits: SubnetMovingAlpha, I96F32.
        blocks_since_start: blocks since start_call.
        halving_blocks: EMAPriceHalvingBlocks of the subnet.
    """
    age = blocks_since_start + halving_blocks
    alpha = ((moving_alpha_bits << 32) * ((blocks_since_start << 64) // age if age else 0)) >> 64
    now = (alpha * min(price_bits, _ONE_64)) >> 64
    kept = (max(_ONE_64 - alpha, 0) * (moving_price_bits << 32)) >> 64
    return (now + kept) >> 32


def network_to_prune(
    subnets: Mapping[int, tuple[int, int]], block: int, immunity_blocks: int
) -> int | None:
    """Netuid that a new subnet would replace, or None when all are immune.

    `subnets` maps non-root netuids, in the chain's iteration order, to (moving price bits, block
    of registration). Lowest price goes first, then the oldest.
    """
    candidates = [
        (price, registered, order, netuid)
        for order, (netuid, (price, registered)) in enumerate(subnets.items())
        if block >= registered + immunity_blocks
    ]
    return min(candidates)[3] if candidates else None
