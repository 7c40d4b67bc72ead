"""Storage that came with runtimes after 424, which current wallets take no runtime without.

Each item keeps its default, and the default says that what it turns on is off: as in spec 424.
"""

from __future__ import annotations

from taoctl.localnet.frame import Pallet, StorageMap
from taoctl.localnet.pallets.subtensor.keys import NETUID
from taoctl.localnet.types import Enum, u16

EpochConsensus = Enum("pallet_subtensor::pallet::EpochConsensus", ["Yuma", "Null"])


class NewerStorage(Pallet):
    """What btcli 11.3 asks before it registers a hotkey, or sets weights."""

    CollateralLockShare = StorageMap(u16, [NETUID])
    """Share of a registration's price that is locked and not burned: none of it."""
    SubnetEpochConsensus = StorageMap(EpochConsensus, [NETUID])
    """How a subnet comes to its incentives: by Yuma."""
