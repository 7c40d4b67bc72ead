"""What a seat costs on many subnets at once, and how that moves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from taoctl.chain.view import Entry, View
from taoctl.economics.seat_price import SeatPrice
from taoctl.reads.entries import ROOT_NETUID, bits_of, column_of, item
from taoctl.units import U64_MAX

_ITEMS = ("Burn", "BurnHalfLife", "BurnIncreaseMult", "MinBurn", "MaxBurn")

SEAT_PRICE_ENTRIES: tuple[Entry, ...] = tuple(map(item, _ITEMS))
"""What prices of seats are read from, where the runtime has it."""


async def seat_prices(view: View, netuids: Sequence[int]) -> dict[int, SeatPrice]:
    """Per netuid the price of a seat; root, and what the runtime does not tell, are absent."""
    asked = [netuid for netuid in netuids if netuid != ROOT_NETUID]
    keys = [(netuid,) for netuid in asked]
    columns = await asyncio.gather(*(column_of(view, name, keys) for name in _ITEMS))
    return {
        netuid: SeatPrice(
            block=view.block,
            burn_rao=int(burn),
            half_life_blocks=None if half_life is None else int(half_life),
            increase_bits=bits_of(increase),
            min_rao=int(least or 0),
            max_rao=U64_MAX if most is None else int(most),
        )
        for netuid, (burn, half_life, increase, least, most) in zip(
            asked, zip(*columns, strict=True), strict=True
        )
        if burn is not None
    }
