"""What a seat on a subnet costs at one block, and the most that somebody would pay for it."""

from __future__ import annotations

import asyncio
from typing import Any

from taoctl.calls.stake.hotkeys import item, read_or_none
from taoctl.calls.stake.limits import PPM, Price, Tolerance
from taoctl.chain.view import View
from taoctl.economics.seat_price import SeatPrice as SeatPrice
from taoctl.units import U64_MAX

BURN = item("Burn")


async def seat_price(view: View, netuid: int) -> SeatPrice:
    """The price of a seat on a subnet; raises NotInRuntimeError where there is no Burn."""
    burn, half_life, increase, least, most = await asyncio.gather(
        view.value(BURN.pallet, BURN.item, netuid),
        read_or_none(view, "BurnHalfLife", netuid),
        read_or_none(view, "BurnIncreaseMult", netuid),
        read_or_none(view, "MinBurn", netuid),
        read_or_none(view, "MaxBurn", netuid),
    )
    return SeatPrice(
        block=view.block,
        burn_rao=int(burn),
        half_life_blocks=None if half_life is None else int(half_life),
        increase_bits=None if increase is None else _bits(increase),
        min_rao=int(least or 0),
        max_rao=U64_MAX if most is None else int(most),
    )


def capped(cap: Tolerance | Price, price_rao: int) -> int:
    """The most that is paid for a seat of a price, rao; a tolerance is rounded down."""
    if isinstance(cap, Price):
        return cap.rao
    return min(price_rao * (PPM + cap.ppm) // PPM, U64_MAX)


def _bits(value: Any) -> int:
    return int(value["bits"])
