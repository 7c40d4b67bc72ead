"""The price of a seat on a subnet at one block, in the next one, and after each registration.

Source: registration.rs of pallet subtensor at spec 425.
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.economics.registration_price import blocks_until, bumped, decayed

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
