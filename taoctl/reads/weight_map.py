"""Weights as a map of shades: rows that weigh, columns that are weighed, folded to a width."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from taoctl.economics.power import integer_root
from taoctl.reads.weights import WeightRow

_ASIDE = 20
"""One of so many shares is left aside at either end when shades are chosen."""


@dataclass(frozen=True, slots=True)
class MapRow:
    """One UID that weighs others, and what it gives per cell: the largest part of those in it."""

    uid: int
    shares_ppm: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WeightMap:
    """Weights of a subnet: cell n of a row holds the UIDs from n * `fold` to the next cell's.

    `targets` counts the UIDs from 0 to the last one that is weighed.
    """

    rows: tuple[MapRow, ...]
    fold: int
    targets: int

    @property
    def cells(self) -> int:
        """Cells of a row."""
        return -(-self.targets // self.fold)

    def shares_ppm(self) -> Iterator[int]:
        """The shares of all cells, of those that hold none too."""
        return (share for row in self.rows for share in row.shares_ppm)


def weight_map(rows: Iterable[WeightRow], cells: int) -> WeightMap:
    """The map of weights in rows of at most so many cells, at least one.

    A cell holds as few neighbouring UIDs as fit, and shows the largest share among them. A share
    is a part of what the row gives in all, in millionths; one of a part of a millionth counts
    as one, so that it is seen.
    """
    listed = list(rows)
    targets = max((row.target_uid for row in listed), default=-1) + 1
    fold = max(-(-targets // max(cells, 1)), 1)
    width = -(-targets // fold)
    shares: dict[int, list[int]] = {}
    for row in listed:
        line = shares.setdefault(row.uid, [0] * width)
        cell = row.target_uid // fold
        if row.weight and row.share_ppm is not None:
            line[cell] = max(line[cell], row.share_ppm, 1)
    made = tuple(MapRow(uid, tuple(shares[uid])) for uid in sorted(shares))
    return WeightMap(made, fold, targets)


def shade_floors(shares_ppm: Iterable[int], shades: int) -> tuple[int, ...]:
    """The least share of each of so many shades, in millionths, ascending.

    Each begins at the same multiple of the one before, from a share that nineteen of twenty are
    not below to one that nineteen of twenty are not above. So a few that get nearly all, or next to
    nothing, do not make the others look alike. Shares of zero do not count.
    """
    present = sorted(share for share in shares_ppm if share)
    aside = len(present) // _ASIDE
    least, largest = (present[aside], present[-1 - aside]) if present else (0, 0)
    return tuple(
        integer_root(least ** (shades - step) * largest**step, shades) for step in range(shades)
    )


def shade(share_ppm: int, floors: Sequence[int]) -> int:
    """The number of a share's shade, counted from 1; 0 where there is no share."""
    return max(bisect_right(floors, share_ppm), 1) if share_ppm else 0
