"""SubnetRegistrationRuntimeApi: what a new subnet costs."""

from __future__ import annotations

from taoctl.economics.emission import block_emission
from taoctl.localnet.frame import api
from taoctl.localnet.pallets.subtensor.positions import Positions
from taoctl.localnet.types import u64
from taoctl.units import RAO_PER_TAO


class RegistrationApi(Positions):
    """The price of a subnet, which falls from twice the last one to the minimum."""

    @api("SubnetRegistrationRuntimeApi", returns=u64)
    def get_network_registration_cost(self) -> int:
        """Rao of TAO that register_network would take now."""
        last = int(self.NetworkLastLockCost.get())
        since = int(self.LastRateLimitedBlock["NetworkLastRegistered"])
        emission = block_emission(self.TotalIssuance.get())
        interval = self.NetworkLockReductionInterval.get() * ((emission << 64) // RAO_PER_TAO) >> 64
        fallen = last // interval * (self.rt.block_number - since) if interval else 0
        cost = last * (2 if since else 1) - fallen
        return max(cost, int(self.NetworkMinLockCost.get()))
