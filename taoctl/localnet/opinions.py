"""What simulated miners are worth, and what simulated validators think of them.

Everything is a pure function of the scenario, the keys and the block, in whole numbers: a chain
that is stopped and started again goes on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from taoctl.localnet.genesis.draw import digest64

FULL = 10_000
"""Quality of a perfect miner."""

_LATTICE_BLOCKS = 24
_STORY_BLOCKS = 400
_LEAST_SHARE = 100
_BURNING = (5, 7)
Shape = int
_BROAD, _STEEP, _SPARSE = range(3)


def quality(seed: int, netuid: int, hotkey: str, course: str, block: int) -> int:
    """How good a miner is at a block, 0 to FULL; `course` is `miner` or a demo miner's story."""
    if course == "idle":
        return 0
    base = _course(course, block) if course != "miner" else _base(seed, netuid, hotkey)
    if base == 0:
        return 0
    swing = 50 if course == "miner" else 20
    return base * (FULL - swing * 50 + swing * _wander(seed, hotkey, block) // 100) // FULL


def burned_percent(seed: int, netuid: int) -> int:
    """Percent of a subnet's weight that its validators give to the owner, to be burned."""
    stride, rest = _BURNING[1], _BURNING[0]
    return 10 + digest64(seed, "burn", netuid) % 61 if netuid % stride == rest else 0


def opinion(
    seed: int, validator: str, netuid: int, epoch: int, qualities: Sequence[int]
) -> list[tuple[int, int]]:
    """Weights as (uid, u16) of one validator: qualities as it sees them, the least left out.

    Args:
        qualities: one per uid; 0 for those that are no miners.
    """
    lasting = _noise(digest64(seed, validator, netuid), len(qualities))
    passing = _noise(digest64(seed, validator, netuid, epoch), len(qualities))
    seen = [
        q * (896 + lasting[uid] // 2 + passing[uid] // 2) >> 10 if q else 0
        for uid, q in enumerate(qualities)
    ]
    best = max(seen, default=0)
    if best == 0:
        return []
    least = best // _LEAST_SHARE
    return [(uid, value * 65_535 // best) for uid, value in enumerate(seen) if value > least]


def with_burn(weights: list[tuple[int, int]], owner: int, percent: int) -> list[tuple[int, int]]:
    """The weights with a share of the whole given to the owner's uid instead."""
    total = sum(value for _, value in weights)
    share = total * percent // (100 - percent)
    top = max(share, 65_535)
    kept = [(uid, lowered) for uid, value in weights if (lowered := value * 65_535 // top)]
    return sorted([*kept, (owner, share * 65_535 // top)]) if total else []


def mood(seed: int, netuid: int, block: int) -> int:
    """How much the market likes a subnet at a block, 0 to 100: the percentage of buyers."""
    return 25 + _wander(seed, f"mood/{netuid}", block // 2) // 200


def _course(course: str, block: int) -> int:
    """The story of a demo miner as base quality."""
    turn = block % (2 * _STORY_BLOCKS)
    climb = turn if turn < _STORY_BLOCKS else 2 * _STORY_BLOCKS - turn
    share = climb * FULL // _STORY_BLOCKS
    return {
        "rising": 3_000 + share * 65 // 100,
        "falling": 9_500 - share * 65 // 100,
        "steady": 7_500,
        "edge": 600,
        "fresh": 5_000,
    }[course]


@lru_cache(maxsize=65_536)
def _base(seed: int, netuid: int, hotkey: str) -> int:
    """Lasting quality of a miner, shaped by how its subnet rewards."""
    drawn = digest64(seed, netuid, hotkey) % FULL
    shape = _shape(netuid)
    if shape == _BROAD:
        return 2_500 + drawn * 3 // 4
    if shape == _SPARSE and drawn < 6_500:
        return 0
    squared = drawn * drawn // FULL
    return 100 + squared * squared // FULL * 99 // 100


def _shape(netuid: int) -> Shape:
    """Whether a subnet rewards many, mostly the best, or only a few."""
    return (_STEEP, _BROAD, _BROAD, _STEEP, _BROAD, _SPARSE)[netuid % 6]


def _wander(seed: int, key: str, block: int) -> int:
    """A slow walk between 0 and FULL: lines between heights drawn every few blocks."""
    step, into = divmod(block, _LATTICE_BLOCKS)
    left, right = _height(seed, key, step), _height(seed, key, step + 1)
    return left + (right - left) * into // _LATTICE_BLOCKS


@lru_cache(maxsize=131_072)
def _height(seed: int, key: str, step: int) -> int:
    return digest64(seed, key, step) % FULL


def _noise(label: int, count: int) -> bytes:
    return Random(label).randbytes(count)
