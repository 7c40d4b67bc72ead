"""The price of a subnet, and which one would make room for it.

Source: coinbase/root.rs (get_network_lock_cost, get_network_to_prune) of subtensor at spec 425.
"""

from __future__ import annotations

from taoctl.economics.emission import block_emission, network_to_prune
from taoctl.economics.network_cost import NetworkCost, reduction_interval
from taoctl.localnet.pallets.subtensor.coinbase import Coinbase
from taoctl.localnet.pallets.subtensor.subnets import ROOT


class NetworkPrice(Coinbase):
    """What register_network asks for now."""

    def network_cost(self) -> int:
        """Rao of TAO that a new subnet costs in this block."""
        emission = block_emission(self.TotalIssuance.get())
        price = NetworkCost(
            last_rao=int(self.NetworkLastLockCost.get()),
            last_block=int(self.LastRateLimitedBlock["NetworkLastRegistered"]),
            least_rao=int(self.NetworkMinLockCost.get()),
            interval_blocks=reduction_interval(self.NetworkLockReductionInterval.get(), emission),
        )
        return price.at(self.rt.block_number)

    def network_to_prune(self) -> int | None:
        """Netuid that a new subnet would replace; None where all are in their immunity."""
        candidates = {
            netuid: (self.moving_price_bits(netuid), self.NetworkRegisteredAt[netuid])
            for netuid in self.netuids()
            if netuid != ROOT and self.subnet_exists(netuid)
        }
        immunity = self.NetworkImmunityPeriod.get()
        return network_to_prune(candidates, self.rt.block_number, immunity)
