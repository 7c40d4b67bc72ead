"""Orders as the runtime itself simulates them, for pools whose curve is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taoctl.calls.stake.refusals import UnknownOutcome, past_limit
from taoctl.chain.view import Api, View
from taoctl.economics.pool import RAO, Side
from taoctl.units import U64_MAX

SIMULATION: dict[Side, Api] = {
    "buy": Api("SwapRuntimeApi", "sim_swap_tao_for_alpha"),
    "sell": Api("SwapRuntimeApi", "sim_swap_alpha_for_tao"),
}
_STEPS = 1_000
_LEAST_STEP = 1_000_000


async def simulation(view: View, netuid: int, side: Side, amount: int) -> Mapping[str, Any]:
    """What the runtime says of an order at any price on an untouched pool, rao; zeros if refused.

    Raises:
        NotInRuntimeError: the runtime simulates no orders.
    """
    one = SIMULATION[side]
    answer: Mapping[str, Any] = await view.api(one.api, one.method, netuid, min(amount, U64_MAX))
    return answer


async def check_within(
    view: View, netuid: int, side: Side, amount: int, limit_price_rao: int
) -> None:
    """Refuse an order that certainly passes its limit; raise UnknownOutcome where it may.

    The price at an order's end lies between what the last bit of it cost and what the next would
    cost, and the runtime's simulation tells both.
    """
    step = max(amount // _STEPS, _LEAST_STEP)
    if await _keeps(view, netuid, side, amount, amount + step, limit_price_rao):
        return
    if not await _keeps(view, netuid, side, max(amount - step, 0), amount, limit_price_rao):
        raise past_limit(side, netuid, limit_price_rao, None)
    raise UnknownOutcome(
        f"whether the order stays within its limit on subnet {netuid} cannot be told: the pools "
        "of this runtime have a curve that is not known here"
    )


async def _keeps(view: View, netuid: int, side: Side, start: int, end: int, limit: int) -> bool:
    """Whether what is traded between two sizes of an order is within a limit on average."""
    first = await simulation(view, netuid, side, start)
    last = await simulation(view, netuid, side, end)
    tao = int(last["tao_amount"]) - int(first["tao_amount"])
    alpha = int(last["alpha_amount"]) - int(first["alpha_amount"])
    if side == "buy":
        return alpha > 0 and tao * RAO <= limit * alpha
    return tao > 0 and tao * RAO >= limit * alpha
