"""The SubtensorModule pallet, put together from its domains and its runtime APIs."""

from __future__ import annotations

from taoctl.localnet.pallets.apis.baskets import BasketApi
from taoctl.localnet.pallets.apis.delegates import DelegateApi
from taoctl.localnet.pallets.apis.metagraph import MetagraphApi
from taoctl.localnet.pallets.apis.neurons import NeuronApi
from taoctl.localnet.pallets.apis.registration import RegistrationApi
from taoctl.localnet.pallets.apis.stake import StakeApi
from taoctl.localnet.pallets.subtensor.auto_stake import AutoStake
from taoctl.localnet.pallets.subtensor.claim_calls import ClaimCalls
from taoctl.localnet.pallets.subtensor.coldkey_swap import ColdkeySwap
from taoctl.localnet.pallets.subtensor.constants import CONSTANTS
from taoctl.localnet.pallets.subtensor.errors import ERRORS
from taoctl.localnet.pallets.subtensor.events import EVENTS
from taoctl.localnet.pallets.subtensor.hotkey_swaps import HotkeySwaps
from taoctl.localnet.pallets.subtensor.identity_calls import IdentityCalls
from taoctl.localnet.pallets.subtensor.mechanism_counts import MechanismCounts
from taoctl.localnet.pallets.subtensor.network_registration import NetworkRegistration
from taoctl.localnet.pallets.subtensor.owner_calls import OwnerCalls
from taoctl.localnet.pallets.subtensor.trimming import Trimming


class SubtensorModule(
    MetagraphApi,
    NeuronApi,
    StakeApi,
    DelegateApi,
    RegistrationApi,
    BasketApi,
    HotkeySwaps,
    ClaimCalls,
    ColdkeySwap,
    AutoStake,
    IdentityCalls,
    NetworkRegistration,
    OwnerCalls,
    Trimming,
    MechanismCounts,
):
    """The pallet: each base class adds one domain on top of the ones before it."""

    name = "SubtensorModule"
    index = 7
    attr = "subtensor"
    crate = "pallet_subtensor::pallet"
    events = EVENTS
    errors = ERRORS
    constants = CONSTANTS
