"""The price of a neuron slot: continuous decay, a jump per registration, and its bounds.

Source: registration.rs and utils/misc.rs of subtensor at spec 425.
"""

from __future__ import annotations

from functools import lru_cache

_ONE_32 = 1 << 32
_ONE_64 = 1 << 64
U64_MAX = 2**64 - 1
_FARTHEST_BLOCKS = 1_000_000


def decayed(burn_rao: int, half_life_blocks: int, min_rao: int, max_rao: int) -> int:
    """Burn price one block later, rao. A half life of 0 only applies the bounds.

    The chain applies this at the start of every block after block 1.
    """
    price = (burn_rao * decay_factor_bits(half_life_blocks)) >> 32
    return _bounded(price, min_rao, max_rao)


def bumped(burn_rao: int, increase_bits: int, min_rao: int, max_rao: int) -> int:
    """Burn price after one registration, rao; `increase_bits` is BurnIncreaseMult (U64F64)."""
    price = min((burn_rao * max(increase_bits, _ONE_64)) >> 64, U64_MAX)
    return _bounded(price, min_rao, max_rao)


def blocks_until(
    burn_rao: int, limit_rao: int, half_life_blocks: int, min_rao: int, max_rao: int
) -> int | None:
    """After how many blocks without a registration the price is no more than a limit.

    0 where it is so already; None where it never falls so far, or not in a million blocks.
    """
    if burn_rao > limit_rao and (limit_rao < min_rao or not half_life_blocks):
        return None
    for blocks in range(_FARTHEST_BLOCKS):
        if burn_rao <= limit_rao:
            return blocks
        burn_rao = decayed(burn_rao, half_life_blocks, min_rao, max_rao)
    return None


@lru_cache(maxsize=256)
def decay_factor_bits(half_life_blocks: int) -> int:
    """Per-block factor with 32 fraction bits: the largest whose power of half life is <= 1/2."""
    if half_life_blocks == 0:
        return _ONE_32
    low, high = 0, _ONE_32
    while low + 1 < high:
        middle = low + (high - low) // 2
        if _power(middle, half_life_blocks) > _ONE_32 >> 1:
            high = middle
        else:
            low = middle
    return low


def _power(base: int, exponent: int) -> int:
    """base^exponent with 32 fraction bits, floored at every step of repeated squaring."""
    result = _ONE_32
    while exponent:
        if exponent & 1:
            result = (result * base) >> 32
        exponent >>= 1
        base = (base * base) >> 32
    return result


def _bounded(price: int, low: int, high: int) -> int:
    return min(max(price, low), high)
