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
_MOOD_BLOCKS = 48
_STORY_BLOCKS = 400
_LEAST_SHARE = 100
_MINER_SWING, _STORY_SWING = 2_500, 1_000
_MIDDLE = 255 * _LATTICE_BLOCKS // 2
_BURNING = (5, 7)
Shape = int
_BROAD, _STEEP, _SPARSE = range(3)
_SPARSE_CUT = 7_500
_FIRST_SHAPES = (_BROAD, _BROAD, _STEEP, _BROAD, _SPARSE, _STEEP) * 2


def qualities(
    seed: int, netuid: int, miners: Sequence[tuple[str, str] | None], block: int
) -> list[int]:
    """How good each miner of a subnet is at a block, 0 to FULL.

    Args:
        miners: (hotkey, course) per uid, the course being `miner` or a demo miner's story; None
            for a uid that does not mine and counts 0.
    """
    step, into = divmod(block, _LATTICE_BLOCKS)
    before = _noise(digest64(seed, "swing", netuid, step), len(miners))
    after = _noise(digest64(seed, "swing", netuid, step + 1), len(miners))
    found = []
    for uid, miner in enumerate(miners):
        base = 0 if miner is None else _base(seed, netuid, *miner, block)
        if base:
            height = before[uid] * (_LATTICE_BLOCKS - into) + after[uid] * into
            spread = _MINER_SWING if miner and miner[1] == "miner" else _STORY_SWING
            base = base * (FULL + spread * (height - _MIDDLE) // _MIDDLE) // FULL
        found.append(min(base, FULL))
    return found


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
    step, into = divmod(block, _MOOD_BLOCKS)
    left, right = (digest64(seed, "mood", netuid, step + ahead) % 51 for ahead in (0, 1))
    return 25 + left + (right - left) * into // _MOOD_BLOCKS


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


def _base(seed: int, netuid: int, hotkey: str, course: str, block: int) -> int:
    if course == "idle":
        return 0
    return _lasting(seed, netuid, hotkey) if course == "miner" else _course(course, block)


@lru_cache(maxsize=65_536)
def _lasting(seed: int, netuid: int, hotkey: str) -> int:
    """Lasting quality of a miner, shaped by how its subnet rewards."""
    drawn = digest64(seed, netuid, hotkey) % FULL
    shape = _shape(netuid)
    if shape == _BROAD:
        return 2_500 + drawn * 3 // 4
    if shape == _SPARSE and drawn < _SPARSE_CUT:
        return 0
    squared = drawn * drawn // FULL
    return 100 + squared * squared // FULL * 99 // 100


def _shape(netuid: int) -> Shape:
    """Whether a subnet rewards many, mostly the best, or only a few; most do the last."""
    if netuid <= len(_FIRST_SHAPES):
        return _FIRST_SHAPES[netuid - 1]
    return (_SPARSE, _SPARSE, _STEEP, _SPARSE, _BROAD)[netuid % 5]


def _noise(label: int, count: int) -> bytes:
    return Random(label).randbytes(count)
