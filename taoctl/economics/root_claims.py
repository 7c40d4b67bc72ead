"""What the stakers of the root network may claim of each subnet's alpha.

A hotkey's root dividends raise a rate (alpha per rao of root stake, I96F32); a staker is owed
rate * stake minus what it has claimed. Stake that moves in or out carries its past rate along as
an adjustment of "claimed", so nobody claims dividends of a time before they staked.
"""

from __future__ import annotations

U64_MAX = 2**64 - 1
_I96F32_MAX = 2**127 - 1


def rate_increment_bits(amount: int, root_stake: int) -> int:
    """I96F32 bits by which `amount` rao of alpha raises the rate of a hotkey; 0 without stake."""
    return (amount << 32) // root_stake if root_stake else 0


def owed_bits(rate_bits: int, root_stake: int, claimed: int) -> int:
    """I96F32 bits of alpha owed to a position; negative when it has claimed ahead."""
    return min(rate_bits * root_stake, _I96F32_MAX) - min(claimed << 32, _I96F32_MAX)


def owed(rate_bits: int, root_stake: int, claimed: int) -> int:
    """Whole rao of alpha owed to a position, never below zero."""
    return min(max(owed_bits(rate_bits, root_stake, claimed), 0) >> 32, U64_MAX)


def past_share(rate_bits: int, amount: int) -> int:
    """Rao of past dividends that `amount` rao of moving root stake stands for."""
    return min(rate_bits * amount, _I96F32_MAX) >> 32


def claim_indices(block_hash: bytes, count: int, population: int) -> tuple[int, ...]:
    """Which stakers a block claims for: up to `count` indices below `population`, ascending.

    Args:
        block_hash: 32 bytes of the parent block's hash, the only source of chance.
    """
    words = [int.from_bytes(block_hash[at : at + 8], "big") for at in range(0, 32, 8)]
    index = words[0]
    chosen = set()
    for turn in range(count):
        index = min(index + words[turn % 4], U64_MAX) % population if population else 0
        chosen.add(index)
    return tuple(sorted(chosen))
