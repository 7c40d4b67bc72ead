"""How the price of a trade grows with its size on one subnet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.economics.pool import RAO, Side, SimSwap
from taoctl.reads.columns import Column, Kind
from taoctl.reads.dynamic import price_of
from taoctl.reads.entries import PALLET
from taoctl.reads.simulation import SIMULATION_ENTRIES, simulated
from taoctl.reads.subnets import unknown_netuid

STEPS = 20
"""Orders of a curve, evenly apart."""

_PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRow:
    """One order, alone on the pool. Amounts are rao; None where the pool would refuse it."""

    tao_rao: Annotated[int | None, Column("TAO", Kind.TAO, "paid for a buy, got for a sale")]
    alpha_rao: Annotated[int | None, Column("alpha", Kind.ALPHA, "got for a buy, paid for a sale")]
    average_price_rao: Annotated[
        int | None, Column("average price τ", Kind.PRICE, "TAO per alpha, the fee in it")
    ]
    impact_ppm: Annotated[
        int | None, Column("impact", Kind.PPM, "of the value at spot, lost to the order's own size")
    ]
    cost_ppm: Annotated[int | None, Column("cost", Kind.PPM, "of the value at spot, fee included")]


async def curve(
    view: View, netuid: int, side: Side, most: int
) -> tuple[int | None, tuple[CurveRow, ...]]:
    """The spot price (rao of TAO per alpha) and orders of even steps up to `most` rao of input.

    Raises:
        UsageError: there is no such subnet.
        NotInRuntimeError: the runtime does not work out trades.
    """
    await view.settle()
    view.require(*SIMULATION_ENTRIES)
    added = await view.map(PALLET, "NetworksAdded")
    if not added.get(netuid):
        raise unknown_netuid(netuid, sorted(int(one) for one, there in added.items() if there))
    amounts = sorted({most * step // STEPS for step in range(1, STEPS + 1)} - {0})
    price, found = await asyncio.gather(
        price_of(view, netuid),
        asyncio.gather(*(simulated(view, netuid, side, one) for one in amounts)),
    )
    return price, tuple(_row(side, amount, one) for amount, one in zip(amounts, found, strict=True))


def _row(side: Side, amount: int, done: SimSwap | None) -> CurveRow:
    buys = side == "buy"
    if done is None:
        return CurveRow(
            tao_rao=amount if buys else None,
            alpha_rao=None if buys else amount,
            average_price_rao=None,
            impact_ppm=None,
            cost_ppm=None,
        )
    out = done.alpha_amount if buys else done.tao_amount
    ideal = out + (done.alpha_slippage if buys else done.tao_slippage)
    fee = done.tao_fee if buys else done.alpha_fee
    tao, alpha = (amount, out) if buys else (out, amount)
    return CurveRow(
        tao_rao=tao,
        alpha_rao=alpha,
        average_price_rao=tao * RAO // alpha if alpha else None,
        impact_ppm=_lost(out * amount, ideal * (amount - fee)),
        cost_ppm=_lost(out, ideal),
    )


def _lost(got: int, ideal: int) -> int | None:
    """Parts per million of the ideal that were not got; rounding may give a rao more than it."""
    return max(ideal - got, 0) * _PPM // ideal if ideal else None
