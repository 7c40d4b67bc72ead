"""All storage of SubtensorModule, by what it is about; defaults as on mainnet."""

from taoctl.localnet.pallets.subtensor.storage.chain_wide import ChainWide
from taoctl.localnet.pallets.subtensor.storage.holdings import Holdings
from taoctl.localnet.pallets.subtensor.storage.newer import NewerStorage
from taoctl.localnet.pallets.subtensor.storage.parameters import Parameters
from taoctl.localnet.pallets.subtensor.storage.pools import Pools
from taoctl.localnet.pallets.subtensor.storage.uid_table import UidTable


class Storage(ChainWide, Pools, Parameters, UidTable, Holdings, NewerStorage):
    """The storage items of the pallet."""


__all__ = ["Storage"]
