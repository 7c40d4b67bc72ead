"""SubnetRegistrationRuntimeApi: what a new subnet costs."""

from __future__ import annotations

from taoctl.localnet.frame import api
from taoctl.localnet.pallets.subtensor.network_price import NetworkPrice
from taoctl.localnet.types import u64


class RegistrationApi(NetworkPrice):
    """The price of a subnet, which falls from twice the last one to the minimum."""

    @api("SubnetRegistrationRuntimeApi", returns=u64)
    def get_network_registration_cost(self) -> int:
        """Rao of TAO that register_network would take now."""
        return self.network_cost()
