"""The price of a seat at one block, in the block after it, and after each registration.

Source: registration.rs of pallet subtensor at spec 425.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from taoctl.calls.stake.hotkeys import item, read_or_none
from taoctl.calls.stake.limits import PPM, Price, Tolerance
from taoctl.chain.view import View
from taoctl.economics.registration_price import blocks_until, bumped, decayed
from taoctl.units import U64_MAX

BURN = item("Burn")
_ONE = 1 << 64


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """What a seat costs, and how that moves; amounts are rao.

    Attributes:
        block: the block that was read.
        burn_rao: in that block.
        half_life_blocks: of the fall with time; None where the runtime moves the price otherwise.
        increase_bits: what a registration multiplies it with, U64F64; None as before.
        min_rao: the least it falls to.
        max_rao: the most it rises to.
    """

    block: int
    burn_rao: int
    half_life_blocks: int | None
    increase_bits: int | None
    min_rao: int
    max_rao: int

    @property
    def next_rao(self) -> int:
        """In the next block, before anybody registers there."""
        if self.half_life_blocks is None:
            return self.burn_rao
        # The chain's first block only applies the bounds.
        half_life = self.half_life_blocks if self.block else 0
        return decayed(self.burn_rao, half_life, self.min_rao, self.max_rao)

    def sequence(self, count: int) -> tuple[int, ...]:
        """What each of several registrations in the next block costs, and then the next one."""
        found = [self.next_rao]
        for _ in range(count):
            found.append(self._risen(found[-1]))
        return tuple(found)

    def blocks_until(self, limit_rao: int) -> int | None:
        """How many blocks after the next one it costs no more than a limit, if nobody registers.

        None where it does not fall so far, or where nobody can tell.
        """
        if self.half_life_blocks is None:
            return 0 if self.next_rao <= limit_rao else None
        bounds = (self.half_life_blocks, self.min_rao, self.max_rao)
        return blocks_until(self.next_rao, limit_rao, *bounds)

    def first_for(self, last_rao: int, count: int) -> int:
        """The most that the first of several registrations may cost for the last to cost so much.

        To a rao or so: each step is rounded down.
        """
        for _ in range(count - 1):
            last_rao = (last_rao << 64) // max(self.increase_bits or _ONE, _ONE)
        return last_rao

    def _risen(self, rao: int) -> int:
        if self.increase_bits is None:
            return rao
        return bumped(rao, self.increase_bits, self.min_rao, self.max_rao)


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
