"""SwapRuntimeApi: prices, and what a swap would give."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from taoctl.economics.pool import Side, SimSwap, simulate
from taoctl.localnet.frame import Pallet, api
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.types import NetUid, Vec, u64

API = "SwapRuntimeApi"

_SUBNET = (("netuid", NetUid),)


class SwapApi(Pallet):
    """Quotes from the pools that the Swap pallet holds."""

    @api(API, args=_SUBNET, returns=u64)
    def current_alpha_price(self, netuid: int) -> int:
        """Rao of TAO per alpha; one TAO where alpha is TAO itself."""
        price: int = self.rt.swap.price_rao(netuid)
        return price

    @api(API, returns=Vec(shapes.SubnetPrice))
    def current_alpha_price_all(self) -> list[dict[str, int]]:
        """The price on every network, root included."""
        return [
            {"netuid": netuid, "price": self.current_alpha_price(netuid)}
            for netuid in self.rt.subtensor.netuids()
        ]

    @api(API, args=(*_SUBNET, ("tao", u64)), returns=shapes.SimSwapResult)
    def sim_swap_tao_for_alpha(self, netuid: int, tao: int) -> dict[str, Any]:
        """What a market order for `tao` rao would buy; zeros where it would fail."""
        return asdict(self._simulated(netuid, "buy", tao))

    @api(API, args=(*_SUBNET, ("alpha", u64)), returns=shapes.SimSwapResult)
    def sim_swap_alpha_for_tao(self, netuid: int, alpha: int) -> dict[str, Any]:
        """What a market order would pay for `alpha` rao; zeros where it would fail."""
        return asdict(self._simulated(netuid, "sell", alpha))

    def _simulated(self, netuid: int, side: Side, amount: int) -> SimSwap:
        """A market order, or one to one; all zeros on an unknown subnet.

        Runtime 425 calls the whole amount slippage there, though nothing is swapped.
        """
        subtensor = self.rt.subtensor
        if subtensor.is_dynamic(netuid):
            return simulate(self.rt.swap.pool(netuid), side, amount)
        taken = amount if subtensor.subnet_exists(netuid) else 0
        return SimSwap(tao_amount=taken, alpha_amount=taken)
