"""The drand beacon that a chain follows, and when weights that are sealed now are opened."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from taoctl.calls.base import Refusal
from taoctl.calls.weights.clock import Reveals, reveals_of
from taoctl.chain.pace import block_time_ms, measured_block_ms
from taoctl.chain.view import Storage, View
from taoctl.economics.timelock import (
    QUICKNET,
    BlockTimes,
    expected_reveal,
    is_stalled,
    pace_ms,
    reveal_round,
)
from taoctl.scale.codec import vec_bytes
from taoctl.scale.timelock import QUICKNET_PUBLIC_KEY

PULSES = Storage("Drand", "Pulses")
_CONFIG = Storage("Drand", "BeaconConfig")
_LAST = Storage("Drand", "LastStoredRound")
NEEDS: tuple[Storage, ...] = (PULSES, _CONFIG, _LAST)
"""What the beacon is read from."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When weights that are committed in the next block are revealed, as things stand.

    Attributes:
        times: of the blocks.
        reveals: the epochs.
        newest_round: of the pulses that the chain has; 0 for none.
    """

    times: BlockTimes
    reveals: Reveals
    newest_round: int

    @property
    def stalled(self) -> bool:
        """Whether the chain gets no pulses at present."""
        return is_stalled(QUICKNET, self.times, self.newest_round)

    @property
    def epoch(self) -> int:
        """The epoch to reveal them in."""
        return self.reveals.clock.coming + self.reveals.period

    @property
    def opens(self) -> int | None:
        """The first block of that epoch; None where nobody knows."""
        return self.reveals.clock.first_block(self.epoch)

    @property
    def closes(self) -> int | None:
        """Its last block; None where nobody knows."""
        return self.reveals.clock.last_block(self.epoch)

    def choose(self) -> int | None:
        """The round that clients of the chain seal them to; None for a subnet without epochs."""
        opens = self.opens
        return None if opens is None else reveal_round(QUICKNET, self.times, opens)

    def expected(self, drand_round: int) -> int | None:
        """The block in which they are expected to be revealed; None where nobody knows."""
        opens = self.opens
        if opens is None:
            return None
        return expected_reveal(QUICKNET, self.times, drand_round, opens)

    def is_public(self, drand_round: int) -> bool:
        """Whether the pulse of a round is made already, by the clock of this machine."""
        return QUICKNET.made_at_ms(drand_round) <= time.time_ns() // 1_000_000


async def schedule_of(view: View, netuid: int) -> Schedule:
    """When weights are revealed that are committed on a subnet in the next block."""
    reveals, now, measured, newest = await asyncio.gather(
        reveals_of(view, netuid), block_time_ms(view), measured_block_ms(view), last_round(view)
    )
    return Schedule(BlockTimes(view.block, now, pace_ms(measured)), reveals, newest)


async def last_round(view: View) -> int:
    """The newest round of which the chain has a pulse; 0 for none."""
    return int(await view.value(_LAST.pallet, _LAST.item))


async def another_beacon(view: View) -> tuple[Refusal, ...]:
    """The refusal of a chain that follows another beacon than the one that is sealed to."""
    config = await view.value(_CONFIG.pallet, _CONFIG.item)
    if vec_bytes(config["public_key"]) == QUICKNET_PUBLIC_KEY:
        return ()
    said = "this chain follows another drand beacon than quicknet, to which weights are sealed"
    hint = "commit with a salt instead: `taoctl weights set --salted`"
    return (Refusal("BeaconUnknown", said, hint),)
