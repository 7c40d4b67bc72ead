"""A node of a chain with a Triumvirate and a Senate of well-known accounts."""

from __future__ import annotations

from taoctl.localnet.frame import Call, Pallet, Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.sudo import Sudo
from taoctl.localnet.pallets.swap import Swap
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.timestamp import Timestamp
from taoctl.localnet.pallets.transaction_payment import TransactionPayment
from taoctl.localnet.pallets.utility import Utility
from taoctl.scale.crypto import KeySigner

TAO = 10**9
CLASSES: tuple[type[Pallet], ...] = (
    System,
    Timestamp,
    Balances,
    TransactionPayment,
    Utility,
    Sudo,
    Swap,
    AdminUtils,
    *GOVERNANCE_A,
)
TRIUMVIRATE = ("Alice", "Bob", "Charlie")
SENATORS = ("Dave", "Eve", "Ferdie")


def hotkey(name: str) -> str:
    """The hotkey of a senator; its coldkey is the well-known account."""
    return KeySigner(f"//{name}//senator").ss58


def seed(runtime: Runtime, sudo: str = "") -> int:
    """Genesis: everybody has TAO, and each senator a hotkey with 100 TAO of root stake."""
    module = runtime.subtensor
    module.init_root_network()
    module.init_new_network(1, 360)
    for name in (*TRIUMVIRATE, *SENATORS):
        runtime.balances.endow(dev_account(name), 10_000 * TAO)
    runtime.triumvirate_members.start_with([dev_account(name) for name in TRIUMVIRATE])
    runtime.senate_members.start_with([hotkey(name) for name in SENATORS])
    for name in SENATORS:
        module.create_account_if_new(dev_account(name), hotkey(name))
        module.add_stake_shares(hotkey(name), dev_account(name), ROOT, 100 * TAO)
    return 0


def wrapped_kappa(value: int) -> Call:
    """A motion to set kappa of subnet 1."""
    inner = Call("AdminUtils", "sudo_set_kappa", {"netuid": 1, "kappa": value})
    weight = {"ref_time": 0, "proof_size": 0}
    return Call("SubtensorModule", "sudo_unchecked_weight", {"call": inner, "weight": weight})
