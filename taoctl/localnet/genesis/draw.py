"""Repeatable draws: the same seed gives the same world on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Whole-number draws from a labelled seed, by integer arithmetic alone: no platform differs."""

    def __init__(self, seed: int, *label: object) -> None:
        self._bits = Random(digest64(seed, *label)).getrandbits

    def below(self, bound: int) -> int:
        """An integer from 0 up to, not including, the bound."""
        return (self._bits(64) * bound) >> 64

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def octaves(self, low: int, high: int) -> int:
        """An integer from low to high where small values are as likely as large ones."""
        value = low << self.below(max(1, (high // low).bit_length()))
        return min(high, value + self.below(value))

    def chance(self, percent: int) -> bool:
        """True in that many of a hundred draws."""
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = self.below(last + 1)
            rest[last], rest[other] = rest[other], rest[last]
        return rest

    def around(self, value: int, percent: int) -> int:
        """The value, moved by at most that many percent either way."""
        return value * (100 * 1000 + self.between(-percent * 1000, percent * 1000)) // (100 * 1000)


def digest64(*label: object) -> int:
    """A 64-bit number that depends on every part of the label."""
    text = "/".join(map(str, label))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
