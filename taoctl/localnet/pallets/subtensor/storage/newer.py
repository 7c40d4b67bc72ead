"""Storage that came with runtimes after 424, which current wallets take no runtime without.

Each item keeps its default, with which everything is as in spec 424.
"""

from __future__ import annotations

from taoctl.localnet.frame import Pallet, StorageMap
from taoctl.localnet.pallets.subtensor.keys import NETUID
from taoctl.localnet.types import U64F64, Enum, u16

EpochConsensus = Enum("pallet_subtensor::pallet::EpochConsensus", ["Yuma", "Null"])


class NewerStorage(Pallet):
    """What btcli 11.3 asks before it registers, sets weights, or shows hyperparameters."""

    CollateralLockShare = StorageMap(u16, [NETUID])
    """Share of a registration's price that is locked and not burned: none of it."""
    CollateralDrainRatio = StorageMap(U64F64, [NETUID], default=1 << 64)
    """What is released of that for each alpha that the hotkey earns; there is nothing to release.
    """
    SubnetEpochConsensus = StorageMap(EpochConsensus, [NETUID])
    """How a subnet comes to its incentives: by Yuma."""
