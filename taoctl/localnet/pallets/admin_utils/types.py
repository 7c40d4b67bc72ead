"""The types that AdminUtils declares."""

from __future__ import annotations

from taoctl.localnet.types import Enum

PrecompileEnum = Enum(
    "pallet_admin_utils::pallet::PrecompileEnum",
    [
        "BalanceTransfer",
        "Staking",
        "Subnet",
        "Metagraph",
        "Neuron",
        "UidLookup",
        "Alpha",
        "Crowdloan",
        "Proxy",
        "Leasing",
        "AddressMapping",
        "VotingPower",
    ],
)
