"""From a share to one of a few grades of heat, the same on every subnet and at every block."""

from __future__ import annotations

from bisect import bisect_right

STEPS_PPM: tuple[int, ...] = (1, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
"""Least millionths of each grade: anything at all, 0.1 %, 0.3 %, 1 %, 3 %, 10 % and 30 %."""

GRADES = len(STEPS_PPM)
STEP_TEXTS: tuple[str, ...] = (">0", "0.1", "0.3", "1", "3", "10", "30%")
"""The same for a legend."""


def grade(ppm: int | None) -> int:
    """The grade of a share in millionths, 0 for nothing and up to GRADES.

    A share that is there but rounds to no millionth is of the first grade.
    """
    if ppm is None:
        return 0
    return max(1, bisect_right(STEPS_PPM, ppm))
