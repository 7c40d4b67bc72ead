"""Where a block's TAO and new alpha go on one subnet, from the state before the block.

Amounts are integer rao. Source: coinbase/run_coinbase.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taoctl.economics.emission import (
    SubnetShareInput,
    block_emission,
    root_proportion,
    root_sells,
    split_alpha_out,
    subnet_emissions,
    subnet_terms,
)
from taoctl.economics.pool import Pool, inject, spot_price_bits

_ONE_32 = 1 << 32
_ONE_64 = 1 << 64


@dataclass(frozen=True, slots=True)
class EmittingSubnet:
    """A subnet that shares in emission: started, trading, open for registration.

    Attributes:
        netuid: the subnet.
        pool: its reserves.
        dynamic: whether its alpha trades through the pool, and not one to one.
        alpha_out_rao: SubnetAlphaOut.
        moving_price_bits: SubnetMovingPrice, I96F32; not looked at where alpha is TAO.
        miner_burned_bits: MinerBurned, U96F32.
        emission_enabled: SubnetEmissionEnabled.
        owner_cut_enabled: OwnerCutEnabled.
    """

    netuid: int
    pool: Pool
    dynamic: bool
    alpha_out_rao: int
    moving_price_bits: int
    miner_burned_bits: int
    emission_enabled: bool
    owner_cut_enabled: bool

    @property
    def share_input(self) -> SubnetShareInput:
        """What decides its share of the block reward."""
        price = self.moving_price_bits if self.dynamic else _ONE_32
        return SubnetShareInput(self.netuid, price, self.miner_burned_bits, self.emission_enabled)


@dataclass(frozen=True, slots=True)
class EmissionState:
    """What emission depends on before a block, over all subnets.

    Attributes:
        issuance_rao: TotalIssuance of the subnet pallet.
        root_tao_rao: SubnetTAO of root.
        tao_weight_u64: TaoWeight.
        owner_cut_u16: SubnetOwnerCut.
        subnets: those that share in emission.
    """

    issuance_rao: int
    root_tao_rao: int
    tao_weight_u64: int
    owner_cut_u16: int
    subnets: Sequence[EmittingSubnet]


@dataclass(frozen=True, slots=True)
class BlockFlow:
    """One block of one subnet, rao.

    Attributes:
        minted: TAO of the block for all subnets.
        tao_in: TAO that goes into the pool.
        alpha_in: alpha that goes into the pool with it.
        tao_buys: TAO that buys alpha from the pool, which then is nobody's.
        alpha_out: new alpha; the five below are its parts, but for what rounding leaves.
        owner: the owner's cut.
        server: for miners, what is withheld from some of them included.
        validator: for validators and their stakers.
        root: for stakers on root.
        recycled: root's part where root stakers get none: it is emitted again later.
    """

    minted: int
    tao_in: int
    alpha_in: int
    tao_buys: int
    alpha_out: int
    owner: int
    server: int
    validator: int
    root: int
    recycled: int


def next_block(state: EmissionState, netuid: int) -> BlockFlow | None:
    """What the next block does on a subnet; None for one that has no part in emission."""
    subnet = next((one for one in state.subnets if one.netuid == netuid), None)
    if subnet is None:
        return None
    shares = [one.share_input for one in state.subnets]
    minted = block_emission(state.issuance_rao)
    issuance = subnet.pool.alpha_reserve + subnet.alpha_out_rao
    terms = subnet_terms(
        subnet_emissions(shares, minted)[netuid],
        spot_price_bits(subnet.pool) if subnet.dynamic else _ONE_64,
        issuance,
        root_proportion(state.root_tao_rao, issuance, state.tao_weight_u64),
    )
    injected = inject(subnet.pool, terms.tao_in, terms.alpha_in)
    # The part of root is that of the alpha with what this block adds.
    after = issuance + injected.alpha + terms.alpha_out
    proportion = root_proportion(state.root_tao_rao, after, state.tao_weight_u64)
    cut = state.owner_cut_u16 if subnet.owner_cut_enabled else None
    split = split_alpha_out(terms.alpha_out, cut, proportion)
    sells = root_sells([one.moving_price_bits for one in shares])
    return BlockFlow(
        minted=minted,
        tao_in=injected.tao,
        alpha_in=injected.alpha,
        tao_buys=terms.excess_tao,
        alpha_out=terms.alpha_out,
        owner=split.owner,
        server=split.server,
        validator=split.validator,
        root=split.root if sells else 0,
        recycled=0 if sells else split.root,
    )
