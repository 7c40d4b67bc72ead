"""Subnets: pool, emission, registration and identity of every subnet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetRow:
    """One subnet. Amounts are rao; a value that the runtime does not have is None."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number, 0 is root")]
    name: Annotated[str, Column("name", Kind.TEXT, "the subnet's own name")]
    symbol: Annotated[str, Column("sym", Kind.TEXT, "token symbol")]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha")]
    moving_price_bits: Annotated[
        int | None,
        Column("ema price", Kind.I96F32, "moving price, the base of emission", wide=True),
    ]
    emission_share_ppm: Annotated[
        int | None, Column("emission", Kind.PPM, "share of the TAO emitted in this block")
    ]
    tao_in_emission_rao: Annotated[
        int | None, Column("τ in/block", Kind.TAO, "TAO added to the pool each block", wide=True)
    ]
    alpha_in_emission_rao: Annotated[
        int | None,
        Column("α in/block", Kind.ALPHA, "alpha added to the pool each block", wide=True),
    ]
    alpha_out_emission_rao: Annotated[
        int | None, Column("α out/block", Kind.ALPHA, "alpha paid out each block", wide=True)
    ]
    tao_in_rao: Annotated[int | None, Column("pool τ", Kind.TAO, "TAO reserve of the pool")]
    alpha_in_rao: Annotated[
        int | None, Column("pool α", Kind.ALPHA, "alpha reserve of the pool", wide=True)
    ]
    alpha_out_rao: Annotated[
        int | None, Column("staked α", Kind.ALPHA, "alpha held outside the pool", wide=True)
    ]
    volume_rao: Annotated[
        int | None, Column("volume τ", Kind.TAO, "TAO traded since the subnet started", wide=True)
    ]
    neurons: Annotated[int | None, Column("uids", Kind.INT, "registered neurons")]
    max_neurons: Annotated[int | None, Column("max", Kind.INT, "slots for neurons")]
    burn_rao: Annotated[int | None, Column("register τ", Kind.TAO, "price of a registration")]
    registration_allowed: Annotated[
        bool | None, Column("open", Kind.BOOL, "whether registration is allowed")
    ]
    trading_enabled: Annotated[
        bool | None, Column("trading", Kind.BOOL, "whether the subtoken can be traded", wide=True)
    ]
    tempo: Annotated[int | None, Column("tempo", Kind.BLOCKS, "blocks between two epochs")]
    last_epoch_block: Annotated[
        int | None, Column("last epoch", Kind.BLOCK, "block of the last epoch", wide=True)
    ]
    blocks_since_last_step: Annotated[
        int | None, Column("since", Kind.BLOCKS, "blocks since the last epoch", wide=True)
    ]
    next_epoch_block: Annotated[
        int | None, Column("next epoch", Kind.BLOCK, "block of the next epoch")
    ]
    registered_at: Annotated[
        int | None, Column("registered", Kind.BLOCK, "block the subnet was made", wide=True)
    ]
    owner_hotkey: Annotated[
        str | None, Column("owner hotkey", Kind.SS58, "hotkey of the owner", wide=True)
    ]
    owner_coldkey: Annotated[
        str | None, Column("owner coldkey", Kind.SS58, "coldkey of the owner", wide=True)
    ]
    url: Annotated[str | None, Column("url", Kind.TEXT, "as the owner says", wide=True)]
    github: Annotated[str | None, Column("github", Kind.TEXT, "as the owner says", wide=True)]
    contact: Annotated[str | None, Column("contact", Kind.TEXT, "as the owner says", wide=True)]
    discord: Annotated[str | None, Column("discord", Kind.TEXT, "as the owner says", wide=True)]
    description: Annotated[
        str | None, Column("description", Kind.TEXT, "as the owner says", wide=True)
    ]
