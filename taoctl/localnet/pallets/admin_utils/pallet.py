"""The AdminUtils pallet, put together from what owners and what root may set."""

from __future__ import annotations

from taoctl.localnet.frame import Event
from taoctl.localnet.pallets.admin_utils.owner import OwnerSetters
from taoctl.localnet.pallets.admin_utils.root_chain import RootChainSetters
from taoctl.localnet.pallets.admin_utils.root_subnet import RootSubnetSetters
from taoctl.localnet.pallets.admin_utils.types import PrecompileEnum
from taoctl.localnet.types import U64F64, bool_, u16

_NETUID = ("netuid", u16, "NetUid")
_ENABLED = ("enabled", bool_)


class AdminUtils(OwnerSetters, RootSubnetSetters, RootChainSetters):
    """Parameters, all of which SubtensorModule stores; the calls for block authors are left out."""

    name = "AdminUtils"
    index = 19
    crate = "pallet_admin_utils::pallet"

    events = [
        Event(0, "PrecompileUpdated", [("precompile_id", PrecompileEnum), _ENABLED]),
        Event(1, "Yuma3EnableToggled", [_NETUID, _ENABLED]),
        Event(2, "BondsResetToggled", [_NETUID, _ENABLED]),
        Event(3, "BurnHalfLifeSet", [_NETUID, ("burn_half_life", u16)]),
        Event(4, "BurnIncreaseMultSet", [_NETUID, ("burn_increase_mult", U64F64, "U64F64")]),
        Event(5, "SubnetEmissionEnabledSet", [_NETUID, _ENABLED]),
    ]
    errors = [
        "SubnetDoesNotExist",
        "MaxValidatorsLargerThanMaxUIds",
        "MaxAllowedUIdsLessThanCurrentUIds",
        "BondsMovingAverageMaxReached",
        "NegativeSigmoidSteepness",
        "ValueNotInBounds",
        "MinAllowedUidsGreaterThanCurrentUids",
        "MinAllowedUidsGreaterThanMaxAllowedUids",
        "MaxAllowedUidsLessThanMinAllowedUids",
        "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids",
        "InvalidValue",
        "NotPermittedOnRootSubnet",
        "POWRegistrationDisabled",
        "Deprecated",
    ]
