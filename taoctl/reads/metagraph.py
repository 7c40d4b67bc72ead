"""The metagraph: every neuron of one subnet at one block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind
from taoctl.reads.subnets import SubnetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronRow:
    """One neuron of a subnet. Stake and emission are rao, shares are u16 of 65535."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number", wide=True)]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "key that owns the hotkey", wide=True)]
    active: Annotated[bool | None, Column("active", Kind.BOOL, "set weights recently", wide=True)]
    validator_permit: Annotated[bool | None, Column("vali", Kind.BOOL, "may set weights")]
    stake_rao: Annotated[
        int | None, Column("stake", Kind.ALPHA, "stake weight: alpha plus weighted root TAO")
    ]
    alpha_stake_rao: Annotated[
        int | None, Column("alpha", Kind.ALPHA, "inherited alpha stake", wide=True)
    ]
    tao_stake_rao: Annotated[
        int | None, Column("root τ", Kind.TAO, "inherited root stake before its weight", wide=True)
    ]
    incentive: Annotated[int | None, Column("incentive", Kind.U16, "miner share")]
    dividends: Annotated[int | None, Column("dividends", Kind.U16, "validator share")]
    consensus: Annotated[int | None, Column("consensus", Kind.U16, "weight backed by kappa")]
    validator_trust: Annotated[int | None, Column("vtrust", Kind.U16, "weights within consensus")]
    emission_rao: Annotated[
        int | None, Column("α/epoch", Kind.ALPHA, "alpha of the last epoch, gross")
    ]
    last_update: Annotated[int | None, Column("updated", Kind.BLOCK, "block of the last weights")]
    registered_at: Annotated[
        int | None, Column("registered", Kind.BLOCK, "block of the registration", wide=True)
    ]
    immunity_left_blocks: Annotated[
        int | None, Column("immune", Kind.BLOCKS, "blocks of immunity left, 0 when over")
    ]
    prune_rank: Annotated[
        int | None,
        Column("prune", Kind.INT, "1 is replaced by the next registration; - is never"),
    ]
    axon: Annotated[str | None, Column("axon", Kind.TEXT, "address it serves at", wide=True)]


@dataclass(frozen=True, slots=True)
class Metagraph:
    """A subnet and all its neurons in UID order, read at one block."""

    subnet: SubnetRow
    immunity_period_blocks: int | None
    max_validators: int | None
    neurons: tuple[NeuronRow, ...]
