"""What trades would bring, as the runtime itself works them out at a block."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from taoctl.chain.view import Api, View
from taoctl.economics.pool import Side, SimSwap

_BUY = Api("SwapRuntimeApi", "sim_swap_tao_for_alpha")
_SELL = Api("SwapRuntimeApi", "sim_swap_alpha_for_tao")
SIMULATION_ENTRIES = (_BUY, _SELL)
"""The runtime APIs that work out a buy and a sell."""


async def simulated(view: View, netuid: int, side: Side, amount: int) -> SimSwap | None:
    """The outcome of one order without a limit, alone in the block after the view's.

    Args:
        view: of the block.
        netuid: of the subnet.
        side: buy (TAO in) or sell (alpha in).
        amount: rao of the input, fee included.

    Returns:
        None where the pool would refuse the order, or the runtime cannot say.
    """
    api = _BUY if side == "buy" else _SELL
    if not view.has(api):
        return None
    answer = await view.api(api.api, api.method, netuid, amount)
    found = SimSwap(**{name: int(answer[name]) for name in SimSwap.__dataclass_fields__})
    # The chain answers a refused order with zeros.
    return found if found.tao_amount or found.alpha_amount else None


async def sold(view: View, positions: Sequence[tuple[int, int]]) -> list[int | None]:
    """The TAO, rao after the fee, that each (netuid, alpha rao) alone would sell for now."""
    found = await asyncio.gather(
        *(simulated(view, netuid, "sell", alpha) for netuid, alpha in positions)
    )
    return [None if one is None else one.tao_amount for one in found]
