"""The pallets of the localnet."""

from taoctl.localnet.pallet import Pallet
from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils
from taoctl.localnet.pallets.aura import Aura
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.commitments import Commitments
from taoctl.localnet.pallets.drand import Drand
from taoctl.localnet.pallets.mev_shield import MevShield
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.pallets.subtensor.module import SubtensorModule
from taoctl.localnet.pallets.sudo import Sudo
from taoctl.localnet.pallets.swap import Swap
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.timestamp import Timestamp
from taoctl.localnet.pallets.transaction_payment import TransactionPayment
from taoctl.localnet.pallets.utility import Utility

PALLETS: tuple[type[Pallet], ...] = (
    System,
    Timestamp,
    Aura,
    Balances,
    TransactionPayment,
    SubtensorModule,
    Utility,
    Sudo,
    Multisig,
    Proxy,
    Commitments,
    AdminUtils,
    Drand,
    Swap,
    MevShield,
)
"""Every pallet of the localnet, in the order of their indices."""
