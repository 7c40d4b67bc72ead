"""My neurons: every UID that belongs to given keys, with or without stake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taoctl.reads.columns import Column, Kind
from taoctl.reads.metagraph import NeuronRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MyNeuronRow(NeuronRow):
    """A neuron of mine, with names and what it earns at the last epoch's rate."""

    LEADING: ClassVar[tuple[str, ...]] = (
        "netuid",
        "subnet_name",
        "wallet_name",
        "hotkey_name",
        "uid",
    )

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey")]
    subnet_name: Annotated[str, Column("subnet", Kind.TEXT, "name of the subnet", wide=True)]
    tempo: Annotated[int | None, Column("tempo", Kind.BLOCKS, "blocks per epoch", wide=True)]
    price_rao: Annotated[int | None, Column("price τ", Kind.PRICE, "TAO per alpha", wide=True)]
    last_epoch_block: Annotated[
        int | None, Column("last epoch", Kind.BLOCK, "block of the last epoch", wide=True)
    ]
    alpha_per_day_rao: Annotated[
        int | None, Column("α/day", Kind.ALPHA, "alpha a day at the last epoch's rate, gross")
    ]
    tao_per_day_rao: Annotated[
        int | None, Column("τ/day", Kind.TAO, "the same at the current price")
    ]
