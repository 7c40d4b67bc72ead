"""How unevenly something is held: Nakamoto coefficient, Gini, largest ten, HHI; all exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

LARGEST = 10
"""How many of the largest holders `top` adds up."""


class By(StrEnum):
    """Whose stake is added up before it is compared."""

    COLDKEY = "coldkey"
    """All validators that a coldkey owns."""
    HOTKEY = "hotkey"
    """Each validator."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """How unevenly `total` is held by `holders`, those with nothing left out.

    Attributes:
        nakamoto: the fewest holders that have more than half together.
        top: what the ten largest have together, of 1.
        gini: 0 where all hold the same (so of one holder too), towards 1 where few of many do.
        hhi: sum of the squares of their shares; 1 / holders where equal, 1 where one has all.
    """

    holders: int
    total: int
    nakamoto: int
    top: Fraction
    gini: Fraction
    hhi: Fraction


def concentration(holdings: Iterable[int]) -> Concentration | None:
    """How unevenly whole numbers that are not negative are held; None where there is nothing.

    Raises:
        ValueError: one of them is negative.
    """
    held = sorted((one for one in holdings if one), reverse=True)
    if held and held[-1] < 0:
        raise ValueError("a holding is negative")
    if not held:
        return None
    total, count = sum(held), len(held)
    # The largest is counted `count` times, the least once.
    ranked = sum(rank * one for rank, one in zip(range(count, 0, -1), held, strict=True))
    return Concentration(
        holders=count,
        total=total,
        nakamoto=_more_than_half(held, total),
        top=Fraction(sum(held[:LARGEST]), total),
        gini=Fraction(2 * ranked - (count + 1) * total, count * total),
        hhi=Fraction(sum(one * one for one in held), total * total),
    )


def _more_than_half(held: list[int], total: int) -> int:
    together = 0
    for count, one in enumerate(held, 1):
        together += one
        if 2 * together > total:
            return count
    return len(held)
