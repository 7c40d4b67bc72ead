"""What a new subnet costs: twice what the last one did, falling from block to block.

Source: coinbase/root.rs of subtensor at spec 425 (get_network_lock_cost,
get_lock_reduction_interval).
"""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.units import RAO_PER_TAO, U64_MAX


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """The price of a subnet as storage holds it; amounts are rao of TAO.

    Attributes:
        last_rao: what the last new subnet cost (NetworkLastLockCost).
        last_block: the block in which it was registered; 0 where there was none.
        least_rao: what one costs at least (NetworkMinLockCost).
        interval_blocks: blocks in which the price falls by `last_rao`.
    """

    last_rao: int
    last_block: int
    least_rao: int
    interval_blocks: int

    @property
    def top_rao(self) -> int:
        """What it falls from: twice the last price, or the first one itself."""
        return max(min(self.last_rao * (2 if self.last_block else 1), U64_MAX), self.least_rao)

    @property
    def step_rao(self) -> int:
        """What it falls by in a block, until the least is reached; 0 where it does not fall."""
        return self.last_rao // self.interval_blocks if self.interval_blocks else 0

    def at(self, block: int) -> int:
        """The price in a block, if nobody registers a subnet before."""
        top = min(self.last_rao * (2 if self.last_block else 1), U64_MAX)
        fallen = min(self.step_rao * max(block - self.last_block, 0), U64_MAX)
        return max(top - fallen, self.least_rao)

    def first_block_at(self, most_rao: int) -> int | None:
        """The first block in which it costs no more than an amount; None where it never does.

        That may be a block long past.
        """
        if most_rao < self.least_rao:
            return None
        above = self.top_rao - most_rao
        if above <= 0:
            return self.last_block
        return self.last_block + -(-above // self.step_rao) if self.step_rao else None


def reduction_interval(interval_blocks: int, emission_rao: int) -> int:
    """Blocks in which the price falls by the last one: fewer, as blocks mint less TAO.

    Args:
        interval_blocks: NetworkLockReductionInterval, of a chain that mints 1 TAO in a block.
        emission_rao: what a block mints now.
    """
    return interval_blocks * ((emission_rao << 64) // RAO_PER_TAO) >> 64
