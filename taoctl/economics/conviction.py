"""Locks on alpha: how the locked mass decays and conviction builds up, block by block.

The arithmetic is the chain's own: fixed point with 64 fraction bits, its series for e^x, results
rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taoctl.addresses import decode_ss58

ONE = 1 << 64
"""1.0 as the bits of a fixed-point number with 64 fraction bits."""

YEAR_BLOCKS = 7_200 * 365 + 1_800
"""Blocks after its registration for which a subnet cannot change hands by conviction."""

LEAST_LOCK = 100
"""Rao of mass, and of conviction, below which a lock counts as none."""

_TENTH = 10
_LN_2_PPM = 693_147
_MOST = (1 << 128) - 1
_STEEPEST = 40 * ONE
_TERMS = 64


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock: its mass in rao of alpha, its conviction as bits, and the block both hold for."""

    locked_mass: int
    conviction: int
    last_update: int


def rolled(
    lock: Lock,
    now: int,
    *,
    unlock_rate: int,
    maturity_rate: int,
    to_owner: bool,
    perpetual: bool,
) -> Lock:
    """A lock as it is at a later block.

    Args:
        lock: as stored.
        now: the block.
        unlock_rate: blocks in which the mass falls to 1/e.
        maturity_rate: blocks in which conviction comes to 1 - 1/e of the mass.
        to_owner: whether it is locked to the subnet owner's hotkey, which convinces at once.
        perpetual: whether the mass stays.
    """
    if now > lock.last_update:
        lock = _moved_on(lock, now, unlock_rate, maturity_rate, perpetual)
    conviction = lock.locked_mass * ONE if to_owner else lock.conviction
    if lock.locked_mass < LEAST_LOCK and conviction < LEAST_LOCK * ONE:
        return Lock(0, 0, lock.last_update)
    return Lock(lock.locked_mass, conviction, lock.last_update)


def successor(
    convictions: Iterable[tuple[str, int]], block: int, *, registered: int, outstanding: int
) -> str | None:
    """The hotkey to whose owner an epoch in `block` gives a subnet; None where it stays as it is.

    That takes a year since its registration and a conviction of a tenth of the alpha outstanding.

    Args:
        convictions: (hotkey, conviction bits in that block) of each total of locks.
        block: of the epoch.
        registered: block of the subnet's registration.
        outstanding: SubnetAlphaOut, rao.
    """
    if not outstanding or block < registered + YEAR_BLOCKS:
        return None
    scores: dict[str, int] = {}
    total = 0
    for hotkey, bits in convictions:
        scores[hotkey] = min(scores.get(hotkey, 0) + bits, _MOST)
        total = min(total + bits, _MOST)
    if min(total * _TENTH, _MOST) < outstanding * ONE:
        return None
    # Of equals the one with the highest public key.
    return max(scores, key=lambda one: (scores[one], decode_ss58(one)), default=None)


def _moved_on(lock: Lock, now: int, unlock_rate: int, maturity_rate: int, perpetual: bool) -> Lock:
    blocks = now - lock.last_update
    unlock, maturity = decay(blocks, unlock_rate), decay(blocks, maturity_rate)
    mass = lock.locked_mass * ONE
    if perpetual:
        kept, grown = lock.locked_mass, _times(mass, ONE - maturity)
    else:
        kept = _times(unlock, mass) >> 64
        grown = _grown(mass, blocks, (unlock, unlock_rate), (maturity, maturity_rate))
    return Lock(kept, min(_times(maturity, lock.conviction) + grown, _MOST), now)


def _grown(mass: int, blocks: int, unlock: tuple[int, int], maturity: tuple[int, int]) -> int:
    """Conviction that a falling mass built up, from the (decay, rate) of both."""
    (left, unlock_rate), (rest, maturity_rate) = unlock, maturity
    if unlock_rate == maturity_rate:
        share = blocks * ONE // maturity_rate if maturity_rate else 0
        return _times(mass, _times(share, rest))
    if unlock_rate == 0 or maturity_rate == 0:
        return 0
    product, apart = unlock_rate * (left - rest), unlock_rate - maturity_rate
    if (product < 0) != (apart < 0) or product == 0:
        return 0
    return _times(mass, abs(product) // abs(apart))


def half_life(rate: int) -> int:
    """Blocks in which a mass that falls to 1/e in `rate` blocks falls to a half, rounded down."""
    return rate * _LN_2_PPM // 10**6


def decay(blocks: int, rate: int) -> int:
    """Bits of e^(-blocks/rate): 1 at once, 0 for a rate of 0."""
    if blocks == 0:
        return ONE
    if rate == 0:
        return 0
    return _exp_of_minus(min(blocks * ONE // rate, _STEEPEST))


def _exp_of_minus(x: int) -> int:
    """Bits of e^-x for x > 0: one over the sum of a series of 63 terms."""
    if x == 0:
        return ONE
    total, term = x + ONE, x
    for number in range(2, _TERMS):
        term = (term * x >> 64) // number
        total += term
    return ONE * ONE // total


def _times(a: int, b: int) -> int:
    return min(a * b >> 64, _MOST)
